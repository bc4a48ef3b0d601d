"""The decision page: everything that stands about one decision, gathered once."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from decisions.base.workshops import WorkshopFacts, workshops_of
from decisions.ledger.rows import Doubts, doubts
from decisions.models import Approach, Configuration, Decision, Pilot, Record, RecordState, Revisit
from decisions.models.record import current_record
from decisions.trail.entry import Entry, read
from decisions.trail.reading import environments, live_now, short
from decisions.trail.timeline import Event, events

from .listing import is_overdue
from .summary import owners_of

EVENTS = 12  # on the page; the whole history has a page of its own


@dataclass(frozen=True)
class RevisitLine:
    """A revisit as the page shows it."""

    revisit: Revisit
    is_overdue: bool


@dataclass(frozen=True)
class DecisionPage:
    """What the template reads; nothing here queries again."""

    decision: Decision
    record: Record | None  # the one that speaks for the decision
    records: tuple[Record, ...]
    workshops: tuple[WorkshopFacts, ...]
    owners: list[dict[str, str]]
    revisits: tuple[RevisitLine, ...]
    live: tuple[tuple[Configuration, Entry, str], ...]
    environments: list[str]
    events: tuple[Event, ...]
    pilots: tuple[Pilot, ...]
    doubts: Doubts  # whether what is shown is what the log says

    @property
    def planned(self) -> dict[str, Any] | None:
        """What a draft says of its revisit; an accepted text has revisits of its own."""
        is_draft = self.record is not None and self.record.state == RecordState.DRAFT
        return dict(self.record.content["revisit"]) if self.record and is_draft else None

    @property
    def planned_on(self) -> date | None:
        """The day that a draft names."""
        day = self.planned and self.planned["on"]
        return date.fromisoformat(day) if day else None

    @property
    def approach_label(self) -> str:
        """The approach of the record that speaks, in words."""
        return str(Approach(self.record.approach).label) if self.record and self.record.approach in Approach else ""

    @property
    def open_workshop(self) -> WorkshopFacts | None:
        """The workshop that is going on."""
        return next((workshop for workshop in self.workshops if workshop.is_open), None)

    @property
    def is_out_of_force(self) -> bool:
        """Whether the record that speaks is history: superseded or withdrawn, with none in its place."""
        return self.record is not None and self.record.state in {RecordState.SUPERSEDED, RecordState.WITHDRAWN}

    @property
    def successor(self) -> Record | None:
        """The record that is being written or signed to replace the one that speaks."""
        return next((one for one in self.records if self.record and one.supersedes_id == self.record.pk), None)


def decision_page(decision: Decision) -> DecisionPage:
    """Load all of it in a fixed number of queries."""
    records = tuple(decision.records.select_related("supersedes", "superseded_by").order_by("-created_at"))
    record = current_record(records)
    today = timezone.localdate()
    live = [(row, read(row.entry)) for row in live_now(decision, timezone.now())]
    revisits = tuple(decision.revisits.select_related("record").order_by("-due_on", "-pk"))
    pilots = tuple(decision.pilots.all()[:10])
    kept = [one for one in records if one.number or one.accepted_at]
    return DecisionPage(
        decision=decision,
        record=record,
        records=records,
        workshops=tuple(workshops_of(decision)),
        owners=owners_of(decision, record),
        revisits=tuple(RevisitLine(row, row.held_at is None and is_overdue(row.due_on, today)) for row in revisits),
        live=tuple((row, entry, short(entry)) for row, entry in live),
        environments=environments(decision),
        events=tuple(events(decision, size=EVENTS)[0]),
        pilots=pilots,
        doubts=doubts([*kept, *revisits, *pilots, *(row for row, _entry in live)], whole=("revisit",)),
    )
