"""The bus over PostgreSQL's LISTEN and NOTIFY: many web processes, several machines, nothing more to install."""

import asyncio
from collections.abc import Awaitable, Callable
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
    """Two connections a process: one listens, one sends. NOTIFY inside the vote's transaction would serialise commits."""

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """Listening and sending fail and come back apart from each other."""
        return (self._listen, self._send)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as link:
            await link.execute(f"LISTEN {CHANNEL}")
            self.healthy = True
            # only now: a version raised before LISTEN is found here, one raised after it is notified
            await self.listener.compare_versions()
            while True:
                async for notice in link.notifies(timeout=PING_SECONDS):
                    self.received(notice.payload)
                await asyncio.wait_for(link.execute("SELECT 1"), 5)

    async def _send(self) -> None:
        async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as link:
            # nothing is stored by NOTIFY, so there is nothing to wait for on the disk
            await link.execute("SET synchronous_commit = off")

            async def notify(payloads: list[str]) -> None:
                await link.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) payload", [CHANNEL, payloads])

            await self.send_all(notify)
