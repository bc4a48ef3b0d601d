"""What everybody in an audience may see, as plain data with the words for it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from decisions.framework import guide
from decisions.framework.criteria import BY_KEY, Criterion
from decisions.framework.customise import Framework
from decisions.framework.settling import needs_reason, settled_words
from decisions.framework.starting_points import StartingPoint
from workshops import words
from workshops.actions.lead import OPENED_AGAIN_WITHIN
from workshops.actions.standing_in import Lead
from workshops.board.record import RecordView
from workshops.models import (
    OWNER_ROLES,
    Confidence,
    Minute,
    RoundState,
)
from workshops.outcome import OutcomeView
from workshops.tally import Dot, Tally

LETTERS = {"product": "P", "security": "S", "data": "D", "engineering": "E", "legal": "L", "other": "O"}


@dataclass(frozen=True)
class WorkshopView:
    """The meeting itself."""

    id: int
    public_id: str
    team: str
    team_slug: str
    decision_number: int
    title: str
    question: str
    context: str
    phase: str
    version: int
    stage: int
    shown: str
    asking: str
    join_code: str
    join_url: str
    join_place: str  # where the code is typed
    timer_ends_at: datetime | None
    closed_at: datetime | None
    scored_ahead: bool
    session_started: bool

    @cached_property
    def qr_svg(self) -> str:
        """The join link as a QR code, drawn once a board; safe markup of our own making."""
        drawn = segno.make(self.join_url, error="m", micro=False).svg_inline(border=2, omitsize=True, svgclass="qr")
        return mark_safe(drawn)  # noqa: S308


@dataclass(frozen=True)
class SeatView:
    """One person in the room."""

    id: int
    name: str
    role: str
    role_name: str
    letter: str
    is_observer: bool
    is_facilitator: bool
    stands_in: bool
    is_here: bool
    joined_at: datetime
    has_account: bool
    devices: int
    has_voted: bool


@dataclass(frozen=True)
class Note:
    """Something kept from the talk."""

    author: str
    text: str


@dataclass(frozen=True)
class RoleCount:
    """How many of a role have voted."""

    role: str
    role_name: str
    letter: str
    cast: int
    expected: int

    @property
    def missing(self) -> int:
        return self.expected - self.cast


@dataclass(frozen=True)
class Reason:
    """A revealed ballot as a line: who (as the room shows it), the lean in words, how sure, and why."""

    who: str
    role: str
    letter: str
    lean: str
    sureness: str
    reason: str


@dataclass(frozen=True)
class RoundView:
    """One round; `results` is None before the reveal: absent, not masked."""

    id: int
    criterion: str
    number: int
    state: str
    is_frozen: bool
    cast: int
    expected: int
    by_role: tuple[RoleCount, ...]
    lean: int | None
    why: str
    settled_by: str
    results: Tally | None
    words: str
    revealed_at: datetime | None
    no_ballot: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    @property
    def lean_words(self) -> str:
        return "" if self.lean is None else words.lean_words(self.lean)

    @property
    def settled_words(self) -> str:
        """By whom it was settled, with the reason where it went against most ballots."""
        scores = [dot.score for dot in self.results.dots] if self.results is not None else []
        return "" if self.lean is None else str(settled_words(self.settled_by, self.lean, scores, self.why))

    @property
    def needed_reason(self) -> bool:
        """Whether the reason is part of how it was settled."""
        scores = [dot.score for dot in self.results.dots] if self.results is not None else []
        return self.lean is not None and needs_reason(self.lean, scores)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who is asked to speak first, as the room shows people; nobody when it shows neither names nor roles."""
        furthest = self.results.speak_first if self.results is not None else ()
        return tuple(who for dot in furthest if (who := dot.name or (words.role_name(dot.role) if dot.role else "")))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The revealed ballots that gave a reason."""
        dots = self.results.dots if self.results is not None else ()
        sureness = dict(Confidence.choices)
        return tuple(
            Reason(
                who=dot.name or words.role_name(dot.role),
                role=dot.role,
                letter=LETTERS.get(dot.role, ""),
                lean=words.lean_words(dot.score),
                sureness=str(sureness.get(dot.confidence, "")),
                reason=dot.reason,
            )
            for dot in dots
            if dot.reason
        )

    @property
    def all_in(self) -> bool:
        """Whether everybody who votes has voted."""
        return self.expected > 0 and self.cast >= self.expected


@dataclass(frozen=True)
class CriterionView:
    """A criterion with its present round and the ones before it."""

    criterion: Criterion
    round: RoundView | None
    history: tuple[RoundView, ...]
    start: StartingPoint | None = None

    @property
    def key(self) -> str:
        return self.criterion.key

    @property
    def state(self) -> str:
        """`waiting` before its first round, else the state of its latest round."""
        return self.round.state if self.round else "waiting"

    @property
    def state_name(self) -> str:
        return str(dict(RoundState.choices).get(self.state, _("Not scored yet")))

    @property
    def place(self) -> int:
        """1 to 5, in the order of the framework."""
        return list(BY_KEY).index(self.key) + 1

    @property
    def emphasis(self) -> str:
        """What to look at first in a case like this one; empty without a starting point that says so."""
        return str(self.start.emphasis.get(self.key, "")) if self.start else ""

    @property
    def lean(self) -> int | None:
        return self.round.lean if self.round else None

    @property
    def lean_words(self) -> str:
        return self.round.lean_words if self.round else ""

    @property
    def guide_url(self) -> str:
        return reverse("decisions:guide_page", args=[self.criterion.guide])

    @property
    def earlier(self) -> tuple[tuple[Dot, ...], ...]:
        """The ballots of the rounds before, drawn faintly so that movement shows."""
        return tuple(one.results.dots for one in self.history if one.results is not None)


@dataclass(frozen=True)
class Board:
    """What everybody in an audience may see."""

    workshop: WorkshopView
    seats: tuple[SeatView, ...]
    missing_roles: tuple[str, ...]
    criteria: tuple[CriterionView, ...]
    current: CriterionView | None
    next_criterion: CriterionView | None
    situation: dict[str, Any]
    precheck: dict[str, Any]
    outcome: OutcomeView | None
    nudged_at: datetime | None
    record: RecordView | None
    now: datetime
    minutes: tuple[Minute, ...] = field(default=())
    framework: Framework = field(default_factory=Framework)
    start: StartingPoint | None = None
    dropped: Lead | None = None  # who led, while nobody who may is here
    # who has voted in each open round, to carry the board on; no screen shows it of all rounds
    voted: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def guides(self) -> tuple[guide.Page, ...]:
        """Pages of the guide to open first in a case like this one."""
        return tuple(page for slug in (self.start.guides if self.start else ()) if (page := guide.page(slug)))

    @property
    def signers(self) -> list[tuple[str, str, list[SeatView]]]:
        """For each owner's role those who hold it, of whom one is chosen to sign."""
        found = (
            (str(role), [seat for seat in self.seats if seat.role == role and not seat.is_observer])
            for role in OWNER_ROLES
        )
        return [(role, words.role_name(role), seats) for role, seats in found if seats]

    @property
    def may_open_again(self) -> bool:
        """Whether a closed workshop may be opened again."""
        closed = self.workshop.closed_at
        return closed is not None and self.now - closed <= OPENED_AGAIN_WITHIN

    @property
    def presence(self) -> Hashable:
        """What is shown of who is here, as the notes of the web processes tell it."""
        present = frozenset(seat.id for seat in self.seats if seat.is_here)
        return present, self.dropped is not None, self.dropped is not None and self.now >= self.dropped.opens_at

    @property
    def open_rounds(self) -> tuple[RoundView, ...]:
        """All open rounds: one in a live meeting, up to five when scored ahead."""
        return tuple(one.round for one in self.criteria if one.round is not None and one.round.is_open)

    @property
    def ends_early(self) -> bool:
        """Whether the precheck alone already decides: fix something first, or prompts are enough."""
        return bool(self.situation.get("pre_check")) or bool(self.situation.get("prompt_baseline_sufficient"))

    @property
    def settled_count(self) -> int:
        """How many criteria are done."""
        return sum(one.state in {"settled", "contested"} for one in self.criteria)
