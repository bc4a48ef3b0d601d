"""One hub a process: a changed room is rendered once, and everybody there is handed the same bytes.

Nothing is queued for anyone. A room holds its latest state only; a stream remembers how far it has sent and, whenever
its client can take more, sends what has changed since. So a slow client costs one state, however far it lags.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from workshops.live import bus

log = logging.getLogger("groundwork.live")
Result = TypeVar("Result")

COALESCE_SECONDS = 0.05  # a burst of votes makes one push; the first of it is pushed at once
HEARTBEAT_SECONDS = 15.0
COMPARE_SECONDS = 4.0  # how stale a room may get when signals are lost
STALLED_SECONDS = 25.0  # a client that takes nothing for this long is dropped
STREAMS_A_SEAT = 12


@dataclass(frozen=True, slots=True)
class RoomFrame:
    """The shared state of a room at one version: for each audience its fragments, and who may have them."""

    version: int
    fragments: Mapping[str, Mapping[str, str]]
    seats: Mapping[int, str]  # seat and its audience; whoever is not in it is out
    own_key: str  # changes when the fragments that depend on the viewer must be rendered again


@dataclass(frozen=True, slots=True)
class OwnFrame:
    """The fragments that depend on the viewer, for some seats."""

    key: str
    fragments: Mapping[int, Mapping[str, str]]


class Loader(Protocol):
    """Where the hub gets its states from; called in a thread, one call at a time."""

    def render_room(self, workshop_id: int, audiences: Collection[str]) -> RoomFrame | None:
        """The shared fragments, or None when there is no such workshop any more."""

    def render_own(self, workshop_id: int, seat_ids: Collection[int]) -> OwnFrame:
        """The viewer's own fragments."""

    def versions(self, workshop_ids: Collection[int]) -> Mapping[int, int]:
        """The versions of the workshops that still exist."""


def partial(name: str, html: str) -> str:
    """A fragment as htmx puts it in the place of the one that carries its name as id."""
    return f'<hx-partial hx-target="#{name}" hx-swap="outerMorph">{html}</hx-partial>'


def encode(name: str, html: str, version: int | None = None) -> bytes:
    """One fragment as a server-sent message that htmx swaps in; the shared ones carry the room's version."""
    html = partial(name, html)
    # a carriage return would end a line of the stream's format just as a line feed does
    lines = html.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\ndata: ")
    number = "" if version is None else f"id: {version}\n"
    return f"{number}data: {lines}\n\n".encode("utf-8", "replace")


@dataclass(slots=True)
class Part:
    """A fragment as last rendered, and the room's revision at which it became so."""

    html: str
    revision: int
    data: bytes


