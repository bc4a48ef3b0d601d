"""One view an act: read the form, call the act, answer with where the room is now."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from decisions.errors import Conflict
from decisions.htmx import HtmxHttpRequest, morph
from decisions.models import User
from workshops import actions, follow, fragments
from workshops import board as boards
from workshops.forms import BallotForm, ContestForm, NoteForm, SeatForm, SettleForm, SituationForm, TimerForm
from workshops.models import Round, Seat
from workshops.readings import framework_in
from workshops.views.room import require_seat, room_context

# The fragment in which each form stands.
WHERE = {"situation_form": "stage", "settle_form": "controls", "note_form": "stage", "seat_form": "controls"}
WAYS = {"outcome": "outcome", "scoring": "scoring", "precheck": "precheck", "lobby": "lobby"}


def done(request: HtmxHttpRequest, seat: Seat) -> HttpResponse:
    """The room follows by the stream; htmx needs nothing more, a plain form is sent back to the room."""
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("workshops:room", seat.workshop.public_id)


def refused(request: HtmxHttpRequest, seat: Seat, name: str, form: forms.Form) -> HttpResponse:
    """The form as it was typed with what is wrong beside each field: its fragment for htmx, else the whole room."""
    context = {**room_context(request, seat), name: form}
    if request.htmx:
        where = WHERE[name]
        return morph(HttpResponse(fragments.draw(where, context), status=422), f"#{where}")
    return render(request, "workshops/room.html", context, status=422)


def stage_seen(request: HtmxHttpRequest) -> int:
    """The stage the facilitator's form was made for; a form without one is stale."""
    value = request.POST.get("stage", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Conflict(_("This page is out of date. Reload it and look at where the room is now."))
    return int(value)


def round_of(seat: Seat, round_id: int) -> Round:
    """A round of this room."""
    found = Round.objects.filter(pk=round_id, workshop_id=seat.workshop_id).first()
    if found is None:
        raise Http404
    return found


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


@never_cache
@require_POST
def phase(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Move the meeting on, or back."""
    seat = require_seat(request, workshop_id)
    to = WAYS.get(request.POST.get("phase", ""))
    if to is None:
        raise Conflict(_("The workshop cannot go there from where it is now."))
    actions.move_phase(workshop_id=seat.workshop_id, phase=to, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def situation(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Keep the answers about the situation."""
    seat = require_seat(request, workshop_id)
    form = SituationForm(request.POST, framework=framework_in(seat.workshop))
    if not form.is_valid():
        return refused(request, seat, "situation_form", form)
    actions.answer_situation(
        workshop_id=seat.workshop_id, situation=form.situation(), precheck=form.precheck(), by=seat
    )
    return done(request, seat)


@never_cache
@require_POST
def explainability(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Say whether legal or public relations require that answers can be explained."""
    seat = require_seat(request, workshop_id)
    required = {"yes": True, "no": False}.get(request.POST.get("required", ""))
    if required is None:
        raise Conflict(_("Say whether it is required or not."))
    actions.answer_situation(
        workshop_id=seat.workshop_id, situation={"explainability_required": required}, precheck={}, by=seat
    )
    return done(request, seat)


@never_cache
@require_POST
def open_round(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Open a criterion for ballots."""
    seat = require_seat(request, workshop_id)
    actions.open_round(
        workshop_id=seat.workshop_id, criterion=request.POST.get("criterion", ""), by=seat, stage=stage_seen(request)
    )
    return done(request, seat)


@never_cache
@require_POST
def open_ahead(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Open all criteria to be scored before the meeting."""
    seat = require_seat(request, workshop_id)
    actions.open_ahead(workshop_id=seat.workshop_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def start_session(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Begin the meeting on what was scored ahead."""
    seat = require_seat(request, workshop_id)
    actions.start_session(workshop_id=seat.workshop_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def reveal(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int | None = None) -> HttpResponse:
    """Show the ballots; asks first when some are missing."""
    seat = require_seat(request, workshop_id)
    if round_id is not None:
        target = round_of(seat, round_id)
        voters = seat.workshop.seats.filter(is_observer=False, removed_at__isnull=True).count()
        missing = voters - target.ballots.count()
        if seat.is_facilitator and target.state == "open" and missing > 0 and "anyway" not in request.POST:
            context = {**room_context(request, seat), "missing": missing, "round_id": round_id}
            template = "workshops/fragments/reveal_anyway.html"
            if request.htmx:
                return render(request, template, context)
            return render(request, "workshops/reveal_anyway.html", context)
    actions.reveal(workshop_id=seat.workshop_id, round_id=round_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def settle(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Fix the group's lean, or leave the criterion contested."""
    seat = require_seat(request, workshop_id)
    round_of(seat, round_id)
    stage = stage_seen(request)
    if "contested" in request.POST:
        contest = ContestForm(request.POST)
        if not contest.is_valid():
            return refused(request, seat, "settle_form", SettleForm(request.POST))
        actions.leave_contested(
            workshop_id=seat.workshop_id, round_id=round_id, by=seat, stage=stage, **contest.cleaned_data
        )
        return done(request, seat)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return refused(request, seat, "settle_form", form)
    actions.settle(workshop_id=seat.workshop_id, round_id=round_id, by=seat, stage=stage, **form.cleaned_data)
    return done(request, seat)


@never_cache
@require_POST
def reopen(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Ask a criterion again."""
    seat = require_seat(request, workshop_id)
    actions.reopen_round(
        workshop_id=seat.workshop_id, criterion=request.POST.get("criterion", ""), by=seat, stage=stage_seen(request)
    )
    return done(request, seat)


@never_cache
@require_POST
def note(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Keep something said in the talk."""
    seat = require_seat(request, workshop_id)
    round_of(seat, round_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return refused(request, seat, "note_form", form)
    actions.add_note(workshop_id=seat.workshop_id, round_id=round_id, by=seat, **form.cleaned_data)
    return done(request, seat)


@never_cache
@require_POST
def timer(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Start, extend or stop the timer."""
    seat = require_seat(request, workshop_id)
    form = TimerForm(request.POST)
    if not form.is_valid():
        raise Conflict(_("The timer takes a number of seconds from 0 to 7200."))
    actions.set_timer(workshop_id=seat.workshop_id, by=seat, **form.cleaned_data)
    return done(request, seat)


@never_cache
@require_POST
def nudge(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Remind the room that ballots are missing."""
    seat = require_seat(request, workshop_id)
    actions.nudge(workshop_id=seat.workshop_id, by=seat)
    return done(request, seat)


@never_cache
@require_POST
def seat_act(request: HtmxHttpRequest, workshop_id: uuid.UUID, seat_id: int, what: str) -> HttpResponse:
    """What a facilitator does with a seat: remove it, share the lead with it, hand the lead to it."""
    seat = require_seat(request, workshop_id)
    if what == "remove":
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
    actions.change_role(workshop_id=seat.workshop_id, seat_id=seat_id, by=seat, **form.cleaned_data)
    return done(request, seat)


@never_cache
@require_POST
def take_over(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Take the lead of a room whose facilitator has dropped."""
    seat = require_seat(request, workshop_id)
    actions.take_over(workshop_id=seat.workshop_id, by=seat)
    return done(request, seat)


@never_cache
@require_POST
def close(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """End the workshop."""
    seat = require_seat(request, workshop_id)
    actions.close(workshop_id=seat.workshop_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def write_record(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Draft the decision record from the outcome, with the flip signals and risks ticked there, and go to it."""
    seat = require_seat(request, workshop_id)
    record = actions.write_record(
        workshop_id=seat.workshop_id,
        flips=[int(place) for place in request.POST.getlist("flip") if re.fullmatch("[0-9]{1,3}", place)][:2],
        risks=request.POST.getlist("risk"),
        by=seat,
        user=request.user if isinstance(request.user, User) else None,
        stage=stage_seen(request),
    )
    return redirect("decisions:record", seat.workshop.decision.team.slug, record.pk)
