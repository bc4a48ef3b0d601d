"""Text that people typed, made safe to set: no control characters, bounded marks, breakable words, plain markup."""

from __future__ import annotations

import re
from html import escape

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
_LONG_WORD = re.compile(r"\S{30}")
_PIECE = re.compile(r"(\S{18})(?=\S)")
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]{0,400}\S)?)\*\*")
_CODE = re.compile(r"`([^`\n]{1,200})`")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\((https://[^\s)]{1,400})\)")
_BULLET = re.compile(r"^[ \t]{0,3}[-*+][ \t]+", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE)


def clean(text: object, limit: int | None = None) -> str:
    """One line: NFC, no control or bidi-override characters, at most three combining marks in a row, single spaces.

    Three marks cover every living orthography; a thousand took the layout engine forty seconds.
    """
    said = str(text if text is not None else "")
    if limit is not None:
        said = said[: limit * 4]  # marks and blanks that fall away must not make a short text shorter
    said = _MARKS.sub(r"\1", " ".join(normalised(said).translate(_UNWANTED).split()))
    return said if limit is None else said[:limit]


def lines(text: object) -> list[str]:
    """The same for a text of several lines: its non-empty lines, each clean."""
    return [line for line in (clean(part) for part in re.split(r"[\r\n]+", str(text or ""))) if line]


def breakable(text: str) -> str:
    """Invisible break opportunities inside very long words; a column is narrower than a URL."""
    return _PIECE.sub("\\1\u200b", text) if _LONG_WORD.search(text) else text


def markup(text: str) -> str:
    """Escaped HTML of one clean line with the record's small Markdown: bold, code and https links as text."""
    said = _LINK.sub(r"\1 (\2)", text)
    said = escape(breakable(said))
    said = _CODE.sub(r'<span class="m">\1</span>', said)
    return _BOLD.sub(r"<b>\1</b>", said)


def one_line(text: object) -> str:
    """Several lines run together, list markers as bullets."""
    said = str(text or "")
    if "\n" in said or "\r" in said:
        said = _HEADING.sub("", _BULLET.sub("• ", said.replace("\r", "\n")))
    return clean(said)
