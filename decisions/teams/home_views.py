"""The front door: what this is for visitors, the way to the log for members."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from decisions.framework.criteria import CRITERIA


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send members to their team's log, newcomers to create a team, and everybody else to the landing page."""
    if not request.user.is_authenticated:
        return welcome(request)
    membership = request.user.memberships.select_related("team").order_by("-joined_at").first()
    if membership is None:
        return redirect("decisions:team_new")
    return redirect("decisions:log", slug=membership.team.slug)


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """What Groundwork is, for people who have not signed in."""
    return render(request, "home.html", {"criteria": CRITERIA})
