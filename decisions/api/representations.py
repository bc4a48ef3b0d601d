"""What is stored, as the API gives it."""

import json
from typing import Any

from decisions.api import shapes_out as out
from decisions.base.links import public_link
from decisions.ledger import append as ledger
from decisions.log.listing import Line
from decisions.models import ApiToken, AuditEvent, Complaint, Configuration, Pilot, Record, RecordState
from decisions.trail.entry import Entry, read
from decisions.trail.reading import Answer

ISSUED = (RecordState.ACCEPTED, RecordState.SUPERSEDED)


def team(token: ApiToken) -> out.TeamOut:
    """The token's team and where its log stands."""
    anchor = out.Anchor.model_validate(ledger.anchor(ledger.head_of(token.team)))
    return out.TeamOut(name=token.team.name, slug=token.team.slug, scopes=token.scopes, anchor=anchor)


def decision(line: Line, slug: str) -> out.DecisionOut:
    """A line of the log."""
    summary, asked = line.summary, line.summary.decision
    return out.DecisionOut(
        number=summary.number,
        title=asked.title,
        question=asked.question,
        status=summary.status,
        approach=summary.approach,
        owners=[out.Owner(**owner) for owner in summary.owners],
        tags=[tag.name for tag in asked.tags.all()],
        revisit_on=summary.revisit_on.isoformat() if summary.revisit_on else None,
        created_at=ledger.precise(asked.created_at),
        url=public_link("decisions:decision", slug, summary.number),
    )


def entry(row: Configuration, number: int, slug: str) -> out.EntryOut:
    """An entry of the trail; reads no further row."""
    written = read(row.entry)
    fields: dict[str, str | None] = dict(written.fields)
    fields |= dict.fromkeys(sorted(written.not_used))
    place = {"slug": slug, "number": number, "entry_id": row.public_id}
    return out.EntryOut(
        id=str(row.public_id),
        decision=number,
        sequence=row.sequence,
        kind=row.kind,
        environment=row.environment,
        live_from=ledger.precise(row.live_from),
        approach=written.approach,
        fields=fields,
        reason=written.reason,
        approver=written.approver,
        restores=written.restores or None,
        promotes=written.promotes or None,
        previous=written.previous or None,
        record=written.record.get("number") or None,
        actor=written.actor,
        recorded_at=row.entry.at,
        prev=row.entry.prev,
        payload_hash=row.entry.payload_hash,
        entry_hash=row.entry.entry_hash,
        url=public_link("decisions:trail_entry", **place),
    )


def configuration(found: Answer, number: int, slug: str) -> out.ConfigurationOut:
    """What was live, and what a replay of that moment lacks."""
    is_live: Entry | None = found.entry
    return out.ConfigurationOut(
        at=ledger.precise(found.at),
        environment=found.environment,
        is_live=is_live is not None,
        entry=entry(found.row, number, slug) if found.row is not None and is_live is not None else None,
        until=ledger.precise(found.until) if found.until else None,
        missing=[field.key for field in found.missing],
        replay=found.replay,  # type: ignore[arg-type]
    )


def complaint(row: Complaint, number: int) -> out.ComplaintOut:
    """A complaint and the entry it hangs on."""
    return out.ComplaintOut(
        id=str(row.public_id),
        decision=number,
        reference=row.reference,
        environment=row.environment,
        moment=ledger.precise(row.moment),
        entry=str(row.configuration.public_id) if row.configuration else None,
        sequence=row.sequence,
    )


def _record_values(row: Record, slug: str) -> dict[str, Any]:
    content = row.content if isinstance(row.content, dict) else {}
    later = getattr(row, "superseded_by", None)
    return {
        "id": str(row.pk),
        "decision": row.decision.number,
        "number": row.label or None,
        "state": row.state,
        "approach": row.approach,
        "title": str(content.get("title") or ""),
        "content_hash": row.content_hash,
        "accepted_at": ledger.precise(row.accepted_at) if row.accepted_at else None,
        "supersedes": row.supersedes.label if row.supersedes else None,
        "superseded_by": (later.label or None) if later is not None else None,
        "url": public_link("decisions:record", slug, row.pk),
    }


def record(row: Record, slug: str) -> out.RecordOut:
    """A record as listed."""
    return out.RecordOut(**_record_values(row, slug))


def whole_record(row: Record, slug: str) -> out.RecordWhole:
    """A record with its document, once it was issued."""
    document = json.loads(row.document) if row.state in ISSUED and row.document else None
    return out.RecordWhole(**_record_values(row, slug), document=document)


def pilot(row: Pilot, number: int) -> out.PilotOut:
    """A pilot with its results."""
    return out.PilotOut(
        id=str(row.public_id),
        decision=number,
        name=row.name,
        evaluation_set=row.evaluation_set,
        evaluation_set_hash=row.evaluation_set_hash,
        environment=row.environment,
        started_on=row.started_on.isoformat() if row.started_on else None,
        ended_on=row.ended_on.isoformat(),
        verdict=row.verdict,
        record=row.record.label or None if row.record else None,
        results=[out.ResultOut.model_validate(one) for one in row.results.all()],
    )


def audit(event: AuditEvent) -> out.AuditOut:
    """A line of the audit page."""
    return out.AuditOut(
        id=event.pk,
        at=ledger.precise(event.at),
        act=event.act,
        by=str(event.by) if event.by else None,
        about=str(event.about) if event.about else None,
        detail=event.detail,
        address=event.address,
    )
