"""The board as HTML fragments: each rendered once for each audience, the viewer's own once for each seat.

One name serves a fragment's template file and the id of its root element, by which htmx puts it in its place. A new one
is its template and its name in the table below. Templates of shared fragments get no request
and no viewer: what they say is the same for everybody in the audience.
"""

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.template.loader import get_template

from decisions.framework.precheck import FIX_FIRST
from workshops import board as boards
from workshops import follow, words
from workshops.forms import SituationForm
from workshops.live.hub import OwnFrame, RoomFrame
from workshops.live.stream import Admission
from workshops.models import Workshop
from workshops.seats import held_seat

P = ParamSpec("P")
Result = TypeVar("Result")

PARTICIPANT, FACILITATOR, SCREEN = "participant", "facilitator", "screen"
SHARED: dict[str, tuple[str, ...]] = {
    # for participants the controls are an empty place: whoever is handed the lead has where to show them
    PARTICIPANT: ("progress", "stage", "controls", "people", "history", "announcement"),
    FACILITATOR: ("progress", "stage", "controls", "people", "history", "announcement"),
    SCREEN: ("progress", "stage", "people", "announcement"),
}
OWN = ("ballot",)
# A vote shows on these; the others are not drawn again while only votes come in.
SHOWING_VOTES = frozenset({"stage", "controls", "people", "announcement"})


def database_job(job: Callable[P, Result]) -> Callable[P, Result]:
    """Make a job outside any request drop dead and expired connections, and try once more after losing one."""

    @wraps(job)
    def run(*args: P.args, **kwargs: P.kwargs) -> Result:
        close_old_connections()
        try:
            return job(*args, **kwargs)
        except (OperationalError, InterfaceError):
            connection.close()
            return job(*args, **kwargs)
        finally:
            close_old_connections()

    return run


def shared_context(board: boards.Board, audience: str) -> dict[str, Any]:
    """What the templates of shared fragments get, in the stream and on the page."""
    context: dict[str, Any] = {
        "board": board,
        "audience": audience,
        "is_facilitator": audience == FACILITATOR,
        "precheck_items": FIX_FIRST,
    }
    results = board.current.round.results if board.current and board.current.round else None
    if results is not None:
        context["settle_choices"] = words.lean_choices()
        context["settle_lean"] = results.preset
    if audience == FACILITATOR and board.workshop.phase in {"precheck", "outcome"}:
        context["situation_form"] = SituationForm(
            situation=board.situation,
            precheck=board.precheck,
            framework=board.framework,
            start=board.start if board.workshop.phase == "precheck" else None,
        )
    return context


def draw(name: str, context: Mapping[str, object]) -> str:
    """One fragment's HTML."""
    return get_template(f"workshops/fragments/{name}.html").render(dict(context)).strip()


def _draw_once(name: str, context: Mapping[str, object], audience: str, drawn: dict[tuple[str, str], str]) -> str:
    if name in SHOWING_VOTES:
        return draw(name, context)
    key = (audience, name)
    if key not in drawn:
        drawn[key] = draw(name, context)
    return drawn[key]


@database_job
def render_room(workshop_id: int, audiences: Collection[str]) -> RoomFrame | None:
    """The shared board, loaded once, as the fragments of each audience; None when the workshop is gone."""
    board = follow.current_board(workshop_id)
    if board is None:
        return None
    fragments = {}
    drawn = follow.drawn_from(board)
    for audience in audiences:
        context = shared_context(board, audience)
        fragments[audience] = {name: _draw_once(name, context, audience, drawn) for name in SHARED[audience]}
    present = {seat.id: FACILITATOR if seat.is_facilitator else PARTICIPANT for seat in board.seats}
    return RoomFrame(board.workshop.version, fragments, present, boards.own_key(board))


def _own(workshop_id: int, seat_ids: Collection[int]) -> OwnFrame:
    """Who has the same ballot, as everybody has when a round opens, is drawn it once."""
    key, found = boards.own_boards(workshop_id, seat_ids)
    drawn: dict[object, dict[str, str]] = {}
    for own in found.values():
        if own.looks not in drawn:
            drawn[own.looks] = {name: draw(name, {"own": own}) for name in OWN}
    return OwnFrame(key, {seat_id: drawn[own.looks] for seat_id, own in found.items()})


@database_job
def render_own(workshop_id: int, seat_ids: Collection[int]) -> OwnFrame:
    """The fragments that only their viewer may see, for several seats with one load."""
    return _own(workshop_id, seat_ids)


@database_job
def versions(workshop_ids: Collection[int]) -> Mapping[int, int]:
    """The versions of those workshops that still exist."""
    return dict(Workshop.objects.filter(pk__in=workshop_ids).values_list("pk", "version"))


@database_job
def admit(public_id: UUID, cookies: Mapping[str, str]) -> Admission | None:
    """The seat that these cookies prove, with its own fragments; None for everyone else, whatever the reason."""
    seat = held_seat(cookies, public_id)
    if seat is None:
        return None
    own = boards.own_board(seat, follow.known_board(seat.workshop_id))
    frame = OwnFrame(boards.key_of(seat.workshop), {seat.pk: {name: draw(name, {"own": own}) for name in OWN}})
    return Admission(seat.workshop_id, seat.pk, FACILITATOR if seat.is_facilitator else PARTICIPANT, frame)
