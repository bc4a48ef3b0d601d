"""The team's log of decisions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from decisions import log
from decisions.forms.log import FilterForm
from decisions.models import TeamRole
from decisions.permissions import may_edit, membership_of


@require_safe
def log_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Decisions to scan, search and filter; the address says what is shown."""
    membership = membership_of(request.user, slug)
    form = FilterForm(request.GET)
    page = log.page_of(membership.team, form.filters())
    context = {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "is_owner": membership.role == TeamRole.OWNER,
        "page": page,
        "form": form,
    }
    return render(request, "decisions/log/log.html", context, status=200 if form.is_valid() else 422)
