"""Keeps each decision's line in the log in step with its records, revisits, tags and entries."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from decisions.base import typed_text
from decisions.models import Decision, LogEntry, Record, Revisit
from decisions.models.record import current_record
from decisions.models.summary import Approach, DecisionSummary, Status, SummaryOwner

MOST_BYTES = 500_000  # of search words a decision; a PostgreSQL tsvector holds 1 MiB
SILENT_KEYS = frozenset({"salt", "prev", "payload_hash", "rows", "clock"})  # nobody searches for these


def strings_in(value: Any) -> Iterator[str]:
    """Every string of plain data that a person might search for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in SILENT_KEYS:
                yield from strings_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings_in(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _index(found: dict[str, None], texts: Iterable[str]) -> None:
    for piece in texts:
        for word in typed_text.words(piece):
            found.setdefault(word)


def joined(found: Iterable[str]) -> str:
    """The words as they are stored, each after a blank; those past MOST_BYTES are left out."""
    line, size = [], 0
    for word in found:
        size += len(word.encode()) + 1
        if size > MOST_BYTES:
            break
        line.append(word)
    return " " + " ".join(line) if line else ""


def payload_strings(payload: str) -> Iterator[str]:
    """The strings of an entry's payload; of what is no JSON, its text."""
    try:
        data = json.loads(payload)
    except ValueError:
        data = payload
    return strings_in(data)


def _own_words(decision: Decision, record: Record | None) -> dict[str, None]:
    found: dict[str, None] = {}
    _index(found, [decision.title, decision.question, decision.context])
    _index(found, [tag.name for tag in decision.tags.all()])
    if record is not None:
        content = record.content if isinstance(record.content, dict) else {}
        _index(found, strings_in({key: content.get(key) for key in ("title", "rationale", "risk_summary", "reasons")}))
        _index(found, [record.label])
    return found


def _log_words(decision: Decision) -> str:
    found: dict[str, None] = {}
    newest = LogEntry.objects.filter(decision=decision).order_by("-sequence").values_list("payload", flat=True)
    for payload in newest.iterator(chunk_size=500):
        _index(found, payload_strings(payload))
    return joined(found)


def owners_of(decision: Decision, record: Record | None) -> list[dict[str, str]]:
    """Who owns the decision: the owners that its record names, else the person who keeps it."""
    content = record.content if record is not None and isinstance(record.content, dict) else {}
    listed = content.get("owners")
    owners = [
        {"role": str(owner.get("role", ""))[:60], "name": str(owner.get("name", ""))[:120]}
        for owner in (listed if isinstance(listed, list) else [])
        if isinstance(owner, dict) and owner.get("name")
    ]
    if not owners and decision.owner is not None:
        owners = [{"role": "", "name": str(decision.owner)}]
    return owners[:40]


def _beginnings(name: str) -> Iterator[str]:
    """The name from each of its words on: “ines weber” is found by “ines”, by “weber” and by “ines w”."""
    words = name.split()
    return (" ".join(words[place:]) for place in range(len(words)))


@transaction.atomic
def refresh(decision_id: int, *, read_log: bool = False) -> DecisionSummary | None:
    """Make a decision's line anew from what is stored; None when there is no such decision.

    The log's words are taken over from the present line unless `read_log`: the log only grows, by `add_words`.
    """
    # The lock keeps two refreshes from overtaking each other, so the line never goes back in time.
    Decision.objects.select_for_update().filter(pk=decision_id).values_list("pk", flat=True).first()
    decision = (
        Decision.objects.select_related("owner")
        .prefetch_related("tags", "records", Prefetch("revisits", Revisit.objects.filter(held_at=None)))
        .filter(pk=decision_id)
        .first()
    )
    if decision is None:
        return None
    record = current_record(decision.records.all())
    log_words = DecisionSummary.objects.filter(pk=decision_id).values_list("log_words", flat=True).first()
    if log_words is None or read_log:
        log_words = _log_words(decision)
    due = [revisit.due_on for revisit in decision.revisits.all() if revisit.due_on]
    owners = owners_of(decision, record)
    dated = record.accepted_at if record is not None and record.accepted_at else decision.created_at
    summary, _created = DecisionSummary.objects.update_or_create(
        decision=decision,
        defaults={
            "team_id": decision.team_id,
            "number": decision.number,
            "status": record.state if record is not None else Status.OPEN,
            "approach": record.approach if record is not None and record.approach in Approach else Approach.UNDECIDED,
            "revisit_on": min(due, default=None),
            "dated_on": timezone.localdate(dated),
            "owners": owners,
            "title_folded": typed_text.fold(decision.title)[:320],
            "words": joined(_own_words(decision, record) | dict.fromkeys(log_words.split())),
            "log_words": log_words,
        },
    )
    names = {begin for owner in owners for begin in _beginnings(typed_text.fold(owner["name"])[:240])}
    summary.owner_rows.exclude(name_folded__in=names).delete()
    SummaryOwner.objects.bulk_create(
        [SummaryOwner(summary=summary, team_id=decision.team_id, name_folded=name) for name in sorted(names)],
        ignore_conflicts=True,
    )
    return summary


@transaction.atomic
def add_words(decision_id: int, payload: str) -> None:
    """Add one new entry's words; cheaper than reading the whole log again."""
    summary = DecisionSummary.objects.select_for_update().filter(pk=decision_id).only("words", "log_words").first()
    if summary is None:
        refresh(decision_id)
        return
    found: dict[str, None] = {}
    _index(found, payload_strings(payload))
    known, logged = dict.fromkeys(summary.words.split()), dict.fromkeys(summary.log_words.split())
    if all(word in logged for word in found):
        return
    # Newest first: when there are too many, the oldest are left out.
    log_words = joined(found | logged)
    if len(f"{summary.words} {' '.join(found)}".encode()) <= MOST_BYTES:
        DecisionSummary.objects.filter(pk=decision_id).update(words=joined(known | found), log_words=log_words)
    else:
        DecisionSummary.objects.filter(pk=decision_id).update(log_words=log_words)
        refresh(decision_id)


def refresh_all(team_id: int | None = None) -> int:
    """Make every line anew, of one team or of all; how many."""
    which = Q() if team_id is None else Q(team_id=team_id)
    count = 0
    for decision_id in Decision.objects.filter(which).values_list("pk", flat=True).iterator():
        refresh(decision_id, read_log=True)
        count += 1
    return count


def _follow(sender: type, instance: Any, created: bool = False, raw: bool = False, **more: Any) -> None:
    if raw:
        return
    if isinstance(instance, LogEntry):
        if instance.decision_id is not None and created:
            add_words(instance.decision_id, instance.payload)
        return
    refresh(instance.pk if isinstance(instance, Decision) else instance.decision_id)


def _unfollow(sender: type, instance: Any, origin: Any = None, **more: Any) -> None:
    # When a whole decision goes, its line goes with it and must not be written again.
    if isinstance(origin, sender) or getattr(origin, "model", None) is sender:
        refresh(instance.decision_id)


def follow() -> None:
    """Listen to the rows a line is made of; whoever writes them past the signals calls `refresh`."""
    for sender in (Decision, Record, Revisit, LogEntry):
        post_save.connect(_follow, sender=sender, dispatch_uid=f"summary-{sender.__name__}")
    for sender in (Record, Revisit):
        post_delete.connect(_unfollow, sender=sender, dispatch_uid=f"summary-{sender.__name__}-gone")
