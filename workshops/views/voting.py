"""One's own ballot over HTTP: cast it, change it, take it back."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from decisions.errors import Conflict
from decisions.htmx import HtmxHttpRequest
from workshops import actions, follow, fragments
from workshops import board as boards
from workshops.forms import BallotForm
from workshops.models import Seat
from workshops.views.acting import round_of
from workshops.views.room import require_seat, room_context


@contextmanager
def unknown_rounds(seat: Seat, round_id: int) -> Iterator[None]:
    """Turn a refusal into 404 when there is no such round; asked only then, for votes are many."""
    try:
        yield
    except Conflict:
        round_of(seat, round_id)
        raise


@never_cache
@require_POST
def ballot(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Cast or change one's own ballot."""
    seat = require_seat(request, workshop_id)
    form = BallotForm(request.POST)
    if not form.is_valid():
        round_of(seat, round_id)
        return own_fragment(request, seat, status=422, ballot_form=form, at=round_id)
    with unknown_rounds(seat, round_id):
        actions.cast_ballot(workshop_id=seat.workshop_id, round_id=round_id, by=seat, **form.cleaned_data)
    return own_fragment(request, seat, saved=round_id)


@never_cache
@require_POST
def withdraw(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Take one's own ballot back."""
    seat = require_seat(request, workshop_id)
    with unknown_rounds(seat, round_id):
        actions.withdraw_ballot(workshop_id=seat.workshop_id, round_id=round_id, by=seat)
    return own_fragment(request, seat)


def own_fragment(request: HtmxHttpRequest, seat: Seat, *, status: int = 200, **context: Any) -> HttpResponse:
    """The viewer's ballot for htmx; the whole room for a plain form that was wrong, else the way back."""
    if request.htmx:
        # the own ballot only: a vote must not load the board of two hundred people to say that it is saved
        own = boards.own_board(seat, follow.known_board(seat.workshop_id))
        # as in the stream: without a request, and so without a token, which the page has already
        return HttpResponse(fragments.draw("ballot", {"own": own, "at": None, **context}), status=status)
    if status != 200:
        return render(request, "workshops/room.html", {**room_context(request, seat), **context}, status=status)
    return redirect("workshops:room", seat.workshop.public_id)
