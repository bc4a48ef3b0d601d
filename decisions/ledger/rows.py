"""Stored rows that the log vouches for: each is hashed with a salt of its own, and one entry keeps one root of them.

Every kind of row goes through here, those of the room too: it registers its kinds and hands its rows over. Beside the
chain stand the salts and hashes of single rows, so that a row can be erased later and the root still be computed.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q

from decisions.models import LogEntry, RowHash

from .canonical import entry_hash, new_salt, root_hash, row_hash, text_hash
from .chain import Link


@dataclass(frozen=True)
class Kind:
    """One table whose rows are hashed into the chain."""

    name: str
    model: type[Model]
    team: str  # the lookup from a row to its team
    due: Q  # the rows that must be in the chain; others are on their way, or never counted
    free: Mapping[str, str] = field(default_factory=dict)  # columns that are not hashed, each with the reason
    key: str = "pk"
    parent: str = ""  # a foreign key: once that row is hashed, no further row may join it unhashed
    reads: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)  # what is hashed in another form
    # What names the entry that hashes the row first: not known before, so not hashed with it, but compared with it.
    linked: Mapping[str, Callable[[LogEntry], Any]] = field(default_factory=dict)

    def columns(self, *, again: bool = False) -> list[str]:
        """What is hashed: every column that is not free; `again` when the row stands with all its links."""
        names = {one.name for one in self.model._meta.concrete_fields} | {*self.reads}
        return sorted(names - {*self.free} - (set() if again else {*self.linked}))

    def key_of(self, row: Model) -> str:
        """What names the row in the chain."""
        return str(getattr(row, self.key))

    def value(self, row: Model, name: str) -> Any:
        """A column of the row in plain JSON; raises FieldDoesNotExist when there is none."""
        if name in self.reads:
            return plain(self.reads[name](row))
        return plain(self.model._meta.get_field(name).value_from_object(row))  # type: ignore[union-attr]


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Let rows of these kinds be hashed and compared."""
    KINDS.update({kind.name: kind for kind in kinds})


def kind_of(row: Model) -> Kind:
    """The kind that the row is of."""
    return next(kind for kind in KINDS.values() if kind.model is type(row))


def plain(value: Any) -> Any:
    """A column's value in JSON that reads the same before it is stored and after, on either database."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**53 else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)


def hash_of(kind: Kind, row: Model, salt: str, columns: Iterable[str]) -> str:
    """The row's hash over these columns."""
    values = {name: kind.value(row, name) for name in columns}
    return row_hash({"salt": salt, "kind": kind.name, "key": kind.key_of(row), "values": values})


def hashed(rows: Iterable[Model], *, again: bool = False) -> list[RowHash]:
    """The hashes that the next entry is to keep, not stored yet."""
    made = []
    for row in rows:
        kind, salt = kind_of(row), new_salt()
        digest = hash_of(kind, row, salt, kind.columns(again=again))
        made.append(RowHash(kind=kind.name, key=kind.key_of(row), salt=salt, hash=digest))
    return made


def root_of(hashes: Iterable[tuple[str, str, str]]) -> str:
    """One hash over the kind, key and hash of each row, in whatever order they come."""
    return root_hash(sorted(map(list, hashes)))


def kept(hashes: Sequence[RowHash], *, again: bool = False) -> dict[str, Any]:
    """What the entry's payload says of the rows."""
    return {
        "count": len(hashes),
        "root": root_of((one.kind, one.key, one.hash) for one in hashes),
        "columns": {name: KINDS[name].columns(again=again) for name in sorted({one.kind for one in hashes})},
    }


@lru_cache(maxsize=256)  # rows come entry by entry
def said_in(payload: str) -> dict[str, Any]:
    """What an entry's payload says of rows; nothing when it hashed none or was erased."""
    # most entries of a long log need not be parsed for this
    said = json.loads(payload).get("rows") if '"rows":' in payload else None
    return said if isinstance(said, dict) and isinstance(said.get("columns"), dict) else {}


def without(rows: Iterable[Model]) -> list[Model]:
    """Those that no entry has hashed yet."""
    found = list(rows)
    history = histories(found)
    return [row for row in found if name_of(row) not in history]


def changed(rows: Iterable[Model]) -> list[Model]:
    """Those that no entry has hashed yet, or not as they are now."""
    found = list(rows)
    history = histories(found)
    return [row for row in found if name_of(row) not in history or not is_as_hashed(row, history[name_of(row)])]


def name_of(row: Model) -> tuple[str, str]:
    """Kind and key."""
    kind = kind_of(row)
    return kind.name, kind.key_of(row)


