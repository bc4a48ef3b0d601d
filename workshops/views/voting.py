"""One's own ballot over HTTP: cast it, change it, take it back."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, morph
from workshops import actions, fragments, words
from workshops.forms import BallotForm
from workshops.live.audience import partial
from workshops.models import Seat
from workshops.seats import read_seat_cookie
from workshops.templatetags.rows import row
from workshops.views.acting import round_of
from workshops.views.room import boards_of, require_seat, room_context

KEPT = 1024  # rounds


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
    form = BallotForm(request.POST)
    held = read_seat_cookie(request.COOKIES, workshop_id)
    if (
        held is not None
        and form.is_valid()
        and actions.vote(
            public_id=workshop_id, held=held, round_id=round_id, cast=form.cleaned_data, user_id=request.user.pk
        )
    ):
        if "frozen" in request.POST:
            return own_ballot(request, require_seat(request, workshop_id))
        return saved(request, workshop_id, round_id, form.cleaned_data["score"])
    seat = require_seat(request, workshop_id)
    if not form.is_valid():
        round_of(seat, round_id)
        return own_ballot(request, seat, status=422, ballot_form=form, at=round_id)
    with unknown_rounds(seat, round_id):
        actions.cast_ballot(workshop_id=seat.workshop_id, round_id=round_id, by=seat, **form.cleaned_data)
    if "frozen" in request.POST:
        return own_ballot(request, seat)
    return saved(request, workshop_id, round_id, form.cleaned_data["score"])


@never_cache
@require_POST
def withdraw(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Take one's own ballot back."""
    held = read_seat_cookie(request.COOKIES, workshop_id)
    if held is not None:
        written = actions.vote(public_id=workshop_id, held=held, round_id=round_id, cast=None, user_id=request.user.pk)
        if written and request.htmx:
            empty = fragments.empty_ballot(written.workshop_id, round_id, written.stage, get_language())
            if empty:
                return morph(HttpResponse(empty), "#ballot")
    seat = require_seat(request, workshop_id)
    with unknown_rounds(seat, round_id):
        actions.withdraw_ballot(workshop_id=seat.workshop_id, round_id=round_id, by=seat)
    return own_ballot(request, seat)


def saved(request: HtmxHttpRequest, public_id: uuid.UUID, round_id: int, score: int) -> HttpResponse:
    """What a ballot says once it is in."""
    if not request.htmx:
        return redirect("workshops:room", public_id)
    return HttpResponse(_saved(public_id, round_id, get_language())[score])


@lru_cache(KEPT)
def _saved(public_id: uuid.UUID, round_id: int, _language: str | None) -> dict[int, str]:
    """The answers to all five leans, drawn together: a later voter's time does not tell which of them was there before."""
    buttons = partial(f"cast-{round_id}", row("cast", public_id=str(public_id), round=round_id, is_cast=True))
    return {
        score: partial(f"saved-{round_id}", row("saved", round=round_id, lean=lean)) + buttons
        for score, lean in words.lean_choices()
    }


def own_ballot(request: HtmxHttpRequest, seat: Seat, *, status: int = 200, **context: Any) -> HttpResponse:
    """The viewer's ballots for htmx; the whole room for a plain form that was wrong, else the way back."""
    if request.htmx:
        # as in the stream: without a request, and so without a token, which the page has already
        html = fragments.draw("ballot", {"own": boards_of(seat)[1], "at": None, **context})
        return morph(HttpResponse(html, status=status), "#ballot")
    if status != 200:
        return render(request, "workshops/room.html", {**room_context(request, seat), **context}, status=status)
    return redirect("workshops:room", seat.workshop.public_id)
