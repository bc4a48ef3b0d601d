"""Flips: the smallest changes of the answers that change the approach.

One changed criterion or situation answer comes first, then pairs of which neither change is enough alone. For each
field (or pair of fields) and each approach it can lead to, only the nearest change is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Any, Final

from . import table
from .answers import Answers
from .criteria import BY_KEY, NAMES
from .rule import APPROACHES, stands, undecided
from .text import Sentence, Value, _, signed
from .words import APPROACH_NAMES, PATH_NAMES, PRE_CHECK_CHANGES, SITUATION_BY_KEY

# the item that stands for "any of the four" where a flip ticks the pre-check
ANY_TICK: Final = "document_quality"
Digits = Mapping[str, tuple[int, ...]]
# one change: a field and the digit it gets; a raw flip: its changes and the approach it leads to
Step = tuple[str, int]
Raw = tuple[tuple[Step, ...], str]


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
    def signals(self) -> tuple[Sentence | str, ...]:
        """The measurable signals of its changes."""
        return tuple(change.signal for change in self.changes if change.signal is not None)

    def apply(self, answers: Answers) -> Answers:
        """The answers after this change."""
        for change in self.changes:
            if change.key in BY_KEY:
                answers = answers.with_lean(change.key, change.after)
            else:
                answers = answers.with_situation(**{change.key: change.after})
        return answers

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
        raw = tuple(_of_open(digits, answers))
    told = [_told(steps, digits, answers, names) for steps, _there in raw]
    return tuple(sorted(told, key=lambda flip: _order(flip, answers)))


@lru_cache(maxsize=table.SIZE)
def of_state(state: int) -> tuple[Raw, ...]:
    """The raw flips of one fully answered state of the table."""
    approaches = table.approaches()
    now = approaches[state]
    found: list[Raw] = []
    enough_only_together: list[tuple[str, list[tuple[int, int]]]] = []
    for field, steps in _STEPS:
        idle = []
        reached = set()
        digit = state // table.STRIDES[field] % len(table.FIELDS[field])
        for to, offset in steps[digit]:
            there = approaches[state + offset]
            if there == now:
                idle.append((to, offset))
            elif there not in reached:
                reached.add(there)
                found.append((((field, to),), APPROACHES[there]))
        if idle:
            enough_only_together.append((field, idle))
    for (one, first), (other, second) in combinations(enough_only_together, 2):
        reached = set()
        for to, offset in first:
            for also, more in second:
                there = approaches[state + offset + more]
                if there != now and there not in reached:
                    reached.add(there)
                    found.append((((one, to), (other, also)), APPROACHES[there]))
    return tuple(found)


def _steps() -> Iterator[tuple[str, list[list[tuple[int, int]]]]]:
    for field, values in table.FIELDS.items():
        # "not asked" is a way to begin, not something that can come true
        targets = [digit for digit, value in enumerate(values) if value is not None]
        yield (
            field,
            [
                [
                    (to, (to - digit) * table.STRIDES[field])
                    for to in sorted(targets, key=lambda to: abs(to - digit))
                    if to != digit
                ]
                for digit in range(len(values))
            ],
        )


_STEPS: Final = tuple(_steps())


def _of_open(digits: Digits, answers: Answers) -> Iterator[Raw]:
    """The raw flips of answers with open criteria, where settling one is the smallest change of all."""
    one_answer = answers.situation.one_answer_this_week
    now = _approach(digits, one_answer)
    idle: dict[str, list[int]] = {}
    for field, values in table.FIELDS.items():
        reached = set()
        for to in sorted(range(len(values)), key=lambda to: _distance(field, to, answers)):
            if values[to] is None or digits[field] == (to,):
                continue
            there = _approach({**digits, field: (to,)}, one_answer)
            if there == now:
                idle.setdefault(field, []).append(to)
            elif there not in reached:
                reached.add(there)
                yield ((field, to),), there
    if (there := _approach(digits, not one_answer)) != now:
        yield (("one_answer_this_week", int(not one_answer)),), there
    for (one, first), (other, second) in combinations(idle.items(), 2):
        reached = set()
        for to, also in product(first, second):
            there = _approach({**digits, one: (to,), other: (also,)}, one_answer)
            if there != now and there not in reached:
                reached.add(there)
                yield ((one, to), (other, also)), there


def _approach(digits: Digits, one_answer: bool) -> str:
    """The approach of all states that these digits allow, as the rule settles it."""
    approaches = table.approaches()
    fixed = 0
    offsets = []
    for field, options in digits.items():
        if len(options) == 1:
            fixed += table.STRIDES[field] * options[0]
        else:
            offsets.append([table.STRIDES[field] * digit for digit in options])
    first = None
    for several in product(*offsets):
        there = approaches[fixed + sum(several)]
        if first is None:
            first = there
        elif there != first:
            return undecided(one_answer=one_answer, documents_drive=digits["documents_drive"] == (1,)).approach
    return APPROACHES[first or 0]


def _told(steps: tuple[Step, ...], digits: Digits, answers: Answers, names: Mapping[str, Sentence | str]) -> Flip:
    after = dict(digits)
    one_answer = answers.situation.one_answer_this_week
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
            "situation.pre_check", field, answers.situation.pre_check, after, PRE_CHECK_CHANGES[bool(value)], None
        )
    asked = SITUATION_BY_KEY[field]
    return Change(
        f"situation.{field}",
        field,
        getattr(answers.situation, field),
        value,
        asked.if_true if value else asked.if_false,
        asked.signal_true if value else asked.signal_false,
    )


def _lean_change(key: str, after: int, answers: Answers, name: Sentence | str) -> Change:
    before = answers.lean(key)
    shown: Value = signed(after)
    if before is None:
        text = _("%(criterion)s were settled at %(after)s", criterion=name, after=shown)
    else:
        text = _(
            "%(criterion)s came to %(after)s instead of %(before)s", criterion=name, after=shown, before=signed(before)
        )
    criterion = BY_KEY[key]
    lower = after < (0 if before is None else before)
    higher = after > (0 if before is None else before)
    signal = criterion.toward_rag if lower else criterion.toward_fine_tuning if higher else None
    contested = answers.contested.get(key)
    return Change(f"leans.{key}", key, before if not contested else tuple(contested), after, text, signal)


def _distance(field: str, digit: int, answers: Answers) -> int:
    """How far an answer must move: steps on the scale, none where an open criterion may still fall there anyway."""
    if field not in BY_KEY:
        return 1
    after = int(table.FIELDS[field][digit] or 0)
    ways = answers.ways(field)
    return min(abs(after - way) for way in ways) * 10 + abs(after)


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
