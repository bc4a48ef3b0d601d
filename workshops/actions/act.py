"""The frame of every act: the workshop's row is locked, changes are counted, listeners hear of them after commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict, NotAllowed
from workshops import hashed, live
from workshops.models import Minute, Phase, Round, Seat, Workshop
from workshops.states import PHASE_MOVES, may_move


class Act:
    """One act under way: the locked workshop and what the act did so far."""

    def __init__(self, workshop: Workshop, by: Seat) -> None:
        self.workshop = workshop
        self.by = by
        self.seen = False  # whether anybody else can see that something changed
        self.staged = False  # whether phase or rounds changed: forms made before are stale
        self.vote: live.Vote | None = None  # when that is all that the act has changed
        self.minutes: list[Minute] = []
        self.was_closed = workshop.phase == Phase.CLOSED
        self.renamed: Seat | None = None
        self.ended: Round | None = None  # the round that is over with this act, for the team's log to keep

    def minute(self, act: str, **detail: Any) -> None:
        """Write a line into the minutes; the change is then visible to the room."""
        self.aside(act, **detail)
        self.seen = True

    def aside(self, act: str, **detail: Any) -> None:
        """Write a line about something that no screen of the room shows."""
        line = Minute.objects.create(workshop=self.workshop, act=act, who=str(self.by.name), detail=detail)
        self.minutes.append(line)

    def stage(self, act: str, **detail: Any) -> None:
        """Write a line for a change of phase or round."""
        self.minute(act, **detail)
        self.staged = True
        if self.by.is_facilitator:  # who is back leads alone
            self.workshop.seats.filter(stands_in=True).update(stands_in=False)

    def require_stage(self, stage: int | None) -> None:
        """Raise Conflict when the facilitator's form was made before the last change of phase or round."""
        if stage is not None and stage != self.workshop.stage:
            raise Conflict(_("The workshop has moved on. Check where it is before you try again."))

    def require_phase(self, *phases: str) -> None:
        """Raise Conflict unless the workshop is in one of the phases."""
        if self.workshop.phase not in phases:
            raise Conflict(_("You can't do that at this stage of the workshop."))

    def move(self, phase: str) -> None:
        """Take the workshop to another phase along an allowed edge."""
        if not may_move(PHASE_MOVES, self.workshop.phase, phase):
            raise Conflict(_("You can't go there from this stage of the workshop."))
        self.workshop.phase = phase

    def tell_the_log(self) -> None:
        """Have the team's log keep what is over with this act; while a round is open it hears nothing."""
        if self.ended is not None:
            hashed.keep_round(self.workshop, self.ended, self.by.name)
        is_closed = self.workshop.phase == Phase.CLOSED
        if self.was_closed and is_closed:
            hashed.keep_minutes(self.workshop, self.minutes, self.by.name)
        elif is_closed or (self.staged and self.workshop.reopened_at is not None):
            hashed.keep_all(self.workshop, self.by.name)
        elif self.renamed is not None:
            hashed.keep_renamed(self.workshop, self.renamed, self.by.name)

    def round(self, round_id: int) -> Round:
        """The round, fresh, and only when it belongs to this room."""
        # an address may name any number; beyond 64 bits the databases raise instead of finding nothing
        found = Round.objects.filter(pk=round_id).first() if round_id < 2**63 else None
        if found is None or found.workshop_id != self.workshop.pk:
            raise Conflict(_("That round isn't part of this workshop."))
        return found


@contextmanager
def act(workshop_id: int, by: Seat) -> Iterator[Act]:
    """Lock the room for one act by one seat; raise its version and tell the live path once it is committed.

    The lock is the workshop's row: votes, reveals and settlements of one room happen one after the other, so a ballot
    is either counted by the reveal or refused. Without it acknowledged ballots are lost (tests/workshops/test_races.py).
    """
    with transaction.atomic():
        workshop = Workshop.objects.select_for_update(no_key=True).filter(pk=workshop_id).first()
        # as it is now: it may have been removed while the request travelled
        seat = Seat.objects.select_related("user").filter(pk=by.pk).first()
        if workshop is None or seat is None:
            raise NotAllowed(_("You're no longer in this workshop. Join again to take part."))
        if seat.workshop_id == workshop.pk:  # never make a seat of another room look like one of this
            seat.workshop = workshop
        this = Act(workshop, seat)
        yield this
        if this.seen or this.staged:
            workshop.version += 1
            workshop.stage += this.staged
            workshop.save(update_fields=["version"] if this.vote is not None else None)
            transaction.on_commit(lambda: live.publish(workshop.pk, workshop.version, this.vote))
        this.tell_the_log()


def record_changed(public_id: UUID) -> None:
    """Have the room drawn again: its record was sent round, signed or taken back."""
    with transaction.atomic():
        if Workshop.objects.filter(public_id=public_id).update(version=F("version") + 1):
            room = Workshop.objects.only("version").get(public_id=public_id)
            transaction.on_commit(lambda: live.publish(room.pk, room.version))
