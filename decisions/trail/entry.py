"""One configuration entry as plain data: what somebody wants to write, and what was written."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from decisions.base import typed_text
from decisions.base.times import EARLIEST, LATEST
from decisions.models import Approach, ConfigurationKind, LogEntry
from decisions.trail.fields import FIELDS, FOLLOWS, Field, cleaned

FORMAT = "groundwork/log/configuration/v1"
ENVIRONMENT = re.compile(r"[a-z0-9](?:[a-z0-9 ._/-]{0,38}[a-z0-9])?", re.ASCII)
APPROACHES = (Approach.RAG, Approach.FINE_TUNING, Approach.HYBRID, Approach.PROMPT_ONLY)
WHOLE = (ConfigurationKind.LIVE, ConfigurationKind.PROPOSED)  # kinds that bring a configuration of their own


class Refused(Exception):
    """The entry cannot be written; `errors` maps fields to sentences."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Draft:
    """What is to be written."""

    kind: str
    environment: str
    live_from: datetime
    reason: str
    approach: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    not_used: Iterable[str] = ()
    approver: str = ""
    approval_note: str = ""
    restores: UUID | None = None
    promotes: UUID | None = None


TEXTS = (
    *("id", "kind", "environment", "approach", "reason", "approver", "approval_note"),
    *("restores", "promotes", "previous"),
)


@dataclass(frozen=True)
class Entry:
    """What was written, read back from the log's own text."""

    id: str
    kind: str
    environment: str
    live_from: datetime
    approach: str
    fields: Mapping[str, str]
    not_used: frozenset[str]
    reason: str
    approver: str
    approval_note: str
    restores: str
    promotes: str
    previous: str
    record: Mapping[str, str]
    sequence: int
    recorded_at: datetime
    actor: str
    entry_hash: str
    is_erased: bool = False  # its payload was taken out on the record: where and when it ran is all that is left

    @property
    def is_late(self) -> bool:
        """Written down more than an hour after it went live."""
        return self.recorded_at - self.live_from > timedelta(hours=1)

    def is_used(self, key: str) -> bool:
        """False when the field, or the one it follows, is said not to be used."""
        return key not in self.not_used and (key not in FOLLOWS or self.is_used(FOLLOWS[key]))

    def state_of(self, key: str) -> str:
        """`recorded`, `not_used` or `not_recorded`."""
        if self.fields.get(key):
            return "recorded"
        return "not_recorded" if self.is_used(key) else "not_used"


def read(log_entry: LogEntry) -> Entry:
    """The entry from its payload; what an older format lacks is empty, and all but its place once it was erased."""
    data = json.loads(log_entry.payload) if log_entry.payload else _place_of(log_entry)
    return Entry(
        live_from=datetime.fromisoformat(str(data["live_from"])),
        fields={str(key): str(value) for key, value in (data.get("fields") or {}).items()},
        not_used=frozenset(str(key) for key in data.get("not_used") or ()),
        record={str(key): str(value) for key, value in (data.get("record") or {}).items()},
        sequence=log_entry.sequence,
        recorded_at=datetime.fromisoformat(log_entry.at),
        actor=log_entry.actor,
        entry_hash=log_entry.entry_hash,
        is_erased=not log_entry.payload,
        **{name: str(data.get(name) or "") for name in TEXTS},
    )


def _place_of(log_entry: LogEntry) -> dict[str, Any]:
    row = log_entry.configuration
    place = {"id": str(row.public_id), "kind": row.kind, "environment": row.environment}
    return {**place, "live_from": row.live_from.isoformat()}


def environment_named(environment: str) -> str:
    """The environment's name as it is stored, however it was typed."""
    return typed_text.fold(typed_text.one_line(environment))


def checked(draft: Draft, own: Iterable[Field]) -> Draft:
    """The draft in normal form; raises Refused with every fault at its field."""
    errors: dict[str, str] = {}
    known = {**FIELDS, **{own_field.key: own_field for own_field in own}}
    environment = environment_named(draft.environment)
    if not ENVIRONMENT.fullmatch(environment):
        errors["environment"] = _("Enter a short name, like production. Use only letters, digits, spaces and . _ / -")
    if not EARLIEST <= draft.live_from <= LATEST:
        errors["live_from"] = _("Enter a time between 2000 and 2099.")
    words = {}
    for name, longest, is_needed in (("reason", 500, True), ("approver", 120, False), ("approval_note", 500, False)):
        words[name] = typed_text.one_line(str(getattr(draft, name)))
        if not typed_text.is_printable(words[name]):
            errors[name] = _("This contains control characters that can't be shown.")
        elif len(words[name]) > longest:
            errors[name] = _("At most %(most)s characters.") % {"most": longest}
        elif is_needed and not words[name]:
            errors[name] = _("Enter a reason.")
    if words["approval_note"] and not words["approver"]:
        errors.setdefault("approver", _("Enter who approved it."))
    values, not_used = _values(draft, known, errors)
    if draft.kind in WHOLE:
        _check_whole(draft.approach, values, not_used, errors)
    elif values or not_used:
        errors["fields"] = _("This type of entry can't have configuration fields.")
    if draft.kind == ConfigurationKind.ROLLED_BACK and draft.restores is None:
        errors["restores"] = _("Choose the entry to roll back to.")
    if errors:
        raise Refused(errors)
    return Draft(
        kind=draft.kind,
        environment=environment,
        live_from=draft.live_from.astimezone(UTC),
        approach=draft.approach if draft.kind in WHOLE else "",
        fields=values,
        not_used=sorted(not_used),
        restores=draft.restores,
        promotes=draft.promotes,
        **words,
    )


def _values(draft: Draft, known: Mapping[str, Field], errors: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    values: dict[str, str] = {}
    for key, value in draft.fields.items():
        if key not in known:
            errors[_named(key)] = _("No field has that name.")
            continue
        try:
            clean = cleaned(known[key], value)
        except ValueError as fault:
            errors[key] = str(fault)
            continue
        if clean:
            values[key] = clean
    not_used = set(draft.not_used)
    for key in not_used:
        if key not in known:
            errors[_named(key)] = _("No field has that name.")
        elif values.get(key):
            errors[key] = _("Give a value or mark it “not used”, not both.")
    return values, not_used


def _named(key: str) -> str:
    # What is no key is shown as one only when it can be shown.
    return key if typed_text.is_printable(key) and len(key) <= 80 else "fields"


def _check_whole(approach: str, values: Mapping[str, str], not_used: set[str], errors: dict[str, str]) -> None:
    if approach not in APPROACHES:
        errors["approach"] = _("Enter one of: %(choices)s.") % {"choices": ", ".join(APPROACHES)}
    if approach == Approach.HYBRID:
        # Without both halves nobody can say later which one answered.
        if not values.get("retrieval_settings"):
            errors.setdefault("retrieval_settings", _("A hybrid configuration needs its retrieval settings."))
        if not values.get("fine_tune_checkpoint_id"):
            errors.setdefault("fine_tune_checkpoint_id", _("A hybrid configuration needs its checkpoint ID."))
    if not values.get("base_model_id"):
        errors.setdefault("base_model_id", _("Every configuration has a base model. Enter its ID."))
