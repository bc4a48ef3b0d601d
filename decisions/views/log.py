"""The team's log of decisions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from decisions import log
from decisions.permissions import may_edit, membership_of


@require_safe
def log_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Decisions to scan, search and filter; the address says what is shown."""
    membership = membership_of(request.user, slug)
    page = log.page_of(membership.team)
    context = {"team": membership.team, "membership": membership, "may_edit": may_edit(membership), "page": page}
    return render(request, "decisions/log/log.html", context)
