"""What can be said about a hash, a PDF or a record's JSON that somebody brings: ours, unchanged, still in force?"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from decisions.exports import issued
from decisions.exports.pdf.pool import PdfError
from decisions.ledger import append as ledger
from decisions.ledger.canonical import payload_hash
from decisions.ledger.chain import Anchor, Fault, Report
from decisions.models import LogEntry, LogHead, Record, RecordRevision
from decisions.records.document import Document, document_of, issue_hash

from .attachment import Unreadable, document_in, is_json

WRITTEN = re.compile(r"(?P<log>[-\w]{1,60}) ?#(?P<sequence>\d{1,15})\s+(?P<head>[0-9a-f]{64})")
MAILED = re.compile(r"(?P<log>[-\w]{1,60}) #(?P<sequence>\d{1,15})\s+\S+:\s+(?P<head>[0-9a-f]{64})")
LOG_NAME, HEAD = re.compile(r"[-\w]{1,60}", re.ASCII), re.compile(r"[0-9a-f]{64}")
# 64 hex digits in one run, or in groups of four or more as people print them; letters of a label stay outside
HASH = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{4}[ \t\r\n:–-]*){16}(?![0-9a-f])")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    text: str


@dataclass(frozen=True)
class Verdict:
    """`state` is `accepted`, `superseded`, `withdrawn`, `draft` (text that was never accepted), `altered` or `unknown`;

    or `entry` for a log entry that accepts nothing, and `pages` for genuine data in a PDF that was not issued here.
    """

    state: str
    findings: tuple[Finding, ...]
    record: Record | None = None
    revision: int | None = None
    document: Mapping[str, Any] | None = None  # what the data says, where the pages may say something else

    @property
    def genuine(self) -> bool:
        """Whether what was brought is exactly what was issued."""
        return self.record is not None and bool(self.findings) and all(finding.good for finding in self.findings)


def hash_in(text: str) -> str | None:
    """A SHA-256 in what was pasted, however it was grouped or labelled."""
    found = HASH.search(text.lower())
    return re.sub(r"[^0-9a-f]", "", found.group()) if found else None


def verify_hash(digest: str) -> Verdict:
    """The record, the revision or the log entry that has this hash."""
    record = Record.objects.select_related("team").filter(content_hash=digest, document__gt="").first()
    if record:
        return Verdict(record.state, (Finding(True, _("This is the hash of an accepted record's content.")),), record)
    entry = LogEntry.objects.filter(entry_hash=digest).first()
    if entry:
        accepted = _record_of(entry)
        found = Finding(True, _("This is the hash of entry %(number)d of an audit log.") % {"number": entry.sequence})
        return Verdict(accepted.state if accepted else "entry", (found,), accepted)
    revision = RecordRevision.objects.select_related("record__team").filter(content_hash=digest).last()
    if revision:
        message = _("This is revision %(number)d of a draft, not the accepted record.")
        return Verdict(
            "draft", (Finding(False, message % {"number": revision.number}),), revision.record, revision.number
        )
    nothing = _("No record here has this hash. To check the hash of record.json, upload the file itself.")
    return Verdict("unknown", (Finding(False, nothing),))


def verify_document(document: Mapping[str, Any]) -> Verdict:
    """Hold a record's document against what was issued: text, signatures, and its place in the log."""
    try:
        computed, brought = payload_hash(document["content"]), issue_hash(dict(document))
    except (ValueError, TypeError, KeyError):
        return Verdict("altered", (Finding(False, _("The record isn't in canonical form.")),))
    said = document["record"].get("content_hash")
    own = Finding(
        said == computed,
        _("The content matches its hash.") if said == computed else _("The content doesn't match its hash."),
    )
    record = Record.objects.select_related("team").filter(content_hash=computed, document__gt="").first()
    if record is None:
        known = verify_hash(computed)
        if known.state == "draft":
            return Verdict("draft", (own, *known.findings), known.record, known.revision)
        unknown = Finding(False, _("No record with this content was issued here, or its content was altered."))
        return Verdict("altered" if _names_a_record(document) else "unknown", (own, unknown))
    stored: dict[str, Any] = json.loads(record.document)
    same = issue_hash(stored) == brought
    if same and document not in (stored, document_of(record)):
        # the state, the successor and the reason are outside that hash, because they come later
        untrue = Finding(False, _("Its state, successor or reason doesn't match any version of this record."))
        return Verdict("altered", (own, untrue), record)
    signatures = Finding(
        same,
        _("Number, signatures, minutes and dates match what was issued.")
        if same
        else _("Something other than the content (number, signatures, minutes or dates) differs from what was issued."),
    )
    return Verdict(
        record.state if same and own.good else "altered",
        (own, Finding(True, _("The content is that of an accepted record.")), signatures, _anchored(document, record)),
        record,
    )


