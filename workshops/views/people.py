"""What people do with seats over HTTP: their own, and as facilitator those of others."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from decisions.base.htmx import HtmxHttpRequest, morph
from workshops import actions, permissions
from workshops.forms import NameForm, SeatForm
from workshops.models import Seat
from workshops.views.acting import done, refused
from workshops.views.room import require_seat, seat_context


@never_cache
@require_POST
def seat_act(request: HtmxHttpRequest, workshop_id: uuid.UUID, seat_id: int, what: str) -> HttpResponse:
    """What is done with a seat: remove it, share the lead with it, hand the lead to it, confirm that it stands in."""
    seat = require_seat(request, workshop_id)
    if what == "confirm":
        actions.confirm_lead(workshop_id=seat.workshop_id, seat_id=seat_id, by=seat)
    elif what == "remove":
        actions.remove_seat(workshop_id=seat.workshop_id, seat_id=seat_id, by=seat)
    else:
        actions.give_lead(workshop_id=seat.workshop_id, seat_id=seat_id, keep=what == "share", by=seat)
    return done(request, seat)


@never_cache
@require_POST
def seat_role(request: HtmxHttpRequest, workshop_id: uuid.UUID, seat_id: int) -> HttpResponse:
    """Change whom a seat speaks for."""
    seat = require_seat(request, workshop_id)
    form = SeatForm(request.POST)
    if not form.is_valid():
        return refused(request, seat, "seat_form", form)
    changed = actions.change_role(workshop_id=seat.workshop_id, seat_id=seat_id, by=seat, **form.cleaned_data)
    return own_seat(request, changed) if changed.pk == seat.pk else done(request, seat)


@never_cache
@require_POST
def rename(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Correct one's own name."""
    seat = require_seat(request, workshop_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return refused(request, seat, "name_form", form)
    return own_seat(request, actions.rename(workshop_id=seat.workshop_id, by=seat, **form.cleaned_data))


@never_cache
@require_POST
def take_over(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Take the lead of a room whose facilitator has dropped."""
    seat = require_seat(request, workshop_id)
    return own_seat(request, actions.take_over(workshop_id=seat.workshop_id, by=seat))


@never_cache
@require_POST
def offer_to_lead(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Offer to stand in for a facilitator who has dropped; an editor of the team takes over at once."""
    seat = require_seat(request, workshop_id)
    if permissions.may_take_over(seat):
        return morph(own_seat(request, actions.take_over(workshop_id=seat.workshop_id, by=seat)), "#own_seat")
    actions.offer_to_lead(workshop_id=seat.workshop_id, by=seat)
    return done(request, seat)


def own_seat(request: HtmxHttpRequest, seat: Seat) -> HttpResponse:
    """What is said of one's own seat, which the stream does not bring."""
    if not request.htmx:
        return done(request, seat)
    return render(request, "workshops/fragments/own_seat.html", seat_context(seat))
