"""The board as HTML fragments: each drawn once for each audience, the viewer's own once for each seat.

One name serves a fragment's template file and the id of its root element, by which htmx puts it in its place. A new one
is its template and its name in the table below. Templates of shared fragments get no request
and no viewer: what they say is the same for everybody in the audience. For the stream they are drawn as shells, whose
holes votes fill otherwise (workshops/pieces.py).
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.template.loader import get_template
from django.urls import reverse

from workshops import board as boards
from workshops import seats, words
from workshops.asking import asking
from workshops.board.votes import after_vote
from workshops.live import Vote
from workshops.live.audience import Pieces, partial
from workshops.live.stream import Admission
from workshops.models import Seat, Workshop
from workshops.pieces import Holes, counts, for_all, people, pieces
from workshops.presence import Notes
from workshops.seats import SignIn, device_in, seat_of, sign_in_of, without_view
from workshops.situation_form import SituationForm
from workshops.templatetags.rows import row

P = ParamSpec("P")
Result = TypeVar("Result")

PARTICIPANT, FACILITATOR, STAND_IN = "participant", "facilitator", "stand_in"
SCREEN, READER = "screen", "reader"
LEADING = frozenset({FACILITATOR, STAND_IN})
SHARED: dict[str, tuple[str, ...]] = {
    # for participants controls and manage are empty places: whoever is handed the lead has where to show them
    PARTICIPANT: ("progress", "stage", "controls", "manage", "people", "history", "announcement"),
    FACILITATOR: ("progress", "stage", "controls", "manage", "people", "history", "announcement"),
    STAND_IN: ("progress", "stage", "controls", "manage", "people", "history", "announcement"),
    SCREEN: ("progress", "stage", "people", "announcement"),
}
OWN = ("ballot",)
EMPTY_KEPT = 512
_notes = Notes()


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


def audience_of(seat: Seat | boards.SeatView) -> str:
    """The audience that a seat belongs to."""
    return FACILITATOR if seat.is_facilitator else STAND_IN if seat.stands_in else PARTICIPANT


def shared_context(board: boards.Board, audience: str) -> dict[str, Any]:
    """What the templates of shared fragments get, in the stream and on the page."""
    context: dict[str, Any] = {
        "board": board,
        "audience": audience,
        "is_facilitator": audience in LEADING,
        "leads_wholly": audience == FACILITATOR,  # invites, removes, writes the record and closes
        "pieces": pieces(board, audience in LEADING),
        # a closed room leads to its record too: where there is none, or it is behind
        "may_write": board.workshop.phase == "outcome"
        or (board.workshop.phase == "closed" and (board.record is None or bool(board.record.moved))),
    }
    results = board.current.round.results if board.current and board.current.round else None
    if results is not None:
        context["settle_choices"] = words.lean_choices()
        context["settle_lean"] = results.preset
    phase = board.workshop.phase
    if phase == "precheck" or (phase == "outcome" and audience in LEADING):
        form = SituationForm(
            situation=board.situation,
            precheck=board.precheck,
            framework=board.framework,
            start=board.start if phase == "precheck" else None,
        )
        context["situation_form"] = form
        if phase == "precheck":
            context["asking"] = asking(form, board.workshop.asking)
    return context


def draw(name: str, context: Mapping[str, object]) -> str:
    """One fragment's HTML."""
    return get_template(f"workshops/fragments/{name}.html").render(dict(context)).strip()


def draw_ballot(own: boards.OwnBoard) -> dict[str, str]:
    """The fragments that only their viewer may see."""
    return {name: draw(name, {"own": own}) for name in OWN}


def draw_shared(board: boards.Board, audience: str, **more: object) -> dict[str, str]:
    """The shared fragments of an audience, by name."""
    context = {**shared_context(board, audience), **more}
    return {name: draw(name, context) for name in SHARED[audience]}


def seat_news(seat: Seat, device: int) -> dict[str, Any]:
    """What a device is told of its seat: that another one has opened it since. An account's other devices sign in."""
    keep_here = reverse("workshops:keep_here", args=[seat.workshop.public_id])
    return {"is_elsewhere": seat.user_id is None and device < seat.devices, "keep_here": keep_here}


