"""What makes a chain of log entries whole: plain data in, the first fault out; no database, no framework.

`docs/trust.md` says what this shows and what it cannot show.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .canonical import dumps, entry_hash, text_hash

VERSION = 1
GENESIS = "0" * 64
# The type of entry that says that the payload of an earlier one was taken out on purpose.
ERASED = "payload.erased"


@dataclass(frozen=True)
class Link:
    """One log entry as stored; `payload` is canonical JSON, or empty once it was erased."""

    sequence: int
    prev: str
    type: str
    at: str
    actor: str
    payload: str
    payload_hash: str
    entry_hash: str
    decision_number: int | None = None

    def entry(self, log: str) -> dict[str, Any]:
        """The fields that the entry's hash covers."""
        return {
            "v": VERSION,
            "log": log,
            "seq": self.sequence,
            "prev": self.prev,
            "type": self.type,
            "at": self.at,
            "actor": self.actor,
            "payload_hash": self.payload_hash,
        }


@dataclass(frozen=True)
class Anchor:
    """A place in a log that somebody outside keeps: nothing up to it can change unnoticed any more."""

    log: str
    sequence: int
    head: str

    def as_dict(self) -> dict[str, Any]:
        """As records, mails and the API carry it."""
        return {"log": self.log, "sequence": self.sequence, "head": self.head}

    def __str__(self) -> str:
        return f"{self.log}#{self.sequence} {self.head}"


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: at which entry (0: the head row), which kind, and a sentence."""

    sequence: int
    kind: str
    message: str


@dataclass(frozen=True)
class Coverage:
    """How many stored rows of each kind the log covers, does not cover though it should, or need not cover yet."""

    covered: Mapping[str, int] = field(default_factory=dict)
    uncovered: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    replaced: int = 0  # hashes of rows that a later entry hashed again
    fault: Fault | None = None


@dataclass(frozen=True)
class Report:
    """What a verification found; `erased` lists entries whose payload was taken out on purpose."""

    log: str
    entries: int
    head: str
    fault: Fault | None = None
    erased: tuple[int, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    notes: tuple[str, ...] = ()
    rows: Coverage = Coverage()
    turned_back: tuple[int, ...] = ()  # entries that say that the clock had been set back

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong; erased payloads are no fault, they are told apart."""
        return self.fault is None

    @property
    def exit_code(self) -> int:
        """0 good, 1 broken, 2 good with erased payloads, 3 when not all that should be is covered."""
        if self.fault:
            return 1
        return 3 if any(self.rows.uncovered.values()) else 2 if self.erased else 0

    def with_fault(self, fault: Fault) -> "Report":
        """The same report, broken, unless it was before."""
        return self if self.fault else replace(self, fault=fault)


def check(log: str, links: Iterable[Link], *, head: Anchor | None = None, anchors: Sequence[Anchor] = ()) -> Report:
    """Walk the chain from its genesis; `head` is the stored last link, `anchors` come from outside."""
    wanted: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        if anchor.log != log:
            other = Fault(
                anchor.sequence, "other_log", f"The anchor belongs to the log “{anchor.log}”, not to this one."
            )
            return Report(log, 0, GENESIS, other, anchors=tuple(anchors))
        wanted.setdefault(anchor.sequence, []).append(anchor)
    prev, count = GENESIS, 0
    erased: list[int] = []
    turned: list[int] = []
    gone: dict[int, str] = {}  # payloads that are missing, until an entry says that this was meant
    fault: Fault | None = _anchor_fault(0, GENESIS, wanted.pop(0, ()))
    for link in links:
        fault = fault or _fault(log, link, expected=count + 1, prev=prev)
        if fault is None and _is_erased(link):
            erased.append(link.sequence)
            gone[link.sequence] = link.payload_hash
        if fault is None and link.type == ERASED:
            _explain(gone, link)
        fault = fault or _anchor_fault(link.sequence, link.entry_hash, wanted.pop(link.sequence, ()))
        if fault:
            break
        if '"clock":' in link.payload:
            turned.append(link.sequence)
        prev, count = link.entry_hash, link.sequence
    if fault is None and wanted:
        missing = min(wanted)
        fault = Fault(count + 1, "cut", f"The log ends after entry {count}, but an anchor knows entry {missing}.")
    if fault is None and gone:
        missing = min(gone)
        fault = Fault(
            missing, "payload", f"The payload of entry {missing} is gone, and no entry says that it was erased."
        )
    if fault is None and head is not None and (head.sequence, head.head) != (count, prev):
        fault = Fault(
            0, "head", f"The head row says entry {head.sequence}; the entries end at {count} with another hash."
        )
    return Report(log, count, prev, fault, tuple(erased), tuple(anchors), turned_back=tuple(turned))


def _explain(gone: dict[int, str], link: Link) -> None:
    """An erasure accounts for the payload that it names by place and by hash."""
    said = json.loads(link.payload) if link.payload else {}
    if gone.get(said.get("sequence", 0)) == said.get("payload_hash"):
        gone.pop(said["sequence"], None)


def _is_erased(link: Link) -> bool:
    return link.payload == ""


def _fault(log: str, link: Link, *, expected: int, prev: str) -> Fault | None:
    """What is wrong with one entry at its place, if anything."""

    def bad(kind: str, message: str) -> Fault:
        return Fault(expected, kind, message)

    if link.sequence != expected:
        return bad("sequence", f"Entry {expected} is missing or out of order; found {link.sequence}.")
    if link.prev != prev:
        return bad("prev", f"Entry {expected} does not follow the entry before it.")
    if not _is_erased(link):
        if text_hash(link.payload) != link.payload_hash:
            return bad("payload", f"The payload of entry {expected} is not the one that was hashed.")
        try:
            payload = json.loads(link.payload)
            canonical = dumps(payload)
        except (ValueError, RecursionError):
            return bad("payload", f"The payload of entry {expected} is not canonical JSON.")
        if canonical != link.payload or not isinstance(payload, dict):
            return bad("payload", f"The payload of entry {expected} is not canonical JSON.")
        if payload.get("decision_number") != link.decision_number:
            return bad("decision", f"Entry {expected} was moved to another decision.")
    try:
        computed = entry_hash(link.entry(log))
    except ValueError:
        return bad("entry", f"Entry {expected} holds what no entry can hold.")
    if computed != link.entry_hash:
        return bad("entry", f"Entry {expected} is not the one that was hashed.")
    return None


def _anchor_fault(sequence: int, entry: str, anchors: Sequence[Anchor]) -> Fault | None:
    if any(anchor.head != entry for anchor in anchors):
        return Fault(
            sequence, "anchor", f"Entry {sequence} is not the one that the anchor knows: the log was rewritten."
        )
    return None
