"""Rooms without a database, to tell the hub's stories with."""

import asyncio
import re
import threading
import time
from collections import Counter
from contextlib import asynccontextmanager

from workshops.live import Vote
from workshops.live.audience import hole, partial
from workshops.live.hub import Hub
from workshops.live.watching import Stream

PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.DOTALL)


class Loaded:
    """A room as it was at one moment, whose stage has a place for the votes."""

    def __init__(self, rooms: "Rooms", workshop_id: int) -> None:
        self.rooms = rooms
        self.version, self.text = rooms.version[workshop_id], rooms.text[workshop_id]
        self.own_key, self.seats = rooms.round[workshop_id], dict(rooms.seats[workshop_id])
        self.devices, self.news = dict(rooms.devices), "<p id=seat_news>elsewhere</p>"
        self.votes = set(rooms.votes)
        self.presence = rooms.present

    def draw(self, audience):
        self.rooms.calls[f"draw {audience}"] += 1
        shells = {
            "stage": f"<p id=stage>{self.text} {hole('votes')}</p>",
            "people": f"<ul id=people>{len(self.seats)}</ul>",
        }
        if audience == "facilitator":
            shells["controls"] = f"<form id=controls>{self.text}</form>"
        return shells, self.pieces()

    def draw_own(self, seat_ids):
        self.rooms._work("own")
        return {seat: {"ballot": self.ballot(seat)} for seat in seat_ids}

    def ballot(self, seat):
        return f"<form id=ballot>{seat} in {self.own_key}</form>"

    def pieces(self):
        return {"votes": f"<b id=votes>{sorted(self.votes)}</b>", "nowhere": "<i>has no place</i>"}

    def voted_elsewhere(self, vote):
        return [partial("elsewhere", f"<p id=elsewhere>{vote.seat_id} {vote.is_cast}</p>")]

    def after(self, version, votes):
        if not all(vote.seat_id in self.seats for vote in votes):
            return None
        for vote in votes:
            (self.votes.add if vote.is_cast else self.votes.discard)(vote.seat_id)
        return dict.fromkeys(("participant", "facilitator", "screen"), self.pieces())


class Rooms:
    """A loader whose rooms are plain values that a test changes."""

    loaded = Loaded

    def __init__(self) -> None:
        self.version: dict[int, int] = {}
        self.text: dict[int, str] = {}
        self.round: dict[int, str] = {}
        self.seats: dict[int, dict[int, str]] = {}
        self.votes: set[int] = set()  # the seats that have voted, in any room
        self.devices: dict[int, int] = {}
        self.watched: dict[int, set[int]] = {}
        self.notes = 0
        self.doubled: frozenset[int] = frozenset()
        self.present: str | None = None  # what is to be shown of who is there, in every room
        self.calls: Counter[str] = Counter()
        self.threads: set[int] = set()
        self.busy = 0
        self.most_busy = 0
        self.slow = 0.0
        self.broken = False

    def open(self, workshop_id: int, seats: dict[int, str]) -> None:
        self.version[workshop_id] = 1
        self.text[workshop_id] = "lobby"
        self.round[workshop_id] = "none"
        self.seats[workshop_id] = dict(seats)

    def change(self, workshop_id: int, text: str, round_key: str | None = None) -> int:
        self.version[workshop_id] += 1
        self.text[workshop_id] = text
        if round_key is not None:
            self.round[workshop_id] = round_key
        return self.version[workshop_id]

    def vote(self, workshop_id: int, seat: int, cast: bool = True) -> tuple[int, Vote]:
        """As the database has it then: the version that the vote made, and what is told of it."""
        (self.votes.add if cast else self.votes.discard)(seat)
        return self.change(workshop_id, self.text[workshop_id]), Vote(seat, 1, cast)

    def _work(self, name: str) -> None:
        self.calls[name] += 1
        self.threads.add(threading.get_ident())
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        time.sleep(self.slow)
        self.busy -= 1
        if self.broken:
            raise ConnectionError("the database is away")

    def load_room(self, workshop_id):
        if workshop_id not in self.version:
            return None
        loaded = self.loaded(self, workshop_id)
        self._work("room")
        return loaded

    def presence(self, rooms):
        self.notes += 1
        self.watched = {one: set(seats) for one, seats in rooms.items()}
        return dict.fromkeys(rooms, (self.present, self.doubled))

    def versions(self, workshop_ids):
        self._work("versions")
        return {pk: self.version[pk] for pk in workshop_ids if pk in self.version}


class Client:
    """Reads a stream as the ASGI app does: takes what there is, and sleeps until woken."""

    def __init__(self, hub: Hub, workshop_id: int, seat: int, audience: str) -> None:
        self.hub = hub
        self.stream = Stream(seat, audience == "screen", audience)
        self.room = hub.enter(workshop_id, self.stream)
        self.got: list[str] = []  # messages
        self.parts: list[tuple[str, str]] = []  # names and HTML, in order
        self.pushes: list[str] = []
        self.reading = True
        self.ended = False
        self.task = asyncio.get_running_loop().create_task(self.read())

    async def read(self) -> None:
        try:
            while not self.stream.closed:
                if self.reading and (data := self.room.take(self.stream)):
                    self.pushes.append(data.decode())
                    self.got.extend(event for event in data.decode().split("\n\n") if event)
                    self.parts.extend(PARTIAL.findall(data.decode()))
                    continue
                self.stream.waiter = asyncio.get_running_loop().create_future()
                await self.stream.waiter
        finally:
            self.ended = True
            self.hub.leave(self.room, self.stream)

    def resume(self) -> None:
        self.reading = True
        self.stream.wake()

    def last(self, name: str) -> str:
        """The latest content of one fragment or piece."""
        return next((html for part, html in reversed(self.parts) if part == name), "")

    def count(self, name: str) -> int:
        beats = sum(f"event: {name}\n" in event for event in self.got)
        return beats + sum(part == name for part, _html in self.parts)


async def until(true, seconds: float = 3.0) -> None:
    """Wait for something to become true; a test that waits in vain fails."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def running(rooms: Rooms):
    """A hub over these rooms."""
    hub = Hub(rooms)
    hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
