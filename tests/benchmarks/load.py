"""Load and measurement: people who vote as an open loop, and what came of each vote."""

import asyncio
import itertools
import math
import random
import statistics
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from tests.benchmarks.rows import Row

SETTLE_SECONDS = 6.0  # how long after the last vote a screen may still get it before it counts as lost


@dataclass
class Vote:
    """One act, from sending to the version that it made."""

    room: int
    seat: int
    due: float
    sent: float = 0.0
    answered: float = 0.0
    ok: bool = False
    answer_bytes: int = 0
    version: int = 0


@dataclass
class Result:
    """What one run of one contestant came to; times in ms, bytes and processor time a vote."""

    who: str
    coalesce: float
    last_screen: list[float] = field(default_factory=list)  # from sending a vote until its room's last screen has it
    answered: list[float] = field(default_factory=list)  # from sending a vote to its answer
    answer_bytes: float = 0.0
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    delivered: int = 0
    lost: int = 0
    wrong: int = 0
    web_cpu: float = 0.0
    database_cpu: float = 0.0
    bytes: dict[str, float] = field(default_factory=dict)  # a screen of each audience, and the whole room
    push_bytes: float = 0.0  # a push to a participant
    late: float = 0.0  # how late the load itself was, p99: beyond a millisecond or two it measures itself
    others: float = 0.0  # cores that other things on this machine used meanwhile
    load: float = 0.0

    def at(self, percent: float) -> float:
        return percentile(self.last_screen, percent)

    def figures(self) -> dict[str, object]:
        """For a file."""
        return {
            "who": self.who,
            "coalesce_ms": self.coalesce,
            "p50": self.at(50),
            "p99": self.at(99),
            "answered_p50": percentile(self.answered, 50),
            "answered_p99": percentile(self.answered, 99),
            "answer_bytes": self.answer_bytes,
            "web_cpu_ms": self.web_cpu,
            "database_cpu_ms": self.database_cpu,
            "bytes": self.bytes,
            **{
                name: getattr(self, name)
                for name in ("acknowledged", "refused", "lost", "wrong", "late", "others", "load")
            },
        }


def percentile(values: list[float], percent: float) -> float:
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def arrivals(row: Row, sizes: list[int], seconds: float) -> Iterator[tuple[float, int, int]]:
    """When, in which room and by which seat votes are sent; the same for every contestant of a row."""
    chance = random.Random(f"{row.name} {seconds}")
    if row.arrivals == "once":  # everybody's first vote, in any order
        everybody = [(room, seat) for room, size in enumerate(sizes) for seat in range(size)]
        chance.shuffle(everybody)
        yield from ((number / row.rate, *one) for number, one in enumerate(everybody))
    elif row.arrivals == "even":  # rooms and people in turn
        for number in range(int(row.rate * seconds)):
            room = number % len(sizes)
            yield number / row.rate, room, number // len(sizes) % sizes[room]
    else:  # as people do who do not know of each other
        at = 0.0
        while (at := at + chance.expovariate(row.rate)) < seconds:
            room = chance.randrange(len(sizes))
            yield at, room, chance.randrange(sizes[room])


Act = Callable[[Vote, int], Awaitable[tuple[bool, int]]]


async def drive(
    plan: Iterator[tuple[float, int, int]], act: Act, measure_from: float, begin: Callable[[], None]
) -> list[Vote]:
    """Send the votes when they are due, whatever the answers take; those measured, from a moment that `begin` is told of.

    A person whose earlier vote is still under way sends later; the clock runs from the sending.
    """
    votes: list[Vote] = []
    tasks = []
    turns = {}
    locks: dict[tuple[int, int], asyncio.Lock] = {}

    async def one(vote: Vote) -> None:
        seat = (vote.room, vote.seat)
        async with locks.setdefault(seat, asyncio.Lock()):
            turn = next(turns.setdefault(seat, itertools.count()))
            vote.sent = time.perf_counter()
            try:
                vote.ok, vote.answer_bytes = await act(vote, turn)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                vote.ok = False
            vote.answered = time.perf_counter()

    started = time.perf_counter() + 0.1
    begun = False
    for due, room, seat in plan:
        wait = started + due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        if not begun and due >= measure_from:
            begin()
            begun = True
        vote = Vote(room, seat, started + due)
        votes.append(vote)
        tasks.append(asyncio.create_task(one(vote)))
    await asyncio.gather(*tasks)
    return votes


async def settled(screens: list[list], wanted: list[int]) -> None:
    """Wait until every screen has its room's last version, or long enough to call the rest lost."""
    end = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < end:
        if all(screen.version >= want for group, want in zip(screens, wanted, strict=True) for screen in group):
            return
        await asyncio.sleep(0.02)


def evaluate(result: Result, votes: list[Vote], screens: list[list]) -> None:
    """Hold the votes against what the screens saw."""
    indexes = [[[version for version, _at in screen.arrivals] for screen in group] for group in screens]
    for vote in votes:
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
                last = math.inf
            else:
                result.delivered += 1
                last = max(last, screen.arrivals[place][1])
        result.last_screen.append((last - vote.sent) * 1000)
    good = [vote for vote in votes if vote.ok]
    result.answer_bytes = sum(vote.answer_bytes for vote in good) / max(1, len(good))
    result.late = percentile([(vote.sent - vote.due) * 1000 for vote in votes], 99)
    counted: dict[str, list[float]] = {}
    for number, group in enumerate(screens):
        here = sum(vote.room == number for vote in good)
        for screen in group:
            sums = counted.setdefault(screen.audience, [0, 0])
            sums[0] += screen.bytes
            sums[1] += here
    result.bytes = {audience: size / max(1, n) for audience, (size, n) in counted.items()}
    result.bytes["room"] = sum(screen.bytes for group in screens for screen in group) / max(1, len(good))
    participants = [screen for group in screens for screen in group if screen.audience == "participant"]
    result.push_bytes = sum(s.bytes for s in participants) / max(1, sum(s.pushes for s in participants))
