"""Erasing what a log entry said, for good: its payload in the chain, and every copy that the app made of it."""

from django.db import transaction
from django.utils import timezone

from decisions.base.audit import note
from decisions.ledger import append as ledger
from decisions.log import summary
from decisions.models import AuditAct, Complaint, Decision, Delivery, IdempotentAnswer, LogEntry, LogHead


@transaction.atomic
def erase(*, log: LogHead, sequence: int, why: str, actor: str) -> LogEntry:
    """Erase one entry on the record; the entry that says so. Raises ValueError for what cannot be erased.

    With the payload go the words to search by, what webhooks still hold, kept answers of the API, and the reference of
    a complaint. Where and when a configuration ran stays.
    """
    gone = LogEntry.objects.select_related("configuration", "complaint").filter(log=log, sequence=sequence).first()
    if gone is not None and gone.decision_id is not None:
        # before the log's head, as everywhere
        Decision.objects.select_for_update().get(pk=gone.decision_id)
    Complaint.objects.filter(entry=gone).update(reference="")  # before its row is hashed again
    said = ledger.erase_payload(log=log, sequence=sequence, why=why, actor=actor)
    assert gone is not None  # or it could not have been erased
    told = Delivery.objects.filter(webhook__team=log.team_id, subject=f"entry:{sequence}")
    told.filter(delivered_at=None, given_up_at=None).update(given_up_at=timezone.now(), last_result="erased")
    told.update(payload={})
    row = getattr(gone, "configuration", None) or getattr(gone, "complaint", None)
    if row is not None:
        IdempotentAnswer.objects.filter(token__team=log.team_id, body__contains=str(row.public_id)).delete()
    if gone.decision_id is not None:
        summary.refresh(gone.decision_id, read_log=True)
    note(log.team, AuditAct.ERASED, about=actor, detail=f"entry {sequence}")
    return said
