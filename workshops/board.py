"""Who sees what: the board is what one viewer may see of a workshop now.

What a viewer may not see is never loaded: of an open round only who has voted is read, never a score, a confidence or
a reason. Everything a browser gets - page, fragment, stream - is made from here.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from decisions import frameworks
from decisions.framework import guide
from decisions.framework.criteria import BY_KEY, CRITERIA, Criterion
from decisions.framework.customise import Framework
from decisions.framework.precheck import ROOM_QUESTIONS
from decisions.framework.starting_points import StartingPoint
from decisions.models import Record
from workshops import words
from workshops.models import (
    OWNER_ROLES,
    Ballot,
    Confidence,
    Minute,
    Phase,
    Role,
    Round,
    RoundState,
    Seat,
    TalkNote,
    Workshop,
)
from workshops.outcome import OutcomeView, outcome_of
from workshops.readings import asked_of, framework_in, revealed_dots
from workshops.states import REVEALED
from workshops.tally import Dot, Tally, shown_as, tally

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
    join_code: str
    join_url: str
    timer_ends_at: datetime | None
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
    is_member: bool
    is_removed: bool
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
    cast: int
    expected: int
    by_role: tuple[RoleCount, ...]
    lean: int | None
    why: str
    settled_by: str
    results: Tally | None
    words: str
    no_ballot: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    @property
    def lean_words(self) -> str:
        return "" if self.lean is None else words.lean_words(self.lean)

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
class Answered:
    """A question of the precheck, what the room said, and what follows."""

    question: str
    answer: str
    then: str


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
    record_url: str
    now: datetime
    minutes: tuple[Minute, ...] = field(default=())
    framework: Framework = field(default_factory=Framework)
    start: StartingPoint | None = None

    @property
    def guides(self) -> tuple[guide.Page, ...]:
        """Pages of the guide to open first in a case like this one."""
        return tuple(page for slug in (self.start.guides if self.start else ()) if (page := guide.page(slug)))

    @property
    def voters(self) -> tuple[SeatView, ...]:
        """Those whose ballots are awaited."""
        return tuple(seat for seat in self.seats if not seat.is_observer)

    @property
    def open_rounds(self) -> tuple[RoundView, ...]:
        """All open rounds: one in a live meeting, up to five when scored ahead."""
        return tuple(one.round for one in self.criteria if one.round is not None and one.round.is_open)

    @property
    def ends_early(self) -> bool:
        """Whether the precheck alone already decides: fix something first, or prompts are enough."""
        return bool(self.situation.get("pre_check")) or bool(self.situation.get("prompt_baseline_sufficient"))

    @property
    def precheck_lines(self) -> tuple[Answered, ...]:
        """The room's own questions with what was said, in words."""
        own = (Answered(one["question"], one["answer"], "") for one in asked_of(self.precheck, self.framework))
        return *self._room_lines, *own

    @property
    def _room_lines(self) -> tuple[Answered, ...]:
        return tuple(
            Answered(
                str(room.question),
                str(dict(room.answers).get(self.precheck[room.key], "")),
                str(room.then.get(self.precheck[room.key], "")),
            )
            for room in ROOM_QUESTIONS
            if self.precheck.get(room.key)
        )

    @property
    def settled_count(self) -> int:
        """How many criteria are done."""
        return sum(one.state in {"settled", "contested"} for one in self.criteria)


@dataclass(frozen=True)
class Target:
    """One of the five scores on a ballot."""

    score: int
    label: str
    text: str
    chosen: bool

    @property
    def side(self) -> str:
        return "rag" if self.score < 0 else "ft" if self.score > 0 else "either"


@dataclass(frozen=True)
class OwnRound:
    """An open round with the viewer's own ballot in it, if any."""

    criterion: Criterion
    round_id: int
    number: int
    ballot: Ballot | None

    @property
    def targets(self) -> tuple[Target, ...]:
        """The five scores to choose from, with what each means here."""
        chosen = self.ballot.score if self.ballot else None
        return tuple(
            Target(score, words.lean_words(score), str(self.criterion.anchors[score]), score == chosen)
            for score in (-2, -1, 0, 1, 2)
        )

    @property
    def confidences(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Confidence.choices]

    @property
    def confidence(self) -> str:
        return self.ballot.confidence if self.ballot else Confidence.FAIRLY.value

    @property
    def reason(self) -> str:
        return self.ballot.reason if self.ballot else ""

    @property
    def lean_words(self) -> str:
        return words.lean_words(self.ballot.score) if self.ballot else ""


