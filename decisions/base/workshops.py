"""What a decision's pages know of its workshops: plain data that the room hands over, since decisions import no room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from decisions.models import Decision, Record


@dataclass(frozen=True)
class WorkshopFacts:
    """One workshop on the decision, as everybody in the team may see it."""

    url: str
    phase: str  # in words
    is_open: bool
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class RoomNow:
    """The room in which a record was drafted, as it is now."""

    url: str
    is_open: bool
    moved: tuple[str, ...]  # what it says otherwise than the record's text, in words


# The newest workshops of a decision, at most so many, begun until a moment if one is given.
Reader = Callable[[Decision, datetime | None, int | None], list[WorkshopFacts]]
RoomReader = Callable[[Record], RoomNow | None]
_readers: list[Reader] = []
_room_readers: list[RoomReader] = []
_hearers: list[Callable[[UUID], None]] = []


def read_by(reader: Reader, room_reader: RoomReader, hearer: Callable[[UUID], None]) -> None:
    """Ask and tell these functions from now on; the room's app calls it once, when the process starts."""
    _readers[:], _room_readers[:], _hearers[:] = [reader], [room_reader], [hearer]


def room_of(record: Record) -> RoomNow | None:
    """The room that a record was drafted in; None for a record without one."""
    return next((reader(record) for reader in _room_readers), None)


def changed(workshop_ref: UUID) -> None:
    """Tell the room, after the commit, that its record stands elsewhere: who holds it locked may wait for us."""
    for hearer in _hearers:
        transaction.on_commit(partial(hearer, workshop_ref))


def workshops_of(decision: Decision, until: datetime | None = None, size: int | None = None) -> list[WorkshopFacts]:
    """The decision's workshops, newest first; none in a process that has no rooms."""
    return [facts for reader in _readers for facts in reader(decision, until, size)]
