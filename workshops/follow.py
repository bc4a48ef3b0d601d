"""Follow a room through a shower of votes without loading all of it for each.

A vote changes who has voted and nothing else. Each visible act writes a line of the minutes and raises the version by
one, so the minutes tell whether votes are all that has happened since a board was loaded. Then only who has voted is
read, and the last board is carried on; after anything else the whole board is loaded.
"""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field, replace
from time import monotonic

from django.db.models import Max
from django.utils import timezone

from workshops import board as boards
from workshops.board import Board, CriterionView, RoundView, SeatView
from workshops.models import Ballot, Minute, RoundState, Workshop
from workshops.prepared import PreparedRows

VOTES = frozenset({"voted", "withdrew"})
# What changes without an act, such as a team's new name, is on the screens this soon all the same, if anything is.
CARRIED_SECONDS = 20.0
ROOMS_KEPT = 256


@dataclass(frozen=True)
class Known:
    """A board, the last minute that it is sure to contain, when all of it was loaded, and what was drawn from it."""

    board: Board
    last_minute: int
    loaded_at: float
    # fragments on which votes show nothing, by audience and name: they stay good while only votes come in
    drawn: dict[tuple[str, str], str] = field(default_factory=dict)


_known: dict[int, Known] = {}


def current_board(workshop_id: int) -> Board | None:
    """What `shared_board` gives, for fewer queries while votes come in."""
    known = _known.get(workshop_id)
    if known is not None and monotonic() - known.loaded_at < CARRIED_SECONDS:
        carried = _carry_on(known)
        if carried is not None:
            _known[workshop_id] = carried
            return carried.board
    # before the board: a line written meanwhile is then looked at again, never missed
    last = Minute.objects.filter(workshop=workshop_id).aggregate(last=Max("pk"))["last"] or 0
    board = boards.shared_board(workshop_id)
    _known.pop(workshop_id, None)
    if board is not None:
        while len(_known) >= ROOMS_KEPT:
            _known.pop(next(iter(_known)), None)
        _known[workshop_id] = Known(board, last, monotonic())
    return board


def drawn_from(board: Board) -> dict[tuple[str, str], str]:
    """Where to keep fragments of this board that votes do not change."""
    known = _known.get(board.workshop.id)
    return known.drawn if known is not None and known.board is board else {}


def known_board(workshop_id: int) -> Board | None:
    """The board last drawn in this process, if any; old perhaps, so compare its stage before relying on it."""
    known = _known.get(workshop_id)
    return known.board if known is not None else None


_VERSION = PreparedRows(lambda pk: Workshop.objects.filter(pk=pk).values_list("version"))
_MINUTES_SINCE = PreparedRows(
    lambda pk, last: Minute.objects.filter(workshop=pk, pk__gt=last).order_by().values_list("pk", "act")
)
_VOTED = PreparedRows(
    # revealed ones too: a reveal between these queries must not make it look as if nobody had voted
    lambda pk: Ballot.objects.filter(
        round__workshop=pk, round__state__in=[RoundState.OPEN, RoundState.REVEALED]
    ).values_list("round", "seat")
)


def _carry_on(known: Known) -> Known | None:
    """The board after further votes; None when something else has happened or cannot be ruled out."""
    workshop_id = known.board.workshop.id
    # the version first, as everywhere: the label may be older than the content, never newer
    found = _VERSION.rows(workshop_id)
    acts = _MINUTES_SINCE.rows(workshop_id, known.last_minute)
    raised = found[0][0] - known.board.workshop.version if found else -1
    if raised != len(acts) or any(act not in VOTES for _pk, act in acts):
        return None
    voted: dict[int, set[int]] = defaultdict(set)
    for round_id, seat_id in _VOTED.rows(workshop_id):
        voted[round_id].add(seat_id)
    board = after_votes(known.board, known.board.workshop.version + raised, voted)
    last = max((pk for pk, _act in acts), default=known.last_minute)
    return Known(board, last, known.loaded_at, known.drawn)


def after_votes(board: Board, version: int, voted: dict[int, set[int]]) -> Board:
    """The same board with other people having voted in its open rounds."""
    criteria = tuple(_criterion(one, board.seats, voted) for one in board.criteria)
    current = next((one for one in criteria if board.current is not None and one.key == board.current.key), None)
    seats = board.seats
    if current is not None and current.round is not None and current.round.is_open:
        seats = tuple(_seat(seat, seat.id in voted[current.round.id]) for seat in seats)
    return replace(
        board,
        workshop=replace(board.workshop, version=version),
        seats=seats,
        criteria=criteria,
        current=current,
        now=timezone.now(),
    )


def _seat(seat: SeatView, has_voted: bool) -> SeatView:
    return seat if seat.has_voted == has_voted else replace(seat, has_voted=has_voted)


def _criterion(one: CriterionView, seats: tuple[SeatView, ...], voted: dict[int, set[int]]) -> CriterionView:
    if one.round is None or not one.round.is_open:
        return one
    return replace(one, round=_round(one.round, seats, voted[one.round.id]))


def _round(one: RoundView, seats: tuple[SeatView, ...], voted: Set[int]) -> RoundView:
    voters = [seat for seat in seats if not seat.is_observer]
    by_role = tuple(
        replace(count, cast=sum(seat.id in voted for seat in voters if seat.role == count.role))
        for count in one.by_role
    )
    return replace(one, cast=len(voted), expected=len(voted | {seat.id for seat in voters}), by_role=by_role)
