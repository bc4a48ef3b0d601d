"""The trail on its way out: safe CSV and JSON Lines, in batches, so that a million entries need no memory."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from decisions.exports.csv_cells import rows
from decisions.ledger.chain import VERSION
from decisions.models import Decision, LogEntry, Team
from decisions.trail.entry import Entry, read
from decisions.trail.fields import FIELDS, Field

BATCH = 1_000
HEAD = (
    "sequence", "entry", "decision", "environment", "kind", "live_from", "recorded_at", "actor", "approach", "reason",
    "approver", "approval_note", "record", "previous", "restores", "promotes", "entry_hash",
)  # fmt: skip


def _entries(team: Team, decision: Decision | None, types: tuple[str, ...]) -> Iterator[LogEntry]:
    # Batch by batch: no cursor stays open while a slow reader takes its time.
    last = 0
    while True:
        found = LogEntry.objects.filter(log__team=team, sequence__gt=last)
        if decision is not None:
            found = found.filter(decision=decision)
        batch = list(found.select_related("decision", "log").order_by("sequence")[:BATCH])
        for row in batch:
            if row.type.startswith(types):
                yield row
        if len(batch) < BATCH:
            return
        last = batch[-1].sequence


def csv_lines(team: Team, own: Iterable[Field], decision: Decision | None = None) -> Iterator[str]:
    """One line an entry; an empty cell is not recorded, “not used” is said."""
    keys = [*FIELDS, *(field.key for field in own)]
    body = (list(_cells(row, read(row), keys)) for row in _entries(team, decision, ("configuration.",)))
    yield from rows([*HEAD, *keys], body)


def _cells(row: LogEntry, entry: Entry, keys: Iterable[str]) -> Iterator[object]:
    number = row.decision.number if row.decision else ""
    yield from (row.sequence, entry.id, number, entry.environment, entry.kind)
    yield from (entry.live_from.isoformat(), row.at, row.actor, entry.approach, entry.reason, entry.approver)
    yield from (entry.approval_note, entry.record.get("number", ""), entry.previous, entry.restores, entry.promotes)
    yield row.entry_hash
    for key in keys:
        yield entry.fields.get(key, "") or ("not used" if not entry.is_used(key) else "")


def json_lines(team: Team, decision: Decision | None = None) -> Iterator[str]:
    """One JSON object an entry, with its payload as hashed and its place in the chain; complaints are among them."""
    for row in _entries(team, decision, ("configuration.", "complaint.")):
        yield json.dumps(as_json(row), ensure_ascii=False, separators=(",", ":")) + "\n"


def as_json(row: LogEntry) -> dict[str, Any]:
    """A log entry as plain data, with all that its two hashes are made of, so that anybody can check them."""
    return {
        "v": VERSION,
        "log": row.log.name,
        "sequence": row.sequence,
        "type": row.type,
        "at": row.at,
        "actor": row.actor,
        "decision": row.decision.number if row.decision else None,
        "payload": row.payload,
        "payload_hash": row.payload_hash,
        "prev": row.prev,
        "entry_hash": row.entry_hash,
    }