def verify_file(data: bytes) -> Verdict:
    """The same for a file, whose pages are looked at too: a forger changes what people read, and leaves the data alone.

    Raises Unreadable for a file that holds no record.
    """
    document = document_in(data)
    verdict = verify_document(document)
    if not verdict.genuine or verdict.record is None or is_json(data):
        return verdict
    pages = _pages(data, document)
    if pages.good:
        return replace(verdict, findings=(*verdict.findings, pages))
    return replace(verdict, state="pages", findings=(*verdict.findings, pages), document=document)


def _pages(data: bytes, document: Document) -> Finding:
    """Whether the file is one that was handed out; a PDF is made from its data alone, so its bytes can be compared."""
    try:
        known = issued.was_issued(data, document)
    except PdfError:
        return Finding(False, _("We couldn't compare the pages, because the PDF engine isn't available."))
    if known:
        return Finding(True, _("The pages match the ones issued here, byte for byte."))
    return Finding(
        False,
        _(
            "The pages differ from the ones issued here. Someone changed them, a program saved the file again, or "
            "another version of Groundwork made them. Only the data in the file is confirmed."
        ),
    )


def verify_log(log: LogHead, since: Sequence[Anchor] = (), pdf: bytes | None = None) -> Report:
    """Walk a log from its genesis with all that is known from outside: earlier anchors, and a record's PDF or JSON.

    Raises Unreadable for a file that holds no record.
    """
    if pdf is None:
        return ledger.verify(log, since)
    anchor = anchor_of(document_in(pdf))
    report = ledger.verify(log, [*since, *([anchor] if anchor else [])])
    verdict = verify_file(pdf)
    bad = next((finding for finding in verdict.findings if not finding.good), None)
    if bad and verdict.state == "pages":
        # the log is whole and the record is its own; what cannot be shown is said, and is no fault of either
        return replace(report, notes=(*report.notes, bad.text))
    if bad:
        report = report.with_fault(Fault(anchor.sequence if anchor else 0, "file", bad.text))
    return report


def anchors_in(data: bytes) -> list[Anchor]:
    """The anchors of a file that somebody kept: a record's PDF or JSON, an archive's chain, a mail, a line of text."""
    try:
        found = anchor_of(document_in(data))
        return [found] if found else []
    except Unreadable:
        pass
    anchors: list[Anchor] = []
    for line in data.decode("utf-8", "replace").splitlines():
        anchors.extend(_anchors_of_line(line))
    if not anchors and (mail := MAILED.search(data.decode("utf-8", "replace"))):
        anchors.append(Anchor(mail["log"], int(mail["sequence"]), mail["head"]))
    return anchors


def _anchors_of_line(line: str) -> Iterator[Anchor]:
    if written := WRITTEN.search(line):
        yield Anchor(written["log"], int(written["sequence"]), written["head"])
    if not line.strip().startswith("{"):
        return
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(given, dict) and "entry_hash" in given:
        given = {"log": given.get("log"), "sequence": given.get("seq"), "head": given["entry_hash"]}
    found = anchor_of({"anchor": given})
    if found:
        yield found


def anchor_of(document: Mapping[str, Any]) -> Anchor | None:
    """The anchor that a document carries, when it is one."""
    given = document.get("anchor")
    if not isinstance(given, Mapping):
        return None
    log, sequence, head = given.get("log"), given.get("sequence"), given.get("head")
    if not (isinstance(log, str) and isinstance(sequence, int) and isinstance(head, str)):
        return None
    # what has not the shape of an anchor never reaches the database, which refuses a NUL and a lone surrogate
    well_formed = LOG_NAME.fullmatch(log) and HEAD.fullmatch(head) and 0 < sequence < 2**53
    return Anchor(log, sequence, head) if well_formed else None


def _anchored(document: Mapping[str, Any], record: Record) -> Finding:
    """Whether the log still holds the entry that the document was issued with."""
    anchor = anchor_of(document)
    if anchor is None:
        return Finding(False, _("It has no anchor, so we can't check its place in the audit log."))
    entry = LogEntry.objects.filter(
        log__team=record.team_id, log__name=anchor.log, sequence=anchor.sequence, entry_hash=anchor.head
    ).first()
    if entry is None:
        return Finding(False, _("The audit log no longer has the entry it was issued with. The log was rewritten."))
    payload = json.loads(entry.payload) if entry.payload else {}
    if payload and payload.get("content_hash") != record.content_hash:
        return Finding(False, _("The audit log entry is for different content."))
    return Finding(True, _("The audit log has its entry, number %(number)d.") % {"number": entry.sequence})


def _record_of(entry: LogEntry) -> Record | None:
    if entry.type != "record.accepted" or not entry.payload:
        return None
    return Record.objects.select_related("team").filter(pk=json.loads(entry.payload).get("record")).first()


def _names_a_record(document: Mapping[str, Any]) -> bool:
    """Whether the document claims a number and an anchor that are ours, with another text."""
    anchor = anchor_of(document)
    return anchor is not None and LogEntry.objects.filter(entry_hash=anchor.head).exists()
