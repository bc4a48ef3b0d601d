"""A decision's history in one line of events: workshops, records, entries, complaints, pilots and revisits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.workshops import workshops_of
from decisions.models import Decision, RecordState
from decisions.trail.entry import read
from decisions.trail.reading import short

PAGE = 100
MOST = 5_000  # on one page to print


@dataclass(frozen=True)
class Event:
    """Something that happened to the decision."""

    at: datetime
    kind: str  # decision, workshop, record, entry, complaint, pilot or revisit
    what: str
    detail: str = ""
    url: str = ""
    is_milestone: bool = False
    is_day: bool = False  # of which only the day is known


@dataclass(frozen=True)
class Place:
    """Where a page of the history begins: at a moment, after so many of its events that were shown before."""

    at: datetime
    shown: int = 0


def events(decision: Decision, *, start: Place | None = None, size: int = PAGE) -> tuple[list[Event], Place | None]:
    """The newest events from a place on, and where the older ones begin; eight queries whatever the history."""
    shown = start.shown if start else 0
    found = [
        event
        for source in (_decision, _workshops, _records, _entries, _complaints, _pilots, _revisits)
        for event in source(decision, start.at if start else None, size + shown + 1)
        if start is None or event.at <= start.at
    ]
    found.sort(key=lambda event: event.at, reverse=True)
    page, rest = found[shown : shown + size], found[shown + size :]
    if not page or not rest:
        return page, None
    last = page[-1].at
    return page, Place(last, sum(event.at == last for event in found[: shown + size]))


def _newest(rows: Any, field: str, until: datetime | None, size: int) -> Any:
    rows = rows.filter(**{f"{field}__isnull": False})
    if until is not None:
        rows = rows.filter(**{f"{field}__lte": until})
    return rows.order_by(f"-{field}", "-pk")[:size]


def _decision(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    who = str(decision.created_by) if decision.created_by else ""
    yield Event(decision.created_at, "decision", _("Decision created"), who)


def _workshops(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    for facts in workshops_of(decision, until, size):
        yield Event(facts.created_at, "workshop", _("Workshop opened"), "", facts.url)
        if facts.closed_at:
            yield Event(facts.closed_at, "workshop", _("Workshop closed"), "", facts.url)


def _records(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    for row in _newest(decision.records.select_related("supersedes", "superseded_by"), "created_at", until, size):
        url = reverse("decisions:record", kwargs={"slug": decision.team.slug, "record_id": row.pk})
        title = str((row.content or {}).get("title") or "")
        yield Event(row.created_at, "record", _("Record drafted"), title, url)
        if row.accepted_at:
            what = _("Record %(label)s accepted") % {"label": row.label}
            if row.supersedes:
                what = _("Record %(label)s accepted, replacing %(old)s") % {
                    "label": row.label,
                    "old": row.supersedes.label,
                }
            yield Event(row.accepted_at, "record", what, title, url, is_milestone=True)
        if row.state == RecordState.WITHDRAWN and row.withdrawn_at:
            what = _("Record %(label)s withdrawn") % {"label": row.label or _("draft")}
            yield Event(row.withdrawn_at, "record", what, row.withdrawn_why, url)


def _entries(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    for row in _newest(decision.configurations.select_related("entry"), "live_from", until, size):
        entry = read(row.entry)
        what = _("%(environment)s: %(kind)s") % {"environment": row.environment, "kind": row.get_kind_display().lower()}
        detail = " – ".join(part for part in (short(entry), entry.reason) if part)
        url = reverse(
            "decisions:trail_entry",
            kwargs={"slug": decision.team.slug, "number": decision.number, "entry_id": row.public_id},
        )
        yield Event(row.live_from, "entry", what, detail, url)


def _complaints(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    for row in _newest(decision.complaints, "moment", until, size):
        what = _("Complaint %(reference)s about %(environment)s") % {
            "reference": row.reference,
            "environment": row.environment,
        }
        yield Event(row.moment, "complaint", what)


def _pilots(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    for row in _newest(decision.pilots, "created_at", until, size):
        url = reverse(
            "decisions:pilot",
            kwargs={"slug": decision.team.slug, "number": decision.number, "pilot_id": row.public_id},
        )
        what = _("Pilot “%(name)s”: %(verdict)s") % {
            "name": row.name,
            "verdict": row.get_verdict_display().lower(),
        }
        yield Event(row.created_at, "pilot", what, row.note, url, is_milestone=True)


def _revisits(decision: Decision, until: datetime | None, size: int) -> Iterator[Event]:
    for row in _newest(decision.revisits, "held_at", until, size):
        yield Event(row.held_at, "revisit", _("Revisited"), row.outcome)
    for row in _newest(decision.revisits.filter(held_at=None), "due_on", until, size):
        day = timezone.make_aware(datetime.combine(row.due_on, time.min))
        yield Event(day, "revisit", _("Revisit due"), "; ".join(str(one) for one in row.triggers or ()), is_day=True)
