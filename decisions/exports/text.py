"""Text that people typed, made safe to set: no control characters and bounded marks."""

import re
import unicodedata

from decisions.base import markdown
from decisions.base.markdown import Node

from .canonical import normalised

# C0/C1 controls but tab and newline, line and paragraph separators, bidi overrides and isolates, noncharacters, tags
_UNWANTED = {
    code: None
    for first, last in (
        *((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x200E, 0x200F), (0x2028, 0x202E)),
        *((0x2060, 0x206F), (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xFFFE, 0xFFFF), (0xE0000, 0xE0FFF)),
    )
    for code in range(first, last + 1)
}
_MARK = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARKS = re.compile(f"([{_MARK}]{{3}})[{_MARK}]+")


def clean(text: object, limit: int | None = None) -> str:
    """One line: NFC, no control or bidi-override characters, at most three combining marks in a row, single spaces.

    Three marks cover every living orthography; a thousand took the layout engine forty seconds.
    """
    said = str(text if text is not None else "")
    if limit is not None:
        said = said[: limit * 4]  # marks and blanks that fall away must not make a short text shorter
    said = _MARKS.sub(r"\1", " ".join(normalised(said).translate(_UNWANTED).split()))
    return said if limit is None else said[:limit]


_TAG = re.compile("<[^>]*>")
_HAN = re.compile("[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")


def runs_left(text: str) -> bool:
    """Whether a paragraph's first letter belongs to a script that runs right to left; tags are no letters."""
    strong = (unicodedata.bidirectional(letter) for letter in _TAG.sub("", text))
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def east_asian(text: str, han: str = "zh") -> str:
    """Whose forms of the shared characters a text is set in, "" for a text without any; `han` when it has no others."""
    if _KANA.search(text):
        return "ja"
    return "ko" if _HANGUL.search(text) else han if _HAN.search(text) else ""


def plain(text: object) -> Node:
    """The tree of a text as it was typed: its lines, each clean."""
    return markdown.plain(_clean_lines(text))


def prose(text: object) -> Node:
    """The tree of a text that people type with Markdown, its lines clean but for the blanks before them."""
    return markdown.parse(_clean_lines(text))


def _clean_lines(text: object) -> str:
    whole = re.sub(r"\r\n?", "\n", str(text or ""))
    return re.sub(r"(?m)^([ \t]*)(.*)$", lambda said: said[1] + clean(said[2]), whole)
