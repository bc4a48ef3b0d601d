"""The bus over PostgreSQL's LISTEN and NOTIFY: many web processes, several machines, nothing more to install."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
import psycopg
from django.conf import settings
from django.db import connection

from workshops.live.bus import CHANNEL, BatchingBus

# A peer that has gone silently is noticed within some 25 seconds, instead of the kernel's hours.
KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "connect_timeout": 5,
}
PING_SECONDS = 10.0


def parameters() -> dict[str, Any]:
    """How to reach the database without a pooler in between: LISTEN does not work through transaction pooling."""
    if settings.LISTEN_DATABASE_URL:
        # the driver's own names, which differ from Django's
        url = dj_database_url.parse(settings.LISTEN_DATABASE_URL)
        names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
        known = {names[key]: value for key, value in url.items() if key in names and value}
        return {**known, **(url.get("OPTIONS") or {}), **KEEPALIVE}
    known = connection.get_connection_params()
    for django_only in ("cursor_factory", "context", "prepare_threshold"):
        known.pop(django_only, None)
    return {**known, **KEEPALIVE}


class PostgresBus(BatchingBus):
    """One connection a process listens and sends: what it says itself then wakes no second one, here or in PostgreSQL.

    NOTIFY inside the vote's own transaction would save the sending, and serialise all commits of the server.
    """

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """The connection, and what makes it speak now and then."""
        return (self._run, self._beat)

    async def _run(self) -> None:
        async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as link:
            # nothing is stored by NOTIFY, so there is nothing to wait for on the disk
            await link.execute("SET synchronous_commit = off")
            link.add_notify_handler(lambda notice: self.received(notice.payload))
            await link.execute(f"LISTEN {CHANNEL}")
            self.healthy = True
            # only now: a version raised before LISTEN is found here, one raised after it is notified
            await self.listener.compare_versions()

            async def notify(payloads: list[str]) -> None:
                await link.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) payload", [CHANNEL, payloads])

            with self._heard_while_idle(link):
                await self.send_all(notify)

    @contextmanager
    def _heard_while_idle(self, link: psycopg.AsyncConnection) -> Iterator[None]:
        """Read what arrives between queries, without a generator that would have to be stopped before each."""

        def readable() -> None:
            if link.lock.locked():
                return  # a query is being answered, and hands on what comes along
            try:
                link.pgconn.consume_input()
                while notice := link.pgconn.notifies():
                    self.received(notice.extra.decode())
            except psycopg.Error:
                loop.remove_reader(watched)
                self._some.set()  # the next query says what is wrong

        loop = asyncio.get_running_loop()
        watched = os.dup(link.fileno())  # psycopg watches its own while it waits for an answer
        loop.add_reader(watched, readable)
        try:
            yield
        finally:
            loop.remove_reader(watched)
            os.close(watched)

    async def _beat(self) -> None:
        """Have an idle connection say something, so that one that has gone silently is noticed."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            self._some.set()
