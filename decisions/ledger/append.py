"""The team's log: append one entry under a lock, name an anchor, verify the whole chain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from decisions.models import Decision, LogEntry, LogHead, RowHash, Team

from . import compare, guards
from . import rows as stored
from .canonical import dumps, entry_hash, new_salt, text_hash, tidy, tidy_text
from .chain import ERASED, GENESIS, Anchor, Fault, Link, Report, check

CLOCKS_DIFFER = timedelta(seconds=1)  # by so much the clocks of two machines may, and nobody set one back

__all__ = ["Anchor", "Report", "anchor", "append", "erase_payload", "hash_again", "head_of", "links", "verify"]


def append(
    *,
    team: Team,
    type: str,
    payload: Mapping[str, Any],
    actor: str,
    decision: Decision | None = None,
    at: datetime | None = None,
    rows: Iterable[Model] = (),
    again: bool = False,
) -> LogEntry:
    """Write the next entry of the team's log; writers wait for each other on the log's head row.

    The payload is kept as canonical JSON with a salt, and with the decision's number when it is about one. It keeps the
    root of the `rows` as they are given, which may be before they are stored; `again` when they are stored with all
    that links them to an entry. Raises TypeError for what has no canonical JSON, such as a float.
    """
    if decision is not None and decision.team_id != team.pk:
        raise ValueError("The decision belongs to another team")
    hashes = stored.hashed(rows, again=again)
    body = {"salt": new_salt(), **payload}
    if hashes:
        body["rows"] = stored.kept(hashes, again=again)
    if decision is not None:
        body["decision_number"] = decision.number
    with transaction.atomic():
        if decision is not None:
            # before the head, as everywhere: whoever saves a record holds the decision when they come here
            Decision.objects.select_for_update().get(pk=decision.pk)
        head = head_of(team, lock=True)
        now = timezone.now()
        before = head.entries.filter(sequence=head.sequence).values_list("at", flat=True).first()
        if before is not None and now < datetime.fromisoformat(before) - CLOCKS_DIFFER:
            body["clock"] = {"now": precise(now), "before": before}  # it was set back
        text = dumps(tidy(body))
        link = Link(
            sequence=head.sequence + 1,
            prev=head.head,
            type=tidy_text(type),
            at=precise(at or now),
            actor=tidy_text(actor)[:200],
            payload=text,
            payload_hash=text_hash(text),
            entry_hash="",
        )
        entry = LogEntry.objects.create(
            log=head,
            sequence=link.sequence,
            prev=link.prev,
            type=link.type,
            at=link.at,
            actor=link.actor,
            payload=link.payload,
            payload_hash=link.payload_hash,
            entry_hash=entry_hash(link.entry(head.name)),
            decision=decision,
        )
        for one in hashes:
            one.entry = entry
        RowHash.objects.bulk_create(hashes)
        head.sequence, head.head = entry.sequence, entry.entry_hash
        head.save(update_fields=["sequence", "head"])
    return entry


def precise(moment: datetime) -> str:
    """RFC 3339 in UTC to the microsecond: entries of one second keep their order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def head_of(team: Team, *, lock: bool = False) -> LogHead:
    """The last link of the team's log, begun with its first use; `lock` holds it until the transaction ends."""
    head, _created = LogHead.objects.get_or_create(team=team, defaults={"name": team.slug, "head": GENESIS})
    return LogHead.objects.select_for_update().get(pk=head.pk) if lock else head


def anchor(log: LogHead) -> Anchor:
    """Where the log stands now."""
    return Anchor(log.name, log.sequence, log.head)


def links(log: LogHead) -> Iterator[Link]:
    """The log's entries as plain data, in order, without loading all of them at once."""
    rows = log.entries.order_by("sequence").values_list(
        "sequence", "prev", "type", "at", "actor", "payload", "payload_hash", "entry_hash", "decision__number"
    )
    for row in rows.iterator(chunk_size=1_000):
        yield Link(*row)


def verify(log: LogHead, since: Sequence[Anchor] = ()) -> Report:
    """Walk the whole log from its genesis, with anchors that somebody kept outside; writers need not stop.

    Then every stored row of the team is held against what the log says of it.
    """
    before = LogHead.objects.get(pk=log.pk)
    roots = compare.Roots(before)
    report = check(
        before.name,
        roots.watch(link for link in links(log) if link.sequence <= before.sequence),
        head=anchor(before),
        anchors=since,
    )
    after = LogHead.objects.get(pk=log.pk)
    if log.entries.filter(sequence__gt=after.sequence).exists():
        message = f"There are entries after entry {after.sequence}, where the head row says the log ends."
        report = report.with_fault(Fault(after.sequence + 1, "head", message))
    rows = compare.coverage(log.team, before.sequence)
    for fault in (roots.fault, rows.fault):
        report = report.with_fault(fault) if fault else report
    return replace(report, rows=rows)


@transaction.atomic
def erase_payload(*, log: LogHead, sequence: int, why: str, actor: str) -> LogEntry:
    """Take the payload of one entry out for good, on the record: an entry says which, why and by whom.

    The entry itself stays, with the hash of what is gone, so the chain still verifies; `verify_log` tells erased
    payloads apart. The rows that it hashed are hashed again, as they stand now. Lifts the database's guards for the one
    change, so it needs a role that may change tables. Raises ValueError for an entry that does not exist, was erased
    before, or is an erasure itself.
    """
    head = LogHead.objects.select_for_update().get(pk=log.pk)
    entry = LogEntry.objects.filter(log=head, sequence=sequence).first()
    if entry is None or not entry.payload or entry.type == ERASED:
        raise ValueError(f"The log “{head.name}” has no entry {sequence} with a payload that could be erased")
    gone, rows = entry.payload_hash, stored.last_hashed_by(entry)
    with guards.disabled():
        LogEntry.objects.filter(pk=entry.pk).update(payload="")
        RowHash.objects.filter(entry=entry).update(salt="")
    return append(
        team=head.team,
        type=ERASED,
        payload={"format": "groundwork/log/payload.erased/v1", "sequence": sequence, "payload_hash": gone, "why": why},
        actor=actor,
        rows=rows,
        again=True,
    )


@transaction.atomic
def hash_again(*, team: Team, rows: Sequence[Model], type: str, why: str, actor: str) -> LogEntry:
    """Say on the record that stored rows are what they are now, since something lawful changed them.

    The salts of their earlier hashes are destroyed, so that nobody can find out what they said by trying.
    """
    old = [one.pk for history in stored.histories(rows).values() for one in history]
    with guards.disabled():
        RowHash.objects.filter(pk__in=old).update(salt="")
    payload = {"format": f"groundwork/log/{type}/v1", "why": why}
    return append(team=team, type=type, payload=payload, actor=actor, rows=rows, again=True)