@dataclass(slots=True, eq=False)
class Stream:
    """One open connection: who it is for and how far it has got."""

    seat_id: int
    screen: bool
    audience: str
    kill: Callable[[], None] = lambda: None
    revision: int = 0
    version: int = 0
    own: bytes = b""
    own_key: str = ""
    beat: bool = False
    closed: bool = False
    sending_since: float = 0.0
    waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Let the stream look for something to send."""
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def close(self) -> None:
        """End after what is being sent now."""
        self.closed = True
        self.wake()


@dataclass(slots=True, eq=False)
class Room:
    """What this process holds of one workshop while somebody here watches it."""

    workshop_id: int
    wanted: int = 0
    version: int = 0
    revision: int = 0
    own_key: str = ""
    parts: dict[str, dict[str, Part]] = field(default_factory=dict)
    joined: dict[tuple[str, int], bytes] = field(default_factory=dict)
    streams: dict[Stream, None] = field(default_factory=dict)
    last_push: float = 0.0
    failures: int = 0
    timer: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None
    dirty: bool = False

    def changed_since(self, audience: str, revision: int) -> bytes:
        """The fragments that changed after a revision; made once, though hundreds of streams ask for it."""
        key = (audience, revision)
        if (data := self.joined.get(key)) is None:
            parts = self.parts.get(audience, {}).values()
            data = self.joined[key] = b"".join(part.data for part in parts if part.revision > revision)
        return data

    def take(self, stream: Stream) -> bytes:
        """What this stream should send now; empty when it is up to date."""
        data = b""
        if stream.revision != self.revision and stream.audience in self.parts:
            data = self.changed_since(stream.audience, stream.revision)
            if not data and stream.version != self.version:
                # A frame's label may be older than its content; then the next one changes nothing but the label.
                data = b"id: %d\nevent: beat\ndata: \n\n" % self.version
            stream.revision, stream.version = self.revision, self.version
        if stream.own:
            data, stream.own = data + stream.own, b""
        if stream.beat:
            stream.beat = False
            data = data or b": still here\nevent: beat\ndata: \n\n"
        return data


class Hub:
    """Keeps the rooms that are watched in this process up to date."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader
        self.rooms: dict[int, Room] = {}
        self.counts: Counter[str] = Counter()
        self.closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bus: bus.Bus | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._pool: ThreadPoolExecutor | None = None
        self._comparing: asyncio.Task[None] | None = None

    # --- life ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to listen, in the running event loop; a second call does nothing."""
        if self._loop is not None:
            return
        self.closing = False
        self._loop = asyncio.get_running_loop()
        # one thread: rendering is work for the one interpreter anyway, and it needs one database connection
        self._pool = ThreadPoolExecutor(1, "render")
        self._bus = bus.open_bus(self)
        self._tasks = [self._loop.create_task(self._tick()), self._loop.create_task(self._compare_regularly())]

    def close_streams(self) -> None:
        """End all streams, so that a server that is asked to stop need not wait for them; browsers come back."""
        self.closing = True
        for room in self.rooms.values():
            for stream in room.streams:
                stream.close()

    def close_streams_from_thread(self) -> None:
        """The same from a signal handler."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.close_streams)

    async def stop(self) -> None:
        """End the streams, hang up and let the rendering thread go."""
        self.close_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bus is not None:
            await bus.close_bus(self._bus)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._loop = self._bus = self._pool = None
        self.rooms.clear()

    async def run(self, job: Callable[..., Result], *arguments: object) -> Result:
        """Do a database job in the rendering thread."""
        if self._loop is None or self._pool is None:
            raise RuntimeError("the hub has been stopped")
        return await self._loop.run_in_executor(self._pool, job, *arguments)

    # --- the bus's side --------------------------------------------------------------------------------------

    def watched(self) -> Collection[int]:
        """The workshops that somebody here watches."""
        return self.rooms.keys()

    def heard(self, workshop_id: int, version: int) -> None:
        """A workshop has reached this version; what is known already is dropped."""
        room = self.rooms.get(workshop_id)
        if room is not None and version > room.wanted:
            self.counts["heard"] += 1
            room.wanted = version
            self._mark(room)

    def heard_from_thread(self, workshop_id: int, version: int) -> None:
        """The same from any thread."""
        if self._loop is not None and workshop_id in self.rooms:
            self._loop.call_soon_threadsafe(self.heard, workshop_id, version)

    async def compare_versions(self) -> None:
        """Find what was signalled while nobody listened: render every room whose version differs from the database's."""
        ids = list(self.rooms)
        if not ids:
            return
        found = await self.run(self.loader.versions, ids)
        for workshop_id in ids:
            room = self.rooms.get(workshop_id)
            if room is None or room.task is not None:
                continue
            # "differs", not "is greater": a restored backup may take a version back
            if found.get(workshop_id) not in {room.wanted, room.version}:
                self.counts["found_by_comparing"] += 1
                room.wanted = found.get(workshop_id, 0)
                self._mark(room)

    async def _compare_regularly(self) -> None:
        while True:
            healthy = self._bus is not None and self._bus.healthy
            pause = COMPARE_SECONDS if healthy else COMPARE_SECONDS / 4
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))  # noqa: S311 - jitter, not a secret
            try:
                await self.compare_versions()
            except Exception as error:
                log.warning("could not compare versions: %s", str(error).strip()[:200])

    # --- the streams' side -----------------------------------------------------------------------------------

    def enter(self, workshop_id: int, stream: Stream, own: OwnFrame) -> Room:
        """Add a stream to its room; it gets the whole present state as soon as there is one."""
        self.start()
        room = self.rooms.get(workshop_id)
        if room is None:
            room = self.rooms[workshop_id] = Room(workshop_id)
        same = [other for other in room.streams if other.seat_id == stream.seat_id and not other.closed]
        if len(same) >= STREAMS_A_SEAT:
            same[0].close()
        room.streams[stream] = None
        self.counts["opened"] += 1
        self._give_own(stream, own)
        if stream.audience not in room.parts or own.key != room.own_key:
            self._mark(room)
        return room

    def leave(self, room: Room, stream: Stream) -> None:
        """Take a stream out; an empty room is forgotten."""
        room.streams.pop(stream, None)
        self.counts["closed"] += 1
        if not room.streams and self.rooms.get(room.workshop_id) is room:
            del self.rooms[room.workshop_id]
            if room.timer is not None:
                room.timer.cancel()

    # --- rendering -------------------------------------------------------------------------------------------

    def _mark(self, room: Room) -> None:
        room.dirty = True
        self._schedule(room)

    def _schedule(self, room: Room) -> None:
        if self._loop is None or room.timer is not None or room.task is not None or not room.streams:
            return
        pause = COALESCE_SECONDS
        if room.failures:
            pause = min(0.1 * 2 ** min(room.failures, 5), 2.0) * random.uniform(0.7, 1.0)  # noqa: S311 - jitter
        wait = room.last_push + pause - self._loop.time()
        if wait <= 0:
            self._go(room)
        else:
            room.timer = self._loop.call_later(wait, self._go, room)

    def _go(self, room: Room) -> None:
        if self._loop is not None:
            room.timer = None
            room.last_push = self._loop.time()
            room.task = self._loop.create_task(self._push(room))

    async def _push(self, room: Room) -> None:
        try:
            room.dirty = False
            audiences = {stream.audience for stream in room.streams}
            frame = await self.run(self.loader.render_room, room.workshop_id, audiences)
            self.counts["rendered"] += 1
            if frame is None:
                for stream in room.streams:
                    stream.close()
            else:
                self._accept(room, frame)
                await self._push_own(room, frame.own_key)
            room.failures = 0
        except Exception as error:
            room.failures += 1
            room.dirty = True
            log.warning(
                "workshop %s was not rendered: %s: %s", room.workshop_id, type(error).__name__, str(error).strip()[:200]
            )
        finally:
            room.task = None
            if room.dirty and not self.closing:
                self._schedule(room)

    def _accept(self, room: Room, frame: RoomFrame) -> None:
        """Make a frame the room's state and wake the streams that it changes something for."""
        room.revision += 1
        room.version = frame.version
        room.wanted = max(room.wanted, frame.version)
        room.joined.clear()
        for audience in list(room.parts):
            if audience not in frame.fragments:
                del room.parts[audience]
        for audience, fragments in frame.fragments.items():
            parts = room.parts.setdefault(audience, {})
            for name, html in fragments.items():
                old = parts.get(name)
                if old is None or old.html != html:
                    parts[name] = Part(html, room.revision, encode(name, html, frame.version))
        for stream in room.streams:
            allowed = frame.seats.get(stream.seat_id)
            if allowed is None:
                stream.close()
                continue
            if not stream.screen and allowed != stream.audience:
                # somebody has become facilitator, or is one no longer: everything anew
                stream.audience, stream.revision = allowed, 0
                if allowed not in room.parts:
                    room.dirty = True
            stream.wake()

    async def _push_own(self, room: Room, key: str) -> None:
        """Hand out the viewers' own fragments where the round or phase has changed since they got theirs."""
        room.own_key = key
        streams = [stream for stream in room.streams if stream.own_key != key]
        if not streams:
            return
        own = await self.run(self.loader.render_own, room.workshop_id, {stream.seat_id for stream in streams})
        if own.key != key:
            room.dirty = True  # it has changed once more since; the next frame goes with it
        for stream in streams:
            if stream in room.streams:
                self._give_own(stream, own)

    def _give_own(self, stream: Stream, own: OwnFrame) -> None:
        fragments: Iterable[tuple[str, str]] = own.fragments.get(stream.seat_id, {}).items()
        stream.own = b"".join(encode(name, html) for name, html in fragments)
        stream.own_key = own.key
        stream.wake()

    # --- the clock -------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Every fifth second: drop clients that take nothing; every fifteenth: a sign of life to all others."""
        turn = 0
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS / 3)
            turn += 1
            now = asyncio.get_running_loop().time()
            for room in list(self.rooms.values()):
                for stream in list(room.streams):
                    if stream.sending_since and now - stream.sending_since > STALLED_SECONDS:
                        self.counts["dropped"] += 1
                        stream.close()
                        stream.kill()
                    elif turn % 3 == 0:
                        stream.beat = True
                        stream.wake()