@dataclass(frozen=True)
class OwnBoard:
    """What only this viewer may see: the own ballots of rounds that are open, and of the one on screen."""

    public_id: str
    seat: Seat
    phase: str
    stage: int
    rounds: tuple[OwnRound, ...]
    revealed: Ballot | None  # the own ballot in the round on screen, once it is revealed

    @property
    def revealed_words(self) -> str:
        return words.lean_words(self.revealed.score) if self.revealed else ""


def shared_board(workshop_id: int, *, with_minutes: bool = False) -> Board | None:
    """The board of an audience, in a fixed number of queries whatever the room's size; None when it is gone.

    The version is read first: the label may be older than the content, never newer.
    """
    workshop = Workshop.objects.select_related("decision__team").filter(pk=workshop_id).first()
    if workshop is None:
        return None
    seats = list(workshop.seats.order_by("pk"))
    rounds = list(workshop.rounds.order_by("number"))
    any_revealed = any(one.state in REVEALED for one in rounds)
    voted: dict[int, set[int]] = defaultdict(set)
    for round_id, seat_id in Ballot.objects.filter(round__in=rounds).values_list("round_id", "seat_id"):
        voted[round_id].add(seat_id)
    # before the first reveal, when votes come thick and fast, there is nothing of this to ask for
    dots = revealed_dots(workshop) if any_revealed else defaultdict(list)
    notes: dict[int, list[Note]] = defaultdict(list)
    if any_revealed:
        for note in TalkNote.objects.filter(round__workshop=workshop):
            notes[note.round_id].append(Note(note.author, note.text))
    nudged = workshop.minutes.filter(act="nudged").order_by("-pk").values_list("at", flat=True).first()

    present = [seat for seat in seats if seat.removed_at is None]
    views = [_round(one, present, voted[one.pk], dots[one.pk], notes[one.pk], workshop.shown) for one in rounds]
    framework = framework_in(workshop)
    start = frameworks.starting_point(workshop.decision.team_id, workshop.decision.starting_point)
    criteria = tuple(_criterion(criterion, views, start) for criterion in framework.criteria)
    current = _current(criteria)
    showing = voted[current.round.id] if current and current.round else set()
    role_names = {str(value): str(label) for value, label in Role.choices}
    in_outcome = workshop.phase in {Phase.OUTCOME, Phase.CLOSED}
    return Board(
        workshop=_workshop(workshop),
        seats=tuple(_seat(seat, seat.pk in showing, role_names) for seat in present),
        missing_roles=tuple(
            str(Role(role).label) for role in OWNER_ROLES if not any(s.role == role and s.votes for s in present)
        ),
        criteria=criteria,
        current=current if workshop.phase == Phase.SCORING else None,
        next_criterion=next((one for one in criteria if one.state == "waiting"), None),
        situation=workshop.situation,
        precheck=workshop.precheck,
        outcome=outcome_of(workshop, dots) if in_outcome else None,
        # a reminder belongs to the ballots that were missing then
        nudged_at=nudged
        if any(one.state == RoundState.OPEN and nudged and one.opened_at <= nudged for one in rounds)
        else None,
        record_url=_record_url(workshop) if in_outcome else "",
        now=timezone.now(),
        minutes=tuple(workshop.minutes.all()) if with_minutes else (),
        framework=framework,
        start=start,
    )


def own_key(board: Board) -> str:
    """Changes when, and only when, the viewers' own fragments must be drawn again."""
    return key_of(board.workshop)


def key_of(workshop: Workshop | WorkshopView) -> str:
    """The same of a workshop."""
    return f"{workshop.phase}-{workshop.stage}"


def own_boards(workshop_id: int, seat_ids: Collection[int]) -> tuple[str, dict[int, OwnBoard]]:
    """The own boards of several seats of one room, in a fixed number of queries."""
    workshop = Workshop.objects.get(pk=workshop_id)
    seats = list(workshop.seats.filter(pk__in=seat_ids, removed_at__isnull=True))
    return key_of(workshop), _own_boards(workshop, seats)


def own_board(seat: Seat, known: Board | None = None) -> OwnBoard:
    """The own board of a seat that is loaded with its workshop; a board of the same stage spares asking for rounds."""
    rounds = None
    if known is not None and known.workshop.id == seat.workshop_id and known.workshop.stage == seat.workshop.stage:
        rounds = [one for criterion in known.criteria for one in (*criterion.history, criterion.round) if one]
    return _own_boards(seat.workshop, [seat], rounds)[seat.pk]


