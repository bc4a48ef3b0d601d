"""What a decision's pages are told of its workshops."""

from datetime import datetime

from django.urls import reverse

from decisions.base.workshops import RoomNow, WorkshopFacts
from decisions.models import Decision, Record
from workshops.models import Phase, Workshop
from workshops.readings import last_rounds, moved_since


def facts_of(decision: Decision, until: datetime | None, size: int | None) -> list[WorkshopFacts]:
    """The decision's workshops, newest first, in one query."""
    rows = Workshop.objects.filter(decision=decision).order_by("-created_at", "-pk")
    if until is not None:
        rows = rows.filter(created_at__lte=until)
    return [
        WorkshopFacts(
            url=reverse("workshops:room", args=[row.public_id]),
            phase=row.get_phase_display(),
            is_open=row.phase != Phase.CLOSED,
            created_at=row.created_at,
            closed_at=row.closed_at,
        )
        for row in rows[:size]
    ]


def room_now(record: Record) -> RoomNow | None:
    """The room of a record, and what it says otherwise by now."""
    found = Workshop.objects.filter(public_id=record.workshop_ref).first() if record.workshop_ref else None
    if found is None:
        return None
    return RoomNow(
        url=reverse("workshops:room", args=[found.public_id]),
        is_open=found.phase != Phase.CLOSED,
        moved=moved_since(record.content, found, last_rounds(found)),
    )
