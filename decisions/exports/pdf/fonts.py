"""The bundled print faces: how the engine is made to see only them, and which characters they can draw."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from django.conf import settings
from fontTools.ttLib import TTCollection, TTFont

from decisions.exports.text import clean

FOLDER = Path(__file__).resolve().parents[3] / "static" / "fonts" / "print"
BOX = "□"
_LONG_WORD = re.compile(r"\S{30}")
_PIECE = re.compile(r"(\S{18})(?=\S)")
# drawn as nothing whether or not a face has them: joiners, spaces of zero width, variation selectors, skin tones
_SILENT = frozenset(
    {0x200B, 0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0)}
)


def folders() -> tuple[Path, ...]:
    """The bundled faces, and those that this site adds (setting PDF_FONT_FOLDERS)."""
    return (FOLDER, *map(Path, settings.PDF_FONT_FOLDERS))


def isolate(cache: Path) -> None:
    """Make the bundled faces (and the configured folders) the only fonts there are.

    A machine's own fonts would change the bytes. Must run before WeasyPrint is imported: fontconfig reads its
    configuration once, at first use.
    """
    cache.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders())
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{listed}<cachedir>{escape(str(cache / 'cache'))}</cachedir></fontconfig>"
    )
    target = cache / "fonts.conf"
    target.write_text(text, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(target)


@lru_cache(maxsize=4)
def coverage(where: tuple[Path, ...]) -> frozenset[int]:
    """Every character that some visible face can draw."""
    known: set[int] = set()
    for folder in where:
        for path in sorted([*folder.glob("*.ttf"), *folder.glob("*.otf"), *folder.glob("*.ttc")]):
            if path.suffix == ".ttc":
                with TTCollection(path, lazy=True) as collection:
                    for face in collection.fonts:
                        known.update(face.getBestCmap())
            else:
                with TTFont(path, lazy=True) as face:
                    known.update(face.getBestCmap())
    return frozenset(known)


class Glyphs:
    """Replaces what no face can draw by a box: an undefined glyph is forbidden in PDF/A and says nothing in print."""

    def __init__(self, known: frozenset[int] | None = None) -> None:
        self.known = coverage(folders()) if known is None else known
        self.missing: Counter[str] = Counter()

    def survey(self, value: Any) -> None:
        """Count, over a whole document, the characters that will print as boxes."""
        if isinstance(value, str):
            if not value.isascii():
                said = clean(value)
                self.missing.update(character for character in said if self._form(character) in (BOX, None))
        elif isinstance(value, Mapping):
            for item in value.values():
                self.survey(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                self.survey(item)
        self.missing.pop(BOX, None)

    def drawable(self, text: str) -> str:
        if text.isascii():
            return text
        return "".join(self._form(character) or "" for character in text)

    def breakable(self, text: str) -> str:
        """The same with invisible break opportunities inside very long words; a column is narrower than a URL."""
        said = self.drawable(text)
        return _PIECE.sub("\\1\u200b", said) if _LONG_WORD.search(said) else said

    def examples(self, limit: int = 3) -> str:
        """The commonest missing characters as code points, for the note on the page."""
        ordered = sorted(self.missing.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"U+{ord(character):04X}" for character, _count in ordered[:limit])

    def _form(self, character: str) -> str | None:
        """The character, a box in its place, "" for what is drawn as nothing anyway, None for a mark that is lost."""
        code = ord(character)
        if code in self.known:
            return character
        if code in _SILENT:
            return ""
        return None if unicodedata.category(character) in ("Mn", "Me", "Cf") else BOX
