"""A board carried on vote by vote: a vote changes who has voted and nothing else."""

from dataclasses import replace

from django.utils import timezone

from workshops.board.shown import Board
from workshops.live import Vote


def after_vote(board: Board, version: int, vote: Vote) -> Board | None:
    """The board after one vote more, or one fewer; None when that vote has no place on it."""
    at = next((at for at, seat in enumerate(board.seats) if seat.id == vote.seat_id), None)
    here = next((one for one in board.criteria if one.round is not None and one.round.id == vote.round_id), None)
    if at is None or here is None or here.round is None or not here.round.is_open or board.seats[at].is_observer:
        return None
    board = replace(board, workshop=replace(board.workshop, version=version), now=timezone.now())
    before = board.voted[vote.round_id]
    if (vote.seat_id in before) == vote.is_cast:
        return board  # a board may be newer than its version says, and know of this one already
    voted = before ^ {vote.seat_id}
    more = len(voted) - len(before)
    seat, seats, current = board.seats[at], board.seats, board.current
    by_role = tuple(
        replace(count, cast=count.cast + more) if count.role == seat.role else count for count in here.round.by_role
    )
    carried = replace(here, round=replace(here.round, cast=len(voted), by_role=by_role))
    if current is not None and current.key == here.key:
        current = carried
        seats = (*seats[:at], replace(seat, has_voted=vote.is_cast), *seats[at + 1 :])
    return replace(
        board,
        seats=seats,
        criteria=tuple(carried if one is here else one for one in board.criteria),
        current=current,
        voted={**board.voted, vote.round_id: voted},
    )
