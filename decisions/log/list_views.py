"""The team's log of decisions."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from decisions.base.audit import note
from decisions.base.htmx import HtmxHttpRequest, addressed
from decisions.base.permissions import may_edit, membership_of
from decisions.base.requests import download
from decisions.models import AuditAct, Membership, TeamRole

from . import listing as log
from .filter_form import FilterForm


@require_safe
def log_page(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """Decisions to scan, search and filter; the address says what is shown."""
    return _page(request, membership_of(request.user, slug), FilterForm(request.GET))


@require_safe
def log_csv(request: HtmxHttpRequest, slug: str) -> HttpResponseBase:
    """The same list, whole, as CSV."""
    membership = membership_of(request.user, slug)
    form = FilterForm(request.GET)
    if not form.is_valid():
        return _page(request, membership, form)
    if request.method == "GET":
        note(membership.team, AuditAct.EXPORTED, detail="decisions.csv")
    return download(log.csv_lines(membership.team, form.filters()), "text/csv; charset=utf-8", f"{slug}-decisions.csv")


def _page(request: HtmxHttpRequest, membership: Membership, form: FilterForm) -> HttpResponse:
    page = log.page_of(membership.team, form.filters())
    context = {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "is_owner": membership.role == TeamRole.OWNER,
        "page": page,
        "form": form,
        "whole_address": page.filters.address(after=""),
    }
    if not form.is_valid():
        return render(request, "decisions/log/log.html", context, status=422)
    if request.htmx.target == "div#log-results":
        answer = render(request, "decisions/log/fragments/results.html", context)
        return addressed(answer, request, page.filters.address())
    if request.htmx.target == "tbody#log-lines":
        return render(request, "decisions/log/fragments/more.html", context)
    return render(request, "decisions/log/log.html", context)
