"""What was asked about the situation, and what the rule counted where nobody was."""

from hypothesis import given

from decisions.framework.answers import NOT_ASKED, SITUATION_KEYS, Answers, Situation, parse
from decisions.framework.recommendation import recommend
from decisions.framework.told import answer_lines, said_in, told
from tests.decisions.framework.strategies import any_answers

SETTLED = dict.fromkeys(("knowledge_churn", "audit_trust", "task_stability", "latency_cost", "data_sensitivity"), 0)


def in_words(answers: Answers) -> dict[str, str]:
    return {str(asked): str(said) for asked, said, _line in answer_lines(told(answers))}


def test_nobody_was_asked_anything():
    words = in_words(Answers(leans={**SETTLED, "audit_trust": -1, "task_stability": 2}))
    assert words["Is there a locked, labelled evaluation set?"] == "not asked (counted as yes)"
    assert words["Do documents decide what a right answer is?"] == "not asked (counted as no)"
    assert words["What should be fixed before any model work?"] == "not asked (counted as nothing)"
    assert words["Does consistent behaviour matter more here than anything else?"] == "not asked (counted as yes)"
    assert len(words) == 14


def test_what_turns_on_open_criteria_is_not_counted_yet():
    line = told(Answers())["sources_matter"]
    assert line == {"value": None, "counted_as": None, "by": "", "at": None}
    asked = "Will people want to see the sources behind an answer?"
    assert in_words(Answers())[asked] == "not asked (it follows from criteria that are open)"


def test_what_was_said_stands_beside_what_the_rule_counted():
    heard = Situation(
        sources_matter=False, explainability_required=True, pre_check=("document_quality", "clearer_tools")
    )
    words = in_words(Answers(leans=SETTLED, situation=heard))
    assert words["Will people want to see the sources behind an answer?"] == "no (counted as yes)"
    assert words["What should be fixed before any model work?"] == "clearer tools and better documents"
    assert (
        in_words(Answers(situation=Situation(pre_check=())))["What should be fixed before any model work?"] == "nothing"
    )


def test_who_answered_and_when_goes_with_the_answer_and_never_with_a_default():
    act = {"by": "Felix", "at": "2026-11-20T10:00:00Z"}
    lines = told(Answers(situation=Situation(update_owner=True)), dict.fromkeys(SITUATION_KEYS, act))
    assert lines["update_owner"] == {"value": True, "counted_as": True, **act}
    assert lines["labelled_examples"] == {"value": None, "counted_as": True, "by": "", "at": None}


@given(any_answers)
def test_an_answer_equal_to_the_default_counts_as_the_default_and_is_told_apart_from_it(answers):
    lines = told(answers)
    read, given = parse({"situation": said_in(lines)}).situation.as_dict(), answers.situation.as_dict()
    assert {**read, "pre_check": set(read.get("pre_check", ()))} == {
        **given,
        "pre_check": set(given.get("pre_check", ())),
    }
    filled = {key: value for key in SITUATION_KEYS if (value := answers.situation.counted(key)) is not None}
    as_if_asked = Answers(answers.leans, answers.contested, Situation(**filled))
    assert recommend(as_if_asked).as_dict()["approach"] == recommend(answers).approach
    for key, line in lines.items():
        said = getattr(answers.situation, key)
        assert (line["value"] is None) is (said is None)
        if said is None and NOT_ASKED[key] is not None:
            assert line["counted_as"] == (list(NOT_ASKED[key]) if key == "pre_check" else NOT_ASKED[key])
