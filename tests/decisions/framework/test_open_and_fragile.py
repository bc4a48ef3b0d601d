"""What is open and what stands on one step: the clauses that could fire by name, and the step that changes the approach."""

import json
from pathlib import Path

import pytest
from hypothesis import given

from decisions.framework.answers import CRITERIA, Answers, Situation, parse
from decisions.framework.criteria import NAMES
from decisions.framework.recommendation import recommend
from decisions.framework.rule import possible, settle
from decisions.framework.words import APPROACH_NAMES, CLAUSE_NAMES
from tests.decisions.framework.strategies import any_answers

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())["recommendation"]


def answers(churn=0, audit=0, task=0, cost=0, data=0, contested=None, **situation):
    leans = dict(zip(CRITERIA, (churn, audit, task, cost, data), strict=True))
    return Answers(leans, contested or {}, Situation(**situation))


def test_an_open_criterion_names_the_clauses_that_could_fire_and_what_they_share():
    result = recommend(answers(churn=-1, audit=-1, data=None))
    assert str(result.clause_sentence) == (
        "Whichever way data sensitivity goes, the approach is RAG, because three or more criteria lean RAG, "
        "or the knowledge changes often."
    ).replace("data sensitivity", str(NAMES["data_sensitivity"]))
    assert str(result.reasons[0]) == str(result.clause_sentence)


def test_a_contested_criterion_that_decides_says_which_way_leads_where():
    result = recommend(answers(task=None, contested={"task_stability": [-1, 2]}))
    assert result.approach == "undecided"
    assert str(result.clause_sentence) == (
        f"It depends on {NAMES['task_stability']}: fine-tuning if behaviour dominates, documents matter less; "
        "prompts only if no criterion leans clearly."
    )


@given(any_answers)
def test_every_clause_that_could_fire_is_named_and_no_other(given_answers):
    result = recommend(given_answers)
    if result.clause not in ("several", "open_criteria"):
        return
    told = str(result.clause_sentence)
    could = {outcome.clause for outcome in possible(given_answers)}
    assert {clause for clause, name in CLAUSE_NAMES.items() if str(name) in told} == could
    approaches = {outcome.approach for outcome in possible(given_answers)}
    assert all(str(APPROACH_NAMES[approach]) in told for approach in approaches)
    assert "clause" not in told


def steps(given_answers):
    """Each step of one settled criterion with the approach it leads to, by asking the rule."""
    for key in CRITERIA:
        lean = given_answers.lean(key)
        for after in () if lean is None else (lean - 1, lean + 1):
            if -2 <= after <= 2:
                yield key, after, settle(given_answers.with_lean(key, after)).approach


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_fragile_is_what_one_step_of_one_criterion_changes(case):
    given_answers = parse(case["answers"])
    result = recommend(given_answers)
    changing = {(key, after, there) for key, after, there in steps(given_answers) if there != result.approach}
    told = {(flip.changes[0].key, flip.changes[0].after, flip.approach) for flip in result.fragile}
    assert told == (set() if result.clause == "open_criteria" else changing)


def test_13_of_the_23_cases_are_fragile_and_one_more_is_open():
    assert len(CASES) == 23
    assert sum(bool(recommend(parse(case["answers"])).fragile) for case in CASES) == 13


def test_the_change_that_flips_it_is_told():
    [flip] = recommend(answers(churn=-1, audit=-2, data=-2, task=2)).fragile
    assert str(flip.text) == (
        f"If {NAMES['knowledge_churn']} moved from -1 to 0, the approach would be "
        "hybrid (retrieval with citations first, then fine-tuned behaviour on top)."
    )
