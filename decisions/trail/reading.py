"""Asking the trail: what was in force, what is missing, whether it can be replayed, and what differs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from decisions.models import Approach, Complaint, Configuration, ConfigurationKind, Decision
from decisions.trail.entry import Entry, read
from decisions.trail.fields import FIELDS, USEFUL, Field, all_groups

FULLY, PARTLY, NOT = "fully", "partly", "not"
SHAPE_OF_A_RUN = ("base_model_id", "retrieval_settings", "fine_tune_checkpoint_id")  # nothing can be rebuilt without


@dataclass(frozen=True)
class Cell:
    """One field of one entry: its value, or why there is none."""

    field: Field
    value: str
    state: str  # recorded, not_used, not_recorded


@dataclass(frozen=True)
class Section:
    """A group of fields as shown."""

    key: str
    name: str | Promise
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing in it is recorded."""
        return not any(cell.state == "recorded" for cell in self.cells)


@dataclass(frozen=True)
class Answer:
    """What was live at a moment in an environment."""

    at: datetime
    environment: str
    row: Configuration | None
    entry: Entry | None  # None: nothing was live
    until: datetime | None  # when the next entry took over
    sections: tuple[Section, ...]
    missing: tuple[Field, ...]
    replay: str  # fully, partly or not


@dataclass(frozen=True)
class Difference:
    """One field of two entries side by side."""

    field: Field
    before: Cell
    after: Cell

    @property
    def is_changed(self) -> bool:
        """Whether value or state differ."""
        return (self.before.value, self.before.state) != (self.after.value, self.after.state)


def _counting(decision: Decision) -> QuerySet[Configuration]:
    return decision.configurations.exclude(kind=ConfigurationKind.PROPOSED).select_related("entry")


def in_force(decision: Decision, environment: str, at: datetime) -> Configuration | None:
    """The entry that counts at that moment: the latest with `live_from <= at`, of two at once the later written.

    It may be one that ended what was live; then nothing was.
    """
    return (
        _counting(decision)
        .filter(environment=environment, live_from__lte=at)
        .order_by("-live_from", "-sequence")
        .first()
    )


def next_after(decision: Decision, row: Configuration, at: datetime) -> datetime | None:
    """When the entry in force at `at` stopped being it; None while it lasts."""
    return (
        _counting(decision)
        .filter(environment=row.environment, live_from__gt=at)
        .order_by("live_from")
        .values_list("live_from", flat=True)
        .first()
    )


def live_now(decision: Decision, now: datetime) -> tuple[Configuration, ...]:
    """What is live in each environment, production first, in one query."""
    latest = (
        _counting(decision)
        .filter(live_from__lte=now)
        .annotate(
            place=Window(
                RowNumber(), partition_by=[F("environment")], order_by=[F("live_from").desc(), F("sequence").desc()]
            )
        )
        .filter(place=1)
    )
    rows = [row for row in latest if row.kind != ConfigurationKind.ENDED]
    return tuple(sorted(rows, key=lambda row: _production_first(row.environment)))


def environments(decision: Decision) -> list[str]:
    """The environments that the trail knows, production first."""
    names = decision.configurations.order_by().values_list("environment", flat=True).distinct()
    return sorted(names, key=_production_first)


def _production_first(environment: str) -> tuple[bool, str]:
    return environment != "production", environment


def sections_of(entry: Entry, own: Iterable[Field] = ()) -> tuple[Section, ...]:
    """The whole configuration, group by group; a field that the catalogue no longer knows is shown by its key."""
    own = tuple(own)
    known = FIELDS.keys() | {field.key for field in own}
    strays = tuple(Field(key, key, USEFUL) for key in entry.fields if key not in known)
    return tuple(
        Section(group.key, group.name, tuple(_cell(entry, field) for field in group.fields))
        for group in all_groups((*own, *strays))
    )


def _cell(entry: Entry, field: Field) -> Cell:
    return Cell(field, entry.fields.get(field.key, ""), entry.state_of(field.key))


def missing_from(entry: Entry, own: Iterable[Field] = ()) -> tuple[Field, ...]:
    """The fields of the five and those a replay needs that are neither recorded nor said not to be used."""
    missing = []
    for group in all_groups(own):
        for field in group.fields:
            if field.need == USEFUL or entry.state_of(field.key) != "not_recorded":
                continue
            if field.key == "git_diff_hash" and entry.fields.get("git_dirty") == "no":
                continue
            missing.append(field)
    return tuple(missing)


