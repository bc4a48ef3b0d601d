"""The search for flips, on states of the table: which changes of one or two fields lead to another approach."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations, product
from typing import Final

from . import table
from .answers import Answers
from .rule import APPROACHES, FIX_FIRST, PROMPT_BASELINE, undecided

Digits = Mapping[str, tuple[int, ...]]
# one change: a field and the digit it gets; a raw flip: its changes and the approach it leads to
Step = tuple[str, int]
Raw = tuple[tuple[Step, ...], str]


@lru_cache(maxsize=table.SIZE)
def of_state(state: int) -> tuple[Raw, ...]:
    """The raw flips of one fully answered state of the table."""
    approaches = table.approaches()
    if state >= _PRE_CHECKED:
        # nothing but the repair leads out of here, and the repair always does
        return (((("pre_check", 0),), APPROACHES[approaches[state - _PRE_CHECKED]]),)
    if state >= _BASELINE:
        return tuple(_of_baseline(state - _BASELINE))
    now = approaches[state]
    found: list[Raw] = [((("pre_check", 1),), FIX_FIRST.approach)]
    if APPROACHES[now] != PROMPT_BASELINE.approach:
        found.append(((("prompt_baseline_sufficient", 1),), PROMPT_BASELINE.approach))
    idle: list[tuple[str, list[tuple[int, int]]]] = []
    for field, stride, steps in _STEPS:
        rest = []
        reached = set()
        for to, offset in steps[state // stride % len(steps)]:
            there = approaches[state + offset]
            if there == now:
                rest.append((to, offset))
            elif there not in reached:
                reached.add(there)
                found.append((((field, to),), APPROACHES[there]))
        if rest:
            idle.append((field, rest))
    for (one, first), (other, second) in combinations(idle, 2):
        reached = set()
        for to, offset in first:
            for also, more in second:
                there = approaches[state + offset + more]
                if there != now and there not in reached:
                    reached.add(there)
                    found.append((((one, to), (other, also)), APPROACHES[there]))
    return tuple(found)


def _of_baseline(beneath: int) -> Iterator[Raw]:
    """While a baseline meets the bar, only its failure or the pre-check leads out: by itself, or with one change more."""
    yield (("pre_check", 1),), FIX_FIRST.approach
    there = APPROACHES[table.approaches()[beneath]]
    if there != PROMPT_BASELINE.approach:
        yield (("prompt_baseline_sufficient", 0),), there
        return
    for steps, there in of_state(beneath):
        if len(steps) == 1 and steps[0][0] != "pre_check":
            yield (("prompt_baseline_sufficient", 0), *steps), there


def _steps() -> Iterator[tuple[str, int, list[list[tuple[int, int]]]]]:
    """For each field that does not end the question by itself: its stride, and the steps from each digit, nearest first."""
    for field, values in list(table.FIELDS.items())[2:]:
        stride = table.STRIDES[field]
        # "not asked" is a way to begin, not something that can come true
        targets = [digit for digit, value in enumerate(values) if value is not None]
        steps = []
        for digit in range(len(values)):
            nearest = sorted((to for to in targets if to != digit), key=lambda to, digit=digit: abs(to - digit))  # type: ignore[misc]
            steps.append([(to, (to - digit) * stride) for to in nearest])
        yield field, stride, steps


_STEPS: Final = tuple(_steps())
_PRE_CHECKED: Final = table.STRIDES["pre_check"]
_BASELINE: Final = table.STRIDES["prompt_baseline_sufficient"]


def of_open(digits: Digits, answers: Answers) -> Iterator[Raw]:
    """The raw flips of answers with open criteria, where settling one is the smallest change of all."""
    one_answer = bool(answers.situation.one_answer_this_week)
    now = _approach(digits, one_answer)
    idle: dict[str, list[int]] = {}
    for field, values in table.FIELDS.items():
        reached = set()
        for to in sorted(range(len(values)), key=lambda to: distance(field, to, answers)):
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


def distance(field: str, digit: int, answers: Answers) -> int:
    """How far an answer must move: steps on the scale, none where an open criterion may still fall there anyway."""
    if field not in table.CRITERIA_FIELDS:
        return 1
    after = int(table.FIELDS[field][digit] or 0)
    ways = answers.ways(field)
    return min(abs(after - way) for way in ways) * 10 + abs(after)
