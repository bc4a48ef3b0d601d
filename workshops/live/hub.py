"""One hub a process: a changed room is drawn once for each audience, and everybody there is handed the same bytes.

Votes are carried on where they arrive, without asking the database; after anything else the room is loaded and drawn.
Nothing is queued for anyone. A room holds its latest state only; a stream remembers how far it has sent and, whenever
its client can take more, sends what has changed since. So a slow client costs one state, however far it lags.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from workshops.live import bus
from workshops.live.audience import Audience, message, partial
from workshops.live.bus import Vote
from workshops.live.loading import LoadedRoom, Loader
from workshops.live.watching import Room, Stream

log = logging.getLogger("groundwork.live")
Result = TypeVar("Result")

COALESCE_SECONDS = 0.015  # a burst of votes makes one push; the first of it is pushed at once
LOAD_SECONDS = 0.05  # the same for what loads and draws the whole room, which costs more
HEARTBEAT_SECONDS = 15.0
COMPARE_SECONDS = 4.0  # how stale a room may get when signals are lost, and how long a stream outlives its sign-in
STALLED_SECONDS = 25.0  # a client that takes nothing for this long is dropped
STREAMS_A_SEAT = 12
# Votes are told in another order than they were committed now and then: the missing one is a moment away.
OTHER_ORDER_SECONDS = 0.005
# What changes without an act, such as a team's new name, waits for one at most this long, if votes come in at all. Shorter
# costs: in hundreds of quiet rooms every other vote would load its room anew.
CARRIED_SECONDS = 300.0


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

    def heard(self, workshop_id: int, version: int, vote: Vote | None = None) -> None:
        """A workshop has reached this version, perhaps by a vote; what is known already is dropped."""
        room = self.rooms.get(workshop_id)
        if room is None or version <= room.version or (version <= room.wanted and vote is None):
            return
        if vote is not None:
            room.votes[version] = vote
        if version > room.wanted:
            self.counts["heard"] += 1
            room.wanted = version
            self._mark(room, anew=vote is None)

    def heard_from_thread(self, workshop_id: int, version: int, vote: Vote | None = None) -> None:
        """The same from any thread."""
        if self._loop is not None and workshop_id in self.rooms:
            self._loop.call_soon_threadsafe(self.heard, workshop_id, version, vote)

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

    async def note_presence(self) -> None:
        """Say whose streams are here, and draw the rooms anew that show others."""
        rooms = {one: {stream.seat_id for stream in room.streams} for one, room in self.rooms.items()}
        for workshop_id, (presence, doubled) in (await self.run(self.loader.presence, rooms)).items():
            (room := self.rooms.get(workshop_id, Room(0))).doubled = doubled
            if room.loaded is not None and room.loaded.presence != presence:
                self._mark(room)

    async def end_signed_out(self) -> None:
        """End the streams whose account has signed out, or is gone; the seat itself may live on."""
        signed_in = [stream for room in self.rooms.values() for stream in room.streams if stream.sign_in is not None]
        if signed_in:
            ended = await self.run(self.loader.ended, {stream.sign_in for stream in signed_in})
            for stream in signed_in:
                if stream.sign_in in ended:
                    stream.close()

    async def _compare_regularly(self) -> None:
        while True:
            healthy = self._bus is not None and self._bus.healthy
            pause = COMPARE_SECONDS if healthy else COMPARE_SECONDS / 4
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))  # noqa: S311 - jitter, not a secret
            try:
                await self.compare_versions()
                await self.end_signed_out()
                await self.note_presence()
            except Exception as error:
                log.warning("could not compare versions or note who is there: %s", str(error).strip()[:200])

    # --- the streams' side -----------------------------------------------------------------------------------

    def enter(self, workshop_id: int, stream: Stream) -> Room:
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
        if room.loaded is None or stream.audience not in room.audiences or stream.seat_id not in room.loaded.seats:
            self._mark(room)
        elif room.task is None and self._loop is not None:
            room.task = self._loop.create_task(self._push(room, load=False))
        return room

    def leave(self, room: Room, stream: Stream) -> None:
        """Take a stream out; an empty room is forgotten."""
        room.streams.pop(stream, None)
        self.counts["closed"] += 1
        if not room.streams and self.rooms.get(room.workshop_id) is room:
            del self.rooms[room.workshop_id]
            if room.timer is not None:
                room.timer.cancel()

    # --- drawing ---------------------------------------------------------------------------------------------

    def _mark(self, room: Room, *, anew: bool = True) -> None:
        room.dirty = True
        room.anew |= anew
        self._schedule(room)

    def _schedule(self, room: Room) -> None:
        if self._loop is None or room.timer is not None or room.task is not None or not room.streams:
            return
        wait = self._due(room) - self._loop.time()
        if wait <= 0:
            self._go(room)
        else:
            room.timer = self._loop.call_later(wait, self._go, room)

    def _due(self, room: Room) -> float:
        if room.failures:
            return room.last_push + min(0.1 * 2.0 ** min(room.failures, 5), 2.0) * random.uniform(0.7, 1.0)  # noqa: S311
        return max(room.last_push + COALESCE_SECONDS, room.loaded_at + LOAD_SECONDS if room.anew else 0.0)

    def _go(self, room: Room) -> None:
        room.timer = None
        if self._loop is None or room.task is not None:
            return
        if room.anew and not room.failures and room.loaded_at + LOAD_SECONDS > self._loop.time():
            return self._schedule(room)  # more than votes has happened while these were waited for
        if not room.anew:
            if all(version in room.votes for version in range(room.version + 1, room.wanted + 1)):
                if self._show_votes(room):
                    return
            elif not room.waited:
                room.waited = True
                room.timer = self._loop.call_later(OTHER_ORDER_SECONDS, self._go, room)
                return
        room.last_push = self._loop.time()
        room.task = self._loop.create_task(self._push(room))

    def _show_votes(self, room: Room) -> bool:
        """Carry the room on through an unbroken run of votes, here in the loop; False when it must be loaded anew."""
        votes = [room.votes.pop(version) for version in range(room.version + 1, room.wanted + 1)]
        changed = room.loaded.after(room.wanted, votes) if room.loaded is not None else None
        if changed is None or self._loop is None:
            return False
        room.version, room.last_push = room.wanted, self._loop.time()
        room.dirty = room.waited = False
        self.counts["votes"] += len(votes)
        for name, audience in room.audiences.items():
            audience.change(room.version, changed[name])
        self._tell_others_of_the_seat(room, {vote.seat_id: vote for vote in votes})
        for stream in room.streams:
            stream.wake()
        if room.last_push - room.loaded_at > CARRIED_SECONDS:
            self._mark(room)
        return True

    def _tell_others_of_the_seat(self, room: Room, votes: Mapping[int, Vote]) -> None:
        """Say of a vote to whoever has the same seat in another window or on another device that it is in."""
        held = Counter([stream.seat_id for stream in room.streams if not stream.screen] + list(room.doubled))
        for stream in room.streams:
            if room.loaded and stream.seat_id in votes and not stream.screen and held[stream.seat_id] > 1:
                stream.own += message("".join(room.loaded.voted_elsewhere(votes[stream.seat_id])))

    async def _push(self, room: Room, *, load: bool = True) -> None:
        """Bring everybody up to date, or only those who have come to what all others have already."""
        try:
            if load:
                await self._load(room)
            await self._push_own(room)
            room.failures = 0
        except Exception as error:
            room.failures += 1
            room.dirty = room.anew = True
            log.warning(
                "workshop %s was not rendered: %s: %s", room.workshop_id, type(error).__name__, str(error).strip()[:200]
            )
        finally:
            room.task = None
            if room.dirty and not self.closing:
                self._schedule(room)

    async def _load(self, room: Room) -> None:
        room.dirty = room.anew = room.waited = False
        there = set(room.streams)
        began = asyncio.get_running_loop().time()
        room.loaded = loaded = await self.run(self.loader.load_room, room.workshop_id)
        self.counts["rendered"] += 1
        if loaded is None:
            for stream in room.streams:
                stream.close()
            return
        room.loaded_at = began
        room.version = loaded.version
        room.wanted = max(room.wanted, loaded.version)
        room.votes = {version: vote for version, vote in room.votes.items() if version > loaded.version}
        self._seat(room, loaded, there)
        for name in self._watched(room):
            shells, pieces = await self.run(loaded.draw, name)
            room.audiences.setdefault(name, Audience()).change(loaded.version, pieces, shells)
            for stream in room.streams:
                if stream.audience == name:
                    stream.wake()

    def _seat(self, room: Room, loaded: LoadedRoom, there: Collection[Stream]) -> None:
        """Send away whose seat has ended, and give the lead's audience to whoever has it now."""
        for stream in room.streams:
            allowed = loaded.seats.get(stream.seat_id)
            if allowed is not None:
                if not stream.screen and allowed != stream.audience:
                    stream.audience, stream.revision = allowed, 0
                if stream.device < loaded.devices.get(stream.seat_id, 0):
                    stream.device = loaded.devices[stream.seat_id]
                    stream.news = message(partial("seat_news", loaded.news))
                    stream.wake()
            elif stream in there:
                stream.close()
            else:  # somebody who has joined since the room was loaded
                room.dirty = room.anew = True

    def _watched(self, room: Room) -> list[str]:
        """The audiences that somebody here is in, the largest first; the others are forgotten."""
        watched = [name for name, _count in Counter(stream.audience for stream in room.streams).most_common()]
        room.audiences = {name: shown for name, shown in room.audiences.items() if name in watched}
        return watched

    async def _push_own(self, room: Room) -> None:
        """Hand out the viewers' own fragments where the round or phase has changed since they got theirs.

        All who wait are drawn theirs in one go: after a restart of the server the whole room does.
        """
        loaded = room.loaded
        while loaded is not None and (waiting := [one for one in room.streams if one.awaits_own(loaded)]):
            own = await self.run(loaded.draw_own, {stream.seat_id for stream in waiting})
            for stream in waiting:
                stream.own = b"".join(message(partial(name, html)) for name, html in own[stream.seat_id].items())
                stream.own_key = loaded.own_key
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
