"""Geometry of the lean axis, the picture of one criterion: retrieval on the left, fine-tuning on the right.

Pure Python without Django, so that the room, the decision page and the PDF draw the same picture from the same numbers;
`templates/components/lean_axis.svg` turns a `LeanAxis` into SVG. All lengths are user units of the SVG's view box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, cos, pi, sin
from typing import Any, Protocol

SCORES = (-2, -1, 0, 1, 2)


class BallotLike(Protocol):
    """What a dot needs; the room's view model and `Ballot` both have it."""

    @property
    def score(self) -> int: ...
    @property
    def role(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Ballot:
    score: int
    role: str
    name: str = ""


@dataclass(frozen=True)
class RoleMark:
    """A role's letter, shape and colour: told apart in grey print and by people who see no colours."""

    letter: str
    shape: str
    colour: str


ROLE_MARKS: Mapping[str, RoleMark] = {
    "product": RoleMark("P", "circle", "#2d4f8f"),
    "security": RoleMark("S", "shield", "#5b3a86"),
    "data": RoleMark("D", "square", "#33404f"),
    "engineering": RoleMark("E", "hexagon", "#7a4a12"),
    "legal": RoleMark("L", "pentagon", "#8a1f4d"),
    "other": RoleMark("O", "diamond", "#5a5f66"),
    # a ballot whose role the room does not show: a plain dot, which claims no role
    "": RoleMark("", "circle", "#5a5f66"),
}


@dataclass(frozen=True)
class Words:
    """The words of the picture, replaceable by translations; `%`-placeholders keep their names."""

    leans: Mapping[int, str] = field(
        default_factory=lambda: {
            -2: "strongly RAG",
            -1: "leans RAG",
            0: "either way",
            1: "leans fine-tuning",
            2: "strongly fine-tuning",
        }
    )
    roles: Mapping[str, str] = field(default_factory=lambda: {role: role or "somebody" for role in ROLE_MARKS})
    ticks: Mapping[int, str] = field(
        default_factory=lambda: {-2: "strongly", -1: "leans", 0: "either way", 1: "leans", 2: "strongly"}
    )
    left: str = "RAG"
    right: str = "Fine-tuning"
    settled: str = "settled: %(lean)s"
    contested: str = "contested"
    unanswered: str = "not answered"
    waiting: str = "not settled yet"
    between: str = "between %(low)s and %(high)s"
    dot: str = "%(who)s: %(lean)s"
    tally: str = "%(count)d %(lean)s (%(roles)s)"
    spread: str = "from %(low)s to %(high)s"
    median: str = "median %(median)s"
    no_ballots: str = "no ballots"


@dataclass(frozen=True)
class Size:
    """How large the picture is drawn; `rows` caps a stack, beyond it dots of one role become one dot with a count."""

    unit: float
    radius: float
    rows: int
    columns: int
    margin: float
    top: float
    bottom: float
    labelled: bool
    merged: bool
    grows: bool


SIZES: Mapping[str, Size] = {
    # one row of a table: the print page and lists
    "row": Size(40, 6.9, 2, 3, 10, 4.6, 1, labelled=False, merged=True, grows=False),
    # the board and the decision page
    "room": Size(120, 13, 5, 3, 40, 38, 30, labelled=True, merged=False, grows=True),
    # the shared screen, readable from the back of the room
    "screen": Size(170, 21, 4, 3, 56, 56, 42, labelled=True, merged=False, grows=True),
}


@dataclass(frozen=True)
class Tick:
    x: float
    line_x: float
    score: int
    label: str


@dataclass(frozen=True)
class Bar:
    """The settled lean, filled from the middle; `side` is rag, fine_tuning or either."""

    x: float
    width: float
    cap_x: float
    side: str


@dataclass(frozen=True)
class Dot:
    """One ballot, or several of one role and score when `count` is above one."""

    x: float
    y: float
    role: str
    letter: str
    colour: str
    path: str
    score: int
    count: int
    title: str
    letter_size: float
    letter_dy: float
    glide: str

    @property
    def text(self) -> str:
        return (
            self.letter if self.count == 1 else f"{self.letter}{self.count}" if self.count < 10 else f"{self.letter}+"
        )


@dataclass(frozen=True)
class Lane:
    """An earlier round, drawn faint below the axis."""

    number: int
    y: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class LeanAxis:
    size: str
    radius: float
    width: float
    height: float
    track_y: float
    track_height: float
    middle_y: float
    left_x: float
    right_x: float
    zero_x: float
    ticks: tuple[Tick, ...]
    labelled: bool
    left_label: str
    right_label: str
    bar: Bar | None
    low_x: float | None
    high_x: float | None
    median_x: float | None
    dots: tuple[Dot, ...]
    lanes: tuple[Lane, ...]
    state: str
    lean: int | None
    verdict: str
    alt: str

    @property
    def view_box(self) -> str:
        return f"0 0 {_short(self.width)} {_short(self.height)}"

    @property
    def track_width(self) -> float:
        return round(self.right_x - self.left_x, 2)

    @property
    def line(self) -> float:
        """Thickness of the zero line and of the range."""
        return round(self.radius * 0.18, 2)

    @property
    def hairline(self) -> float:
        return _hairline(self.radius)

    @property
    def outline(self) -> float:
        return round(self.radius * 0.16, 2)

    @property
    def bar_y(self) -> float:
        return round(self.track_y + self.track_height * 0.16, 2)

    @property
    def bar_height(self) -> float:
        return round(self.track_height * 0.68, 2)

    @property
    def cap_width(self) -> float:
        return round(self.radius * 0.34, 2)

    @property
    def cap_line_x(self) -> float:
        """The dark end of the bar, inside it, so that its outer edge is the settled lean."""
        if self.bar is None:
            return 0.0
        return self.bar.cap_x if self.bar.side == "rag" else round(self.bar.cap_x - self.cap_width, 2)

    @property
    def zero_line_x(self) -> float:
        return round(self.zero_x - self.line / 2, 2)

    @property
    def zero_y(self) -> float:
        return round(self.track_y - self.radius * 0.3, 2)

    @property
    def zero_height(self) -> float:
        return round(self.track_height + self.radius * 0.6, 2)

    @property
    def range_y(self) -> float:
        return round(self.middle_y - self.line / 2, 2)

    @property
    def range_width(self) -> float:
        return round(self.high_x - self.low_x, 2) if self.low_x is not None and self.high_x is not None else 0.0

    @property
    def median_path(self) -> str:
        """A small triangle on the upper edge that points at the median."""
        if self.median_x is None:
            return ""
        half, x, y = self.radius * 0.5, self.median_x, self.track_y
        return _polygon([(x - half, y - half * 1.3), (x + half, y - half * 1.3), (x, y + half * 0.25)])

    @property
    def label_size(self) -> float:
        return round(self.radius * 1.15, 2)

    @property
    def label_y(self) -> float:
        return round(self.track_y - self.radius * 0.95, 2)

    @property
    def tick_size(self) -> float:
        return round(self.radius * 0.92, 2)

    @property
    def tick_y(self) -> float:
        return round(self.height - self.radius * 0.75, 2)


def lean_axis(
    *,
    name: str,
    ballots: Iterable[BallotLike] = (),
    lean: int | None = None,
    state: str = "waiting",
    median: str | Decimal | float | None = None,
    earlier: Sequence[Iterable[BallotLike]] = (),
    size: str = "room",
    words: Words | None = None,
) -> LeanAxis:
    """Place one criterion's ballots, range, median and settled lean on the axis.

    `state` is waiting, open, revealed, settled, contested or unanswered; a lean is drawn only when it is settled, so a
    contested criterion can never be read as a number. `median` is computed from the ballots when it is not given.
    `earlier` holds the ballots of earlier rounds, oldest first.
    """
    words, spec = words or Words(), SIZES[size]
    cast = [ballot for ballot in ballots if ballot.score in SCORES]
    width = 4 * spec.unit + 2 * spec.margin + spec.unit * 0.6
    zero = width / 2
    groups = _by_score(cast, merged=spec.merged, spec=spec)
    tallest = max((min(spec.rows, len(group)) for group in groups.values()), default=1)
    lane_rows = max(tallest, 2)
    pitch = spec.radius * 2 + 1
    track_height = lane_rows * pitch + spec.radius * (0.9 if spec.grows else 0.1)
    middle = spec.top + track_height / 2
    dots = _place(groups, spec=spec, zero=zero, middle=middle, words=words)
    lanes = _lanes(earlier, spec=spec, zero=zero, top=spec.top + track_height, words=words)
    scores = sorted(ballot.score for ballot in cast)
    middle_score = _median(scores) if median is None else Decimal(str(median))
    settled = state == "settled" and lean is not None
    low, high = (scores[0], scores[-1]) if scores else (None, None)
    return LeanAxis(
        size=size,
        radius=spec.radius,
        width=round(width, 2),
        height=round(spec.top + track_height + len(lanes) * spec.radius * 1.7 + spec.bottom, 2),
        track_y=spec.top,
        track_height=round(track_height, 2),
        middle_y=round(middle, 2),
        left_x=round(zero - 2.3 * spec.unit, 2),
        right_x=round(zero + 2.3 * spec.unit, 2),
        zero_x=round(zero, 2),
        ticks=tuple(
            Tick(
                x=round(zero + score * spec.unit, 2),
                line_x=round(zero + score * spec.unit - _hairline(spec.radius) / 2, 2),
                score=score,
                label=words.ticks[score],
            )
            for score in SCORES
        ),
        labelled=spec.labelled,
        left_label=words.left,
        right_label=words.right,
        bar=_bar(lean, spec=spec, zero=zero) if settled and lean is not None else None,
        low_x=None if low is None else round(zero + low * spec.unit, 2),
        high_x=None if high is None else round(zero + high * spec.unit, 2),
        median_x=None if middle_score is None else round(zero + float(middle_score) * spec.unit, 2),
        dots=dots,
        lanes=lanes,
        state=state,
        lean=lean if settled else None,
        verdict=verdict(state, lean, words=words),
        alt=_alt(name, cast, state=state, lean=lean, median=middle_score, words=words),
    )


def from_document(criterion: Mapping[str, Any], *, size: str = "row", words: Words | None = None) -> LeanAxis:
    """Draw one entry of a record's `criteria`."""
    return lean_axis(
        name=str(criterion["name"]),
        ballots=[
            Ballot(int(b["score"]), str(b["role"]), str(b.get("name", "")))
            for b in criterion["ballots"]
            if b.get("score") is not None
        ],
        lean=criterion["lean"],
        state=str(criterion["state"]),
        median=criterion.get("median"),
        size=size,
        words=words,
    )


def verdict(state: str, lean: int | None, *, words: Words | None = None) -> str:
    """The state in words: a settled lean, contested, not answered or not settled yet."""
    words = words or Words()
    if state == "settled" and lean is not None:
        return words.leans[lean]
    return {"contested": words.contested, "unanswered": words.unanswered}.get(state, words.waiting)


def lean_words(value: Decimal, *, words: Words | None = None) -> str:
    """A lean in words; a half lies between two of them."""
    words = words or Words()
    if value == value.to_integral_value():
        return words.leans[int(value)]
    low = int(value.to_integral_value(rounding="ROUND_FLOOR"))
    return words.between % {"low": words.leans[low], "high": words.leans[low + 1]}


def shape_path(shape: str, radius: float) -> str:
    """An SVG path around (0, 0) that covers about the same area for every shape."""
    r = radius
    if shape == "circle":
        return (
            f"M{_short(-r)} 0A{_short(r)} {_short(r)} 0 1 1 {_short(r)} 0A{_short(r)} {_short(r)} 0 1 1 {_short(-r)} 0Z"
        )
    if shape == "square":
        return _polygon([(-0.9 * r, -0.9 * r), (0.9 * r, -0.9 * r), (0.9 * r, 0.9 * r), (-0.9 * r, 0.9 * r)])
    if shape == "diamond":
        return _polygon([(0, -1.22 * r), (1.22 * r, 0), (0, 1.22 * r), (-1.22 * r, 0)])
    if shape == "hexagon":
        return _polygon([(1.1 * r * cos(i * pi / 3), 1.1 * r * sin(i * pi / 3)) for i in range(6)])
    if shape == "pentagon":
        return _polygon(
            [(1.14 * r * sin(i * 2 * pi / 5), -1.14 * r * cos(i * 2 * pi / 5) + 0.08 * r) for i in range(5)]
        )
    return (  # shield: a flat top and sides that meet in a point below
        f"M{_short(-0.92 * r)} {_short(-0.92 * r)}H{_short(0.92 * r)}V{_short(0.2 * r)}"
        f"Q{_short(0.92 * r)} {_short(0.82 * r)} 0 {_short(1.2 * r)}"
        f"Q{_short(-0.92 * r)} {_short(0.82 * r)} {_short(-0.92 * r)} {_short(0.2 * r)}Z"
    )


def _by_score(cast: Sequence[BallotLike], *, merged: bool, spec: Size) -> dict[int, list[list[BallotLike]]]:
    """Ballots by score, each a dot of its own, or one dot a role where they are merged or too many."""
    order = {role: place for place, role in enumerate(ROLE_MARKS)}
    groups: dict[int, list[list[BallotLike]]] = {}
    for score in SCORES:
        here = [ballot for ballot in cast if ballot.score == score]
        if not here:
            continue
        here.sort(key=lambda ballot: (order.get(ballot.role, len(order)), ballot.name))
        if merged or len(here) > spec.rows * spec.columns:
            by_role: dict[str, list[BallotLike]] = defaultdict(list)
            for ballot in here:
                by_role[ballot.role if ballot.role in ROLE_MARKS else "other"].append(ballot)
            groups[score] = list(by_role.values())
        else:
            groups[score] = [[ballot] for ballot in here]
    return groups


def _place(
    groups: Mapping[int, list[list[BallotLike]]], *, spec: Size, zero: float, middle: float, words: Words
) -> tuple[Dot, ...]:
    pitch = spec.radius * 2 + 1
    placed = []
    for score, group in groups.items():
        rows = min(spec.rows, len(group))
        columns = ceil(len(group) / rows)
        for index, ballots in enumerate(group):
            row, column = divmod(index, columns)
            in_row = min(columns, len(group) - row * columns)
            x = zero + score * spec.unit + (column - (in_row - 1) / 2) * pitch
            y = middle + (row - (rows - 1) / 2) * pitch
            placed.append(_dot(ballots, x=x, y=y, radius=spec.radius, words=words))
    return tuple(placed)


def _dot(ballots: Sequence[BallotLike], *, x: float, y: float, radius: float, words: Words) -> Dot:
    role = ballots[0].role if ballots[0].role in ROLE_MARKS else "other"
    score, mark = ballots[0].score, ROLE_MARKS[role]
    who = ", ".join(b.name for b in ballots if b.name)
    who = f"{who} ({words.roles[role]})" if who else words.roles[role]
    letter_size = round(radius * (1.36 if len(ballots) == 1 else 1.1), 2)
    return Dot(
        x=round(x, 2),
        y=round(y, 2),
        role=role,
        letter=mark.letter,
        colour=mark.colour,
        path=shape_path(mark.shape, radius),
        score=score,
        count=len(ballots),
        title=words.dot % {"who": who, "lean": words.leans[score]},
        letter_size=letter_size,
        letter_dy=round(letter_size * 0.363, 2),
        glide=f"{'n' if score < 0 else 'p' if score > 0 else ''}{abs(score)}",
    )


def _lanes(
    earlier: Sequence[Iterable[BallotLike]], *, spec: Size, zero: float, top: float, words: Words
) -> tuple[Lane, ...]:
    lanes = []
    radius = spec.radius * 0.6
    for index, ballots in enumerate(earlier):
        y = round(top + (index + 0.5) * spec.radius * 1.7, 2)
        groups = _by_score([b for b in ballots if b.score in SCORES], merged=True, spec=spec)
        dots = [
            _dot(
                group,
                x=zero + score * spec.unit + (place - (len(here) - 1) / 2) * (radius * 2 + 1),
                y=y,
                radius=radius,
                words=words,
            )
            for score, here in groups.items()
            for place, group in enumerate(here)
        ]
        lanes.append(Lane(index + 1, y, tuple(dots)))
    return tuple(lanes)


def _bar(lean: int, *, spec: Size, zero: float) -> Bar:
    end = zero + lean * spec.unit
    if lean == 0:
        half = spec.unit / 9
        return Bar(round(zero - half, 2), round(2 * half, 2), round(zero, 2), "either")
    return Bar(round(min(zero, end), 2), round(abs(end - zero), 2), round(end, 2), "rag" if lean < 0 else "fine_tuning")


def _median(scores: Sequence[int]) -> Decimal | None:
    if not scores:
        return None
    return Decimal(scores[(len(scores) - 1) // 2] + scores[len(scores) // 2]) / 2


def _alt(
    name: str,
    cast: Sequence[BallotLike],
    *,
    state: str,
    lean: int | None,
    median: Decimal | None,
    words: Words,
) -> str:
    """The whole picture as one sentence, for screen readers and for the PDF's alternative text."""
    said = verdict(state, lean, words=words)
    parts = [words.settled % {"lean": said} if state == "settled" and lean is not None else said]
    if not cast:
        return f"{name}: {parts[0]}; {words.no_ballots}."
    for score in SCORES:
        here = [b for b in cast if b.score == score]
        if here:
            counts: dict[str, int] = defaultdict(int)
            for ballot in here:
                counts[ballot.role if ballot.role in ROLE_MARKS else "other"] += 1
            by_role = ", ".join(
                f"{counts[role]} {words.roles[role]}" if counts[role] > 1 else words.roles[role]
                for role in ROLE_MARKS
                if role in counts
            )
            parts.append(words.tally % {"count": len(here), "lean": words.leans[score], "roles": by_role})
    low, high = min(b.score for b in cast), max(b.score for b in cast)
    if low != high:
        parts.append(words.spread % {"low": words.leans[low], "high": words.leans[high]})
    if median is not None:
        parts.append(words.median % {"median": lean_words(median, words=words)})
    return f"{name}: {'; '.join(parts)}."


def _hairline(radius: float) -> float:
    return round(radius * 0.1, 2)


def _polygon(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points) + "Z"


def _short(value: float) -> str:
    """Two decimals at most, and never a negative zero: the same number always prints as the same text."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
