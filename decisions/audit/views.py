"""The owners' audit page and its CSV."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from decisions.base.audit import note
from decisions.base.permissions import membership_of, require_owner
from decisions.base.requests import download
from decisions.models import AuditAct, Membership

from . import queries


def _owner(request: HttpRequest, slug: str) -> Membership:
    membership = membership_of(request.user, slug)
    require_owner(membership)
    return membership


@never_cache
@require_safe
def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Newest first, a page at a time."""
    membership = _owner(request, slug)
    before = request.GET.get("before", "")
    asked = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = list(queries.events(membership.team, asked)[: queries.PAGE + 1])
    context = {"team": membership.team, "membership": membership, "events": rows[: queries.PAGE]}
    context["older"] = rows[queries.PAGE - 1].pk if len(rows) > queries.PAGE else None
    return render(request, "decisions/audit/audit.html", context)


@require_safe
def audit_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All of it as CSV; that it was taken is a line of its own."""
    team = _owner(request, slug).team
    if request.method == "GET":
        note(team, AuditAct.EXPORTED, detail="audit.csv")
    return download(queries.csv_lines(team), "text/csv; charset=utf-8", f"{slug}-audit.csv")
