"""Seats: join, leave, remove, change role, lead."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from decisions.models import User
from workshops import live, permissions
from workshops.actions.act import Act, act
from workshops.models import Ballot, Minute, Phase, RoundState, Seat, Workshop, new_key

# A room is a meeting: beyond this a code has leaked or somebody is playing.
MOST_SEATS = 400


def join(*, workshop_id: int, name: str, role: str, is_observer: bool, user: User | None, email: str = "") -> Seat:
    """Take a seat; an account that has one already gets it back, under the name and role it had."""
    with transaction.atomic():
        workshop = Workshop.objects.select_for_update(no_key=True).get(pk=workshop_id)
        return sit(workshop, name=name, role=role, is_observer=is_observer, user=user, email=email)


def sit(workshop: Workshop, *, name: str, role: str, is_observer: bool, user: User | None, email: str) -> Seat:
    """Take a seat in a room whose row the caller holds locked."""
    if workshop.phase == Phase.CLOSED:
        raise Conflict(_("This workshop is closed."))
    if user is not None:
        held = Seat.objects.filter(workshop=workshop, user=user, removed_at__isnull=True).first()
        if held is not None:
            return held
    if Seat.objects.filter(workshop=workshop, removed_at__isnull=True).count() >= MOST_SEATS:
        raise Conflict(_("This workshop is full."))
    leads = (
        user is not None
        and user.pk == workshop.created_by_id
        and not _led(workshop)
        and permissions.is_editor(workshop, user.pk)
    )
    seat = Seat.objects.create(
        workshop=workshop,
        name=name,
        role=role,
        is_observer=is_observer,
        is_facilitator=leads,
        user=user,
        email=email,
    )
    Minute.objects.create(workshop=workshop, act="joined", who=name, detail={"role": role, "observer": is_observer})
    workshop.version += 1
    workshop.save(update_fields=["version"])
    transaction.on_commit(lambda: live.publish(workshop.pk, workshop.version))
    return seat


def _led(workshop: Workshop) -> bool:
    return workshop.seats.filter(is_facilitator=True, removed_at__isnull=True).exists()


def vacate(seat: Seat) -> int:
    """Take the seat out of the room. Its ballots in open rounds are withdrawn; revealed and frozen ones stay."""
    own = Ballot.objects.filter(seat=seat, round__state=RoundState.OPEN, round__place=None)
    withdrawn, _rows = own.delete()
    seat.removed_at = timezone.now()
    seat.is_facilitator = seat.stands_in = False
    seat.key = new_key()
    seat.save(update_fields=["removed_at", "is_facilitator", "stands_in", "key"])
    return withdrawn


def _other_facilitators(this: Act, seat: Seat) -> bool:
    return this.workshop.seats.filter(is_facilitator=True, removed_at__isnull=True).exclude(pk=seat.pk).exists()


def leave(*, workshop_id: int, by: Seat) -> None:
    """Give one's own seat up; the last facilitator hands the lead over first."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        if this.by.is_facilitator and not _other_facilitators(this, this.by):
            raise Conflict(_("Hand over to another facilitator before you leave."))
        this.minute("left", withdrawn_ballots=vacate(this.by))


def open_elsewhere(seat: Seat) -> Seat:
    """Count one more device of a seat; those before are told by the stream."""
    with act(seat.workshop_id, seat) as this:
        permissions.require_seat(this.by, this.workshop)
        this.by.devices += 1
        this.by.save(update_fields=["devices"])
        this.minute("opened_elsewhere")
    return this.by


def keep_here(*, workshop_id: int, by: Seat) -> Seat:
    """A new key for one's own seat: other devices and every personal link of before lose it."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        this.by.key = new_key()
        this.by.devices += 1
        this.by.save(update_fields=["key", "devices"])
        for invitation in this.by.invitations.all():
            invitation.token_hash = token_hash(new_key())  # a link that leaked must never work again
            invitation.save(update_fields=["token_hash"])
        this.minute("kept_here")
    return this.by


def remove_seat(*, workshop_id: int, seat_id: int, by: Seat) -> None:
    """Remove somebody: ballots in open rounds are withdrawn, revealed ones stay, and the minutes say so."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        seat = _seat(this, seat_id)
        if seat.pk == this.by.pk:
            raise Conflict(_("To remove yourself, choose “Leave workshop”."))
        this.minute("removed", seat=seat.name, withdrawn_ballots=vacate(seat))


def change_role(*, workshop_id: int, seat_id: int, role: str, is_observer: bool, by: Seat) -> Seat:
    """Change whom a seat speaks for, one's own or as facilitator; refused while a round is open."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        seat = _seat(this, seat_id)
        if seat.pk != this.by.pk and not this.by.is_facilitator:
            raise NotAllowed(_("Only a facilitator can change someone else's role."))
        this.require_phase(Phase.LOBBY, Phase.PRECHECK, Phase.SCORING, Phase.OUTCOME)
        if (seat.role, seat.is_observer) == (role, is_observer):
            return seat
        if this.workshop.rounds.filter(state=RoundState.OPEN).exists():
            raise Conflict(_("Roles can't change while a vote is open."))
        if is_observer and Ballot.objects.filter(seat=seat).exists():
            raise Conflict(_("Someone who has voted can't become an observer."))
        seat.role, seat.is_observer = role, is_observer
        seat.save(update_fields=["role", "is_observer"])
        this.minute("changed_role", seat=seat.name, role=role, observer=is_observer)
    return seat


def rename(*, workshop_id: int, name: str, by: Seat) -> Seat:
    """Correct one's own name; what was said under the old one stays, and the minutes tell both."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        this.require_phase(Phase.LOBBY, Phase.PRECHECK, Phase.SCORING, Phase.OUTCOME)
        if this.by.name != name:
            this.minute("renamed", name=name)
            this.by.name = name
            this.by.save(update_fields=["name"])
            this.renamed = this.by
    return this.by


def give_lead(*, workshop_id: int, seat_id: int, keep: bool, by: Seat) -> Seat:
    """Make somebody co-facilitator, or hand the lead over whole (`keep` false)."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        seat = _seat(this, seat_id)
        if seat.pk == this.by.pk:
            raise Conflict(_("You're already a facilitator."))
        seat.is_facilitator = True
        seat.save(update_fields=["is_facilitator"])
        if not keep:
            Seat.objects.filter(pk=this.by.pk).update(is_facilitator=False)
        this.stage("shared_lead" if keep else "handed_over", seat=seat.name)
    return seat


def take_over(*, workshop_id: int, by: Seat) -> Seat:
    """Take the lead explicitly, as an editor of the team with a seat: for when the facilitator has dropped."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        if not permissions.is_editor(this.workshop, this.by.user_id):
            raise NotAllowed(_("Only team owners and facilitators can become facilitator here."))
        if this.by.is_facilitator:
            raise Conflict(_("You're already a facilitator."))
        this.by.is_facilitator = True
        this.by.save(update_fields=["is_facilitator"])
        this.stage("took_over")
    return this.by


def _seat(this: Act, seat_id: int) -> Seat:
    seat = Seat.objects.filter(pk=seat_id, workshop=this.workshop, removed_at__isnull=True).first()
    if seat is None:
        raise Conflict(_("That person has left the workshop."))
    return seat
