"""How fast all answers are computed: `python -m tests.benchmarks.flips`.

Every one of the 3,125 full answer sets in every state of the situation answers on which the approach can turn (144
combinations: pre-check, baseline, dominance, sources, explainability, documents), 450,000 in all. Both ways run in this
process, one after the other, on the same answers; the plain way asks the rule anew for every change, on a sample, and
its total is scaled up. Everything is cold: the table is built inside the measured time. Figures are seconds of CPU time in
one thread, so that a busy machine does not change them much.
"""

import random
import time
from itertools import combinations, product

from decisions.framework import table
from decisions.framework.answers import CRITERIA, LEANS, Situation
from decisions.framework.flip_search import of_state
from decisions.framework.rule import decide

SAMPLE = 150
SITUATION_FIELDS = [name for name in table.FIELDS if name not in CRITERIA]
SITUATIONS = [
    dict(zip(SITUATION_FIELDS, values, strict=True))
    for values in product(*(table.FIELDS[name] for name in SITUATION_FIELDS))
]
ALL_LEANS = list(product(LEANS, repeat=5))


def situation_of(values):
    return Situation(**{**values, "pre_check": ("document_quality",) if values["pre_check"] else ()})


def every_state():
    """The state of each of the 450,000 answer sets."""
    bases = [
        sum(table.STRIDES[name] * table.FIELDS[name].index(value) for name, value in values.items())
        for values in SITUATIONS
    ]
    leans = [
        sum(table.STRIDES[key] * table.lean_digit(key, lean) for key, lean in zip(CRITERIA, five, strict=True))
        for five in ALL_LEANS
    ]
    return [base + five for base in bases for five in leans]


def cold():
    table.outcomes.cache_clear()
    table.approaches.cache_clear()
    of_state.cache_clear()


def timed(work):
    cold()
    begun = time.process_time()
    count = work()
    return time.process_time() - begun, count


def outcomes_by_table():
    approaches = table.approaches()
    return len([approaches[state] for state in every_state()])


def outcomes_by_rule():
    count = 0
    for values in SITUATIONS:
        situation = situation_of(values)
        for five in ALL_LEANS:
            decide(dict(zip(CRITERIA, five, strict=True)), situation)
            count += 1
    return count


def flips_by_table():
    return sum(len(of_state(state)) for state in every_state())


def flips_by_rule(sample):
    """Every change of one field and of two, asked of the rule itself: what the table saves."""
    found = 0
    for five, values in sample:
        leans = dict(zip(CRITERIA, five, strict=True))
        now = decide(leans, situation_of(values)).approach
        idle = []
        for field, choices in table.FIELDS.items():
            for value in choices:
                if value is None or value == (leans[field] if field in leans else values[field]):
                    continue
                if asked(leans, values, {field: value}) == now:
                    idle.append((field, value))
                else:
                    found += 1
        for one, other in combinations(idle, 2):
            if one[0] != other[0] and asked(leans, values, dict((one, other))) != now:
                found += 1
    return found


def asked(leans, values, changes):
    changed = {**leans, **{key: value for key, value in changes.items() if key in leans}}
    return decide(changed, situation_of({**values, **{k: v for k, v in changes.items() if k not in leans}})).approach


def main():
    count = len(ALL_LEANS) * len(SITUATIONS)
    print(
        f"{len(ALL_LEANS):,} answer sets x {len(SITUATIONS)} situations = {count:,}; table of {table.SIZE:,} states\n"
    )
    quick, _ = timed(outcomes_by_table)
    plain, _ = timed(outcomes_by_rule)
    print(f"approach of every answer set   table {quick:7.3f} s   rule {plain:9.2f} s   ratio {plain / quick:8.1f}")
    quick, found = timed(flips_by_table)
    sample = random.Random(1).sample(list(product(ALL_LEANS, SITUATIONS)), SAMPLE)
    part, _ = timed(lambda: flips_by_rule(sample))
    plain = part / SAMPLE * count
    print(f"flips of every answer set      table {quick:7.3f} s   rule {plain:9.0f} s   ratio {plain / quick:8.0f}")
    print(
        f"\n{found:,} flips in all, {quick / count * 1e6:.2f} us an answer set; the rule's total is scaled from {SAMPLE} sets"
    )


if __name__ == "__main__":
    main()
