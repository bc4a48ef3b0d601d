"""The mails of a room: an invitation to a seat, a reminder to vote. None of them says what anybody scored."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from decisions.base.links import public_address, public_link
from decisions.records.mails import UNDELIVERABLE
from workshops.models import Seat, SeatInvitation, Workshop

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """A mail that is written and not sent yet."""

    to: str
    subject: str
    body: str


def invitation(one: SeatInvitation, token: str) -> Letter:
    """Invite somebody to a seat by personal link."""
    subject = _("Your seat: %(title)s") % {"title": one.workshop.decision.title}
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


def deliver(letters: Sequence[Letter]) -> list[bool]:
    """Send the letters over one connection; for each whether the mail server took it."""
    connection = get_connection()
    try:
        connection.open()
    except OSError:
        log.warning("The mail server cannot be reached; %s mails of a room were not sent", len(letters))
        return [False] * len(letters)
    taken = []
    try:
        for letter in letters:
            message = EmailMessage(letter.subject, letter.body, None, [letter.to], connection=connection)
            try:
                connection.send_messages([message])
                taken.append(True)
            except UNDELIVERABLE as fault:
                log.warning("A mail of a room was not taken: %s", type(fault).__name__)
                taken.append(False)
    finally:
        connection.close()
    return taken


def _reminder(address: str, workshop: Workshop, context: Mapping[str, Any]) -> Letter:
    subject = _("Your ballots are awaited: %(title)s") % {"title": workshop.decision.title}
    return _letter(address, subject, "room_reminder", workshop, context)


def _letter(address: str, subject: str, template: str, workshop: Workshop, context: Mapping[str, Any]) -> Letter:
    whole = {
        "workshop": workshop,
        "decision": workshop.decision,
        "is_open_ahead": workshop.scored_ahead and workshop.session_started_at is None,
        **context,
    }
    body = render_to_string(f"mail/{template}.txt", whole)
    return Letter(address, " ".join(subject.split())[:200], body)
