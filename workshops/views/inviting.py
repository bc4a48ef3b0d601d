"""Invitations by e-mail: who is invited to a room and how far they are, for its facilitators."""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from decisions.base.errors import Conflict
from decisions.models import Membership, User
from workshops import actions, permissions
from workshops.forms import SeatInvitationForm
from workshops.guests import BETWEEN_MAILS, BETWEEN_REMINDERS, MOST_INVITED, Guests
from workshops.models import Phase, Seat
from workshops.views.room import require_seat

MOST_SUGGESTED = 60  # people of the team


def require_lead(request: HttpRequest, workshop_id: uuid.UUID) -> Seat:
    """The viewer's seat, which leads the room."""
    seat = require_seat(request, workshop_id)
    permissions.require_facilitator(seat, seat.workshop)
    return seat


def _team(request: HttpRequest, seat: Seat, guests: Guests) -> list[Membership]:
    """Members of the team who are not here yet. A facilitator from outside the team is not told its addresses."""
    if not isinstance(request.user, User):
        return []
    members = Membership.objects.filter(team=seat.workshop.decision.team_id).select_related("user")
    found = list(members.order_by("user__name", "pk"))
    if not any(one.user_id == request.user.pk for one in found):
        return []
    invited = {one.email for one in guests.invitations}
    return [
        one
        for one in found
        if one.user.is_active and one.user.email.lower() not in invited and not guests.sits_by_account(one.user.email)
    ][:MOST_SUGGESTED]


def _picked(request: HttpRequest, team: list[Membership]) -> dict[str, str]:
    """The form's beginning when somebody of the team was picked."""
    picked = request.GET.get("member", "")
    for one in team if re.fullmatch("[0-9]{1,18}", picked) else []:
        if one.pk == int(picked):
            return {"email": one.user.email, "name": str(one.user)[:60]}
    return {}


def _page(
    request: HttpRequest, seat: Seat, *, status: int = 200, form: SeatInvitationForm | None = None, **more: Any
) -> HttpResponse:
    guests = Guests(seat.workshop)
    now = timezone.now()
    team = _team(request, seat, guests)
    awaited = guests.awaited(seat)
    context = {
        "workshop": seat.workshop,
        "decision": seat.workshop.decision,
        "guests": guests,
        "team_to_invite": team,
        "form": form or SeatInvitationForm(initial=_picked(request, team)),
        "awaited": awaited,
        "due": [one for one in awaited if one.may_be_reminded(now)],
        "closed": seat.workshop.phase == Phase.CLOSED,
        "most": MOST_INVITED,
        "minutes": BETWEEN_MAILS.seconds // 60,
        "hours": BETWEEN_REMINDERS.seconds // 3600,
        **more,
    }
    return render(request, "workshops/invitations.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Who is invited; one more is invited by the form on it."""
    seat = require_lead(request, workshop_id)
    if request.method != "POST":
        return _page(request, seat)
    if seat.workshop.phase == Phase.CLOSED:
        raise Conflict(_("This workshop is closed."))
    form = SeatInvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, seat, form=form, status=422)
    try:
        was_taken = actions.invite(workshop_id=seat.workshop_id, by=seat, **form.cleaned_data)
    except Conflict as conflict:
        form.add_error("email", str(conflict))
        return _page(request, seat, form=form, status=422)
    return _told(request, seat, form.cleaned_data["name"], was_taken)


def _told(request: HttpRequest, seat: Seat, name: str, was_taken: bool) -> HttpResponse:
    if was_taken:
        messages.success(request, _("Invitation sent to %(name)s.") % {"name": name})
    else:
        messages.error(request, _("We couldn't email %(name)s. Try again later.") % {"name": name})
    return redirect("workshops:invitations", seat.workshop.public_id)


@never_cache
@require_POST
def resend_invitation(request: HttpRequest, workshop_id: uuid.UUID, invited_id: int) -> HttpResponse:
    """Mail somebody a new personal link."""
    seat = require_lead(request, workshop_id)
    try:
        name, was_taken = actions.invite_again(workshop_id=seat.workshop_id, invitation_id=invited_id, by=seat)
    except Conflict as conflict:
        return _page(request, seat, status=409, refused=str(conflict), refused_id=invited_id)
    return _told(request, seat, name, was_taken)


@never_cache
@require_POST
def withdraw(request: HttpRequest, workshop_id: uuid.UUID, invited_id: int) -> HttpResponse:
    """Make a personal link stop working before anybody took the seat."""
    seat = require_lead(request, workshop_id)
    try:
        name = actions.withdraw_invitation(workshop_id=seat.workshop_id, invitation_id=invited_id, by=seat)
    except Conflict as conflict:
        return _page(request, seat, status=409, refused=str(conflict), refused_id=invited_id)
    messages.success(request, _("Invitation to %(name)s withdrawn.") % {"name": name})
    return redirect("workshops:invitations", seat.workshop.public_id)


@never_cache
@require_POST
def remind(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Remind who has not voted."""
    seat = require_lead(request, workshop_id)
    try:
        done = actions.remind_missing(workshop_id=seat.workshop_id, by=seat)
    except Conflict as conflict:
        return _page(request, seat, status=409, not_reminded=str(conflict))
    count = len(done.reached)
    if count:
        said = ngettext("Reminder sent to %(count)s person.", "Reminder sent to %(count)s people.", count)
        messages.success(request, said % {"count": count})
    if done.missed:
        messages.error(
            request,
            _("We couldn't email %(names)s. Try again later.") % {"names": ", ".join(done.missed)},
        )
    return redirect("workshops:invitations", seat.workshop.public_id)
