"""The faces of a PDF, bundled and from the system: how the engine sees only these, and which characters they draw."""

import os
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from django.conf import settings
from fontTools.ttLib import TTFont

from decisions.exports.text import clean

FOLDER = Path(__file__).resolve().parents[3] / "static" / "fonts" / "print"
SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts")
# Faces of Debian's packages fonts-noto-core and fonts-noto-cjk, as their files are called.
NOTO = (
    *("", "Arabic", "Hebrew", "Devanagari", "Thai", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu"),
    *("Kannada", "Malayalam", "Sinhala", "Khmer", "Lao", "Myanmar", "Georgian", "Armenian", "Ethiopic", "CJK"),
)
# One letter of each script by which `unsupported` tells whether it prints.
SCRIPTS = {
    **{"Arabic": "ع", "Hebrew": "א", "Devanagari": "अ", "Thai": "ก"},
    **{"Chinese": "检", "Japanese": "あ", "Korean": "한"},
}
BOX = "□"
# other scripts break by themselves, and between their letters a break would tear marks and joins
_LONG_WORD = re.compile("[!-\u052f]{30}")
_PIECE = re.compile("([!-\u052f]{18})(?=[!-\u052f])")
# drawn as nothing whether or not a face has them: joiners, spaces of zero width, variation selectors, skin tones
_SILENT = frozenset(
    {0x200B, 0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0)}
)


def files() -> list[Path]:
    """Every face that a PDF may be set in: bundled, in PDF_FONT_FOLDERS, and of the system by name."""
    folders = (FOLDER, *map(Path, settings.PDF_FONT_FOLDERS))
    return [*(path for folder in folders for path in sorted(folder.glob("*.[to]t[fc]"))), *system_faces(SYSTEM)]


@lru_cache(maxsize=4)
def system_faces(where: tuple[str, ...]) -> tuple[Path, ...]:
    """The faces of other scripts that the system has."""
    found = {path.stem: path for folder in where for path in sorted(Path(folder).rglob("*.tt[fc]"), reverse=True)}
    wanted = [f"NotoSans{name}-{weight}" for weight in ("Regular", "Bold") for name in NOTO]
    return tuple(found[name] for name in wanted if name in found)


def unsupported() -> list[str]:
    """The scripts that would print as boxes here."""
    return [script for script, letter in SCRIPTS.items() if not covered(ord(letter))]


def isolate(folder: Path) -> None:
    """Make these faces the only fonts there are: others of the machine would change the bytes.

    Must run before WeasyPrint is imported: fontconfig reads its configuration once, at first use.
    """
    faces = folder / "faces"
    shutil.rmtree(faces, ignore_errors=True)
    faces.mkdir(parents=True)
    for index, path in enumerate(files()):
        (faces / f"{index:03d}-{path.name}").symlink_to(path)
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig><dir>{escape(str(faces))}</dir><cachedir>{escape(str(folder / 'cache'))}</cachedir></fontconfig>"
    )
    target = folder / "fonts.conf"
    target.write_text(text, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(target)


@cache
def covered(code: int) -> bool:
    """Whether some face draws this character; a face is read when the ones before it lack one."""
    return any(code in _characters(path) for path in files())


@cache
def _characters(path: Path) -> frozenset[int]:
    # the faces of a collection differ in their forms and not in their characters
    with TTFont(path, lazy=True, fontNumber=0 if path.suffix == ".ttc" else -1) as face:
        return frozenset(face.getBestCmap())


class Glyphs:
    """Replaces what no face can draw by a box: an undefined glyph is forbidden in PDF/A and says nothing in print."""

    def __init__(self) -> None:
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
        if covered(code):
            return character
        if code in _SILENT:
            return ""
        return None if unicodedata.category(character) in ("Mn", "Me", "Cf") else BOX
