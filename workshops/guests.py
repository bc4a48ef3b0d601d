"""Who is invited to a room, how far they are, and whom a reminder reaches; never what anybody scored."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from decisions.base.links import token_hash
from workshops.models import Ballot, Phase, RoundState, Seat, SeatInvitation, Workshop

BETWEEN_MAILS = timedelta(minutes=10)
BETWEEN_REMINDERS = timedelta(hours=4)
MOST_INVITED = 100


def invitation_behind(token: str) -> SeatInvitation | None:
    """The invitation of a personal link that works: not withdrawn, its seat not removed, its room not closed."""
    return (
        SeatInvitation.objects.select_related("workshop__decision__team", "seat")
        .filter(token_hash=token_hash(token), withdrawn_at=None, seat__removed_at=None)
        .exclude(workshop__phase=Phase.CLOSED)
        .first()
    )


def last_mailed(invitation: SeatInvitation) -> datetime | None:
    """When the last mail went out, whichever it was."""
    return max((at for at in (invitation.sent_at, invitation.reminded_at) if at is not None), default=None)


@dataclass(frozen=True)
class Guest:
    """An invitation as the facilitators see it; `voted` is None while nothing is scored ahead."""

    invitation: SeatInvitation
    state: str  # invited, seated, account (sits here without the link) or gone
    voted: int | None

    @property
    def who(self) -> Seat | SeatInvitation:
        """Name and role as they are now: the seat's, once it is taken."""
        return self.invitation.seat or self.invitation


@dataclass(frozen=True)
class UninvitedVoter:
    """A voter who came without an invitation."""

    seat: Seat
    is_reachable: bool
    voted: int | None


@dataclass(frozen=True)
class MissingVoter:
    """Somebody whose ballot is missing in an open round and who can be reached."""

    name: str
    address: str
    missing: int
    seat: Seat | None
    invitation: SeatInvitation | None

    def may_be_reminded(self, now: datetime) -> bool:
        """Whether the last mails to them are long enough ago."""
        reminded = self.invitation.reminded_at if self.invitation else self.seat.reminded_at if self.seat else None
        mailed = last_mailed(self.invitation) if self.invitation else reminded
        return (reminded is None or now - reminded >= BETWEEN_REMINDERS) and (
            mailed is None or now - mailed >= BETWEEN_MAILS
        )


class Guests:
    """Everybody invited to a room or sitting in it, in four queries whatever their number."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.invitations = list(workshop.invitations.filter(withdrawn_at=None).select_related("seat"))
        self.seats = list(workshop.seats.filter(removed_at=None).select_related("user"))
        latest = {one.criterion: one for one in workshop.rounds.order_by("number", "pk")}
        self.criteria = len(latest)
        self.open = {one.pk for one in latest.values() if one.state == RoundState.OPEN}
        self._cast: dict[int, set[int]] = defaultdict(set)
        of_rounds = Ballot.objects.filter(round__in=[one.pk for one in latest.values()])
        for seat_id, round_id in of_rounds.values_list("seat_id", "round_id"):
            self._cast[seat_id].add(round_id)
        # An account proves its address; one that a guest typed on joining does not, and is not taken for an answer.
        self._accounts = {one.user.email.lower() for one in self.seats if one.user is not None}
        for invited in self.invitations:
            invited.workshop = workshop
        for seat in self.seats:
            seat.workshop = workshop

    def sits_by_account(self, address: str) -> bool:
        """Whether an account of that address has a seat here."""
        return address.lower() in self._accounts

    @property
    def invited(self) -> list[Guest]:
        """Everybody who was invited, in that order."""
        return [Guest(one, self._state(one), self._voted(one.seat)) for one in self.invitations]

    @property
    def others(self) -> list[UninvitedVoter]:
        """Voters who came by code or link, or who led the room from the start."""
        known = {one.seat_id for one in self.invitations}
        return [
            UninvitedVoter(one, bool(address_of(one)), self._voted(one))
            for one in self.seats
            if one.votes and one.pk not in known
        ]

    def awaited(self, but: Seat) -> list[MissingVoter]:
        """Whose ballots are missing and who has an address; each address once, the one of an invitation first."""
        found: dict[str, MissingVoter] = {}
        for one in (*self._awaited_invited(), *self._awaited_seats()):
            if one.seat is None or one.seat.pk != but.pk:
                found.setdefault(one.address.lower(), one)
        return list(found.values())

    def _awaited_invited(self) -> Iterator[MissingVoter]:
        reached = set()
        for one in reversed(self.invitations):  # of two for one seat, the newer
            if one.seat is None:
                missing = 0 if one.is_observer or self.sits_by_account(one.email) else len(self.open)
            else:
                missing = 0 if one.seat_id in reached else self._missing(one.seat)
                reached.add(one.seat_id)
            if missing:
                yield MissingVoter(one.seat.name if one.seat else one.name, one.email, missing, one.seat, one)

    def _awaited_seats(self) -> Iterator[MissingVoter]:
        known = {one.seat_id for one in self.invitations}
        for one in self.seats:
            address, missing = address_of(one), self._missing(one)
            if one.pk not in known and address and missing:
                yield MissingVoter(one.name, address, missing, one, None)

    def _missing(self, seat: Seat) -> int:
        return len(self.open - self._cast[seat.pk]) if seat.votes else 0

    def _voted(self, seat: Seat | None) -> int | None:
        if seat is None or not seat.votes or not self.workshop.scored_ahead or not self.criteria:
            return None
        return len(self._cast[seat.pk])

    def _state(self, one: SeatInvitation) -> str:
        if one.seat is None:
            return "account" if self.sits_by_account(one.email) else "invited"
        return "seated" if one.seat.removed_at is None else "gone"


def address_of(seat: Seat) -> str:
    """Where somebody with a seat is reached, or empty."""
    if seat.user is not None and seat.user.is_active and seat.user.email:
        return str(seat.user.email)
    return str(seat.email)
