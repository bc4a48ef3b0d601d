"""Two texts of a record side by side, section by section, line by line, with the changed words marked."""

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from decisions.exports.sources import by_part
from decisions.framework.told import answer_lines
from decisions.framework.words import APPROACH_NAMES, CLAUSE_SENTENCES, PATH_NAMES, STATUS_NAMES
from decisions.records.content import Content

# Matching costs as much as there are pairs of equal words; text that repeats itself is shown whole, before and after.
MOST_PAIRS = 20_000  # in one line, or in one section's lines
MOST_WORK = 60_000  # in one comparison
ALIKE = 0.5
_WORDS = re.compile(r"\w+\s*|[^\s\w]\s*|\s+")


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
    effort = _Effort()
    return [Part(title, tuple(_lines(first.get(title, []), second.get(title, []), effort))) for title in titles]


def written_out(content: Content) -> dict[str, list[str]]:
    """All of the content but its salt as plain lines under section titles: what a person would read out."""

    def lines(text: str) -> list[str]:
        return [line for line in text.split("\n") if line.strip()]

    def rows(key: str, *columns: str) -> list[str]:
        return [" · ".join(str(row[column]) for column in columns if row.get(column)) for row in content[key]]

    revisit = content["revisit"]
    approach = str(APPROACH_NAMES.get(content["approach"], content["approach"]))
    decision, framework = content["decision"], content["framework"]
    return {
        _("Title"): [content["title"]],
        _("Question"): [decision["title"], decision["question"], *lines(decision["context"])],
        _("Approach"): [" · ".join(part for part in (approach, content["scope"]) if part)],
        _("Rationale"): lines(content["rationale"]),
        _("Risk in one sentence"): lines(content["risk_summary"]),
        _("Fallback"): [content["fallback"]["label"], *lines(content["fallback"]["text"])],
        _("Criteria"): [_criterion(item) for item in content["criteria"]],
        _("Votes"): [_ballot(item, ballot) for item in content["criteria"] for ballot in item["ballots"]],
        _("Earlier rounds"): [_earlier(item, one) for item in content["criteria"] for one in item.get("earlier", ())],
        _("Fix first"): [
            " · ".join(row[column] for column in ("text", "owner", "by") if row[column])
            for row in content.get("repairs", ())
        ],
        _("Situation"): [f"{asked} · {said}" for asked, said, _line in answer_lines(content["situation"])],
        _("What the rule says"): _verdict(content),
        _("Metrics"): rows("metrics", "name", "definition", "gate", "stop", "sample", "when"),
        _("Phase one"): list(content["phase_one"]),
        _("Backlog"): list(content["backlog"]),
        _("Assumptions"): rows("assumptions", "text", "owner", "check_by"),
        _("Flip signals"): rows("flip_signals", "signal", "then"),
        _("Guardrails"): list(content["guardrails"]),
        _("Risks accepted"): rows("risks", "key", "text", "owner"),
        _("Failure modes"): rows("failure_modes", "text", "mitigation"),
        _("Owners"): rows("owners", "role", "name"),
        _("Participants"): rows("attendees", "name", "role"),
        _("Revisit"): [text for text in (revisit["on"], revisit["cadence"], revisit["none_because"]) if text],
        _("Revisit triggers"): list(revisit["triggers"]),
        _("Where each line comes from"): [f"{name} · {told}" for name, lines in by_part(content) for told in lines],
        _("Team and framework"): [content["team"], " · ".join(framework.values())],
    }


def _criterion(item: Mapping[str, Any]) -> str:
    lean = "" if item["lean"] is None else f"{item['lean']:+d}"
    rounds = _("rounds: %(count)d") % {"count": item["rounds"]} if item["rounds"] else ""
    said = (item["name"], item["state"], lean, item["settled_by"], item["why"], rounds)
    return " · ".join(part for part in said if part)


def _ballot(item: Mapping[str, Any], ballot: Mapping[str, Any]) -> str:
    said = (ballot["name"], ballot["role"], f"{ballot['score']:+d}", ballot["confidence"], ballot["reason"])
    return f"{item['name']}: " + " · ".join(part for part in said if part)


def _earlier(item: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    lean = "" if one["lean"] is None else f"{one['lean']:+d}"
    ballots = "; ".join(_ballot(item, ballot) for ballot in one["ballots"])
    return " · ".join(part for part in (item["name"], lean, one["settled_by"], one["why"], ballots) if part)


def _verdict(content: Content) -> list[str]:
    known = (
        (STATUS_NAMES, content["recommendation_status"]),
        (APPROACH_NAMES, content["recommended_approach"]),
        (PATH_NAMES, content["path"]),
        (CLAUSE_SENTENCES, content["clause"]),
    )
    said = [str(names.get(key, key)) for names, key in known]
    return [" · ".join(part for part in said if part), *content["reasons"], *content["flags"], *content["fragile"]]


class _Effort:
    """What one comparison may still cost; a page of repetitions written on purpose took minutes."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    def allows(self, first: Sequence[str], second: Sequence[str]) -> bool:
        """Whether two sequences may be matched piece by piece."""
        counted = Counter(second)
        pairs = len(first) + len(second) + sum(count * counted[one] for one, count in Counter(first).items())
        if pairs > min(MOST_PAIRS, self.left):
            return False
        self.left -= pairs
        return True


def _lines(before: Sequence[str], after: Sequence[str], effort: _Effort) -> list[Line]:
    before, after = [line for line in before if line], [line for line in after if line]
    if before == after:
        return [Line("same", (Piece(text, False),), (Piece(text, False),)) for text in before]
    found: list[Line] = []
    steps = [("replace", 0, len(before), 0, len(after))]
    if effort.allows(before, after):
        steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()  # type: ignore[assignment]
    for act, low, high, to_low, to_high in steps:
        if act == "equal":
            found.extend(Line("same", (Piece(text, False),), (Piece(text, False),)) for text in before[low:high])
            continue
        gone, new = list(before[low:high]), list(after[to_low:to_high])
        both = min(len(gone), len(new))
        found.extend(_pair(was, now, effort) for was, now in zip(gone[:both], new[:both], strict=True))
        found.extend(Line("gone", before=(Piece(text, True),)) for text in gone[both:])
        found.extend(Line("new", after=(Piece(text, True),)) for text in new[both:])
    return found


def _pair(before: str, after: str, effort: _Effort) -> Line:
    """One line turned into another, word by word where that helps to read it."""
    if before == after:
        return Line("same", (Piece(before, False),), (Piece(after, False),))
    whole = Line("changed", (Piece(before, True),), (Piece(after, True),))
    first, second = _WORDS.findall(before), _WORDS.findall(after)
    if not effort.allows(first, second):
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
