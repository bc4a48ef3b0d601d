"""What-if: the room's answers with some of them changed by an address; nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from decisions.framework.answers import Answers
from decisions.framework.criteria import CRITERIA, Criterion
from decisions.framework.told import not_asked
from decisions.framework.words import SITUATION
from workshops.words import lean_choices

OPEN, YES, NO = "open", "yes", "no"


@dataclass(frozen=True)
class Lean:
    """One criterion with the value it has in this what-if."""

    key: str
    name: str
    value: str
    changed: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Switch:
    """One answer about the situation with the value it has in this what-if."""

    key: str
    question: str
    value: str
    changed: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Questions:
    """All toggles, and the answers they make."""

    answers: Answers
    leans: tuple[Lean, ...]
    switches: tuple[Switch, ...]


def questions(room: Answers, asked: Mapping[str, Any], criteria: tuple[Criterion, ...] = CRITERIA) -> Questions:
    """The toggles as an address sets them; what it does not name, or names wrongly, stays as the room answered."""
    answers = room
    leans = []
    for criterion in criteria:
        choices = ((OPEN, _("not settled")), *((str(lean), text) for lean, text in lean_choices()))
        lean = room.lean(criterion.key)
        before = OPEN if lean is None else str(lean)
        value = asked.get(criterion.key, before)
        value = value if value in dict(choices) else before
        if value != before:
            answers = answers.with_lean(criterion.key, None if value == OPEN else int(value))
        leans.append(Lean(criterion.key, str(criterion.name), value, value != before, choices))
    switches = []
    for question in SITUATION:
        if question.key == "pre_check" or not question.decides:
            continue
        named = ((OPEN, str(not_asked(question.key))), (YES, _("yes")), (NO, _("no")))
        words = {True: YES, False: NO, None: OPEN}
        before = words[getattr(room.situation, question.key)]
        value = asked.get(question.key, before)
        value = value if value in dict(named) else before
        if value != before:
            meant = {YES: True, NO: False, OPEN: None}[value]
            answers = answers.with_situation(**{question.key: meant})
        switches.append(Switch(question.key, str(question.question), value, value != before, named))
    return Questions(answers, tuple(leans), tuple(switches))
