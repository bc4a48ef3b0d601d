"""What every act on a record begins and ends with: the lock, who may, the new state of the text, the minutes."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from decisions.base import workshops
from decisions.ledger.canonical import dumps, text_hash, tidy_text, utc
from decisions.models import Decision, Position, Record, RecordRevision, RecordState, SignOff, User
from decisions.records import mails
from decisions.records.content import Content

WRITABLE = frozenset({RecordState.DRAFT, RecordState.IN_SIGN_OFF})
# The allowed moves; the database refuses every other one that leaves an accepted state.
MOVES: dict[str, frozenset[str]] = {
    RecordState.DRAFT: frozenset({RecordState.IN_SIGN_OFF, RecordState.WITHDRAWN}),
    RecordState.IN_SIGN_OFF: frozenset({RecordState.DRAFT, RecordState.ACCEPTED, RecordState.WITHDRAWN}),
    RecordState.ACCEPTED: frozenset({RecordState.SUPERSEDED, RecordState.WITHDRAWN}),
    RecordState.SUPERSEDED: frozenset(),
    RecordState.WITHDRAWN: frozenset(),
}


def locked(record: Record) -> Record:
    """The record as it is now, held until the transaction ends.

    The decision's row comes first, always: saving a record rewrites the decision's line in the log under that lock,
    and two acts that took the two rows in different orders would wait for each other.
    """
    Decision.objects.select_for_update().get(pk=record.decision_id)
    return Record.objects.select_for_update(of=("self",)).select_related("team", "decision").get(pk=record.pk)


def name_of(by: User | None) -> str:
    """How a person is named in history."""
    return str(by)[:120] if by else ""


def put(record: Record, content: Content, *, section: str, by: str, also: Iterable[str] = ()) -> None:
    """Store a new state of the text: content, canonical JSON, hash, and the revision that keeps it.

    `section` was saved; `also` names the others that changed with it.
    """
    record.content = content
    record.canonical = dumps(content)
    record.content_hash = text_hash(record.canonical)
    record.approach = content["approach"]
    record.revision += 1
    touched = {name for name in (section, *also) if name}
    record.section_versions = {**record.section_versions, **{name: version_of(record, name) + 1 for name in touched}}
    record.save()
    RecordRevision.objects.create(
        record=record,
        number=record.revision,
        section=section,
        canonical=record.canonical,
        content_hash=record.content_hash,
        by=by[:120],
    )


def version_of(record: Record, section: str) -> int:
    """How often the section was saved; a form that began on an older one meets a conflict."""
    versions: dict[str, int] = record.section_versions
    return versions.get(section, 0)


def note(record: Record, by: User | str | None, what: str) -> None:
    """Add a line to the record's minutes; the caller saves the record."""
    who = by if isinstance(by, str) else name_of(by)
    line = {"at": utc(timezone.now()), "who": tidy_text(who)[:120], "what": tidy_text(str(what))[:400], "of": "record"}
    record.minutes = [*record.minutes, line]
    if record.workshop_ref is not None:
        workshops.changed(record.workshop_ref)


def live_sign_offs(record: Record) -> list[SignOff]:
    """The sign-offs that count now, in the order of the owners."""
    return list(record.sign_offs.filter(voided_at=None).select_related("user").order_by("pk"))


def back_to_draft(record: Record, *, by: User | str | None, why: str, minute: str) -> None:
    """Take a record out of sign-off: every sign-off is void and kept, and who had been asked hears why.

    The caller saves the record.
    """
    asked = live_sign_offs(record)
    record.sign_offs.filter(voided_at=None).update(voided_at=timezone.now(), voided_why=why[:200], token_hash="")
    record.state = RecordState.DRAFT
    record.sign_off_opened_at = None
    note(record, by, minute)
    signed = [one for one in asked if one.position != Position.PENDING]
    transaction.on_commit(lambda: mails.voided(record, asked, why=why, signed={one.pk for one in signed}))
