"""The record's document: the signed content with all that is printed around it, as exports receive it."""

import json
from typing import Any

from django.utils import timezone

from decisions.ledger.canonical import payload_hash, utc
from decisions.models import Record, RecordState, SignOff
from decisions.records import mails
from decisions.records.base import live_sign_offs

FORMAT = "groundwork/record/v2"
MOST_CONFIGURATION = 500
Document = dict[str, Any]


def document_of(record: Record) -> Document:
    """The document as it stands: an accepted record's as issued, with only what became of it brought up to date."""
    if record.document:
        document: Document = json.loads(record.document)
        successor = Record.objects.filter(supersedes=record).exclude(number=None).first()
        document["record"]["state"] = record.state
        document["record"]["superseded_by"] = successor.label if successor else None
    else:
        document = build(record, live_sign_offs(record))
    if record.state == RecordState.WITHDRAWN:
        document["record"]["withdrawn_because"] = record.withdrawn_why
    return document


def build(record: Record, sign_offs: list[SignOff]) -> Document:
    """The document of a record that is not issued yet, from its rows."""
    day = record.accepted_at or timezone.now()
    return {
        "format": FORMAT,
        "record": {
            "number": record.label or None,
            "state": record.state,
            "revision": record.revision,
            "content_hash": record.content_hash,
            "accepted_at": utc(record.accepted_at) if record.accepted_at else None,
            "accepted_by": record.accepted_by,
            "issued_on": timezone.localdate(day).isoformat(),
            "url": mails.record_url(record),
            "supersedes": (record.supersedes.label or None) if record.supersedes else None,
            "superseded_by": None,
        },
        "content": record.content,
        "sign_offs": [
            {
                "role": one.role,
                "name": one.name,
                "position": one.position,
                "note": one.note,
                "at": utc(one.signed_at) if one.signed_at else None,
                "content_hash": one.content_hash,
                **({"proof": one.proof} if one.proof else {}),
            }
            for one in sign_offs
        ]
        or [
            {**owner, "position": "pending", "note": "", "at": None, "content_hash": ""}
            for owner in record.content["owners"]
            if owner["name"]
        ],
        "anchor": None,
        "configuration": configuration_lines(record),
        "minutes": [{key: line.get(key, "") for key in ("at", "who", "what")} for line in record.minutes],
    }


def configuration_lines(record: Record) -> list[dict[str, str]]:
    """What ran where when the record was issued: the decision's newest configuration entries, oldest first."""
    entries = record.decision.log_entries.filter(type__startswith="configuration.").order_by("-sequence")
    lines = []
    for entry in reversed(entries[:MOST_CONFIGURATION]):
        try:
            payload = json.loads(entry.payload)
        except ValueError:
            continue
        what = str(payload.get("summary") or payload.get("reason") or entry.type)
        where = str(payload.get("environment") or "")
        lines.append({"at": entry.at[:19] + "Z", "environment": where, "who": entry.actor, "what": what})
    return lines


def issue_hash(document: Document) -> str:
    """One hash over everything issued, signatures and minutes included; the log keeps it.

    Left out is what cannot be known before the entry is written or changes later: the anchor, the state, the successor,
    and why it was withdrawn.
    """
    head = {**document["record"], "state": RecordState.ACCEPTED.value, "superseded_by": None}
    head.pop("withdrawn_because", None)
    return payload_hash({**document, "record": head, "anchor": None})
