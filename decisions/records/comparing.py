"""Two texts of a record side by side, section by section, line by line, with the changed words marked."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from decisions.framework.words import APPROACH_NAMES
from decisions.records.content import Content

# Words are compared one by one only in lines this long at most; a longer line is shown whole, before and after.
MOST_WORDS = 600
ALIKE = 0.4
_WORDS = re.compile(r"\s+|[^\s\w]|\w+")


@dataclass(frozen=True)
class Piece:
    """A run of words that is the same in both texts, or only in this one."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Line:
    """One line of the comparison: `same`, `gone`, `new` or `changed`."""

    kind: str
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Part:
    """One section's comparison."""

    title: str
    lines: tuple[Line, ...]

    @property
    def differs(self) -> bool:
        """Whether anything changed here."""
        return any(line.kind != "same" for line in self.lines)


def compare(before: Content, after: Content) -> list[Part]:
    """Every section of either text, compared."""
    first, second = written_out(before), written_out(after)
    titles = list(dict.fromkeys([*first, *second]))
    return [Part(title, tuple(_lines(first.get(title, []), second.get(title, [])))) for title in titles]


def written_out(content: Content) -> dict[str, list[str]]:
    """The content as plain lines under section titles: what a person would read out."""

    def lines(text: str) -> list[str]:
        return [line for line in text.split("\n") if line.strip()]

    def rows(key: str, *columns: str) -> list[str]:
        return [" · ".join(str(row[column]) for column in columns if row.get(column)) for row in content[key]]

    revisit = content["revisit"]
    approach = str(APPROACH_NAMES.get(content["approach"], content["approach"]))
    return {
        _("Title"): [content["title"]],
        _("Approach"): [" · ".join(part for part in (approach, content["scope"]) if part)],
        _("Rationale"): lines(content["rationale"]),
        _("Risk in one sentence"): lines(content["risk_summary"]),
        _("Fallback"): [content["fallback"]["label"], *lines(content["fallback"]["text"])],
        _("Criteria"): [_criterion(item) for item in content["criteria"]],
        _("Metrics"): rows("metrics", "name", "definition", "gate", "stop", "sample", "when"),
        _("Phase one"): list(content["phase_one"]),
        _("Backlog"): list(content["backlog"]),
        _("Assumptions"): rows("assumptions", "text", "owner", "check_by"),
        _("Flip signals"): rows("flip_signals", "signal", "then"),
        _("Guardrails"): list(content["guardrails"]),
        _("Risks accepted"): rows("risks", "text", "owner"),
        _("Failure modes"): rows("failure_modes", "text", "mitigation"),
        _("Owners"): rows("owners", "role", "name"),
        _("Who was there"): rows("attendees", "name", "role"),
        _("Revisit"): [text for text in (revisit["on"], revisit["cadence"], revisit["none_because"]) if text],
        _("Revisit triggers"): list(revisit["triggers"]),
    }


def _criterion(item: Mapping[str, Any]) -> str:
    lean = "" if item["lean"] is None else f"{item['lean']:+d}"
    return " · ".join(part for part in (item["name"], item["state"], lean, item["settled_by"], item["why"]) if part)


def _lines(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    before, after = [line for line in before if line], [line for line in after if line]
    found: list[Line] = []
    for act, low, high, to_low, to_high in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if act == "equal":
            found.extend(Line("same", (Piece(text, False),), (Piece(text, False),)) for text in before[low:high])
            continue
        gone, new = list(before[low:high]), list(after[to_low:to_high])
        while gone and new:
            found.append(_pair(gone.pop(0), new.pop(0)))
        found.extend(Line("gone", before=(Piece(text, True),)) for text in gone)
        found.extend(Line("new", after=(Piece(text, True),)) for text in new)
    return found


def _pair(before: str, after: str) -> Line:
    """One line turned into another, word by word where that helps to read it."""
    whole = Line("changed", (Piece(before, True),), (Piece(after, True),))
    first, second = _WORDS.findall(before), _WORDS.findall(after)
    if len(first) > MOST_WORDS or len(second) > MOST_WORDS:
        return whole
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.ratio() < ALIKE:
        return whole
    old: list[Piece] = []
    new: list[Piece] = []
    for act, low, high, to_low, to_high in matcher.get_opcodes():
        for side, words in ((old, first[low:high]), (new, second[to_low:to_high])):
            if words:
                side.append(Piece("".join(words), act != "equal"))
    return Line("changed", tuple(old), tuple(new))
