"""What was asked about the situation: each answer as it was given, or "not asked", beside what the rule counted."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .answers import NOT_ASKED, PRE_CHECK, SITUATION_KEYS, THREE_VALUED, Answers
from .precheck import PRE_CHECK_QUESTION
from .reasons import PRE_CHECK_NAMES
from .rule import every_way, read
from .text import Sentence, _
from .words import SITUATION_BY_KEY

NO_ACT: Final = {"by": "", "at": None}
NOBODY_ASKED: Final = _("not asked")


def told(answers: Answers, acts: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    """For each question `value` (None: not asked), what was `counted_as`, and `by` and `at` of the act that said so."""
    said = answers.situation
    derived = _derived(answers)
    lines = {}
    for key in SITUATION_KEYS:
        value = getattr(said, key)
        act = (acts or {}).get(key, NO_ACT) if value is not None else NO_ACT
        counted = derived[key] if key in derived else said.counted(key)
        lines[key] = {"value": _plain(value), "counted_as": _plain(counted), "by": act["by"], "at": act["at"]}
    return lines


def _derived(answers: Answers) -> dict[str, bool | None]:
    """What the rule reads into the two room questions; None while that turns on open criteria."""
    readings = [read(leans, answers.situation) for leans in every_way(answers)]
    found = {
        "behaviour_dominates": {it.dominates for it in readings},
        "sources_matter": {it.sources for it in readings},
    }
    return {key: values.pop() if len(values) == 1 else None for key, values in found.items()}


def said_in(lines: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The answers that were given, as `parse` reads them."""
    return {key: line["value"] for key, line in lines.items() if line["value"] is not None}


def answer_lines(lines: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Sentence, Sentence, Mapping[str, Any]]]:
    """Question and answer in words, with the line they come from, in the order of the questions."""
    for key in SITUATION_KEYS:
        if key in lines:
            yield question(key), answer_words(lines[key]["value"], lines[key]["counted_as"]), lines[key]


def question(key: str) -> Sentence:
    """The question as it is put to the room."""
    return PRE_CHECK_QUESTION if key == "pre_check" else SITUATION_BY_KEY[key].question


def answer_words(value: Any, counted: Any) -> Sentence:
    """`yes`, or `not asked (counted as yes)`."""
    if value is None and counted is None:
        return _("not asked (it follows from criteria that are open)")
    if value is None:
        return _("not asked (counted as %(counted)s)", counted=_word(counted))
    if value != counted and counted is not None:
        return _("%(said)s (counted as %(counted)s)", said=_word(value), counted=_word(counted))
    return _word(value)


def not_asked(key: str) -> Sentence:
    """The third answer of a question, with what it counts as."""
    if key in THREE_VALUED:
        return _("Not asked: it follows from the scores")
    return _("Not asked: counts as %(counted)s", counted=_word(_plain(NOT_ASKED[key])))


def _word(value: Any) -> Sentence:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not value:
        return _("nothing")
    return _("%(items)s", items=tuple(PRE_CHECK_NAMES[item] for item in PRE_CHECK if item in value))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
