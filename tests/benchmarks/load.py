"""Load and measurement: people who vote at a steady rate, and screens that note when they saw it."""

import asyncio
import json
import statistics
import time
from bisect import bisect_left
from dataclasses import dataclass, field

from tests.wire import Actor, Watcher

SETTLE_SECONDS = 6.0  # how long after the last vote a screen may still get it before it counts as lost


@dataclass
class Result:
    """What one run of one contestant came to."""

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    delivered: int = 0
    lost: int = 0
    last_screen: list[float] = field(default_factory=list)  # ms from sending a vote until the last screen has it
    answered: list[float] = field(default_factory=list)  # ms from sending a vote to its answer
    web_cpu: float = 0.0
    database_cpu: float = 0.0
    payload: float = 0.0  # bytes a push
    wrong: int = 0

    def at(self, percent: float) -> float:
        return percentile(self.last_screen, percent)

    @property
    def cpu_a_thousand(self) -> float:
        """Seconds of the web processes' CPU for 1,000 delivered updates."""
        return self.web_cpu / self.delivered * 1000 if self.delivered else float("nan")

    @property
    def cpu_a_vote(self) -> float:
        """The same, in ms a vote."""
        return self.web_cpu / self.acknowledged * 1000 if self.acknowledged else float("nan")


def percentile(values: list[float], percent: float) -> float:
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass
class Vote:
    """One act, from sending to the version that it made."""

    room: int
    seat: int
    sent: float
    answered: float = 0.0
    ok: bool = False
    version: int = 0


class Screen:
    """Anything that learns versions; a stream, or somebody who asks."""

    arrivals: list[tuple[int, float]]


class Poller(Screen):
    """Fetches the room's state every two seconds, or whenever its stream pokes."""

    def __init__(self, port: int, room: dict, seat: dict, poked: bool, first_after: float) -> None:
        self.actor = Actor(port, seat["cookie"])
        self.path = f"/w/{room['public_id']}/state/"
        self.arrivals: list[tuple[int, float]] = []
        self.poke = Watcher(port, f"/w/{room['public_id']}/stream/", seat["cookie"]) if poked else None
        self.first_after = first_after
        self.version = 0
        self.bytes = 0

    def start(self) -> "Poller":
        if self.poke is not None:
            self.poke.start()
        self.task = asyncio.create_task(self._run())
        return self

    async def _run(self) -> None:
        await asyncio.sleep(self.first_after)
        heard = -1
        while True:
            if self.poke is None:
                await asyncio.sleep(2)
            else:
                while self.poke.version == heard:
                    await asyncio.sleep(0.005)
                heard = self.poke.version
            try:
                answer = await self.actor.ask("GET", self.path)
            except (OSError, asyncio.IncompleteReadError):
                continue
            if answer.status == 200:
                self.bytes += len(answer.body)
                version = json.loads(answer.body)["version"]
                if version != self.version:
                    self.version = version
                    self.arrivals.append((version, time.perf_counter()))

    async def stop(self) -> None:
        self.task.cancel()
        self.actor.close()
        if self.poke is not None:
            await self.poke.stop()


async def steady_votes(actors: list[list[Actor]], rate: float, seconds: float, act, started: float) -> list[Vote]:
    """Votes at a fixed rate, whatever the answers take; rooms and people in turn; each seat one after the other."""
    votes: list[Vote] = []
    tasks = []
    turns = [[0] * len(room) for room in actors]
    locks = [[asyncio.Lock() for _ in room] for room in actors]
    count = int(rate * seconds)

    async def one(vote: Vote) -> None:
        async with locks[vote.room][vote.seat]:
            turn = turns[vote.room][vote.seat]
            turns[vote.room][vote.seat] += 1
            # a person whose earlier vote is still under way sends later; the clock runs from the sending
            vote.sent = time.perf_counter()
            try:
                vote.ok = await act(vote, actors[vote.room][vote.seat], turn)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                vote.ok = False
            vote.answered = time.perf_counter()

    for number in range(count):
        wait = started + number / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        room = number % len(actors)
        vote = Vote(room, (number // len(actors)) % len(actors[room]), time.perf_counter())
        votes.append(vote)
        tasks.append(asyncio.create_task(one(vote)))
    await asyncio.gather(*tasks)
    return votes


async def settled(screens: list[list[Screen]], wanted: list[int]) -> None:
    """Wait until every screen has its room's last version, or long enough to call the rest lost."""
    end = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < end:
        if all(screen.version >= want for group, want in zip(screens, wanted, strict=True) for screen in group):
            return
        await asyncio.sleep(0.05)


def evaluate(votes: list[Vote], screens: list[list[Screen]], skip: float) -> Result:
    """Hold the votes against what the screens saw; the first seconds warm up and do not count."""
    result = Result()
    begin = votes[0].sent + skip
    indexes = [[[version for version, _at in screen.arrivals] for screen in group] for group in screens]
    for vote in votes:
        if vote.sent < begin:
            continue
        result.sent += 1
        if not vote.ok:
            result.refused += 1
            continue
        result.acknowledged += 1
        result.answered.append((vote.answered - vote.sent) * 1000)
        last = 0.0
        for screen, versions in zip(screens[vote.room], indexes[vote.room], strict=True):
            place = bisect_left(versions, vote.version)
            if place == len(versions):
                result.lost += 1
            else:
                result.delivered += 1
                last = max(last, screen.arrivals[place][1])
        result.last_screen.append((last - vote.sent) * 1000)
    return result


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")
