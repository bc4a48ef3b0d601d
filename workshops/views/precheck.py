"""The precheck over HTTP: one question at a time, all answers at once at the outcome, and the explainability switch."""

import uuid

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest
from decisions.team_framework import acts as frameworks
from workshops import actions, asking
from workshops.models import Phase, Workshop
from workshops.readings import framework_in
from workshops.situation_form import SituationForm
from workshops.views.acting import done, refused, stage_seen, way_on
from workshops.views.room import require_seat


@never_cache
@require_POST
def situation(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Keep the answers about the situation; a button that also moves the meeting on says where to."""
    seat = require_seat(request, workshop_id)
    form = situation_form(seat.workshop, request.POST)
    if not form.is_valid():
        return refused(request, seat, "situation_form", form)
    said = {"situation": form.situation(), "precheck": form.precheck()}
    if "phase" in request.POST:
        to, stage = way_on(request), stage_seen(request)
        actions.move_phase(workshop_id=seat.workshop_id, phase=to, by=seat, stage=stage, answers=said)
    else:
        actions.answer_situation(workshop_id=seat.workshop_id, by=seat, **said)
    return done(request, seat)


@never_cache
@require_POST
def precheck(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Keep the answer to the question that the room looks at, and go on, back, or past it."""
    seat = require_seat(request, workshop_id)
    asked, go = request.POST.get("asked", ""), request.POST.get("go", "next")
    whole = situation_form(seat.workshop, None)
    answers = None
    if asked in whole.steps and (go in {"next", "skip"} or asked in request.POST):
        sent = QueryDict() if go == "skip" else request.POST
        form = situation_form(seat.workshop, sent, only=asked)
        if not form.is_valid():
            return refused(request, seat, "situation_form", form)
        answers = {"situation": form.situation(), "precheck": form.precheck()}
    actions.ask(
        workshop_id=seat.workshop_id,
        question=asking.after(whole, asked, go),
        by=seat,
        stage=stage_seen(request),
        answers=answers,
    )
    return done(request, seat)


def situation_form(workshop: Workshop, data: QueryDict | None, only: str = "") -> SituationForm:
    """The answers that were sent, held against those that the page showed."""
    start = frameworks.starting_point(workshop.decision.team_id, workshop.decision.starting_point)
    return SituationForm(
        data,
        situation=workshop.situation,
        precheck=workshop.precheck,
        framework=framework_in(workshop),
        start=start if workshop.phase == Phase.PRECHECK else None,
        only=only,
    )


@never_cache
@require_POST
def explainability(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Say whether legal or public relations require that answers can be explained."""
    seat = require_seat(request, workshop_id)
    required = {"yes": True, "no": False}.get(request.POST.get("required", ""))
    if required is None:
        raise Conflict(_("Choose whether it's required."))
    actions.answer_situation(
        workshop_id=seat.workshop_id, situation={"explainability_required": required}, precheck={}, by=seat
    )
    return done(request, seat)
