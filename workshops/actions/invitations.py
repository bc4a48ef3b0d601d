"""Inviting to a seat by e-mail and reminding who has not voted: written under the room's lock, mailed after commit.

A facilitator never learns a personal link of somebody else: it exists in the mail, and its hash in the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from decisions.base import mail
from decisions.base.errors import Conflict
from decisions.base.links import token_hash
from decisions.base.mail_limits import count_invitation
from decisions.models import User
from workshops import mails, permissions
from workshops.actions.act import Act, act
from workshops.actions.people import sit
from workshops.guests import (
    BETWEEN_MAILS,
    MOST_INVITED,
    Guests,
    MissingVoter,
    invitation_behind,
    last_mailed,
)
from workshops.models import Phase, Seat, SeatInvitation, Workshop, new_key

FORGOTTEN_AFTER = timedelta(days=1)
OPEN = (Phase.LOBBY, Phase.PRECHECK, Phase.SCORING, Phase.OUTCOME)


@dataclass(frozen=True)
class Sent:
    """A letter with what to take back when the mail server does not take it."""

    letter: mail.Letter
    row: SeatInvitation | Seat
    name: str
    before: dict[str, Any]


@dataclass
class Reminded:
    """Whom a reminder has reached, and whom the mail server did not let it reach."""

    reached: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def invite(*, workshop_id: int, email: str, name: str, role: str, is_observer: bool, by: Seat) -> bool:
    """Invite somebody to a seat by personal link; whether the mail server took the mail (the invitation stays)."""
    address = email.lower()
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_phase(*OPEN)
        now = timezone.now()
        this.workshop.invitations.filter(withdrawn_at__lt=now - FORGOTTEN_AFTER).delete()
        known = this.workshop.invitations.select_related("seat").filter(email__iexact=address).first()
        if known is not None and not _is_over(known):
            raise Conflict(_("You've already invited %(name)s at this address.") % {"name": known.name})
        if Guests(this.workshop).sits_by_account(address):
            raise Conflict(_("Someone with this address has already joined."))
        if known is None:
            if this.workshop.invitations.count() >= MOST_INVITED:
                raise Conflict(
                    _("A workshop can have %(most)s invitations, including those withdrawn in the last day.")
                    % {"most": MOST_INVITED}
                )
            known = SeatInvitation(workshop=this.workshop, email=address)
        else:
            _require_pause(known, now)
            known.token_hash = token_hash(new_key())  # old links stay invalid
        known.workshop = this.workshop
        known.seat = known.withdrawn_at = None
        known.name, known.role, known.is_observer, known.invited_by = name, role, is_observer, str(this.by.name)
        known.sender = this.by
        count_invitation(to=address, team=this.workshop.decision.team, by=this.by.user)
        sent = _renew(known, lambda token: mails.invitation(known, token), sent_at=now)
        this.aside("invited", seat=name)
    return not _send([sent])


def invite_again(*, workshop_id: int, invitation_id: int, by: Seat) -> tuple[str, bool]:
    """Mail a new personal link, the old one stops working; to whom, and whether the mail server took it."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_phase(*OPEN)
        one = _invitation(this, invitation_id)
        now = timezone.now()
        _require_pause(one, now)
        count_invitation(to=one.email, team=this.workshop.decision.team, by=this.by.user)
        sent = _renew(one, lambda token: mails.invitation(one, token), sent_at=now)
    if _send([sent]):
        return sent.name, False
    with act(workshop_id, by) as this:
        this.aside("invited_again", seat=sent.name)
    return sent.name, True


def withdraw_invitation(*, workshop_id: int, invitation_id: int, by: Seat) -> str:
    """Revoke an invitation; refused once the seat is taken, because then the seat is what has to be removed."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        one = _invitation(this, invitation_id)
        if one.seat_id is not None:
            raise Conflict(_("%(name)s has already joined. Remove them in the workshop instead.") % {"name": one.name})
        one.withdrawn_at = timezone.now()
        one.save(update_fields=["withdrawn_at"])
        this.aside("withdrew_invitation", seat=one.name)
    return one.name


def remind_missing(*, workshop_id: int, by: Seat) -> Reminded:
    """Mail everybody who still lacks a ballot in an open round and has an address, but the one who asks for it."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_phase(Phase.PRECHECK, Phase.SCORING)
        now = timezone.now()
        sent = [_remind(one, now) for one in _to_remind(this, now)]
    missed = {one.row for one in _send(sent)}
    answer = Reminded()
    for one in sent:
        (answer.missed if one.row in missed else answer.reached).append(one.name)
    if answer.reached:
        with act(workshop_id, by) as this:
            this.aside("reminded", people=len(answer.reached))
    return answer


