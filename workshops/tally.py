"""What a round's ballots say: plain arithmetic on plain data, computed only after the reveal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from decisions.framework.settling import side

# Below this share of ballots on one side the room is asked to talk before it settles.
TALK_FIRST_BELOW = 70
# With roles shown but not names, a role this small would point at a person.
SMALLEST_ROLE_SHOWN = 3


@dataclass(frozen=True)
class Dot:
    """One revealed ballot; `name`, `role` and `reason` are empty where the room's setting hides them."""

    score: int
    role: str
    name: str
    confidence: str
    reason: str


@dataclass(frozen=True)
class RoleTally:
    """The ballots of one role."""

    role: str
    count: int
    low: int
    high: int
    median: float


@dataclass(frozen=True)
class Tally:
    """A revealed round: its dots and what they amount to. Scores -2 (strongly RAG) to +2 (strongly fine-tuning)."""

    dots: tuple[Dot, ...]
    count: int
    low: int | None
    high: int | None
    median: float | None
    agreement: int | None  # percent of ballots on the side that most took
    roles: tuple[RoleTally, ...]
    speak_first: tuple[Dot, ...]

    @property
    def preset(self) -> int | None:
        """The lean offered when settling: the median, a half rounded towards the middle; None unless most agree."""
        return None if self.median is None or self.talk_first else int(self.median)

    @property
    def talk_first(self) -> bool:
        """Whether the ballots are too far apart to settle without talking."""
        sides = [side(dot.score) for dot in self.dots]
        return bool(sides) and 100 * max(map(sides.count, (-1, 0, 1))) < TALK_FIRST_BELOW * len(sides)


def agreement(scores: Sequence[int]) -> int | None:
    """Percent of the scores on the side that most took; None without scores."""
    if not scores:
        return None
    sides = [side(score) for score in scores]
    return round(100 * max(sides.count(one) for one in (-1, 0, 1)) / len(sides))


def tally(dots: Iterable[Dot]) -> Tally:
    """Count a round's revealed ballots; the order of `dots` does not matter."""
    ordered = tuple(sorted(dots, key=lambda dot: (dot.score, dot.role, dot.name, dot.reason)))
    scores = [dot.score for dot in ordered]
    by_role: dict[str, list[int]] = defaultdict(list)
    for dot in ordered:
        if dot.role:
            by_role[dot.role].append(dot.score)
    roles = tuple(
        RoleTally(role, len(values), min(values), max(values), float(median(values)))
        for role, values in sorted(by_role.items())
    )
    return Tally(
        dots=ordered,
        count=len(scores),
        low=min(scores, default=None),
        high=max(scores, default=None),
        median=float(median(scores)) if scores else None,
        agreement=agreement(scores),
        roles=roles,
        speak_first=furthest_apart(ordered),
    )


def furthest_apart(ordered: Sequence[Dot]) -> tuple[Dot, ...]:
    """One voice from each end of a split round, the surest of each; nobody when the ends are less than two apart."""
    if len(ordered) < 2 or ordered[-1].score - ordered[0].score < 2:
        return ()
    rank = {"sure": 0, "fairly": 1, "unsure": 2}
    low = [dot for dot in ordered if dot.score == ordered[0].score]
    high = [dot for dot in ordered if dot.score == ordered[-1].score]
    return tuple(min(end, key=lambda dot: rank.get(dot.confidence, 1)) for end in (low, high))


def shown_as(dots: Iterable[Dot], shown: str) -> tuple[Dot, ...]:
    """What the room's setting lets people see: names, roles only (small roles merged), or counts only."""
    dots = tuple(dots)
    if shown == "names":
        return dots
    if shown == "roles":
        apart = _told_apart([dot.role for dot in dots])
        return tuple(
            Dot(dot.score, dot.role if dot.role in apart else "", "", dot.confidence, dot.reason) for dot in dots
        )
    return tuple(Dot(dot.score, "", "", "", "") for dot in dots)


def _told_apart(cast_by: Sequence[str]) -> set[str]:
    """The roles that can be shown: none of them small, and the merged rest not small either.

    Who votes for which role is known, so a rest of one or two would point at people as surely as a small role does;
    the smallest of the other roles then joins the rest.
    """
    size = {role: cast_by.count(role) for role in set(cast_by)}
    apart = {role for role, count in size.items() if role and count >= SMALLEST_ROLE_SHOWN}
    while apart and 0 < len(cast_by) - sum(size[role] for role in apart) < SMALLEST_ROLE_SHOWN:
        apart.remove(min(apart, key=lambda role: (size[role], role)))
    return apart
