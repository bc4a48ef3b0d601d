"""Pages of pilots, of a decision's history, and of what to change next."""

import re
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from decisions.base.htmx import HtmxHttpRequest, checked
from decisions.base.permissions import decision_of, may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.base.times import moment_of
from decisions.framework.lever import LEVERS, NOW, next_lever
from decisions.trail.entry import Refused
from decisions.trail.timeline import MOST, PAGE, Place, events

from . import acts as pilots
from .forms import LeverForm, PilotForm


@require_http_methods(["GET", "HEAD", "POST"])
def pilot_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Note a pilot's results against the record's metrics."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    record = pilots.record_to_hold_against(decision)
    metrics = pilots.metrics_of(record)
    form = PilotForm(request.POST or None, metrics=metrics, initial={"ended_on": timezone.localdate()})
    if answer := checked(request, form):
        return answer
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            measured = form.measured()
            names = ("name", "evaluation_set", "evaluation_set_hash", "environment", "started_on", "ended_on", "remark")
            try:
                if form.errors:
                    raise Refused({})
                pilot = pilots.note(
                    decision=decision,
                    measured=measured,
                    by=signed_in(request),
                    **{name: form.cleaned_data[name] for name in names},
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, _("Pilot results added."))
                return redirect("decisions:pilot", slug=slug, number=number, pilot_id=pilot.public_id)
    context = {
        "team": membership.team,
        "membership": membership,
        "decision": decision,
        "record": record,
        "metrics": metrics,
        "form": form,
    }
    return render(request, "decisions/pilots/pilot_new.html", context, status=status)


@require_safe
def pilot(request: HttpRequest, slug: str, number: int, pilot_id: UUID) -> HttpResponse:
    """One pilot: each metric against its gate, with bounds and a verdict in words."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    found = decision.pilots.select_related("record").filter(public_id=pilot_id).first()
    if found is None:
        raise Http404
    context = {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "decision": decision,
        "pilot": found,
        "results": (results := pilots.judged_today(found, list(found.results.all()))),
        "verdict": pilots.overall(results),
        "tally": pilots.tally(results),
    }
    return render(request, "decisions/pilots/pilot.html", context)


@require_safe
def history(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
    """Everything that happened to the decision, newest first; made to be printed."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    start = _start(request)
    found, older = events(decision, start=start, size=MOST if "all" in request.GET else PAGE)
    context = {
        "team": membership.team,
        "membership": membership,
        "decision": decision,
        "events": found,
        "older": urlencode({"from": older.at.isoformat(), "shown": older.shown}) if older else "",
        "is_first": start is None,
        "is_more": request.htmx.target == "ol#timeline",
    }
    template = "decisions/trail/fragments/more_events.html" if context["is_more"] else "decisions/trail/history.html"
    return render(request, template, context)


def _start(request: HttpRequest) -> Place | None:
    """Where the page begins, by its address; Http404 for a place that cannot be."""
    asked, shown = request.GET.get("from", ""), request.GET.get("shown", "0")
    if not asked:
        return None
    moment = moment_of(asked)
    if moment is None or not re.fullmatch(r"[0-9]{1,4}", shown, re.ASCII):
        raise Http404
    return Place(moment, int(shown))


@require_safe
def next_step(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """After a pilot or an incident: what to change first, and why."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    record = pilots.record_to_hold_against(decision)
    is_asked = "now" in request.GET
    known = record.approach if record is not None and record.approach in NOW else "rag"
    form = LeverForm(request.GET) if is_asked else LeverForm(initial={"now": known, "eval_exists": True})
    advice = None
    if is_asked and form.is_valid():
        advice = next_lever(form.cleaned_data["now"], form.observed())
    context = {
        "team": membership.team,
        "membership": membership,
        "decision": decision,
        "form": form,
        "advice": advice,
        "lever": LEVERS[advice.key] if advice else "",
        "is_wrong": is_asked and advice is None,
    }
    return render(request, "decisions/pilots/next.html", context, status=422 if context["is_wrong"] else 200)