def take_invited_seat(*, token: str, user: User | None, keep: Seat | None = None) -> Seat | None:
    """The seat of a personal link: the one taken by it before, else a new one; None when the link does not work.

    An account that sits in the room already gets that seat back, and so does a browser that wants to `keep` its own.
    """
    with transaction.atomic():
        known = invitation_behind(token)
        if known is None:
            return None
        # two browsers may follow one link at once: the second waits here and finds the seat taken
        workshop = Workshop.objects.select_for_update(no_key=True).get(pk=known.workshop_id)
        one = invitation_behind(token)
        if one is None or one.seat is not None:
            return one.seat if one is not None else None
        seat = workshop.seats.filter(pk=keep.pk, removed_at=None).first() if keep is not None else None
        if seat is None:
            seat = sit(workshop, name=one.name, role=one.role, is_observer=one.is_observer, user=user, email=one.email)
        one.seat = seat
        one.save(update_fields=["seat"])
    return seat


def _is_over(one: SeatInvitation) -> bool:
    return one.withdrawn_at is not None or (one.seat is not None and one.seat.removed_at is not None)


def _invitation(this: Act, invitation_id: int) -> SeatInvitation:
    found = this.workshop.invitations.select_related("seat").filter(pk=min(invitation_id, 2**63 - 1)).first()
    if found is None or found.withdrawn_at is not None:
        raise Conflict(_("This invitation has been withdrawn."))
    if found.seat is not None and found.seat.removed_at is not None:
        raise Conflict(_("%(name)s has left the workshop. Invite them again.") % {"name": found.name})
    found.workshop = this.workshop
    return found


def _require_pause(one: SeatInvitation, now: datetime) -> None:
    mailed = last_mailed(one)
    wait = BETWEEN_MAILS - (now - mailed) if mailed is not None else timedelta()
    if wait > timedelta():
        minutes = -(-wait // timedelta(minutes=1))
        raise Conflict(
            ngettext(
                "We emailed %(name)s recently. Wait %(minutes)s more minute.",
                "We emailed %(name)s recently. Wait %(minutes)s more minutes.",
                minutes,
            )
            % {"name": one.name, "minutes": minutes}
        )


def _renew(one: SeatInvitation, write: Callable[[str], mail.Letter], **times: datetime) -> Sent:
    """A letter with a new token; what was before comes back when it cannot be sent."""
    before = {"token_hash": one.token_hash, "sent_at": one.sent_at, "reminded_at": one.reminded_at}
    token = new_key()
    one.token_hash = token_hash(token)
    one.is_undelivered = False
    for name, value in times.items():
        setattr(one, name, value)
    one.save()
    before["token_hash"] = before["token_hash"] or one.token_hash
    return Sent(write(token), one, one.seat.name if one.seat else one.name, {**before, "is_undelivered": True})


def _to_remind(this: Act, now: datetime) -> list[MissingVoter]:
    guests = Guests(this.workshop)
    if not guests.open:
        raise Conflict(_("No criterion is open, so there's no one to remind."))
    awaited = guests.awaited(this.by)
    if not awaited:
        raise Conflict(_("Everyone we can email has voted."))
    now_due = [one for one in awaited if one.may_be_reminded(now)]
    if not now_due:
        raise Conflict(
            _("We've emailed everyone who hasn't voted recently. We email each person at most once every four hours.")
        )
    return now_due


def _remind(one: MissingVoter, now: datetime) -> Sent:
    invited, seat = one.invitation, one.seat
    if invited is not None:
        return _renew(invited, lambda token: mails.reminder_to_invited(invited, token, one.missing), reminded_at=now)
    assert seat is not None
    before = {"reminded_at": seat.reminded_at}
    seat.reminded_at = now
    seat.save(update_fields=["reminded_at"])
    return Sent(mails.reminder_to_seat(seat, one.address, one.missing), seat, one.name, before)


def _send(sent: list[Sent]) -> list[Sent]:
    """Mail the letters; those not taken, put back as they were: the link of an earlier mail then works on."""
    taken = mail.send([one.letter for one in sent])
    missed = [one for one, was_taken in zip(sent, taken, strict=True) if not was_taken]
    _put_back(missed)
    return missed


def _put_back(missed: Iterable[Sent]) -> None:
    for one in missed:
        if isinstance(one.row, SeatInvitation):
            # unless yet another mail has gone out meanwhile
            same = SeatInvitation.objects.filter(pk=one.row.pk, token_hash=one.row.token_hash)
            same.update(**one.before)
        else:
            Seat.objects.filter(pk=one.row.pk).update(**one.before)