class LoadedBoard:
    """A room as it was loaded, and as the votes that have come in since have left it."""

    def __init__(self, board: boards.Board) -> None:
        self.board = board
        self.version = board.workshop.version
        self.seats: Mapping[int, str] = {seat.id: audience_of(seat) for seat in board.seats}
        self.own_key = f"{board.workshop.phase}-{board.workshop.stage}"
        self.presence = board.presence
        self.devices: Mapping[int, int] = {seat.id: seat.devices for seat in board.seats if not seat.has_account}

    @property
    def news(self) -> str:
        """What the devices are told that had a seat before another one took it."""
        keep_here = reverse("workshops:keep_here", args=[self.board.workshop.public_id])
        return draw("seat_news", {"is_elsewhere": True, "keep_here": keep_here})

    def draw(self, audience: str) -> tuple[dict[str, str], Pieces]:
        """The shells of an audience and all of its pieces."""
        return draw_shared(self.board, audience, pieces=Holes()), pieces(self.board, audience in LEADING)

    @database_job
    def draw_own(self, seat_ids: Collection[int]) -> Mapping[int, Mapping[str, str]]:
        """The fragments that only their viewer may see, of several seats; a ballot that many have is drawn once.

        None is kept for the next caller: how fast the answer came would tell whether somebody has voted the same.
        """
        found = boards.own_boards(self.board, seat_ids)
        drawn = {looks: draw_ballot(own) for looks, own in {own.looks: own for own in found.values()}.items()}
        return {seat_id: drawn[own.looks] for seat_id, own in found.items()}

    def voted_elsewhere(self, vote: Vote) -> Iterable[str]:
        """What another window of the same seat is told of its vote, as partials; never what it was."""
        at, public_id = vote.round_id, self.board.workshop.public_id
        yield partial(f"elsewhere-{at}", row("elsewhere", round=at, is_cast=vote.is_cast))
        yield partial(f"cast-{at}", row("cast", public_id=public_id, round=at, is_cast=vote.is_cast))
        if not vote.is_cast:
            yield partial(f"saved-{at}", row("saved", round=at, lean=""))

    def after(self, version: int, votes: Iterable[Vote]) -> dict[str, Pieces] | None:
        """The pieces that these votes change; None when one of them has no place on the board as it is known."""
        board: boards.Board | None = self.board
        seat_ids = set()
        for vote in votes:
            board = after_vote(board, version, vote) if board is not None else None
            seat_ids.add(vote.seat_id)
        if board is None:
            return None
        self.board = board
        changed = {**people(board, [seat for seat in board.seats if seat.id in seat_ids]), **counts(board)}
        shown = for_all(changed)
        return {audience: changed if audience in LEADING else shown for audience in SHARED}


@database_job
def load_room(workshop_id: int) -> LoadedBoard | None:
    """The shared board, loaded once for all audiences; None when the workshop is gone."""
    board = boards.shared_board(workshop_id)
    return LoadedBoard(board) if board is not None else None


@lru_cache(EMPTY_KEPT)
def empty_ballot(workshop_id: int, round_id: int, _stage: int, _language: str | None) -> str:
    """The ballot of everybody who has none in this round, the only one open; empty while several are.

    A room's stage changes with its rounds: what is kept of one stage stays right.
    """
    board = boards.shared_board(workshop_id)
    if board is None or [one.id for one in board.open_rounds] != [round_id]:
        return ""
    return draw("ballot", {"own": boards.own_board(board, is_observer=False, ballots={})})


@database_job
def versions(workshop_ids: Collection[int]) -> Mapping[int, int]:
    """The versions of those workshops that still exist."""
    return dict(Workshop.objects.filter(pk__in=workshop_ids).values_list("pk", "version"))


@database_job
def presence(rooms: Mapping[int, Collection[int]]) -> Mapping[int, tuple[Hashable, Collection[int]]]:
    """Note who watches these rooms in this process; what is to be shown of who is there, by all processes' notes."""
    return _notes.bring(rooms)


@database_job
def admit(public_id: UUID, cookies: Mapping[str, str]) -> Admission | None:
    """The seat that these cookies prove; None for everyone else, whatever the reason."""
    request = without_view(cookies)
    seat = seat_of(request, public_id, "is_facilitator", "stands_in")
    if seat is None:
        return None
    device = device_in(cookies, public_id)
    return Admission(seat.workshop_id, seat.pk, audience_of(seat), sign_in_of(request, seat), device)


@database_job
def ended(sign_ins: Collection[SignIn]) -> Collection[SignIn]:
    """Which of these sessions no longer hold a seat."""
    return seats.ended(sign_ins)
