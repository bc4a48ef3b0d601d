"""The mails of a room: an invitation to a seat, a reminder to vote. None of them says what anybody scored."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from decisions.base.links import public_address, public_link
from decisions.base.mail import Letter, letter, plain
from workshops.models import Seat, SeatInvitation, Workshop


def invitation(one: SeatInvitation, token: str) -> Letter:
    """Invite somebody to a seat by personal link."""
    title = plain(one.workshop.decision.title)
    subject = _("Invitation to vote: %(title)s") % {"title": title} if title else _("Invitation to vote")
    return _letter(
        one.email,
        subject,
        "room_invitation",
        one.workshop,
        {"one": one, "url": public_link("workshops:personal_link", token)},
    )


def reminder_to_invited(one: SeatInvitation, token: str, missing: int) -> Letter:
    """Remind somebody who was invited, by a new personal link."""
    name = one.seat.name if one.seat is not None else one.name
    link = {"url": public_link("workshops:personal_link", token), "way": "personal"}
    return _reminder(one.email, one.workshop, {"name": name, "missing": missing, "seat": one.seat, **link})


def reminder_to_seat(seat: Seat, address: str, missing: int) -> Letter:
    """Remind somebody who came by code or link.

    An address that was only typed proves nothing, so this mail opens no seat: an account signs in, a guest goes back to
    the browser they joined with.
    """
    room = reverse("workshops:room", args=[seat.workshop.public_id])
    path = f"{reverse('account_login')}?next={room}" if seat.user_id else room
    link = {"url": public_address(path), "way": "account" if seat.user_id else "browser"}
    return _reminder(address, seat.workshop, {"name": seat.name, "missing": missing, "seat": seat, **link})


def _reminder(address: str, workshop: Workshop, context: Mapping[str, Any]) -> Letter:
    title = plain(workshop.decision.title)
    subject = _("Reminder to vote: %(title)s") % {"title": title} if title else _("Reminder to vote")
    return _letter(address, subject, "room_reminder", workshop, context)


def _letter(address: str, subject: str, template: str, workshop: Workshop, context: Mapping[str, Any]) -> Letter:
    whole = {
        "workshop": workshop,
        "decision": workshop.decision,
        "is_open_ahead": workshop.scored_ahead and workshop.session_started_at is None,
        **context,
    }
    return letter(address, subject, template, whole)
