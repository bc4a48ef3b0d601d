"""What a board shows of the record that was drafted in the room."""

from dataclasses import dataclass

from django.urls import reverse

from workshops import words
from workshops.models import Round, Workshop
from workshops.readings import moved_since, record_of


@dataclass(frozen=True)
class Signing:
    """An owner who is asked to sign, and what they have said."""

    name: str
    role_name: str
    position: str
    position_name: str


@dataclass(frozen=True)
class RecordView:
    """The record drafted from this room, and what the room says otherwise by now."""

    url: str
    label: str
    state: str
    moved: tuple[str, ...]
    signing: tuple[Signing, ...]  # while it is in sign-off, and after


def record_view(workshop: Workshop, rounds: list[Round]) -> RecordView | None:
    """The record drafted from this workshop; None before there is one."""
    found = record_of(workshop)
    if found is None:
        return None
    moved = moved_since(found.content, workshop, {one.criterion: one for one in rounds})
    signing = tuple(
        Signing(one.name, words.role_name(one.role), one.position, one.get_position_display())
        for one in found.sign_offs.filter(voided_at=None).order_by("pk")
    )
    url = reverse("workshops:record", args=[workshop.public_id])
    return RecordView(url, found.label, found.state, moved, signing)
