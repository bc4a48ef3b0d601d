"""What a board shows of the record that was drafted in the room."""

from dataclasses import dataclass

from django.urls import reverse

from workshops.models import Round, Workshop
from workshops.readings import moved_since, record_of


@dataclass(frozen=True)
class RecordView:
    """The record drafted from this room, and what the room says otherwise by now."""

    url: str
    label: str
    state: str
    moved: tuple[str, ...]


def record_view(workshop: Workshop, rounds: list[Round]) -> RecordView | None:
    """The record drafted from this workshop; None before there is one."""
    found = record_of(workshop)
    if found is None:
        return None
    moved = moved_since(found.content, workshop, {one.criterion: one for one in rounds})
    return RecordView(reverse("workshops:record", args=[workshop.public_id]), found.label, found.state, moved)
