"""CSV that a spreadsheet opens as text: no cell begins as a formula does."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from . import wording
from .canonical import normalised

# ASCII triggers, their fullwidth forms (some spreadsheets fold them), the minus sign, and what may hide one
_TRIGGERS = frozenset("=+-@\t\r\n\u00a6|%\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b")
_HIDDEN = dict.fromkeys(
    [0, *range(0x200B, 0x2010), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
BOM = "\ufeff"  # without it the most used spreadsheet reads UTF-8 as something else


def safe_cell(value: object) -> str:
    """The value as text; an apostrophe goes before whatever a spreadsheet might run, numbers included.

    `-2` is guarded as well: a column that sometimes starts with a minus is one that sometimes starts a formula.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = normalised(str(value)).translate(_HIDDEN)
    start = text.lstrip(" \u00a0\u3000")
    return "'" + text if start[:1] in _TRIGGERS and start else text


def rows(header: Sequence[str], body: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file line by line, for a streaming answer; RFC 4180 line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for index, row in enumerate(chain([header], body)):
        writer.writerow([safe_cell(cell) for cell in row])
        yield (BOM if index == 0 else "") + buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write(header: Sequence[str], body: Iterable[Sequence[object]]) -> bytes:
    """The whole file."""
    return "".join(rows(header, body)).encode()


def ballots(document: Mapping[str, Any]) -> bytes:
    """A record's ballots, one a line."""
    header = [
        _("Criterion"),
        _("Who"),
        _("Role"),
        _("Score"),
        _("Lean"),
        _("Confidence"),
        _("Reason"),
        _("Outcome"),
        _("Round"),
    ]
    return write(
        header,
        (
            [
                criterion["name"],
                ballot["name"],
                wording.role(ballot["role"]),
                ballot["score"],
                wording.score(ballot["score"]),
                wording.word(wording.CONFIDENCES, ballot["confidence"]),
                ballot["reason"],
                wording.lean(criterion),
                number,
            ]
            for criterion in document["content"]["criteria"]
            for number, one in enumerate([*(criterion.get("earlier") or ()), criterion], 1)
            for ballot in one["ballots"]
        ),
    )
