"""What page one is made of: blocks of text with the whole kept aside, and lists of which a level shows as much as it may."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from decisions.base import markdown
from decisions.exports.text import clean, plain, prose

from .fonts import Glyphs
from .levels import FREE, KINDS, Level

Json = Mapping[str, Any]
# the lists that stand side by side, and those that need no heading when there is nothing in them
ROWS = (("phase_one", "backlog", "assumptions"), ("flips", "risks", "guardrails"))
MAY_BE_EMPTY = frozenset({"backlog", "guardrails"})


@dataclass(frozen=True)
class Piece:
    """A block of text: its mark in the page, what is printed of it, and the whole for the appendix to read."""

    key: str
    label: str
    html: SafeString
    full: str
    clipped: bool
    read: Callable[[object], markdown.Node]

    @property
    def mark(self) -> SafeString:
        """An empty end mark; it is missing from the page's anchors when the block was cut before it."""
        return mark_safe(f'<span id="e-{self.key}"></span>')  # noqa: S308 - the key is made here

    def __bool__(self) -> bool:
        return bool(self.full)


@dataclass(frozen=True)
class Item:
    """One line of a list: its text, and a short note such as the owner."""

    piece: Piece
    note: str = ""
    second: Piece | None = None


@dataclass(frozen=True)
class Listed:
    """A list: what page one prints of each line, and what the appendix says of those it leaves out."""

    label: str
    rows: Sequence[Any]
    items: Sequence[Item]


@dataclass(frozen=True)
class Shown:
    """As much of a list as the level allows."""

    key: str
    label: str
    rows: Sequence[Any]
    rest: int

    @property
    def pairs(self) -> list[Sequence[Any]]:
        return [self.rows[i : i + 2] for i in range(0, len(self.rows), 2)]


@dataclass(frozen=True)
class Owner:
    name: str
    role: str
    position: str
    word: str
    note: Piece
    date: str

    @property
    def bound(self) -> bool:
        """Whether the note is part of what was decided: a dissent or a condition."""
        return self.position in ("dissent", "agree_with_condition")


@dataclass
class Page:
    """Everything page one shows. `pieces` and `lists` tell the appendix what to continue."""

    glyphs: Glyphs
    document: Json
    pieces: dict[str, Piece] = field(default_factory=dict)
    lists: dict[str, Listed] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def line(self, text: object, limit: int) -> str:
        """A short value on one line, cut where it is too long for its place."""
        said = self.glyphs.drawable(clean(text, limit + 1))
        return said if len(said) <= limit else said[: limit - 1] + "…"

    def piece(
        self, key: str, label: str, text: object, limit: int, read: Callable[[object], markdown.Node] = plain
    ) -> Piece:
        full = str(text or "")
        whole = markdown.line(read(full[: limit * 4]))
        shown = markdown.cut(whole, limit)
        clipped = shown != whole or len(full) > limit * 4
        piece = Piece(key, label, markdown.to_print(shown, self.glyphs.breakable), full, clipped, read)
        self.pieces[key] = piece
        return piece

    def typed(self, key: str, label: str, rows: Iterable[tuple[str, str]], limit: int = 500) -> None:
        """A list of texts that people typed, each with a short note."""
        lines = [Item(self.piece(f"{key}-{i}", label, text, limit, prose), note) for i, (text, note) in enumerate(rows)]
        self.lists[key] = Listed(label, lines, lines)

    def pairs(self, key: str, label: str, rows: Iterable[tuple[str, str]], first: int, second: int) -> None:
        """A list of texts that people typed, each with one that follows from it."""
        lines = [
            Item(
                self.piece(f"{key}-{i}", label, text, first, prose),
                second=self.piece(f"{key}-{i}-then", label, then, second, prose),
            )
            for i, (text, then) in enumerate(rows)
        ]
        self.lists[key] = Listed(label, lines, lines)

    def at(self, level: Level) -> dict[str, Any]:
        """The template's values at one level: lists cut to what the level allows, and the rows of those that remain."""
        shown: dict[str, Any] = dict(self.values)
        for key, entry in self.lists.items():
            allowed = level.items_of(key)
            shown[key] = Shown(key, entry.label, entry.rows[:allowed], max(0, len(entry.rows) - allowed))
        shown["rows"] = [[shown[key] for key in row if shown[key].rows or self._is_missed(key)] for row in ROWS]
        shown["level"] = level
        # the class that clamps each kind of block; none where the level lets it run
        shown["n"] = {kind: f"n{level.lines_of(kind)}" if level.lines_of(kind) < FREE else "" for kind in KINDS}
        return shown

    def _is_missed(self, key: str) -> bool:
        """Whether the page says that nothing stands in a list: a stop has no plan, and some lists need none."""
        return not (self.lists[key].rows or key in MAY_BE_EMPTY or self.values["stopped"])

    def left_out(self, level: Level) -> list[tuple[str, list[Item]]]:
        """The list items that this level leaves to the appendix."""
        rest = []
        for key, entry in self.lists.items():
            if left := entry.items[level.items_of(key) :]:
                rest.append((entry.label, list(left)))
        return rest

    def not_here(self, level: Level) -> list[tuple[str, int]]:
        """The lists of which this level shows nothing, and how much they hold."""
        return [
            (entry.label, len(entry.rows))
            for key, entry in self.lists.items()
            if entry.rows and level.items_of(key) == 0
        ]
