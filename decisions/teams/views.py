"""Pages of a team's people: found it, invite, join, change roles, leave."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, checked
from decisions.base.links import public_link
from decisions.base.permissions import membership_of, require_owner
from decisions.base.requests import signed_in
from decisions.models import Membership, TeamRole, User

from . import acts as teams
from .forms import InviteForm, RoleForm, TeamForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team_new(request: HttpRequest) -> HttpResponse:
    """Create a team."""
    form = TeamForm(request.POST or None, initial={"name": _("%(name)s's team") % {"name": request.user}})
    if answer := checked(request, form):
        return answer
    if request.method == "POST" and form.is_valid():
        team = teams.create_team(name=form.cleaned_data["name"], by=signed_in(request))
        messages.success(request, _("%(team)s created. What does it have to decide first?") % {"team": team})
        return redirect("decisions:decision_new", slug=team.slug)
    context = {"form": form, "memberships": teams.teams_of(signed_in(request))}
    return render(request, "decisions/teams/new.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    """The teams one is in, to go from one to another."""
    memberships = list(teams.teams_of(signed_in(request)))
    if not memberships:
        return redirect("decisions:team_new")
    return render(request, "decisions/teams/list.html", {"memberships": memberships})


# Sections of the page of people that an act on one of their rows draws anew.
SECTIONS = {
    "section#people": "decisions/teams/fragments/people.html",
    "section#invited": "decisions/teams/fragments/invited.html",
}


def _members_page(
    request: HtmxHttpRequest, membership: Membership, form: InviteForm, status: int = 200
) -> HttpResponse:
    team = membership.team
    context = {
        "team": team,
        "membership": membership,
        "form": form,
        "is_owner": membership.role == TeamRole.OWNER,
        "members": team.memberships.select_related("user").order_by("user__name", "pk"),
        "invitations": teams.open_invitations(team).select_related("invited_by"),
        "roles": TeamRole.choices,
        "days": teams.INVITATION_LASTS.days,
    }
    section = SECTIONS.get(request.htmx.target or "") if status == 200 else None
    return render(request, section or "decisions/teams/members.html", context, status=status)


def _done(request: HtmxHttpRequest, membership: Membership) -> HttpResponse:
    """What an act leaves: the section that its row is in, or the page."""
    if request.htmx.target in SECTIONS:
        return _members_page(request, membership, InviteForm())
    return redirect("decisions:members", slug=membership.team.slug)


@require_safe
def members(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """Who is in the team, with what role, and who is invited."""
    return _members_page(request, membership_of(request.user, slug), InviteForm())


@require_POST
def invite(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """Invite somebody by e-mail; the link goes to that mailbox and is shown to nobody else."""
    membership = membership_of(request.user, slug)
    require_owner(membership)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _members_page(request, membership, form, 422)
    try:
        invitation, token = teams.invite(team=membership.team, by=signed_in(request), **form.cleaned_data)
    except Conflict as conflict:
        form.add_error("email", str(conflict))
        return _members_page(request, membership, form, 422)
    if not token:
        messages.success(request, _("%(email)s was sent an invitation a short time ago.") % {"email": invitation.email})
    elif teams.send_invitation(invitation, url=public_link("decisions:invitation", token)):
        messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(
            request,
            _("We couldn't email the invitation to %(email)s. Wait a few minutes, then invite them again.")
            % {"email": invitation.email},
        )
    return _done(request, membership)


@require_POST
def team_sign_in(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """Say what sign-in the team's pages ask for."""
    membership = membership_of(request.user, slug)
    teams.require_sign_in(
        team=membership.team,
        by=signed_in(request),
        second_factor="second_factor" in request.POST,
        single_sign_on="single_sign_on" in request.POST,
    )
    messages.success(request, _("Saved. It holds from the next page on, for everyone in the team."))
    return redirect("decisions:members", slug=slug)


@require_POST
def invitation_withdraw(request: HtmxHttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Make an invitation's link stop working."""
    membership = membership_of(request.user, slug)
    teams.withdraw_invitation(team=membership.team, invitation_id=invitation_id, by=signed_in(request))
    messages.success(request, _("Invitation withdrawn."))
    return _done(request, membership)


@require_POST
def member_role(request: HtmxHttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Change a member's role."""
    membership = membership_of(request.user, slug)
    require_owner(membership)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role from the list."))
        return _members_page(request, membership, InviteForm(), 422)
    changed = teams.change_role(
        team=membership.team, membership_id=membership_id, role=form.cleaned_data["role"], by=signed_in(request)
    )
    if changed is None:
        raise Http404
    messages.success(
        request,
        _("Role changed: %(name)s, %(role)s.") % {"name": changed.user, "role": changed.get_role_display().lower()},
    )
    return redirect("decisions:members", slug=slug) if changed.pk == membership.pk else _done(request, membership)


@require_POST
def member_remove(request: HtmxHttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Remove a member, or leave."""
    membership = membership_of(request.user, slug)
    user = signed_in(request)
    removed = teams.remove(team=membership.team, membership_id=membership_id, by=user)
    if removed is None:
        raise Http404
    if removed == user:
        messages.success(request, _("You left %(team)s.") % {"team": membership.team})
        return redirect("home")
    messages.success(request, _("%(name)s removed from the team.") % {"name": removed})
    return _done(request, membership)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link; joining takes a POST, so that a mail scanner's look joins nobody."""
    found = teams.invitation_for(token)
    if found is None:
        return render(request, "decisions/teams/invitation_gone.html", status=404)
    if not isinstance(request.user, User):
        if request.method == "POST":
            return redirect(f"{reverse('account_login')}?next={request.path}")
        # The link reached that mailbox, so a sign-up with this address need not prove it again (config.accounts).
        request.session["invited_email"] = found.email
        return render(request, "decisions/teams/invitation.html", {"invitation": found, "next": request.path})
    if request.method != "POST":
        is_member = Membership.objects.filter(team=found.team, user=request.user).exists()
        context = {"invitation": found, "is_member": is_member}
        return render(request, "decisions/teams/invitation.html", context)
    membership = teams.accept_invitation(token=token, by=request.user)
    if membership is None:
        return render(request, "decisions/teams/invitation_gone.html", status=404)
    messages.success(request, _("Welcome to %(team)s.") % {"team": membership.team})
    return redirect("decisions:log", slug=membership.team.slug)
