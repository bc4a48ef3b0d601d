"""A person's own page and data, and a team's export and end."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from decisions.base.audit import note
from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, checked
from decisions.base.permissions import membership_of, require_owner
from decisions.base.requests import download, signed_in
from decisions.models import AuditAct, Membership

from . import erasing, own
from . import whole_team as teams
from .forms import ProfileForm, TypedForm

READ_WRITE = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(READ_WRITE)
def profile(request: HtmxHttpRequest) -> HttpResponse:
    """How one is called."""
    user = signed_in(request)
    form = ProfileForm(request.POST or None, initial={"name": user.name})
    if answer := checked(request, form):
        return answer
    if request.method == "POST" and form.is_valid():
        user.name = form.cleaned_data["name"]
        user.save(update_fields=["name"])
        messages.success(request, _("Saved."))
        return redirect("decisions:profile")
    return render(request, "decisions/personal/profile.html", {"form": form}, status=_status(request))


@never_cache
@login_required
@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    """All that is stored of the person, as one file."""
    _ask_again(request)
    answer = JsonResponse(own.everything(signed_in(request)), json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="groundwork-my-data.json"'
    return answer


@login_required
@require_http_methods(READ_WRITE)
def erase(request: HtmxHttpRequest) -> HttpResponse:
    """Close the account and ask for its erasure, after asking twice."""
    _ask_again(request)
    user = signed_in(request)
    form = TypedForm(str(user.email), _("Your email address: %(it)s") % {"it": user.email}, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasing.ask(user)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
        else:
            logout(request)
            messages.success(request, _("Your account is closed. Your name and addresses are erased within a day."))
            return redirect("home")
    return render(request, "decisions/personal/erase.html", {"form": form}, status=_status(request))


def _ask_again(request: HttpRequest) -> None:
    """For the password or passkey, when that was not a few minutes ago; what was sent is sent on afterwards."""
    raise_if_reauthentication_required(request, app="account")


def _owner(request: HttpRequest, slug: str) -> Membership:
    """Before anything is asked: to anybody else the team does not exist."""
    membership = membership_of(request.user, slug)
    require_owner(membership)
    _ask_again(request)
    return membership


@never_cache
@require_safe
def whole_team(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every row of the team as JSON Lines."""
    team = _owner(request, slug).team
    if request.method == "GET":
        note(team, AuditAct.EXPORTED, detail="whole.jsonl")
    return download(teams.lines(team), "application/jsonl; charset=utf-8", f"{slug}-whole.jsonl")


@require_http_methods(READ_WRITE)
def team_delete(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """Delete the team, after asking twice."""
    membership = _owner(request, slug)
    team = membership.team
    form = TypedForm(team.name, _("The team's name: %(it)s") % {"it": team.name}, request.POST or None)
    if request.method == "POST" and form.is_valid():
        teams.ask_to_delete(team=team, by=signed_in(request))
        messages.success(request, _("%(team)s is closed. All of it is deleted within a day.") % {"team": team})
        return redirect("home")
    context = {"form": form, "team": team, "membership": membership}
    return render(request, "decisions/personal/team_delete.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
