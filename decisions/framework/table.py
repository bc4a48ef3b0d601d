"""The rule as a lookup table: what makes every flip of every answer set cheap.

The rule sees less than it is told: -2 counts as -1 everywhere, and +2 as +1 except in task stability. So five leans and
six situation answers come to 46,656 different states, one byte each. A state is a number in a mixed radix, one digit a
field, and changing one answer is adding an offset. The table is filled from `rule.decide`, the one place of the rule.
"""

from collections.abc import Mapping
from functools import cache
from itertools import product
from math import prod
from typing import Final

from .answers import Answers, Situation
from .rule import APPROACHES, FIX_FIRST, PROMPT_BASELINE, Outcome, decide

# the values that one digit stands for, in the order of the digits
FIELDS: Final[dict[str, tuple[int | bool | None, ...]]] = {
    "pre_check": (False, True),
    "prompt_baseline_sufficient": (False, True),
    "knowledge_churn": (-1, 0, 1),
    "audit_trust": (-1, 0, 1),
    "task_stability": (-1, 0, 1, 2),
    "latency_cost": (-1, 0, 1),
    "data_sensitivity": (-1, 0, 1),
    "behaviour_dominates": (None, False, True),
    "sources_matter": (None, False, True),
    "explainability_required": (False, True),
    "documents_drive": (False, True),
}
CRITERIA_FIELDS: Final = tuple(FIELDS)[2:7]
STRIDES: Final = {
    name: prod(len(values) for values in list(FIELDS.values())[place + 1 :]) for place, name in enumerate(FIELDS)
}
SIZE: Final = prod(len(values) for values in FIELDS.values())


def lean_digit(criterion: str, lean: int) -> int:
    """The digit of a lean: its sign, except that task stability tells +2 from +1."""
    return max(lean, -1) + 1 if criterion == "task_stability" else (lean > 0) - (lean < 0) + 1


def situation_digits(situation: Situation) -> dict[str, int]:
    """The digit of each situation answer on which the approach can turn."""
    three = {None: 0, False: 1, True: 2}
    return {
        "pre_check": int(bool(situation.pre_check)),
        "prompt_baseline_sufficient": int(bool(situation.prompt_baseline_sufficient)),
        "behaviour_dominates": three[situation.behaviour_dominates],
        "sources_matter": three[situation.sources_matter],
        "explainability_required": int(bool(situation.explainability_required)),
        "documents_drive": int(bool(situation.documents_drive)),
    }


def digits(answers: Answers) -> dict[str, tuple[int, ...]]:
    """The digits each field may have: one where it is answered, several where a criterion is open."""
    found: dict[str, tuple[int, ...]] = {name: (digit,) for name, digit in situation_digits(answers.situation).items()}
    for criterion in CRITERIA_FIELDS:
        found[criterion] = tuple(sorted({lean_digit(criterion, lean) for lean in answers.ways(criterion)}))
    return found


@cache
def outcomes() -> tuple[bytes, tuple[Outcome, ...]]:
    """The outcome of every state, as its place in the list of all outcomes that there are."""
    free = tuple(FIELDS)[2:]
    places = {FIX_FIRST: 0, PROMPT_BASELINE: 1}
    answered = bytearray()
    for values in product(*(FIELDS[name] for name in free)):
        state = dict(zip(free, values, strict=True))
        leans = {criterion: int(state.pop(criterion) or 0) for criterion in CRITERIA_FIELDS}
        outcome = decide(leans, Situation(**state))  # type: ignore[arg-type]
        answered.append(places.setdefault(outcome, len(places)))
    count = len(answered)
    return bytes(answered) + bytes([places[PROMPT_BASELINE]]) * count + bytes(2 * count), tuple(places)


@cache
def approaches() -> bytes:
    """The approach of every state, as its place in `rule.APPROACHES`."""
    states, all_outcomes = outcomes()
    places = bytes(APPROACHES.index(outcome.approach) for outcome in all_outcomes)
    return states.translate(places.ljust(256))


def outcomes_of(found: Mapping[str, tuple[int, ...]]) -> set[Outcome]:
    """Every outcome that is still possible with these digits."""
    states, all_outcomes = outcomes()
    offsets = ([STRIDES[field] * digit for digit in options] for field, options in found.items())
    return {all_outcomes[place] for place in {states[sum(state)] for state in product(*offsets)}}
