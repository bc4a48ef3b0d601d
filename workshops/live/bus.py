"""How one web process tells all of them that a workshop has changed. The signal carries no content: of a vote, who has
voted in which round or no longer does, as everybody in the room is shown it, and never what.

A signal that is lost costs time, never truth: every listener also compares versions with the database every few
seconds, so each bus here may fail and the rooms are still right a little later.
"""

import asyncio
import logging
import random
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple, Protocol

from django.conf import settings
from django.db import connection

log = logging.getLogger("groundwork.live")
CHANNEL = "groundwork_workshop"
MOST_WAITING = 10_000  # signals that a bus in trouble keeps; what it drops is found by comparing versions


class Vote(NamedTuple):
    """That a seat has now cast its ballot in a round, or taken it back."""

    seat_id: int
    round_id: int
    is_cast: bool


def written(workshop_id: int, version: int, vote: Vote | None) -> str:
    """A signal as it travels: numbers alone."""
    return ":".join(str(int(number)) for number in (workshop_id, version, *(vote or ())))


class Listener(Protocol):
    """What a bus needs of the hub of its process."""

    def heard(self, workshop_id: int, version: int, vote: Vote | None = None) -> None:
        """A workshop has reached this version, by a vote if there is one; called in the event loop."""

    def heard_from_thread(self, workshop_id: int, version: int, vote: Vote | None = None) -> None:
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

    def offer(self, signal: str) -> None:
        """Pass it on to other processes; called from any thread, returns at once."""

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
    """A bus with a sending connection of its own: signals of a burst leave together."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(listener)
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._sending: list[str] = []
        self._some = asyncio.Event()

    def offer(self, signal: str) -> None:
        """Hand the signal to the event loop, which sends it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._put, signal)

    def _put(self, signal: str) -> None:
        self._waiting.append(signal)
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
            self._sending = list(self._waiting)
            self._waiting.clear()
            try:
                if self._sending:
                    await send(self._sending)
            except BaseException:
                for signal in self._sending:
                    self._put(signal)
                raise
            finally:
                self._sending = []

    def received(self, signal: str) -> None:
        """Pass a signal of another process to the hub; what is none of ours is dropped."""
        numbers = signal.split(":")
        if len(numbers) in {2, 5} and all(number.isascii() and number.isdecimal() for number in numbers):
            workshop_id, version, *vote = map(int, numbers)
            self.listener.heard(workshop_id, version, Vote(vote[0], vote[1], bool(vote[2])) if vote else None)


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


def publish(workshop_id: int, version: int, vote: Vote | None = None) -> None:
    """Say, after the commit, that a workshop has reached a version, by a vote if that is all; from any thread.

    The act is already committed and will be acknowledged, so a bus in trouble is logged and never fails the caller.
    """
    with _guard:
        buses = list(_open)
    signal = written(workshop_id, version, vote)
    try:
        for bus in buses:
            bus.listener.heard_from_thread(workshop_id, version, vote)
        if buses:
            buses[0].offer(signal)
        else:
            _send_without_hub(signal)
    except Exception as error:
        log.warning("could not signal version %s of workshop %s: %s", version, workshop_id, error)


def _send_without_hub(signal: str) -> None:
    """Signal from a process that serves no streams, such as a management command."""
    if settings.REDIS_URL:
        from workshops.live.redis_bus import send_now

        send_now(signal)
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, signal])
