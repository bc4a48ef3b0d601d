"""Pages of one decision: create it, reword it, read it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from decisions import records
from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, checked
from decisions.base.permissions import decision_of, may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.models import Membership, RecordState
from decisions.models.record import current_record
from decisions.records.base import version_of
from decisions.team_framework import acts as frameworks
from decisions.trail.forms import AtForm

from . import acts
from .decision_page import decision_page
from .forms import DecisionForm, RevisitForm, RewordForm


@require_http_methods(["GET", "HEAD", "POST"])
def decision_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Create a decision."""
    membership = membership_of(request.user, slug)
    require_editor(membership)
    question = _("Retrieval (RAG), fine-tuning, both or neither?")
    initial = {
        "owner": str(membership.user_id),
        "question": question,
        **_start(membership, request.GET.get("starting_point", "")),
    }
    form = DecisionForm(request.POST or None, team=membership.team, initial=initial)
    if answer := checked(request, form):
        return answer
    if request.method == "POST" and form.is_valid():
        decision = acts.create_decision(team=membership.team, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Decision %(number)s created.") % {"number": decision.number})
        if decision.number == 1:  # whoever is new here goes on to what comes next
            return redirect("workshops:new", slug=slug, number=decision.number)
        return redirect("decisions:decision", slug=slug, number=decision.number)
    context = {"team": membership.team, "membership": membership, "form": form}
    return render(request, "decisions/log/new.html", context, status=422 if request.method == "POST" else 200)


def _start(membership: Membership, key: str) -> dict[str, str]:
    """What a starting point writes into the form of a new decision."""
    point = frameworks.starting_point(membership.team_id, key[:60].replace("\x00", ""))
    if point is None:
        return {}
    filled = {part: str(getattr(point, part)) for part in ("title", "question", "context")}
    return {"starting_point": point.key, **filled}


# What can be edited in its place on the decision's page: the id of its element, and the fields that its form has.
PARTS = {
    "decision-words": ("title", "question", "tags"),
    "decision-context": ("context", "starting_point"),
    "decision-owner": ("owner",),
}


@require_http_methods(["GET", "HEAD", "POST"])
def decision_edit(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
    """Reword a decision, or a part of it in its place; when somebody else was quicker, show both and lose neither."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    part = request.GET.get("part", "")
    sent = request.POST if request.method == "POST" else None
    form = RewordForm(sent, initial=RewordForm.values_of(decision), team=membership.team, only=PARTS.get(part, ()))
    if answer := checked(request, form):
        return answer
    context: dict[str, Any] = {"team": membership.team, "membership": membership, "decision": decision, "form": form}
    status = 200 if sent is None else 422
    if sent is not None and form.is_valid():
        try:
            words = {**acts.words_of(decision), **form.cleaned_data}
            acts.reword(decision=decision, by=signed_in(request), **words)
        except Conflict as conflict:
            now = decision_of(membership, number)
            # What was typed stays in the form, beside what stands; sending it again then replaces that.
            typed = sent.copy()
            typed["version"] = str(now.version)
            form.data = typed
            context |= {"conflict": str(conflict), "theirs": now}
            status = 409
        else:
            messages.success(request, _("Decision updated."))
            return redirect("decisions:decision", slug=slug, number=number)
    if part in PARTS:
        return _part_form(request, part, form, context, status)
    return render(request, "decisions/log/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def decision_revisit(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
    """The day on which a draft says that the decision is looked at again, edited in its place on the decision's page."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    record = current_record(decision.records.all())
    if record is None or record.state != RecordState.DRAFT:
        raise Http404
    stands, version = record.content["revisit"], version_of(record, "revisit")
    form = RevisitForm(request.POST if request.method == "POST" else None, initial={**stands, "version": version})
    if answer := checked(request, form):
        return answer
    context: dict[str, Any] = {"team": membership.team, "decision": decision, "form": form}
    status = 200 if request.method != "POST" else 422
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data.pop("version")
        changes = {"revisit": {**stands, **form.cleaned_data}}
        by = signed_in(request)
        try:
            records.edit(record=record, section="revisit", changes=changes, version=seen, by=by, as_draft=True)
        except Conflict as conflict:
            form.data = request.POST.copy()
            form.data["version"] = str(version)
            context |= {"conflict": str(conflict), "theirs": stands}
            status = 409
        else:
            messages.success(request, _("Revisit date saved in the draft."))
            return redirect("decisions:decision", slug=slug, number=number)
    return _part_form(request, "decision-revisit", form, context, status)


def _part_form(
    request: HtmxHttpRequest, part: str, form: Form, context: Mapping[str, Any], status: int
) -> HttpResponse:
    """The form that takes the place of a part of the page until it is saved or left; without htmx on a page of its own."""
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    template = "decisions/log/fragments/part_form.html" if request.htmx else "decisions/log/part.html"
    return render(request, template, {**context, "part": part}, status=status)


@require_safe
def decision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The decision from top to bottom: what was decided, its record, what is live, its history."""
    membership = membership_of(request.user, slug)
    page = decision_page(decision_of(membership, number))
    context = {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "page": page,
        "at_form": AtForm(initial=AtForm.initial_for(page.environments)),
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "decisions/log/decision.html", context)