def _own_boards(
    workshop: Workshop, seats: list[Seat], rounds: Sequence[Round | RoundView] | None = None
) -> dict[int, OwnBoard]:
    if rounds is None:
        rounds = list(workshop.rounds.order_by("number"))
    shown_rounds = [one for one in rounds if one.state in {RoundState.OPEN, RoundState.REVEALED}]
    shown_rounds.sort(key=lambda one: [criterion.key for criterion in CRITERIA].index(one.criterion))
    ballots: dict[tuple[int, int], Ballot] = {
        (ballot.seat_id, ballot.round_id): ballot
        for ballot in Ballot.objects.filter(round__in=[one.id for one in shown_rounds], seat__in=seats)
    }
    by_key = {criterion.key: criterion for criterion in framework_in(workshop).criteria}
    boards = {}
    for seat in seats:
        seat.workshop = workshop
        boards[seat.pk] = OwnBoard(
            public_id=str(workshop.public_id),
            seat=seat,
            phase=workshop.phase,
            stage=workshop.stage,
            rounds=tuple(
                OwnRound(by_key[one.criterion], one.id, one.number, ballots.get((seat.pk, one.id)))
                for one in shown_rounds
                if one.state == RoundState.OPEN
            ),
            revealed=next(
                (ballots.get((seat.pk, one.id)) for one in shown_rounds if one.state == RoundState.REVEALED), None
            ),
        )
    return boards


def _workshop(workshop: Workshop) -> WorkshopView:
    decision = workshop.decision
    return WorkshopView(
        id=workshop.pk,
        public_id=str(workshop.public_id),
        team=decision.team.name,
        team_slug=decision.team.slug,
        decision_number=decision.number,
        title=decision.title,
        question=decision.question,
        context=decision.context,
        phase=workshop.phase,
        version=workshop.version,
        stage=workshop.stage,
        shown=workshop.shown,
        join_code=f"{workshop.join_code[:4]} {workshop.join_code[4:]}",
        join_url=settings.PUBLIC_URL + reverse("workshops:join_link", args=[workshop.join_token]),
        timer_ends_at=workshop.timer_ends_at,
        scored_ahead=workshop.scored_ahead,
        session_started=workshop.session_started_at is not None,
    )


def _seat(seat: Seat, has_voted: bool, role_names: dict[str, str]) -> SeatView:
    return SeatView(
        id=seat.pk,
        name=seat.name,
        role=seat.role,
        role_name=role_names.get(seat.role, seat.role),
        letter=LETTERS.get(seat.role, "O"),
        is_observer=seat.is_observer,
        is_facilitator=seat.is_facilitator,
        is_member=seat.user_id is not None,
        is_removed=seat.removed_at is not None,
        has_voted=has_voted,
    )


def _round(
    one: Round, present: list[Seat], voted: set[int], dots: list[Dot], notes: list[Note], shown: str
) -> RoundView:
    revealed = one.state in REVEALED
    voters = [
        seat
        for seat in present
        # who came after the reveal did not miss it
        if not seat.is_observer and (seat.pk in voted or one.revealed_at is None or seat.joined_at <= one.revealed_at)
    ]
    results = tally(shown_as(dots, shown)) if revealed else None
    by_role = tuple(
        RoleCount(
            role,
            str(Role(role).label),
            LETTERS[role],
            cast=sum(seat.pk in voted for seat in voters if seat.role == role),
            expected=sum(seat.role == role for seat in voters),
        )
        for role in Role.values
        if any(seat.role == role for seat in voters)
    )
    return RoundView(
        id=one.pk,
        criterion=one.criterion,
        number=one.number,
        state=one.state,
        cast=len(voted),
        expected=len(voted | {seat.pk for seat in voters}),
        by_role=by_role,
        lean=one.lean,
        why=one.why,
        settled_by=one.settled_by,
        results=results,
        words=words.spread(results) if results is not None else "",
        no_ballot=tuple(seat.name for seat in voters if seat.pk not in voted) if revealed and shown == "names" else (),
        notes=tuple(notes),
    )


def _criterion(criterion: Criterion, rounds: list[RoundView], start: StartingPoint | None) -> CriterionView:
    own = [one for one in rounds if one.criterion == criterion.key]
    return CriterionView(criterion, own[-1] if own else None, tuple(own[:-1]), start)


def _current(criteria: tuple[CriterionView, ...]) -> CriterionView | None:
    """The criterion on screen: the revealed one, else the open one, else the one settled last."""
    for state in ("revealed", "open"):
        for one in criteria:
            if one.state == state:
                return one
    done = [one for one in criteria if one.round is not None]
    return max(done, key=lambda one: one.round.id if one.round else 0, default=None)


def _record_url(workshop: Workshop) -> str:
    """Where the record drafted from this workshop is, empty before there is one."""
    record = Record.objects.filter(workshop_ref=workshop.public_id).exclude(state="withdrawn").first()
    return reverse("decisions:record", args=[workshop.decision.team.slug, record.pk]) if record else ""
