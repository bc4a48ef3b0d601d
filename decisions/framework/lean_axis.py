"""Geometry of the lean axis, the picture of one criterion: retrieval on the left, fine-tuning on the right.

Pure Python without Django, so that the room, the decision page and the PDF draw the same picture from the same numbers;
`templates/components/lean_axis.svg` turns a `LeanAxis` into SVG. All lengths are user units of the SVG's view box.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, cos, pi, sin
from statistics import median as middle_of
from typing import Any, NamedTuple, Protocol

from .answers import LEANS
from .text import Sentence, _
from .words import LEAN_NAMES, ROLE_NAMES


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


TICKS: Mapping[int, Sentence] = {-2: _("strongly"), -1: _("leans"), 0: _("either way"), 1: _("leans"), 2: _("strongly")}


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


class Rect(NamedTuple):
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    x: float
    line: Rect
    score: int
    label: str


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


@dataclass(frozen=True, kw_only=True)
class LeanAxis:
    size: str
    state: str
    lean: int | None
    side: str  # of the settled lean: rag, fine_tuning or either
    alt: str
    width: float
    height: float
    radius: float
    outline: float
    middle_y: float
    track: Rect
    zero_x: float
    zero: Rect
    ticks: tuple[Tick, ...]
    bar: Rect | None  # the settled lean, filled from the middle
    cap: Rect | None  # its dark end, inside it, so that its outer edge is the lean
    spread: Rect | None  # from the lowest ballot to the highest
    median_x: float | None
    median_path: str
    dots: tuple[Dot, ...]
    lanes: tuple[Lane, ...]
    labelled: bool
    left_label: str
    right_label: str
    right_x: float
    label_y: float
    label_size: float
    tick_y: float
    tick_size: float

    @property
    def view_box(self) -> str:
        return f"0 0 {_short(self.width)} {_short(self.height)}"


def lean_axis(
    *,
    name: str,
    ballots: Iterable[BallotLike] = (),
    lean: int | None = None,
    state: str = "waiting",
    median: str | Decimal | float | None = None,
    earlier: Sequence[Iterable[BallotLike]] = (),
    size: str = "room",
) -> LeanAxis:
    """Place one criterion's ballots, range, median and settled lean on the axis.

    `state` is waiting, open, revealed, settled, contested or unanswered; a lean is drawn only when it is settled, so a
    contested criterion can never be read as a number. `median` is computed from the ballots when it is not given.
    `earlier` holds the ballots of earlier rounds, oldest first.
    """
    spec = SIZES[size]
    radius, unit, top = spec.radius, spec.unit, spec.top
    cast = [ballot for ballot in ballots if ballot.score in LEANS]
    width = 4 * unit + 2 * spec.margin + unit * 0.6
    zero = width / 2
    groups = _by_score(cast, merged=spec.merged, spec=spec)
    tallest = max((min(spec.rows, len(group)) for group in groups.values()), default=1)
    tall = max(tallest, 2) * (radius * 2 + 1) + radius * (0.9 if spec.grows else 0.1)
    middle = top + tall / 2
    lanes = _lanes(earlier, spec=spec, zero=zero, top=top + tall)
    height = round(top + tall + len(lanes) * radius * 1.7 + spec.bottom, 2)
    line, hairline, cap = round(radius * 0.18, 2), round(radius * 0.1, 2), round(radius * 0.34, 2)
    scores = sorted(ballot.score for ballot in cast)
    low, high = (zero + scores[0] * unit, zero + scores[-1] * unit) if scores else (zero, zero)
    if median is None and scores:
        median = middle_of(scores)
    median_score = None if median is None else Decimal(str(median))
    median_x = None if median_score is None else round(zero + float(median_score) * unit, 2)
    settled = lean if state == "settled" else None
    end = zero + (settled or 0) * unit
    half = 0 if settled else unit / 9  # either way: a short bar around the middle
    return LeanAxis(
        size=size,
        state=state,
        lean=settled,
        side="rag" if end < zero else "fine_tuning" if end > zero else "either",
        alt=_alt(name, cast, state=state, lean=lean, median=median_score, earlier=earlier),
        width=round(width, 2),
        height=height,
        radius=radius,
        outline=round(radius * 0.16, 2),
        middle_y=round(middle, 2),
        track=_rect(zero - 2.3 * unit, top, 4.6 * unit, tall),
        zero_x=round(zero, 2),
        zero=_rect(zero - line / 2, top - radius * 0.3, line, tall + radius * 0.6),
        ticks=tuple(
            Tick(
                round(zero + score * unit, 2),
                _rect(zero + score * unit - hairline / 2, top, hairline, tall),
                score,
                str(TICKS[score]),
            )
            for score in LEANS
        ),
        bar=None
        if settled is None
        else _rect(min(zero, end) - half, top + tall * 0.16, abs(end - zero) + 2 * half, tall * 0.68),
        cap=_rect(end if end < zero else end - cap, top, cap, tall) if settled else None,
        spread=_rect(low, round(middle, 2) - line / 2, high - low, line) if low < high else None,
        median_x=median_x,
        median_path="" if median_x is None else _pointer(median_x, top, radius * 0.5),
        dots=_place(groups, unit=unit, radius=radius, rows=spec.rows, zero=zero, middle=middle),
        lanes=lanes,
        labelled=spec.labelled,
        left_label=str(_("RAG")),
        right_label=str(_("Fine-tuning")),
        right_x=round(zero + 2.3 * unit, 2),
        label_y=round(top - radius * 0.95, 2),
        label_size=round(radius * 1.15, 2),
        tick_y=round(height - radius * 0.75, 2),
        tick_size=round(radius * 0.92, 2),
    )


def from_document(criterion: Mapping[str, Any], *, size: str = "row") -> LeanAxis:
    """Draw one entry of a record's `criteria`."""
    return lean_axis(
        name=str(criterion["name"]),
        ballots=_cast(criterion["ballots"]),
        lean=criterion["lean"],
        state=str(criterion["state"]),
        median=criterion.get("median"),
        earlier=[_cast(one["ballots"]) for one in criterion.get("earlier") or ()],
        size=size,
    )


