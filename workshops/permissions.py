"""Who may do what in a room. When it may happen is in states."""

from django.utils.translation import gettext as _

from decisions.base.errors import NotAllowed
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


def require_voter(seat: Seat, workshop: Workshop) -> None:
    """Raise NotAllowed unless the seat casts ballots."""
    require_seat(seat, workshop)
    if seat.is_observer:
        raise NotAllowed(_("Observers don't vote."))


def may_take_over(seat: Seat) -> bool:
    """A team editor with a seat may take the lead when it is needed; the minutes say so."""
    return seat.user_id is not None and not seat.is_facilitator