def replay_of(entry: Entry, missing: Sequence[Field]) -> str:
    """Whether a complaint of then can be replayed: fully, partly, or not."""
    if not missing:
        return FULLY
    keys = {field.key for field in missing}
    if keys & set(SHAPE_OF_A_RUN) or "corpus_version" in keys:
        return NOT
    return PARTLY


def live_at(decision: Decision, environment: str, at: datetime, own: Iterable[Field] = ()) -> Answer:
    """What was live: the entry, its configuration, what is missing, and whether it can be replayed."""
    row = in_force(decision, environment, at)
    if row is None or row.kind == ConfigurationKind.ENDED:
        until = next_after(decision, row, at) if row is not None else None
        return Answer(at, environment, row, None, until, (), (), NOT)
    own = tuple(own)
    entry = read(row.entry)
    missing = missing_from(entry, own)
    return Answer(
        at=at,
        environment=environment,
        row=row,
        entry=entry,
        until=next_after(decision, row, at),
        sections=sections_of(entry, own),
        missing=missing,
        replay=replay_of(entry, missing),
    )


@dataclass(frozen=True)
class Term:
    """For how long an entry counted."""

    until: datetime | None  # None: it still does
    overtaken_by: Configuration | None  # of the same moment and written later: then it never counted


def term_of(decision: Decision, row: Configuration) -> Term | None:
    """From when to when the entry counted; None for a proposal, which never does."""
    if row.kind == ConfigurationKind.PROPOSED:
        return None
    first = in_force(decision, row.environment, row.live_from)
    return Term(next_after(decision, row, row.live_from), first if first != row else None)


def complaints_of(row: Configuration, most: int = 100) -> list[tuple[Complaint, dict[str, str]]]:
    """The complaints that hang on an entry, each with the ids of its run."""
    rows = row.complaints.select_related("entry")[:most]
    return [(one, json.loads(one.entry.payload).get("runtime") or {} if one.entry.payload else {}) for one in rows]


def facts(before: Entry, after: Entry) -> tuple[tuple[str, str, str], ...]:
    """What two entries say beside their fields, for reading: what it is, what happened, why, and who stands for it."""

    def said(entry: Entry) -> tuple[str, ...]:
        kind = ConfigurationKind(entry.kind).label if entry.kind in ConfigurationKind else entry.kind
        approver = " – ".join(part for part in (entry.approver, entry.approval_note) if part)
        record = entry.record.get("number", "")
        return approach_name(entry), str(kind), entry.reason, approver, record, entry.actor

    names = (_("Approach"), _("What happened"), _("Why"), _("Approved by"), _("Serves record"), _("Written by"))
    rows = zip(names, said(before), said(after), strict=True)
    return tuple(row for row in rows if row[1] or row[2])


def approach_name(entry: Entry) -> str:
    """The approach in words; empty for an entry that brings none."""
    return str(Approach(entry.approach).label) if entry.approach in Approach else ""


def compare(before: Entry, after: Entry, own: Iterable[Field] = ()) -> tuple[Difference, ...]:
    """Field by field, in the catalogue's order; fields that neither records are left out."""
    own = tuple(own)
    sections = (*sections_of(before, own), *sections_of(after, own))
    fields = {cell.field.key: cell.field for section in sections for cell in section.cells}
    pairs = (Difference(field, _cell(before, field), _cell(after, field)) for field in fields.values())
    return tuple(pair for pair in pairs if {pair.before.state, pair.after.state} != {"not_recorded"})


def entry_of(decision: Decision, which: UUID | int) -> Configuration | None:
    """The decision's entry of that id, or of that number in the team's log."""
    asked = {"sequence": which} if isinstance(which, int) else {"public_id": which}
    return decision.configurations.select_related("entry").filter(**asked).first()


def history(
    decision: Decision, *, environment: str = "", before: int | None = None, size: int = 50
) -> list[Configuration]:
    """Entries newest first, in the order they were written; `before` is the sequence of the last one seen."""
    rows = decision.configurations.select_related("entry")
    if environment:
        rows = rows.filter(environment=environment)
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    return list(rows.order_by("-sequence")[:size])


def short(entry: Entry) -> str:
    """What runs, in a few words."""
    if entry.is_erased:
        return _("a configuration whose details were erased")
    keys = ("base_model_id", "fine_tune_checkpoint_id", "retrieval_settings", "corpus_version")
    parts = (entry.fields.get(key) for key in keys)
    return " · ".join(part for part in (approach_name(entry), *parts) if part)
