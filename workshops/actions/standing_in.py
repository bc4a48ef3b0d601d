"""Standing in for a facilitator who has dropped, where no editor of the team is there to take over.

Whoever joined before the drop may offer to, and does once most of those who did so and are here, and at least two,
have confirmed it. The minutes hold offers and confirmations; those from before the drop count no more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.permissions import EDITORS
from decisions.models import Membership
from workshops import permissions, presence
from workshops.actions.act import Act, act
from workshops.models import Minute, Phase, Presence, Seat, Workshop

FEWEST = 2


@dataclass(frozen=True)
class Lead:
    """A lead that has dropped: since when, who may take over at once, and how far standing in has come."""

    since: datetime
    led: tuple[str, ...]
    editors: tuple[str, ...]
    may_stand_in: bool
    offers: tuple[tuple[int, str, int], ...]  # seat, name, and by how many it is confirmed
    needed: int

    @property
    def opens_at(self) -> datetime:
        """From when somebody may stand in."""
        return self.since + presence.STAND_IN_AFTER


def editors_of(workshop: Workshop, seats: list[Seat]) -> list[Seat]:
    """Those who may take over at once: editors of the team."""
    users = {seat.user_id for seat in seats if seat.user_id is not None}
    members = Membership.objects.filter(team_id=workshop.decision.team_id, role__in=EDITORS, user__is_active=True)
    found = set(members.filter(user__in=users).values_list("user_id", flat=True))
    return [seat for seat in seats if seat.user_id in found]


def dropped(workshop: Workshop, seats: list[Seat], seen: dict[int, datetime], now: datetime) -> Lead | None:
    """How the lead of this room has dropped; None while somebody leads it."""
    since = presence.gone_since(seats, seen, now)
    if since is None or workshop.phase == Phase.CLOSED:
        return None
    if not any(seat.leads for seat in seats):  # whoever led has left the team
        ended = workshop.minutes.filter(act__in=["access_ended", "lead_ended", "handed_over"]).order_by("-pk").first()
        since = ended.at if ended is not None else workshop.created_at
    present = presence.here(seen, now)
    here = [seat for seat in seats if seat.pk in present]
    voices = {seat.pk for seat in here if seat.joined_at <= since}
    names = {seat.pk: seat.name for seat in here if seat.pk in voices}
    confirmed: dict[int, set[int]] = {}
    for line in workshop.minutes.filter(act__in=["offered_to_lead", "confirmed_lead"], at__gt=since).order_by("pk"):
        if (seat_id := line.detail.get("seat_id")) in names:
            confirmed.setdefault(seat_id, set()).update({line.detail.get("by_id")} & voices - {seat_id})
    return Lead(
        since=since,
        led=tuple(seat.name for seat in seats if seat.leads),
        editors=tuple(seat.name for seat in editors_of(workshop, here)),
        may_stand_in=now - since >= presence.STAND_IN_AFTER and len(voices) > FEWEST,
        offers=tuple((seat_id, names[seat_id], len(by)) for seat_id, by in confirmed.items()),
        needed=max(FEWEST, len(voices) // 2 + 1),
    )


def _dropped(this: Act) -> Lead:
    """The same for an act; raises Conflict where nobody may stand in."""
    now = timezone.now()
    seats = list(this.workshop.seats.filter(removed_at=None))
    seen = presence.last_seen(seats, Presence.objects.filter(workshop=this.workshop), now)
    lead = dropped(this.workshop, seats, seen, now)
    if lead is None:
        raise Conflict(_("The facilitator is here."))
    if lead.editors:
        raise Conflict(_("%(names)s can take over at once.") % {"names": ", ".join(lead.editors)})
    if this.by.joined_at > lead.since:
        raise NotAllowed(_("Only people who joined before the facilitator dropped out can do this."))
    wait = lead.opens_at - now
    if wait > timedelta():
        seconds = -(-wait // timedelta(seconds=1))
        raise Conflict(
            ngettext("Wait %(n)d more second.", "Wait %(n)d more seconds: the facilitator may come back.", seconds)
            % {"n": seconds}
        )
    if not lead.may_stand_in:
        raise Conflict(_("Two others who joined before the facilitator dropped out have to confirm this."))
    return lead


def offer_to_lead(*, workshop_id: int, by: Seat) -> None:
    """Offer to stand in for the facilitator."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        lead = _dropped(this)
        if this.by.pk not in {seat_id for seat_id, _name, _count in lead.offers}:
            this.minute("offered_to_lead", seat_id=this.by.pk)


def confirm_lead(*, workshop_id: int, seat_id: int, by: Seat) -> None:
    """Confirm somebody's offer; with the last confirmation that is needed they stand in."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        lead = _dropped(this)
        offered = this.workshop.seats.filter(pk__in=[one for one, _name, _count in lead.offers])
        seat = offered.filter(pk=min(seat_id, 2**63 - 1)).exclude(pk=this.by.pk).first()
        if seat is None:
            raise Conflict(_("This offer has ended."))
        this.minute("confirmed_lead", seat=seat.name, seat_id=seat.pk, by_id=this.by.pk)
        if next(count for one, _name, count in _dropped(this).offers if one == seat.pk) >= lead.needed:
            seat.stands_in = True
            seat.save(update_fields=["stands_in"])
            Minute.objects.create(workshop=this.workshop, act="stood_in", who=seat.name)
            this.staged = True
