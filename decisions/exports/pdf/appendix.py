"""The pages behind page one: what was cut, the ballots, the configuration, the minutes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from decisions.base import markdown
from decisions.base.markdown import Node
from decisions.exports import wording
from decisions.exports.sources import by_part, scored
from decisions.exports.text import clean, plain, prose
from decisions.framework.settling import settled_words

from .fonts import Glyphs
from .levels import Level
from .pieces import Page, Piece

# What a worker lays out within its time; the rest is not lost, it is in record.json, and the last line says so.
CHARACTERS = 80_000
ROWS = 300


class Budget:
    """Hands out text until there is enough of it, and remembers whether something was held back."""

    def __init__(self, glyphs: Glyphs) -> None:
        self.glyphs, self.left, self.rows, self.held_back = glyphs, CHARACTERS, ROWS, 0

    def read(self, value: str, read: Callable[[object], Node] = plain) -> Node:
        """The tree of a text, or of as much as can be printed of it."""
        allowed = 4 * self.left  # much of it may be marks
        self.held_back += len(value[allowed:])
        return read(value[:allowed])

    def line(self, tree: Node) -> SafeString:
        said = markdown.line(tree)
        size = len(markdown.to_text(said))
        self.held_back += max(0, size - self.left)
        self.left = max(0, (allowed := self.left) - size)
        return markdown.to_print(markdown.cut(said, allowed), self.glyphs.breakable)

    def text(self, value: object, read: Callable[[object], Node] = plain) -> SafeString:
        return self.line(self.read(str(value or ""), read))

    def take(self, entries: Iterable[Any]) -> list[Any]:
        """As many table rows as are left; a row costs far more layout time than its text."""
        listed = list(entries)
        taken = listed[: max(0, self.rows)]
        self.rows -= len(taken)
        self.held_back += sum(len(str(entry)) for entry in listed[len(taken) :])
        return taken


def build(page: Page, level: Level, cut: Iterable[str]) -> dict[str, Any]:
    """The appendix template's values: `cut` holds the keys of the pieces that page one did not print whole."""
    budget = Budget(page.glyphs)
    content = page.document["content"]
    continued = [
        {"label": piece.label, "lines": [budget.line(block) for block in budget.read(piece.full, piece.read).children]}
        for key, piece in page.pieces.items()
        if key in set(cut)
    ]
    for label, items in page.left_out(level):
        told = []
        for item in items:
            said = [Node("text", "• "), *_said(item.piece, budget)]
            if item.second:
                said += [Node("text", " → "), *_said(item.second, budget)]
            if item.note:
                said.append(Node("text", f" ({item.note})"))
            told.append(budget.line(Node("line", children=tuple(said))))
        continued.append({"label": label, "lines": told})
    values = {
        "continued": continued,
        "reasons": [budget.text(reason) for reason in content["reasons"]],
        "fragile": [budget.text(line) for line in content.get("fragile") or ()],
        "situation": [
            budget.text(f"{asked} {said}" + (f" ({noted})" if noted else ""))
            for asked, said, noted in wording.answers(content["situation"])
        ],
        "criteria": [_criterion(criterion, budget) for criterion in scored(content)],
        "attendees": budget.text(
            "; ".join(
                f"{clean(person['name'], 120)} ({wording.role(person['role'])})" for person in content["attendees"]
            )
        ),
        "definitions": [
            budget.text(f"{clean(metric['name'])}: {clean(metric['definition'])}")
            for metric in content["metrics"]
            if metric["definition"]
        ],
        "configuration": [
            _told(entry, budget, "environment", "who", "what") for entry in budget.take(page.document["configuration"])
        ],
        "minutes": [_told(entry, budget, "who", "what") for entry in budget.take(page.document["minutes"])],
    }
    values["sources"] = [budget.text(f"{name}: {told}") for name, lines in by_part(content) for told in lines]
    if budget.held_back:
        values["held_back"] = _(
            "This record is too long for an appendix. The attached record.json has about %(count)d more characters."
        ) % {"count": budget.held_back}
    return values


def _told(entry: Mapping[str, Any], budget: Budget, *parts: str) -> dict[str, str]:
    return {"at": wording.moment(entry["at"]), **{part: budget.text(entry[part]) for part in parts}}


def _said(piece: Piece, budget: Budget) -> tuple[Node, ...]:
    return markdown.line(budget.read(piece.full, piece.read)).children


def _criterion(criterion: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    by = ""
    if criterion["state"] == "settled" and criterion["settled_by"]:
        scores = [ballot["score"] for ballot in criterion["ballots"]]
        by = str(settled_words(clean(criterion["settled_by"], 80), criterion["lean"], scores, criterion["why"]))
    if criterion["rounds"] > 1:
        by = ", ".join(part for part in (_("%(count)d rounds") % {"count": criterion["rounds"]}, by) if part)
    return {
        "name": budget.text(criterion["name"]),
        "word": wording.lean(criterion),
        "by": budget.text(by),
        "why": budget.text(criterion["why"], prose),
        "ballots": _ballots(criterion, budget),
        "earlier": [_earlier(number, one, budget) for number, one in enumerate(criterion.get("earlier") or (), 1)],
    }


def _earlier(number: int, one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    """A round that was scored again: what it came to then, with its ballots."""
    lean = "" if one["lean"] is None else wording.score(one["lean"])
    scores = [ballot["score"] for ballot in one["ballots"]]
    by = str(settled_words(clean(one["settled_by"], 80), one["lean"], scores, one["why"])) if lean else ""
    title = _("Round %(number)d, scored again") % {"number": number}
    return {
        "title": budget.text(" · ".join(part for part in (title, lean, by) if part)),
        "why": budget.text(one["why"], prose),
        "ballots": _ballots(one, budget),
    }


def _ballots(one: Mapping[str, Any], budget: Budget) -> list[dict[str, Any]]:
    return [
        {
            "name": budget.text(ballot["name"]),
            "role": budget.text(wording.role(ballot["role"])),
            "lean": wording.score(ballot["score"]),
            "confidence": wording.word(wording.CONFIDENCES, ballot["confidence"]),
            "reason": budget.text(ballot["reason"]),
        }
        for ballot in budget.take(one["ballots"])
    ]
