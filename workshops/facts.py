"""What a decision's pages are told of its workshops."""

from datetime import datetime

from django.urls import reverse

from decisions.base.workshops import WorkshopFacts
from decisions.models import Decision
from workshops.models import Phase, Workshop


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
