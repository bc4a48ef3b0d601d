"""Who may do what in a room. When it may happen is in states."""

from django.utils.translation import gettext as _

from decisions.base.errors import NotAllowed
from decisions.base.permissions import EDITORS
from decisions.models import Membership
from workshops.models import Seat, Workshop


def require_seat(seat: Seat, workshop: Workshop) -> None:
    """Raise NotAllowed unless the seat is held in this room now."""
    account_ended = seat.user is not None and not seat.user.is_active
    if seat.workshop_id != workshop.pk or seat.removed_at is not None or account_ended:
        raise NotAllowed(_("You're no longer in this workshop. Join again to take part."))


def require_facilitator(seat: Seat, workshop: Workshop) -> None:
    """Raise NotAllowed unless the seat leads this room."""
    require_seat(seat, workshop)
    if not seat.is_facilitator:
        raise NotAllowed(_("Only a facilitator of this workshop can do this."))


def require_lead(seat: Seat, workshop: Workshop) -> None:
    """Raise NotAllowed unless the seat takes this meeting on: a facilitator, or who stands in for one."""
    require_seat(seat, workshop)
    if not seat.leads:
        raise NotAllowed(_("Only a facilitator of this workshop can do this."))


def require_voter(seat: Seat, workshop: Workshop) -> None:
    """Raise NotAllowed unless the seat casts ballots."""
    require_seat(seat, workshop)
    if seat.is_observer:
        raise NotAllowed(_("Observers don't vote."))


def may_take_over(seat: Seat) -> bool:
    """A team editor with a seat may take the lead when it is needed; the minutes say so."""
    return seat.user_id is not None and not seat.is_facilitator and is_editor(seat.workshop, seat.user_id)


def is_editor(workshop: Workshop, user_id: int | None) -> bool:
    """Whether an account is an editor of the room's team now."""
    editors = Membership.objects.filter(team=workshop.decision.team_id, role__in=EDITORS)
    return editors.filter(user=user_id, user__is_active=True).exists()
