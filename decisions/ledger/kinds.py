"""The kinds of rows on this side of the room, with the columns that are not hashed and why."""

import json
from typing import Any

from django.db.models import Q

from decisions.models import (
    Complaint,
    Configuration,
    LogEntry,
    Pilot,
    PilotResult,
    Record,
    RecordRevision,
    Revisit,
    SignOff,
)

from .rows import Kind, register

ADDRESS = "how a person is reached; it goes with the person"
ACCOUNT = "an account may be deleted; names stand in columns of their own"
MOMENT = "moves with every save and says nothing"


def _unanchored(record: Record) -> str:
    """The document without its anchor, which names the entry that hashes it."""
    return json.dumps({**json.loads(record.document or "{}"), "anchor": None}, sort_keys=True)


def _anchor(record: Record) -> Any:
    return json.loads(record.document or "{}").get("anchor")


def _named(entry: LogEntry) -> dict[str, Any]:
    return {"log": entry.log.name, "sequence": entry.sequence, "head": entry.entry_hash}


def register_all() -> None:
    """Once, when the app is ready."""
    entry = {"entry": lambda entry: entry.pk}
    placed = {**entry, "sequence": lambda entry: entry.sequence}
    register(
        Kind(
            "record",
            Record,
            team="team",
            due=Q(number__isnull=False),
            free={"owner_contacts": ADDRESS, "created_by": ACCOUNT, "updated_at": MOMENT},
            reads={"document": _unanchored, "anchor": _anchor},
            linked={"anchor": _named},
        ),
        Kind("revision", RecordRevision, "record__team", Q(record__number__isnull=False), parent="record"),
        Kind(
            "sign_off",
            SignOff,
            team="record__team",
            due=Q(record__number__isnull=False),
            free={"email": ADDRESS, "user": ACCOUNT, "token_hash": "opens a page and ends with time"},
            parent="record",
        ),
        Kind("revisit", Revisit, "decision__team", Q(record__number__isnull=False), parent="record"),
        Kind("pilot", Pilot, "team", Q(), key="public_id", linked=entry),
        Kind("pilot_result", PilotResult, "pilot__team", Q(), parent="pilot"),
        Kind("configuration", Configuration, "team", Q(), key="public_id", linked=placed),
        Kind("complaint", Complaint, "team", Q(), key="public_id", linked=placed),
    )
