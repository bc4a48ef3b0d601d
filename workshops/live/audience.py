"""What one audience of a room is shown: fragments as shells with holes, pieces that fill them, and what changed when.

While only votes come in, pieces alone change and are sent by themselves. Nothing is queued: whoever lags gets every shell
and piece that changed since, once, as it is now.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Pieces = Mapping[str, str]  # their HTML by id
HOLE = re.compile("\0([^\0]+)\0")  # the id of a piece; no text of ours or anybody's holds a NUL


def hole(name: str) -> str:
    """Where a piece will stand in a shell."""
    return f"\0{name}\0"


def partial(name: str, html: str) -> str:
    """An element as htmx puts it in the place of the one that carries its name as id."""
    return f'<hx-partial hx-target="#{name}" hx-swap="outerMorph">{html}</hx-partial>'


def message(html: str, version: int | None = None) -> bytes:
    """One server-sent message that htmx swaps in; the shared ones carry the room's version."""
    # a carriage return would end a line of the stream's format just as a line feed does
    lines = html.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\ndata: ")
    number = "" if version is None else f"id: {version}\n"
    return f"{number}data: {lines}\n\n".encode("utf-8", "replace")


@dataclass(slots=True)
class Shell:
    """A fragment as last drawn, as text, id of a piece, text, id and so on; and since which revision it is so."""

    text: str
    parts: list[str]
    revision: int


@dataclass(slots=True)
class Piece:
    """A piece as last drawn, and since which revision it is so."""

    html: str
    revision: int


@dataclass(slots=True, eq=False)
class Audience:
    """The present state, and how to bring anybody from an earlier one to it."""

    version: int = 0
    revision: int = 0
    shells: dict[str, Shell] = field(default_factory=dict)
    pieces: dict[str, Piece] = field(default_factory=dict)
    _made: dict[int, bytes] = field(default_factory=dict)

    def change(self, version: int, pieces: Pieces, shells: Mapping[str, str] | None = None) -> None:
        """Show these pieces, and with shells all there is; what has no place is nothing."""
        self.version = version
        self.revision += 1
        self._made.clear()
        if shells is not None:
            for name, text in shells.items():
                old = self.shells.get(name)
                if old is None or old.text != text:
                    self.shells[name] = Shell(text, HOLE.split(text), self.revision)
            holes = [name for shell in self.shells.values() for name in shell.parts[1::2]]
            self.pieces = {name: self.pieces.get(name) or Piece("", self.revision) for name in holes}
        for name, html in pieces.items():
            piece = self.pieces.get(name)
            if piece is not None and piece.html != html:
                self.pieces[name] = Piece(html, self.revision)

    def since(self, revision: int) -> bytes:
        """What changed after a revision, as one message; made once, though hundreds of streams ask for it."""
        if (data := self._made.get(revision)) is None:
            whole = {name: shell for name, shell in self.shells.items() if shell.revision > revision}
            inside = {name for shell in whole.values() for name in shell.parts[1::2]}
            changed = [partial(name, self.fill(shell)) for name, shell in whole.items()]
            changed += [
                partial(name, piece.html)
                for name, piece in self.pieces.items()
                if piece.revision > revision and name not in inside
            ]
            data = self._made[revision] = message("".join(changed), self.version) if changed else b""
        return data

    def fill(self, shell: Shell) -> str:
        """A shell with its pieces in place."""
        return "".join(self.pieces[part].html if at % 2 else part for at, part in enumerate(shell.parts))