def _cast(ballots: Iterable[Mapping[str, Any]]) -> list[Ballot]:
    counted = (one for one in ballots if one.get("score") is not None)
    return [Ballot(int(one["score"]), str(one["role"]), str(one.get("name", ""))) for one in counted]


def verdict(state: str, lean: int | None) -> str:
    """The state in words: a settled lean, contested, not answered or not settled yet."""
    if state == "settled" and lean is not None:
        return str(LEAN_NAMES[lean])
    return str({"contested": _("contested"), "unanswered": _("not answered")}.get(state, _("not settled yet")))


def lean_words(value: Decimal) -> str:
    """A lean in words; a half lies between two of them."""
    if value == value.to_integral_value():
        return str(LEAN_NAMES[int(value)])
    low = int(value.to_integral_value(rounding="ROUND_FLOOR"))
    return str(_("between %(low)s and %(high)s", low=LEAN_NAMES[low], high=LEAN_NAMES[low + 1]))


def role_word(role: str) -> str:
    """A role as it is said of a dot; of one whose role is not shown, that it is somebody's."""
    return str(ROLE_NAMES[role] if role else _("someone"))


def _known(role: str) -> str:
    return role if role in ROLE_MARKS else "other"


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
    for score in LEANS:
        here = [ballot for ballot in cast if ballot.score == score]
        if not here:
            continue
        here.sort(key=lambda ballot: (order.get(ballot.role, len(order)), ballot.name))
        if merged or len(here) > spec.rows * spec.columns:
            by_role: dict[str, list[BallotLike]] = defaultdict(list)
            for ballot in here:
                by_role[_known(ballot.role)].append(ballot)
            groups[score] = list(by_role.values())
        else:
            groups[score] = [[ballot] for ballot in here]
    return groups


