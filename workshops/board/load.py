"""Loading a board: a fixed number of queries whatever the size of the room."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils import timezone

from decisions.base.links import public_link
from decisions.framework.criteria import Criterion
from decisions.framework.starting_points import StartingPoint
from decisions.team_framework import acts as frameworks
from workshops import words
from workshops.actions.standing_in import dropped
from workshops.board.own import OwnBoard, OwnRound
from workshops.board.record import record_view
from workshops.board.shown import (
    LETTERS,
    Board,
    CriterionView,
    Note,
    RoleCount,
    RoundView,
    SeatView,
    WorkshopView,
)
from workshops.models import (
    OWNER_ROLES,
    Ballot,
    Phase,
    Presence,
    Role,
    Round,
    RoundState,
    Seat,
    TalkNote,
    Workshop,
)
from workshops.outcome import outcome_of
from workshops.presence import here, last_seen
from workshops.readings import framework_in, revealed_dots
from workshops.states import REVEALED
from workshops.tally import Dot, shown_as, tally


def shared_board(workshop_id: int, *, with_minutes: bool = False) -> Board | None:
    """The board of an audience, in a fixed number of queries whatever the room's size; None when it is gone.

    The version is read first: the label may be older than the content, never newer.
    """
    workshop = Workshop.objects.select_related("decision__team").filter(pk=workshop_id).first()
    if workshop is None:
        return None
    seats = list(workshop.seats.order_by("pk"))
    # in no other order: that of the rows in the table would tell which was written last
    rounds = list(workshop.rounds.order_by("number", "pk"))
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
    now = timezone.now()
    seen = last_seen(present, Presence.objects.filter(workshop=workshop), now)
    in_room = here(seen, now)
    framework = framework_in(workshop)
    start = frameworks.starting_point(workshop.decision.team_id, workshop.decision.starting_point)
    criteria = tuple(_criterion(criterion, views, start) for criterion in framework.criteria)
    current = _current(criteria) if workshop.phase == Phase.SCORING else None
    showing = voted[current.round.id] if current and current.round else set()
    role_names = {str(value): str(label) for value, label in Role.choices}
    in_outcome = workshop.phase in {Phase.OUTCOME, Phase.CLOSED}
    return Board(
        workshop=_workshop(workshop),
        seats=tuple(_seat(seat, seat.pk in showing, seat.pk in in_room, role_names) for seat in present),
        missing_roles=tuple(
            str(Role(role).label) for role in OWNER_ROLES if not any(s.role == role and s.votes for s in present)
        ),
        criteria=criteria,
        current=current,
        next_criterion=next((one for one in criteria if one.state == "waiting"), None),
        situation=workshop.situation,
        precheck=workshop.precheck,
        outcome=outcome_of(workshop, dots) if in_outcome else None,
        # a reminder belongs to the ballots that were missing then
        nudged_at=nudged
        if any(one.state == RoundState.OPEN and nudged and one.opened_at <= nudged for one in rounds)
        else None,
        record=record_view(workshop, rounds) if in_outcome else None,
        now=now,
        minutes=tuple(workshop.minutes.all()) if with_minutes else (),
        framework=framework,
        start=start,
        dropped=dropped(workshop, present, seen, now),
        voted={one.pk: frozenset(voted[one.pk]) for one in rounds if one.state == RoundState.OPEN},
    )


def own_boards(board: Board, seat_ids: Collection[int]) -> dict[int, OwnBoard]:
    """What these seats alone may see beside the board, in one query; who has left gets nothing."""
    shown = [one.round.id for one in board.criteria if one.round is not None and one.state in {"open", "revealed"}]
    ballots: dict[int, dict[int, Ballot]] = defaultdict(dict)
    for ballot in Ballot.objects.filter(round__in=shown, seat__in=seat_ids):
        ballots[ballot.seat_id][ballot.round_id] = ballot
    return {
        seat.id: own_board(board, is_observer=seat.is_observer, ballots=ballots[seat.id], joined_at=seat.joined_at)
        for seat in board.seats
        if seat.id in seat_ids
    }


def own_board(
    board: Board, *, is_observer: bool, ballots: Mapping[int, Ballot], joined_at: datetime | None = None
) -> OwnBoard:
    """The same for one of them, with the own ballots by round."""
    shown = next((one.round for one in board.criteria if one.round and one.state == RoundState.REVEALED), None)
    was_there = shown is not None and shown.revealed_at is not None and (joined_at or board.now) <= shown.revealed_at
    rounds = [(one.criterion, one.round) for one in board.criteria if one.round is not None]
    return OwnBoard(
        public_id=board.workshop.public_id,
        is_observer=is_observer,
        phase=board.workshop.phase,
        rounds=tuple(
            OwnRound(criterion, one.id, one.number, ballots.get(one.id), one.is_frozen)
            for criterion, one in rounds
            if one.is_open
        ),
        revealed=ballots.get(shown.id) if shown is not None else None,
        missed=was_there and not is_observer and shown is not None and shown.id not in ballots,
    )


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
        asking=workshop.asking,
        join_code=f"{workshop.join_code[:4]} {workshop.join_code[4:]}",
        join_url=public_link("workshops:join_link", workshop.join_token),
        join_place=public_link("workshops:join_code").split("://")[-1].rstrip("/"),
        timer_ends_at=workshop.timer_ends_at,
        closed_at=workshop.closed_at,
        scored_ahead=workshop.scored_ahead,
        session_started=workshop.session_started_at is not None,
    )


def _seat(seat: Seat, has_voted: bool, is_here: bool, role_names: dict[str, str]) -> SeatView:
    return SeatView(
        id=seat.pk,
        name=seat.name,
        role=seat.role,
        role_name=role_names.get(seat.role, seat.role),
        letter=LETTERS.get(seat.role, "O"),
        is_observer=seat.is_observer,
        is_facilitator=seat.is_facilitator,
        stands_in=seat.stands_in,
        is_here=is_here,
        joined_at=seat.joined_at,
        has_account=seat.user_id is not None,
        devices=seat.devices,
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
        is_frozen=one.is_frozen,
        cast=len(voted),
        expected=len(voted | {seat.pk for seat in voters}),
        by_role=by_role,
        lean=one.lean,
        why=one.why,
        settled_by=one.settled_by,
        results=results,
        words=words.spread(results) if results is not None else "",
        revealed_at=one.revealed_at,
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
