"""Pages of one decision: ask it, reword it, read it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from decisions import frameworks, questions
from decisions.errors import Conflict
from decisions.forms.decisions import DecisionForm, RewordForm
from decisions.forms.trail import AtForm
from decisions.models import Decision, Membership
from decisions.page import decision_page
from decisions.permissions import may_edit, membership_of, require_editor
from decisions.views.requests import signed_in


def decision_of(membership: Membership, number: int) -> Decision:
    """The team's decision of that number; Http404 when there is none."""
    decision = (
        Decision.objects.select_related("team", "owner")
        .prefetch_related("tags")
        .filter(team=membership.team, number=number)
        .first()
    )
    if decision is None:
        raise Http404
    return decision


@require_http_methods(["GET", "HEAD", "POST"])
def decision_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a new decision."""
    membership = membership_of(request.user, slug)
    require_editor(membership)
    initial = {"owner": str(membership.user_id), **_start(membership, request.GET.get("starting_point", ""))}
    form = DecisionForm(request.POST or None, team=membership.team, initial=initial)
    if request.method == "POST" and form.is_valid():
        decision = questions.ask(team=membership.team, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Decision %(number)s is asked.") % {"number": decision.number})
        return redirect("decisions:decision", slug=slug, number=decision.number)
    context = {"team": membership.team, "membership": membership, "form": form}
    return render(request, "decisions/decisions/new.html", context, status=422 if request.method == "POST" else 200)


def _start(membership: Membership, key: str) -> dict[str, str]:
    """What a starting point writes into the form of a new decision."""
    point = frameworks.starting_point(membership.team_id, key[:60].replace("\x00", ""))
    if point is None:
        return {}
    filled = {part: str(getattr(point, part)) for part in ("title", "question", "context")}
    return {"starting_point": point.key, **filled}


@require_http_methods(["GET", "HEAD", "POST"])
def decision_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Reword a decision; when somebody else was quicker, show both versions and lose neither."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    context: dict[str, Any] = {"team": membership.team, "membership": membership, "decision": decision}
    if request.method != "POST":
        form = RewordForm(initial=RewordForm.values_of(decision), team=membership.team)
        return render(request, "decisions/decisions/edit.html", {**context, "form": form})
    form = RewordForm(request.POST, team=membership.team, initial={"starting_point": decision.starting_point})
    status = 422
    if form.is_valid():
        try:
            questions.reword(decision=decision, by=signed_in(request), **form.cleaned_data)
        except Conflict as conflict:
            now = decision_of(membership, number)
            # What was typed stays in the form, beside what stands; sending it again then replaces that.
            typed = request.POST.copy()
            typed["version"] = str(now.version)
            form.data = typed
            context |= {"conflict": str(conflict), "theirs": now}
            status = 409
        else:
            messages.success(request, _("The decision is reworded."))
            return redirect("decisions:decision", slug=slug, number=number)
    return render(request, "decisions/decisions/edit.html", {**context, "form": form}, status=status)


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
    return render(request, "decisions/decisions/decision.html", context)