def _place(
    groups: Mapping[int, list[list[BallotLike]]], *, unit: float, radius: float, rows: int, zero: float, middle: float
) -> tuple[Dot, ...]:
    pitch = radius * 2 + 1
    placed = []
    for score, group in groups.items():
        high = min(rows, len(group))
        columns = ceil(len(group) / high)
        for index, ballots in enumerate(group):
            row, column = divmod(index, columns)
            in_row = min(columns, len(group) - row * columns)
            x = zero + score * unit + (column - (in_row - 1) / 2) * pitch
            y = middle + (row - (high - 1) / 2) * pitch
            placed.append(_dot(ballots, x=x, y=y, radius=radius))
    return tuple(placed)


def _dot(ballots: Sequence[BallotLike], *, x: float, y: float, radius: float) -> Dot:
    role = _known(ballots[0].role)
    score, mark = ballots[0].score, ROLE_MARKS[role]
    who = ", ".join(b.name for b in ballots if b.name)
    who = f"{who} ({role_word(role)})" if who else role_word(role)
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
        title=str(_("%(who)s: %(lean)s", who=who, lean=LEAN_NAMES[score])),
        letter_size=letter_size,
        letter_dy=round(letter_size * 0.363, 2),
        glide=f"{'n' if score < 0 else 'p' if score > 0 else ''}{abs(score)}",
    )


def _lanes(earlier: Sequence[Iterable[BallotLike]], *, spec: Size, zero: float, top: float) -> tuple[Lane, ...]:
    lanes = []
    for index, ballots in enumerate(earlier):
        y = round(top + (index + 0.5) * spec.radius * 1.7, 2)
        groups = _by_score([b for b in ballots if b.score in LEANS], merged=True, spec=spec)
        dots = _place(groups, unit=spec.unit, radius=spec.radius * 0.6, rows=1, zero=zero, middle=y)
        lanes.append(Lane(index + 1, y, dots))
    return tuple(lanes)


def _alt(
    name: str,
    cast: Sequence[BallotLike],
    *,
    state: str,
    lean: int | None,
    median: Decimal | None,
    earlier: Sequence[Iterable[BallotLike]],
) -> str:
    """The whole picture as one sentence, for screen readers and for the PDF's alternative text."""
    said = verdict(state, lean)
    parts = [str(_("settled: %(lean)s", lean=said)) if state == "settled" and lean is not None else said]
    parts += _counts(cast) or [str(_("no votes"))]
    scores = sorted(ballot.score for ballot in cast)
    if scores and scores[0] != scores[-1]:
        parts.append(str(_("from %(low)s to %(high)s", low=LEAN_NAMES[scores[0]], high=LEAN_NAMES[scores[-1]])))
    if cast and median is not None:
        parts.append(str(_("median %(median)s", median=lean_words(median))))
    for number, ballots in enumerate(earlier, 1):
        before = ", ".join(_counts([one for one in ballots if one.score in LEANS])) or _("no votes")
        parts.append(str(_("round %(number)s before: %(votes)s", number=number, votes=before)))
    return f"{name}: {'; '.join(parts)}."


def _counts(cast: Sequence[BallotLike]) -> list[str]:
    """How many ballots lie where, and of which roles."""
    parts = []
    for score in LEANS:
        roles = [_known(ballot.role) for ballot in cast if ballot.score == score]
        said = ((role, roles.count(role)) for role in ROLE_MARKS if role in roles)
        by_role = ", ".join(f"{count} {role_word(role)}" if count > 1 else role_word(role) for role, count in said)
        if roles:
            parts.append(
                str(_("%(count)s %(lean)s (%(roles)s)", count=len(roles), lean=LEAN_NAMES[score], roles=by_role))
            )
    return parts


def _rect(x: float, y: float, width: float, height: float) -> Rect:
    return Rect(round(x, 2), round(y, 2), round(width, 2), round(height, 2))


def _pointer(x: float, y: float, half: float) -> str:
    """A small triangle on the upper edge that points at the median."""
    return _polygon([(x - half, y - half * 1.3), (x + half, y - half * 1.3), (x, y + half * 0.25)])


def _polygon(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points) + "Z"


def _short(value: float) -> str:
    """Two decimals at most, and never a negative zero: the same number always prints as the same text."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