def histories(rows: Iterable[Model]) -> dict[tuple[str, str], list[RowHash]]:
    """The hashes of each row, oldest first, in one query; rows that no entry has hashed are missing."""
    keys: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        kind, key = name_of(row)
        keys[kind].append(key)
    wanted = Q(pk__in=[])
    for kind, names in keys.items():
        wanted |= Q(kind=kind, key__in=names)
    found: dict[tuple[str, str], list[RowHash]] = defaultdict(list)
    for one in RowHash.objects.filter(wanted).select_related("entry__log").order_by("entry__sequence", "pk"):
        found[one.kind, one.key].append(one)
    return dict(found)


def last_hashed_by(entry: LogEntry) -> list[Model]:
    """The stored rows whose newest hash this entry keeps."""
    keys: dict[str, list[str]] = defaultdict(list)
    for one in RowHash.objects.filter(entry=entry, kind__in=KINDS):
        keys[one.kind].append(one.key)
    found: list[Model] = []
    for name, names in keys.items():
        found.extend(KINDS[name].model._default_manager.filter(**{f"{KINDS[name].key}__in": names}))
    history = histories(found)
    return [row for row in found if history[name_of(row)][-1].entry_id == entry.pk]


def is_as_hashed(row: Model, history: Sequence[RowHash]) -> bool:
    """Whether the row is what its newest hash says, and points at the entry that first hashed it."""
    kind, first, newest = kind_of(row), history[0].entry, history[-1]
    columns = said_in(newest.entry.payload).get("columns", {}).get(kind.name, ())
    try:
        if not newest.salt or hash_of(kind, row, newest.salt, columns) != newest.hash:
            return False
        links = {name: of(first) for name, of in kind.linked.items() if name not in columns}
        return all(kind.value(row, name) == plain(wanted) for name, wanted in links.items())
    except (ValueError, TypeError, FieldDoesNotExist, RecursionError):
        return False  # what cannot even be read is not what was hashed


def lacks_columns(row: Model, newest: RowHash) -> bool:
    """Whether the table has columns by now that the hash does not cover."""
    kind = kind_of(row)
    return bool({*kind.columns()} - {*said_in(newest.entry.payload).get("columns", {}).get(kind.name, ())})


def root_fault(payload: str, hashes: Iterable[tuple[str, str, str]]) -> bool:
    """Whether the stored hashes of an entry are not those that its payload keeps the root of."""
    found = list(hashes)
    said = said_in(payload)
    if not said:
        return bool(found) and bool(payload)
    return (len(found), root_of(found)) != (said.get("count"), said.get("root"))


@dataclass(frozen=True)
class Doubts:
    """What a page must say of the rows that it shows: kinds that are not what the log says, and kinds it says nothing of."""

    differ: frozenset[str]
    unknown: frozenset[str]


def doubts(rows: Sequence[Model], *, whole: Iterable[str] = ()) -> Doubts:
    """Hold rows that a page shows against the log in two queries; of the kinds in `whole` none may be missing.

    The entries that speak of these rows are checked by themselves; `verify_log` walks the whole chain.
    """
    history = histories(rows)
    entries = {one.entry_id: one.entry for found in history.values() for one in (found[0], found[-1])}
    hashes: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    if entries:
        for one in RowHash.objects.filter(entry__in=entries):
            hashes[one.entry_id].append((one.kind, one.key, one.hash))
    false = {pk for pk, entry in entries.items() if not _is_true(entry, hashes[pk])}
    names = {name_of(row) for row in rows}
    differ = {
        kind for found in hashes.values() for kind, key, _hash in found if kind in whole and (kind, key) not in names
    }
    unknown = set()
    for row in rows:
        found = history.get(name_of(row))
        if found is None:
            unknown.add(kind_of(row).name)
        elif {found[0].entry_id, found[-1].entry_id} & false or not is_as_hashed(row, found):
            differ.add(kind_of(row).name)
    return Doubts(frozenset(differ), frozenset(unknown))


def _is_true(entry: LogEntry, hashes: list[tuple[str, str, str]]) -> bool:
    """Whether an entry is what it was hashed as, with its rows."""
    if entry.payload and (text_hash(entry.payload) != entry.payload_hash or root_fault(entry.payload, hashes)):
        return False
    link = Link(entry.sequence, entry.prev, entry.type, entry.at, entry.actor, entry.payload, entry.payload_hash, "")
    return entry_hash(link.entry(entry.log.name)) == entry.entry_hash
