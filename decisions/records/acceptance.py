"""Accept, supersede or withdraw a record."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.ledger import append as ledger
from decisions.ledger.canonical import dumps
from decisions.models import Position, Record, RecordState, Team, User
from decisions.records import mails, revisits
from decisions.records.base import MOVES, WRITABLE, live_sign_offs, locked, name_of, note
from decisions.records.content import text
from decisions.records.document import build, issue_hash


def accepted_record(decision_id: int) -> Record | None:
    """The decision's accepted record, if one stands."""
    accepted = Record.objects.filter(decision_id=decision_id, state=RecordState.ACCEPTED)
    return accepted.select_related("team").order_by("-number").first()


@transaction.atomic
def accept(*, record: Record, by: User, content_hash: str, missed: list[str] | None = None) -> Record:
    """Number the record, freeze it, write it into the log and plan its revisit; `content_hash` is the text `by` saw.

    Every owner must have signed, or recorded a dissent, on this exact text. The record that stood on the decision
    until now is superseded in the same act. Whom the mail with the anchor did not reach is added to `missed`.
    """
    record = locked(record)
    require_editor_of(record.team_id, by)
    if record.state != RecordState.IN_SIGN_OFF:
        raise Conflict(_("You can only accept a record in sign-off. This one isn't."))
    if content_hash != record.content_hash:
        raise Conflict(_("The record has changed since you opened it. Read it again first."))
    sign_offs = live_sign_offs(record)
    waiting = [
        one.name for one in sign_offs if one.position == Position.PENDING or one.content_hash != record.content_hash
    ]
    if waiting or not sign_offs:
        raise Conflict(_("Still waiting for: %(names)s.") % {"names": ", ".join(waiting)})
    earlier = accepted_record(record.decision_id)
    _claim(record, earlier)
    record.number = _next_number(record.team)
    record.state = RecordState.ACCEPTED
    record.accepted_at = timezone.now()
    record.accepted_by = name_of(by)
    note(record, by, _("Accepted the record as %(number)s") % {"number": record.label})
    revisits.plan(record)
    _issue(record, by, missed if missed is not None else [])
    if earlier:
        _give_way(earlier, record, by)
    return record


def _give_way(earlier: Record, record: Record, by: User) -> None:
    """The record that stood is superseded, and the log says so of its rows."""
    # the database has marked it superseded with the acceptance; this lets everything that follows a save know
    earlier.refresh_from_db()
    earlier.save(update_fields=["updated_at"])
    closed = revisits.close(earlier, outcome=_("Superseded by %(number)s") % {"number": record.label})
    ledger.append(
        team=record.team,
        type="record.superseded",
        payload={
            "format": "groundwork/log/record.superseded/v1",
            "record": str(earlier.pk),
            "number": earlier.label,
            "superseded_by": record.label,
        },
        actor=name_of(by),
        decision=record.decision,
        rows=[earlier, *closed],
        again=True,
    )


def _claim(record: Record, earlier: Record | None) -> None:
    """The new record names the one that stands; another draft that meant to replace it has to name its successor."""
    if earlier:
        for other in Record.objects.filter(supersedes=earlier).exclude(pk=record.pk):
            other.supersedes = None
            other.save()
    record.supersedes = earlier


def _next_number(team: Team) -> int:
    """The team's next record number: without gaps, because it is taken under a lock and given back by a rollback."""
    counter = Team.objects.select_for_update().get(pk=team.pk)
    counter.last_record_number += 1
    counter.save(update_fields=["last_record_number"])
    return counter.last_record_number


def _issue(record: Record, by: User, missed: list[str]) -> None:
    """Write the log entry, store the document as issued, and tell the owners."""
    sign_offs = live_sign_offs(record)
    document = build(record, sign_offs)
    record.document = dumps(document)
    entry = ledger.append(
        team=record.team,
        type="record.accepted",
        payload={
            "format": "groundwork/log/record.accepted/v1",
            "record": str(record.pk),
            "number": record.label,
            "title": record.content["title"],
            "approach": record.approach,
            "content_hash": record.content_hash,
            "issue_hash": issue_hash(document),
            "supersedes": record.supersedes.label if record.supersedes else None,
            "sign_offs": document["sign_offs"],
        },
        actor=name_of(by),
        decision=record.decision,
        at=record.accepted_at,
        # the record as it will be stored, without the anchor that this entry gives it
        rows=[record, *record.sign_offs.all(), *record.revisions.all(), *record.revisits.all()],
    )
    document["anchor"] = {"log": entry.log.name, "sequence": entry.sequence, "head": entry.entry_hash}
    record.document = dumps(document)
    record.save()
    transaction.on_commit(lambda: missed.extend(mails.accepted(record, sign_offs, document["anchor"])))


@transaction.atomic
def withdraw(*, record: Record, by: User, why: str) -> Record:
    """Take a record out of force, or a draft off the table, for a stated reason; nothing is deleted.

    Whoever signed it, or was asked to, is told.
    """
    said = text(why)
    if not said:
        raise ValidationError({"why": _("Enter a reason for withdrawing.")})
    record = locked(record)
    require_editor_of(record.team_id, by)
    if RecordState.WITHDRAWN not in MOVES[record.state]:
        raise Conflict(_("This record is no longer in force."))
    asked = live_sign_offs(record)
    is_draft = record.state in WRITABLE
    if is_draft:
        record.sign_offs.filter(voided_at=None).update(voided_at=timezone.now(), voided_why=said[:200], token_hash="")
        record.supersedes = None
        note(record, by, _("Withdrew the draft"))
    record.state = RecordState.WITHDRAWN
    record.withdrawn_at = timezone.now()
    record.withdrawn_why = said
    record.save()
    if not is_draft:
        closed = revisits.close(record, outcome=_("Withdrawn"))
        ledger.append(
            team=record.team,
            type="record.withdrawn",
            payload={
                "format": "groundwork/log/record.withdrawn/v1",
                "record": str(record.pk),
                "number": record.label,
                "content_hash": record.content_hash,
                "why": said,
            },
            actor=name_of(by),
            decision=record.decision,
            rows=[record, *closed],
            again=True,
        )
    transaction.on_commit(lambda: mails.withdrawn(record, asked))
    return record
