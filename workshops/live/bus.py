"""How one web process tells all of them that a workshop has changed. The signal carries no content.

A signal that is lost costs time, never truth: every listener also compares versions with the database every few
seconds, so each bus here may fail and the rooms are still right a little later.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

from django.conf import settings
from django.db import connection

log = logging.getLogger("groundwork.live")
CHANNEL = "groundwork_workshop"


class Listener(Protocol):
    """What a bus needs of the hub of its process."""

    def heard(self, workshop_id: int, version: int) -> None:
        """A workshop has reached this version; called in the event loop."""

    def heard_from_thread(self, workshop_id: int, version: int) -> None:
        """The same, from any thread."""

    async def compare_versions(self) -> None:
        """Look up the versions of all rooms held here: whatever was signalled until now may have been missed."""

    def watched(self) -> Collection[int]:
        """The workshops that somebody here watches."""


class Bus:
    """Signals within one process only; the other buses add the way to other processes."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.healthy = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._tasks = [self._loop.create_task(self._keep(part)) for part in self.parts()]

    async def stop(self) -> None:
        """Send what is waiting, for half a second at most, then hang up."""
        try:
            await asyncio.wait_for(self.drained(), 0.5)
        except TimeoutError:
            log.warning("the live bus was stopped with signals unsent; other processes find them by comparing versions")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """The coroutines to keep alive; each runs until its connection fails."""
        return ()

    def offer(self, workshop_id: int, version: int) -> None:
        """Pass the signal on to other processes; called from any thread, returns at once."""

    async def drained(self) -> None:
        """Return when nothing waits to be sent."""

    async def _keep(self, part: Callable[[], Awaitable[None]]) -> None:
        """Run one part for ever; after a failure come back soon, but not all processes at the same moment."""
        pause = 0.05
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await part()
            except Exception as error:
                log.warning("live bus: %s: %s", type(error).__name__, str(error).strip()[:200])
            self.healthy = False
            if asyncio.get_running_loop().time() - began > 10:
                pause = 0.05
            await asyncio.sleep(pause * (1 + random.random()))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, 2.0)


class BatchingBus(Bus):
    """A bus with a sending connection of its own: signals of a burst leave together, only the latest of each room."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(listener)
        self._waiting: dict[int, int] = {}
        self._sending: dict[int, int] = {}
        self._some = asyncio.Event()

    def offer(self, workshop_id: int, version: int) -> None:
        """Hand the signal to the event loop, which sends it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._put, workshop_id, version)

    def _put(self, workshop_id: int, version: int) -> None:
        self._waiting[workshop_id] = max(version, self._waiting.get(workshop_id, 0))
        self._some.set()

    async def drained(self) -> None:
        """Return when nothing waits to be sent."""
        while self._waiting or self._sending:
            await asyncio.sleep(0.01)

    async def send_all(self, send: Callable[[list[str]], Awaitable[None]]) -> None:
        """Send batches for ever; what a failed connection did not take is kept for the next one."""
        while True:
            await self._some.wait()
            self._some.clear()
            self._sending, self._waiting = self._waiting, {}
            try:
                if self._sending:
                    await send([f"{workshop_id}:{version}" for workshop_id, version in self._sending.items()])
            except BaseException:
                for workshop_id, version in self._sending.items():
                    self._put(workshop_id, version)
                raise
            finally:
                self._sending = {}

    def received(self, payload: str) -> None:
        """Pass one signal of another process to the hub; a payload that is none of ours is dropped."""
        workshop_id, _, version = payload.partition(":")
        if workshop_id.isdecimal() and version.isdecimal():
            self.listener.heard(int(workshop_id), int(version))


def choose(listener: Listener) -> Bus:
    """The bus that the settings call for: Redis if named, else what the database offers."""
    if settings.REDIS_URL:
        from workshops.live.redis_bus import RedisBus

        return RedisBus(listener)
    if connection.vendor == "postgresql":
        from workshops.live.postgres_bus import PostgresBus

        return PostgresBus(listener)
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]
        from workshops.live.sqlite_bus import SqliteBus

        return SqliteBus(listener)
    return Bus(listener)


_open: list[Bus] = []
_guard = threading.Lock()


def open_bus(listener: Listener) -> Bus:
    """Start the bus of a hub; from now on `publish` in this process reaches it."""
    bus = choose(listener)
    bus.start()
    with _guard:
        _open.append(bus)
    return bus


async def close_bus(bus: Bus) -> None:
    """Stop the bus of a hub."""
    with _guard:
        if bus in _open:
            _open.remove(bus)
    await bus.stop()


def publish(workshop_id: int, version: int) -> None:
    """Say, after the commit, that a workshop has reached a version; from any thread, never failing the caller.

    The act is already committed and will be acknowledged, so a bus in trouble is logged and no more.
    """
    with _guard:
        buses = list(_open)
    try:
        for bus in buses:
            bus.listener.heard_from_thread(workshop_id, version)
        if buses:
            buses[0].offer(workshop_id, version)
        else:
            _send_without_hub(workshop_id, version)
    except Exception as error:
        log.warning("could not signal version %s of workshop %s: %s", version, workshop_id, error)


def _send_without_hub(workshop_id: int, version: int) -> None:
    """Signal from a process that serves no streams, such as a management command."""
    if settings.REDIS_URL:
        from workshops.live.redis_bus import send_now

        send_now(f"{workshop_id}:{version}")
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{workshop_id}:{version}"])
