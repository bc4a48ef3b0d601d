"""What an account holds in rooms, and how it ends: seats, the lead, invitations, and the codes that it knows."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from decisions.accounts.holdings import FACILITATOR, MEMBER, Held, Kind, addresses
from decisions.models import User
from workshops import live
from workshops.actions.people import vacate
from workshops.models import Minute, Phase, Seat, SeatInvitation, Workshop, new_code, new_key

IN_TEAM = "workshop__decision__team"


def _held_seats(user: User) -> Held:
    return Seat.objects.filter(user=user, removed_at=None)


def _sent(user: User) -> Held:
    return SeatInvitation.objects.filter(sender__user=user, seat=None, withdrawn_at=None)


def _received(user: User) -> Held:
    return SeatInvitation.objects.filter(addresses(user), seat=None, withdrawn_at=None)


def _known_rooms(user: User) -> Held:
    """Open rooms whose code and link this person has seen."""
    seats = Seat.objects.filter(user=user).values("workshop")
    return Workshop.objects.exclude(phase=Phase.CLOSED).filter(Q(created_by=user) | Q(pk__in=seats))


def _in_each_room(rows: Held, change: Callable[[Workshop, list[Any]], None]) -> None:
    """Change the rows of each room under the room's lock, rooms in one order, and tell the room after the commit."""
    for workshop_id in sorted(set(rows.values_list("workshop_id", flat=True))):
        workshop = Workshop.objects.select_for_update(no_key=True).get(pk=workshop_id)
        change(workshop, list(rows.filter(workshop_id=workshop_id)))
        _tell(workshop)


def _tell(workshop: Workshop) -> None:
    workshop.version += 1
    workshop.save()
    transaction.on_commit(lambda: live.publish(workshop.pk, workshop.version))


def _end_seats(workshop: Workshop, seats: list[Seat]) -> None:
    for seat in seats:
        if workshop.phase == Phase.CLOSED:  # who sat there stays as it was; nobody comes back by it
            if seat.user is not None and not seat.email:
                seat.email = seat.user.email  # or nobody could find it for an erasure
            seat.user, seat.key = None, new_key()
            seat.save(update_fields=["user", "key", "email"])
        else:
            withdrawn = vacate(seat)
            Minute.objects.create(
                workshop=workshop, act="access_ended", who=seat.name, detail={"withdrawn_ballots": withdrawn}
            )


def _end_lead(workshop: Workshop, seats: list[Seat]) -> None:
    for seat in seats:
        seat.is_facilitator = False
        seat.save(update_fields=["is_facilitator"])
        if workshop.phase != Phase.CLOSED:
            Minute.objects.create(workshop=workshop, act="lead_ended", who=seat.name)


def _new_codes(rows: Held) -> None:
    for workshop_id in sorted(rows.values_list("pk", flat=True)):
        workshop = Workshop.objects.select_for_update(no_key=True).get(pk=workshop_id)
        workshop.join_code, workshop.join_token = new_code(), new_key()
        _tell(workshop)


def _withdraw(rows: Held) -> None:
    rows.update(withdrawn_at=timezone.now())


KINDS = {
    "seats": Kind(("workshops.Seat.user",), MEMBER, IN_TEAM, _held_seats, lambda rows: _in_each_room(rows, _end_seats)),
    "lead": Kind(
        ("workshops.Seat.user",),
        FACILITATOR,
        IN_TEAM,
        lambda user: _held_seats(user).filter(is_facilitator=True),
        lambda rows: _in_each_room(rows, _end_lead),
    ),
    "seat invitations sent": Kind(("workshops.SeatInvitation.sender",), FACILITATOR, IN_TEAM, _sent, _withdraw),
    "personal links": Kind(("workshops.SeatInvitation.seat",), MEMBER, IN_TEAM, _received, _withdraw),
    "join codes": Kind(("workshops.Workshop.created_by",), MEMBER, "decision__team", _known_rooms, _new_codes),
}
