"""Flips: the smallest changes of the answers that change the approach.

One changed criterion or situation answer comes first, then pairs of which neither change is enough alone. For each
field (or pair of fields) and each approach it can lead to, only the nearest change is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import table
from .answers import Answers
from .criteria import BY_KEY, NAMES
from .flip_search import Digits, Step, of_open, of_state
from .rule import stands
from .text import Sentence, Value, _, signed
from .words import APPROACH_NAMES, PATH_NAMES, PRE_CHECK_CHANGES, SITUATION_BY_KEY

# the item that stands for "any of the four" where a flip ticks the pre-check
ANY_TICK: Final = "document_quality"


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that is different: `field` is its address in the input, such as `leans.task_stability`."""

    field: str
    key: str
    before: Any
    after: Any
    text: Sentence
    # what can be measured that would bring this change about
    signal: Sentence | str | None


@dataclass(frozen=True, slots=True)
class Flip:
    """One smallest change and the approach, path and clause it leads to."""

    changes: tuple[Change, ...]
    approach: str
    path: str
    clause: str

    @property
    def text(self) -> Sentence:
        """The flip as a sentence."""
        return _(
            "If %(changes)s, the approach would be %(approach)s (%(path)s).",
            changes=tuple(change.text for change in self.changes),
            approach=APPROACH_NAMES[self.approach],
            path=PATH_NAMES[self.path],
        )

    @property
    def approach_name(self) -> Sentence:
        """The approach it leads to, in words."""
        return APPROACH_NAMES[self.approach]

    @property
    def signals(self) -> tuple[Sentence | str, ...]:
        """The measurable signals of its changes."""
        return tuple(change.signal for change in self.changes if change.signal is not None)

    def as_dict(self) -> dict[str, Any]:
        """The flip as plain JSON."""
        return {
            "changes": [
                {"field": change.field, "from": _plain(change.before), "to": _plain(change.after)}
                for change in self.changes
            ],
            "approach": self.approach,
            "path": self.path,
            "clause": self.clause,
            "text": str(self.text),
            "signals": [str(signal) for signal in self.signals],
        }


def flips(answers: Answers, names: Mapping[str, Sentence | str] = NAMES) -> tuple[Flip, ...]:
    """The smallest changes that change the approach of these answers, singles first, nearest first."""
    digits = table.digits(answers)
    if all(len(options) == 1 for options in digits.values()):
        raw = of_state(sum(table.STRIDES[field] * options[0] for field, options in digits.items()))
    else:
        raw = tuple(of_open(digits, answers))
    told = [_told(steps, digits, answers, names) for steps, _there in raw]
    return tuple(sorted(told, key=lambda flip: _order(flip, answers)))


def _told(steps: tuple[Step, ...], digits: Digits, answers: Answers, names: Mapping[str, Sentence | str]) -> Flip:
    after = dict(digits)
    one_answer = bool(answers.situation.one_answer_this_week)
    for field, digit in steps:
        if field == "one_answer_this_week":
            one_answer = bool(digit)
        else:
            after[field] = (digit,)
    changes = tuple(_change(field, digit, answers, names) for field, digit in steps)
    documents_drive = after["documents_drive"] == (1,)
    return Flip(changes, *stands(table.outcomes_of(after), one_answer=one_answer, documents_drive=documents_drive))


def _change(field: str, digit: int, answers: Answers, names: Mapping[str, Sentence | str]) -> Change:
    if field in BY_KEY:
        return _lean_change(field, int(table.FIELDS[field][digit] or 0), answers, names[field])
    value = bool(digit) if field == "one_answer_this_week" else table.FIELDS[field][digit]
    if field == "pre_check":
        after = (ANY_TICK,) if value else ()
        return Change(
            "situation.pre_check", field, answers.situation.counted(field), after, PRE_CHECK_CHANGES[bool(value)], None
        )
    asked = SITUATION_BY_KEY[field]
    return Change(
        f"situation.{field}",
        field,
        answers.situation.counted(field),
        value,
        asked.if_true if value else asked.if_false,
        asked.signal_true if value else asked.signal_false,
    )


def _lean_change(key: str, after: int, answers: Answers, name: Sentence | str) -> Change:
    before = answers.lean(key)
    shown: Value = signed(after)
    if before is None:
        text = _("%(criterion)s settled at %(after)s", criterion=name, after=shown)
    else:
        text = _("%(criterion)s moved from %(before)s to %(after)s", criterion=name, after=shown, before=signed(before))
    criterion = BY_KEY[key]
    lower = after < (0 if before is None else before)
    higher = after > (0 if before is None else before)
    signal = criterion.toward_rag if lower else criterion.toward_fine_tuning if higher else None
    contested = answers.contested.get(key)
    return Change(f"leans.{key}", key, before if not contested else tuple(contested), after, text, signal)


def _order(flip: Flip, answers: Answers) -> tuple[int, int, list[int]]:
    far = 0
    places = []
    for change in flip.changes:
        places.append(_PLACES[change.key])
        if change.key in BY_KEY:
            far += min(abs(change.after - way) for way in answers.ways(change.key))
        else:
            far += 1
    late = max(places) >= _PLACES["one_answer_this_week"]
    return len(flip.changes), far + 10 * late, places


# criteria in their order, the two room questions, what the documents are, what is required; what ends the question last
_PLACES: Final = {
    key: place
    for place, key in enumerate(
        (
            *table.CRITERIA_FIELDS,
            "behaviour_dominates",
            "sources_matter",
            "documents_drive",
            "explainability_required",
            "one_answer_this_week",
            "prompt_baseline_sufficient",
            "pre_check",
        )
    )
}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
