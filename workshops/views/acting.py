"""One view an act: read the form, call the act, answer with where the room is now."""

import re
import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, morph
from decisions.models import User
from workshops import actions, asking, fragments, permissions
from workshops.forms import ContestForm, NoteForm, SettleForm, TimerForm
from workshops.models import OWNER_ROLES, Phase, Round, RoundState, Seat
from workshops.readings import record_of
from workshops.situation_form import SituationForm
from workshops.views.room import require_seat, room_context

# The fragment in which each form stands.
WHERE = {
    "situation_form": "stage",
    "settle_form": "controls",
    "note_form": "stage",
    "seat_form": "own_seat",
    "name_form": "own_seat",
}
WAYS = {"outcome": "outcome", "scoring": "scoring", "precheck": "precheck", "lobby": "lobby"}


def done(request: HtmxHttpRequest, seat: Seat) -> HttpResponse:
    """The room follows by the stream; htmx needs nothing more, a plain form is sent back to the room."""
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("workshops:room", seat.workshop.public_id)


def refused(request: HtmxHttpRequest, seat: Seat, name: str, form: forms.Form) -> HttpResponse:
    """The form as it was typed with what is wrong beside each field: its fragment for htmx, else the whole room."""
    context = room_context(request, seat)
    if isinstance(form, SituationForm) and "asking" in context:
        context["asking"] = asking.asking(context["situation_form"], seat.workshop.asking, form)
    context[name] = form
    if request.htmx:
        at_the_end = name == "situation_form" and context["board"].workshop.phase == Phase.OUTCOME
        where = "controls" if at_the_end else WHERE[name]
        return morph(HttpResponse(fragments.draw(where, context), status=422), f"#{where}")
    return render(request, "workshops/room.html", context, status=422)


def stage_seen(request: HtmxHttpRequest) -> int:
    """The stage the facilitator's form was made for; a form without one is stale."""
    value = request.POST.get("stage", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Conflict(_("This page is out of date. Reload it to see where the workshop is now."))
    return int(value)


def way_on(request: HtmxHttpRequest) -> str:
    """The phase that the pressed button leads to."""
    to = WAYS.get(request.POST.get("phase", ""))
    if to is None:
        raise Conflict(_("You can't go there from this stage of the workshop."))
    return to


def round_of(seat: Seat, round_id: int) -> Round:
    """A round of this room."""
    found = Round.objects.filter(pk=round_id, workshop_id=seat.workshop_id).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_POST
def phase(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Move the meeting on, or back."""
    seat = require_seat(request, workshop_id)
    actions.move_phase(workshop_id=seat.workshop_id, phase=way_on(request), by=seat, stage=stage_seen(request))
    if "open" in request.POST:
        actions.open_round(workshop_id=seat.workshop_id, criterion=request.POST["open"], by=seat)
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
    target = round_of(seat, round_id) if round_id is not None else actions.next_round(seat.workshop)
    if seat.leads and target is not None and target.state == "open" and "anyway" not in request.POST:
        context = room_context(request, seat)
        # of what was scored ahead all open criteria are named: which one comes next is not told before its reveal
        awaited = [one for one in context["board"].criteria if one.round is not None and one.round.is_open]
        if round_id is not None or not target.is_frozen:
            awaited = [one for one in awaited if one.round.id == target.pk]
        missing = sum(one.round.expected - one.round.cast for one in awaited)
        unasked = actions.precheck_unasked(seat.workshop)
        if missing or unasked:
            context |= {"missing": missing, "awaited": awaited, "unasked": unasked, "action": request.path}
            template = "workshops/fragments/reveal_anyway.html"
            return render(request, template if request.htmx else "workshops/reveal_anyway.html", context)
    actions.reveal(workshop_id=seat.workshop_id, round_id=round_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def settle(request: HtmxHttpRequest, workshop_id: uuid.UUID, round_id: int) -> HttpResponse:
    """Fix the group's lean, or leave the criterion contested."""
    seat = require_seat(request, workshop_id)
    permissions.require_lead(seat, seat.workshop)
    target = round_of(seat, round_id)
    if target.state == RoundState.OPEN:  # before anything is said of ballots: an answer must not depend on hidden ones
        raise Conflict(_("Reveal the votes before you settle this criterion."))
    scores = list(target.ballots.values_list("score", flat=True))
    stage = stage_seen(request)
    if "contested" in request.POST:
        contest = ContestForm(request.POST)
        if not contest.is_valid():
            return refused(request, seat, "settle_form", SettleForm(request.POST, scores))
        actions.leave_contested(
            workshop_id=seat.workshop_id, round_id=round_id, by=seat, stage=stage, **contest.cleaned_data
        )
        return done(request, seat)
    form = SettleForm(request.POST, scores)
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
    if request.htmx:  # the push with the note may have come before this answer, and has left the field as it was
        return morph(render(request, "workshops/rows/note_text.html", {"round_id": round_id}), f"#note-text-{round_id}")
    return done(request, seat)


@never_cache
@require_POST
def timer(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Start, extend or stop the timer."""
    seat = require_seat(request, workshop_id)
    form = TimerForm(request.POST)
    if not form.is_valid():
        raise Conflict(_("Enter a number of seconds from 0 to 7200."))
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
def close(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """End the workshop."""
    seat = require_seat(request, workshop_id)
    actions.close(workshop_id=seat.workshop_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


@never_cache
@require_POST
def open_again(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Open a workshop again that was closed by mistake."""
    seat = require_seat(request, workshop_id)
    actions.open_again(workshop_id=seat.workshop_id, by=seat, stage=stage_seen(request))
    return done(request, seat)


def signers_in(data: QueryDict) -> dict[str, int | None]:
    """Who was chosen to sign for each role that the form asked about."""
    asked = {role: str(data[f"signer_{role}"]) for role in OWNER_ROLES if f"signer_{role}" in data}
    return {role: int(seat) if re.fullmatch("[0-9]{1,18}", seat) else None for role, seat in asked.items()}


@never_cache
@require_POST
def write_record(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Draft the decision record from the outcome, with the flip signals and risks ticked there, and go to it."""
    seat = require_seat(request, workshop_id)
    before = record_of(seat.workshop)
    kept: list[str] = []
    record = actions.write_record(
        workshop_id=seat.workshop_id,
        flips=[int(place) for place in request.POST.getlist("flip") if re.fullmatch("[0-9]{1,3}", place)][:2],
        risks=request.POST.getlist("risk"),
        signers=signers_in(request.POST),
        by=seat,
        user=request.user if isinstance(request.user, User) else None,
        stage=stage_seen(request),
        kept=kept,
    )
    if record == before and record.number:
        messages.info(request, _("%(number)s already has these results.") % {"number": record.label})
    elif before is not None:
        messages.success(request, _("The record has the workshop's results."))
    if kept:
        text = _("Not taken over, because someone edited it in the record: %(sections)s.")
        messages.warning(request, text % {"sections": ", ".join(kept)})
    return redirect("workshops:record", workshop_id)
