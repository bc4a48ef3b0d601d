"""Every stored row of a team held against what its log says; reads in batches, whatever the team has stored."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from django.core.exceptions import ValidationError
from django.db.models import Model

from decisions.models import LogHead, RowHash, Team

from .chain import Coverage, Fault, Link
from .rows import KINDS, Kind, histories, is_as_hashed, lacks_columns, name_of, root_fault

BATCH = 500  # rows compared together; SQLite takes some thousand keys in one query


class Roots:
    """Hold the stored hashes of every entry against its payload, as the chain's check walks by."""

    def __init__(self, log: LogHead) -> None:
        self.fault: Fault | None = None
        hashes = RowHash.objects.filter(entry__log=log).order_by("entry__sequence")
        found = hashes.values_list("entry__sequence", "kind", "key", "hash").iterator(chunk_size=1_000)
        self._groups = groupby(found, key=lambda one: one[0])
        self._next = next(self._groups, None)

    def watch(self, links: Iterable[Link]) -> Iterator[Link]:
        """The same links; `fault` is the first entry whose hashes are not those that it keeps the root of."""
        for link in links:
            yield link  # what is wrong with the entry itself is said first
            of_this: list[tuple[str, str, str]] = []
            while self._next is not None and self._next[0] <= link.sequence:
                of_this.extend((kind, key, digest) for _entry, kind, key, digest in self._next[1])
                self._next = next(self._groups, None)
            if self.fault is None and root_fault(link.payload, of_this):
                message = (
                    f"The hashes of rows kept beside entry {link.sequence} are not those that it was written with."
                )
                self.fault = Fault(link.sequence, "rows", message)


def coverage(team: Team, upto: int) -> Coverage:
    """How many rows of each kind the log covers up to an entry, and the first that is not what was hashed."""
    covered: Counter[str] = Counter()
    uncovered: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    fault: Fault | None = None
    hashes = RowHash.objects.filter(entry__log__team=team, entry__sequence__lte=upto)
    for kind in KINDS.values():
        try:
            for rows in _batches(kind, team):
                fault = _compare(kind, rows, team, fault, (covered, uncovered, waiting))
        except (ValueError, TypeError, ValidationError) as unreadable:
            fault = fault or Fault(0, "row", f"A stored {_words(kind)} cannot be read: {unreadable}")
        if fault is None and hashes.filter(kind=kind.name).values("key").distinct().count() > covered[kind.name]:
            fault = _missing(kind, team)
    replaced = hashes.count() - sum(covered.values())
    return Coverage(dict(covered), dict(uncovered), dict(waiting), replaced, fault)


def _batches(kind: Kind, team: Team) -> Iterator[list[Model]]:
    rows = kind.model._default_manager.filter(**{kind.team: team}).order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _compare(
    kind: Kind, rows: list[Model], team: Team, fault: Fault | None, counts: tuple[Counter[str], ...]
) -> Fault | None:
    """Count a batch; the fault that was known, or the first one in it."""
    covered, uncovered, waiting = counts
    history = histories(rows)
    unhashed = []
    for row in rows:
        found = [one for one in history.get(name_of(row), ()) if one.entry.log.team_id == team.pk]
        if not found:
            unhashed.append(row)
            continue
        covered[kind.name] += 1
        newest = found[-1]
        if not newest.entry.payload:
            uncovered[kind.name] += 1  # the entry that hashed it was erased, and none has taken its place
        elif not (is_as_hashed(row, found) or _has_moved_on(kind, row)):
            said = f"The stored {_words(kind)} {kind.key_of(row)} is not the one that entry {newest.entry.sequence} hashed."
            fault = fault or Fault(newest.entry.sequence, "row", said)
        elif lacks_columns(row, newest):
            uncovered[kind.name] += 1
    late, due = _due(kind, unhashed)
    uncovered[kind.name] += len(due)
    waiting[kind.name] += len(unhashed) - len(due)
    if late and fault is None:
        said = f"The stored {_words(kind)} {kind.key_of(late[0])} was added past the log, after its {kind.parent} was hashed."
        fault = Fault(0, "row", said)
    return fault


def _has_moved_on(kind: Kind, row: Model) -> bool:
    """Whether a row and its hash were read around an act that changed both, and agree when they are read once more."""
    now = kind.model._default_manager.filter(pk=row.pk).first()
    if now is None:
        return False
    hashed = histories([now]).get(name_of(now))
    return hashed is not None and is_as_hashed(now, hashed)


def _due(kind: Kind, unhashed: list[Model]) -> tuple[list[Model], set[object]]:
    """Of rows that no entry hashed: those that came after their parent was, and the keys of all that should be."""
    manager = kind.model._default_manager
    due = set(manager.filter(kind.due, pk__in=[row.pk for row in unhashed]).values_list("pk", flat=True))
    if not kind.parent or not due:
        return [], due
    parents = {row.pk: getattr(row, kind.parent) for row in unhashed if row.pk in due}
    hashed = histories(parents.values())
    return [row for row in unhashed if row.pk in due and name_of(parents[row.pk]) in hashed], due


def unhashed(team: Team) -> Iterator[list[Model]]:
    """Rows that should be in the chain and are not, or not with all their columns, in batches."""
    for kind in KINDS.values():
        for rows in _batches(kind, team):
            history = histories(rows)
            _late, due = _due(kind, [row for row in rows if name_of(row) not in history])
            yield [
                row
                for row in rows
                if row.pk in due or ((found := history.get(name_of(row))) and lacks_columns(row, found[-1]))
            ]


def _missing(kind: Kind, team: Team) -> Fault | None:
    """The first row that was hashed and is not stored any more, or in another team."""
    hashes = RowHash.objects.filter(entry__log__team=team, kind=kind.name).order_by("entry__sequence")
    for key, sequence in hashes.values_list("key", "entry__sequence"):
        try:
            stands = kind.model._default_manager.filter(**{kind.key: key, kind.team: team}).exists()
        except (ValueError, ValidationError):  # no key of such a row
            stands = False
        if not stands:
            return Fault(
                sequence, "row", f"The {_words(kind)} {key} that entry {sequence} hashed is not stored any more."
            )
    return None


def _words(kind: Kind) -> str:
    return kind.name.replace("_", " ")
