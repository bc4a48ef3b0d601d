"""What a decision's pages know of its workshops: plain data that the room hands over, since decisions import no room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from decisions.models import Decision


@dataclass(frozen=True)
class WorkshopFacts:
    """One workshop on the decision, as everybody in the team may see it."""

    url: str
    phase: str  # in words
    is_open: bool
    created_at: datetime
    closed_at: datetime | None


# The newest workshops of a decision, at most so many, begun until a moment if one is given.
Reader = Callable[[Decision, datetime | None, int | None], list[WorkshopFacts]]
_readers: list[Reader] = []


def read_by(reader: Reader) -> None:
    """Ask this function from now on; the room's app calls it once, when the process starts."""
    _readers[:] = [reader]


def workshops_of(decision: Decision, until: datetime | None = None, size: int | None = None) -> list[WorkshopFacts]:
    """The decision's workshops, newest first; none in a process that has no rooms."""
    return [facts for reader in _readers for facts in reader(decision, until, size)]
