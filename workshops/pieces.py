"""What a vote changes on the screens: small pieces, each with an id of its own, so that each can be sent by itself.

This is the only place that draws them. Fragments name them by `{% piece %}`; whatever else a fragment says must not depend
on who has voted (tests/workshops/test_pieces.py compares with pages drawn anew).
"""

from collections.abc import Iterable

from django.urls import reverse

from workshops.board import Board, SeatView
from workshops.live.audience import Pieces, hole
from workshops.models import Phase
from workshops.templatetags.rows import row


class Holes(dict[str, str]):
    """Stands in for the pieces when a fragment is drawn as a shell."""

    def __missing__(self, name: str) -> str:
        return hole(name)


LEADS_ONLY = frozenset({"reveal", "missing"})


def pieces(board: Board, is_facilitator: bool) -> Pieces:
    """All pieces of the board for an audience, by id."""
    found = {**people(board, board.seats), **counts(board)}
    return found if is_facilitator else for_all(found)


def for_all(found: Pieces) -> Pieces:
    """Without what only the lead's fragments have a place for."""
    return {name: html for name, html in found.items() if name not in LEADS_ONLY}


def people(board: Board, seats: Iterable[SeatView]) -> Pieces:
    """The lines of these people in the room; the same for every audience."""
    voting = bool(board.current and board.current.round and board.current.round.is_open)
    ahead, open_room = board.workshop.scored_ahead, board.workshop.phase != Phase.CLOSED
    return {
        f"person-{seat.id}": row("person", one=seat, voting=voting, ahead=ahead, away=open_room and not seat.is_here)
        for seat in seats
    }


def counts(board: Board) -> Pieces:
    """How many have voted, wherever it is said; nothing while no round is open."""
    one = board.current.round if board.current else None
    if one is None or not one.is_open:
        return {}
    reminded = board.nudged_at is not None and not one.all_in
    found: dict[str, str] = {"reminder": row("reminder", reminded=reminded)}
    if board.workshop.scored_ahead:
        for criterion in board.criteria:
            if criterion.round is not None and criterion.round.is_open:
                name = f"ahead-{criterion.key}"
                found[name] = row("ahead", id=name, cast=criterion.round.cast, expected=criterion.round.expected)
        return found
    found |= {f"fill-{role.role}": row("fill", role=role) for role in one.by_role}
    found["counted"] = row("counted", cast=one.cast, expected=one.expected)
    found["nudged"] = row("nudged", reminded=reminded)
    url = reverse("workshops:reveal", args=[board.workshop.public_id, one.id])
    found["reveal"] = row("reveal", cast=one.cast, expected=one.expected, all_in=one.all_in, url=url)
    found["missing"] = row("missing", by_role=one.by_role, all_in=one.all_in)
    return found
