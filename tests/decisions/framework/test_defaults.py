"""Record defaults, starting points and the precheck: a draft that a team can start from, whatever was decided."""

import json

import pytest
from hypothesis import given, settings

from decisions.framework.answers import PRE_CHECK, SITUATION_KEYS, AnswerError, Situation, parse
from decisions.framework.criteria import BY_KEY, CRITERIA, FRAMEWORK_NAME, OWNER_ROLES
from decisions.framework.defaults import USUAL_PATH, flip_signal_suggestions, record_defaults, risk_choices
from decisions.framework.measures import MEASURE
from decisions.framework.own_starting_points import parse_starting_point, starting_point_as_dict
from decisions.framework.precheck import FIX_FIRST, ROOM_QUESTIONS
from decisions.framework.recommendation import recommend
from decisions.framework.rule import APPROACHES
from decisions.framework.starting_points import STARTING_POINTS
from decisions.framework.words import SITUATION

from .answers_for import answers
from .strategies import any_answers

SUPPORT = answers(-2, -1, 0, 0, -1, documents_drive=True)


def only_plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and only_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(only_plain(one) for one in value)
    return isinstance(value, str | int) or value is None


@given(any_answers)
@settings(max_examples=150, deadline=None)
def test_a_draft_is_plain_data_with_every_part(given):
    draft = record_defaults(recommend(given))
    assert only_plain(draft)
    assert json.loads(json.dumps(draft)) == draft
    for part in ("title", "risk_summary"):
        assert draft[part]
    assert draft["fallback"]["text"]
    assert draft["phase_one"]
    # what nobody said carries no name and no role, and why it was decided only people can say
    assert not any(row["owner"] for row in (*draft["assumptions"], *draft["risks"]))
    assert "rationale" not in draft
    assert len(draft["flip_signals"]) <= 2
    assert draft["revisit"]["cadence"] in ("monthly", "quarterly")


def test_a_support_copilot_gets_what_it_needs():
    draft = record_defaults(recommend(SUPPORT), starting_point="support_copilot")
    assert draft["title"] == "Answer from retrieval first"
    assert draft["fallback"]["label"] == "Decline and hand over"
    metrics = {metric["key"]: metric for metric in draft["metrics"]}
    assert metrics["grounded_correctness"]["gate"] == ">= 85 %"
    # nobody can know theirs
    assert [metrics[key]["gate"] for key in ("latency_p95", "cost_per_answer", "task_completion")] == ["", "", ""]
    assert metrics["role_leak"]["gate"] == "0 / 299"
    assert metrics["right_passage_ignored"]["gate"] == "watched, no gate"
    assert {"grounded_correctness", "hallucination_rate", "task_completion", "cost_per_answer"} <= set(metrics)
    assert [risk["key"] for risk in draft["risks"]] == ["operational_complexity"]
    assert draft["phase_one"][0].startswith("Tracing and a locked evaluation set")
    assert draft["assumptions"] == []
    assert draft["revisit"]["cadence"] == "monthly"
    assert len(draft["flip_signals"]) == 2
    assert all(signal["then"] for signal in draft["flip_signals"])


def test_flags_show_up_where_somebody_will_read_them():
    draft = record_defaults(
        recommend(answers(-1, 0, 2, 1, -1, evaluation_set_locked=False, content_owner=False, labelled_examples=False))
    )
    assert draft["phase_one"][0].startswith("Phase zero")
    assert any("review" in guardrail for guardrail in draft["guardrails"])
    assert any("keeps the content fresh" in one["text"] for one in draft["assumptions"])
    assert any("labelled examples" in one["text"] for one in draft["assumptions"])
    assert any("p95" in step for step in draft["phase_one"])


@pytest.mark.parametrize(
    ("given", "tier_gate"),
    [
        (answers(-1, 1, 0, 0, 0, documents_drive=True), ">= 85 %"),
        (answers(-1, -1, 0, 0, 0), ">= 90 %"),
        (answers(-1, -2, 0, 0, 0), ">= 95 %"),
        (answers(-1, 0, 0, 0, 0, explainability_required=True), ">= 95 %"),
    ],
)
def test_gates_follow_how_much_is_at_stake(given, tier_gate):
    metrics = {metric["key"]: metric for metric in record_defaults(recommend(given))["metrics"]}
    assert metrics["grounded_correctness"]["gate"] == tier_gate


@pytest.mark.parametrize("approach", APPROACHES)
def test_choosing_another_approach_brings_its_own_defaults(approach):
    chosen = record_defaults(recommend(SUPPORT), approach=approach)
    assert chosen["title"]
    assert approach in USUAL_PATH
    if approach == "fine_tuning":
        assert chosen["title"] == "Fine-tune the behaviour"
        assert {"stale_knowledge", "opaque_answers", "training_cost"} == {risk["key"] for risk in chosen["risks"]}
    if approach == "fix_first":
        assert chosen["fallback"]["label"] == "Carry on as now"


def test_fix_first_and_prompts_are_records_too():
    fix = record_defaults(recommend(answers(pre_check=("document_quality",))))
    assert fix["metrics"] == []
    prompts = record_defaults(recommend(answers(prompt_baseline_sufficient=True)))
    assert prompts["title"] == "Stay with prompts"
    waiting = record_defaults(recommend(answers()))
    assert waiting["title"] == "Prompted baseline and a pilot first"


def test_tuning_in_the_backlog_says_so():
    draft = record_defaults(recommend(answers(-1, -1, 2, 0, -1)))
    assert any("Fine-tuning" in item and "baseline is measured" in item for item in draft["backlog"])


def test_signals_are_measurable_and_never_lead_to_an_open_question():
    for case in (SUPPORT, answers(), parse({}), answers(0, 0, None, 0, 0)):
        for suggestion in flip_signal_suggestions(recommend(case)):
            assert suggestion["signal"].endswith(".")
            assert "undecided" not in suggestion["then"]


def test_all_four_risks_are_offered():
    choices = risk_choices(recommend(SUPPORT).outcome)
    assert [choice["key"] for choice in choices] == [
        "stale_knowledge",
        "opaque_answers",
        "training_cost",
        "operational_complexity",
    ]
    assert [choice["key"] for choice in choices if choice["suggested"]] == ["operational_complexity"]


# --- starting points -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", STARTING_POINTS, ids=lambda point: point.key)
def test_a_starting_point_fits_the_framework(point):
    assert set(point.emphasis) <= set(BY_KEY)
    assert len(point.emphasis) >= 3
    assert set(point.situation) <= set(SITUATION_KEYS)
    assert Situation(**point.situation)
    assert set(point.metrics) <= set(MEASURE)
    assert len(str(point.context)) > 150
    # figures and assumptions of a team are the team's to say
    assert (point.gates, point.assumptions) == ({}, ())


def test_finance_and_healthcare_are_held_to_the_strictest_gates():
    for key in ("regulated_finance", "healthcare"):
        metrics = {m["key"]: m for m in record_defaults(recommend(SUPPORT), starting_point=key)["metrics"]}
        assert metrics["grounded_correctness"]["gate"] == ">= 95 %"
        assert metrics["hallucination_rate"]["gate"] == "<= 2 %"


def test_an_unknown_starting_point_is_none():
    assert record_defaults(recommend(SUPPORT), starting_point="own") == record_defaults(recommend(SUPPORT))


# --- precheck, criteria --------------------------------------------------------------------------------------------


def test_the_precheck_asks_what_it_must():
    assert tuple(item.key for item in FIX_FIRST) == PRE_CHECK
    assert [question.key for question in ROOM_QUESTIONS] == [
        "baseline_measured",
        "fits_in_context",
        "labels_and_owner",
        "lookup_or_style",
        "removable_data",
        "tune_the_retriever",
    ]
    for question in ROOM_QUESTIONS:
        offered = {key for key, _ in question.answers}
        assert set(question.then) <= offered
        assert set(question.sets) <= offered
        for key, value in question.sets.values():
            assert Situation(**{key: value})
    measured = ROOM_QUESTIONS[0]
    assert measured.sets["meets"] == ("prompt_baseline_sufficient", True)


def test_every_criterion_has_two_ends_five_anchors_and_signals_both_ways():
    for criterion in CRITERIA:
        assert set(criterion.anchors) == {-2, -1, 0, 1, 2}
        assert criterion.settled_by in OWNER_ROLES
        assert len(criterion.evidence) >= 3
        assert str(criterion.rag_end) != str(criterion.ft_end)
        assert str(criterion.toward_rag) != str(criterion.toward_fine_tuning)
        assert "ours" in str(criterion.addition)
    assert [BY_KEY[key].settled_by for key in ("data_sensitivity", "knowledge_churn", "task_stability")] == [
        "security",
        "data",
        "product",
    ]
    assert FRAMEWORK_NAME


def test_every_situation_answer_but_the_ticks_is_asked():
    assert {question.key for question in SITUATION} == set(SITUATION_KEYS) - {"pre_check"}
    nobody_asked = Situation()
    assert all(getattr(nobody_asked, key) is None for key in SITUATION_KEYS)
    assert nobody_asked.as_dict() == {}
    counted_as_yes = {"update_owner", "labelled_examples", "clean_task_data", "evaluation_set_locked", "content_owner"}
    assert {key for key in SITUATION_KEYS if nobody_asked.counted(key) is True} == counted_as_yes
    assert {key for key in SITUATION_KEYS if nobody_asked.counted(key) is None} == {
        "behaviour_dominates",
        "sources_matter",
    }
    assert nobody_asked.counted("pre_check") == ()


# --- a team's own starting points ----------------------------------------------------------------------------------

OWN = {
    "key": "claims_triage",
    "name": "Claims triage",
    "context": "Handlers sort claims by our manual.",
    "emphasis": {"task_stability": "Look at how often the manual's steps change."},
    "situation": {"documents_drive": True, "behaviour_dominates": None},
    "tier": "regulated",
    "metrics": ["faithful_but_wrong"],
    "gates": {"latency_p95": ["<= 2 s", "> 5 s"]},
    "assumptions": [{"text": "The manual has one owner.", "role": "data"}],
}


def test_a_teams_own_starting_point_works_like_ours():
    own = parse_starting_point(OWN)
    draft = record_defaults(recommend(SUPPORT), starting_point=own)
    metrics = {metric["key"]: metric for metric in draft["metrics"]}
    assert metrics["grounded_correctness"]["gate"] == ">= 95 %"
    assert (metrics["latency_p95"]["gate"], metrics["latency_p95"]["stop"]) == ("<= 2 s", "> 5 s")
    assert "faithful_but_wrong" in metrics
    assert draft["assumptions"][0] == {"text": "The manual has one owner.", "owner": "", "check_by": ""}
    assert parse_starting_point(starting_point_as_dict(own)) == own


@pytest.mark.parametrize("point", STARTING_POINTS, ids=lambda point: point.key)
def test_ours_can_be_copied_and_changed(point):
    copy = parse_starting_point({**starting_point_as_dict(point), "key": "ours"})
    assert str(point.context) == copy.context


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "healthcare"}, "key"),
        ({"key": ""}, "key"),
        ({"name": None}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"context": "x" * 10_001}, "context"),
        ({"emphasis": {"mood": "x"}}, "emphasis.mood"),
        ({"emphasis": {"audit_trust": ""}}, "emphasis.audit_trust"),
        ({"situation": {"documents_drive": 1}}, "situation.documents_drive"),
        ({"situation": {"weather": True}}, "situation.weather"),
        ({"tier": ["internal"]}, "tier"),
        ({"metrics": ["mood"]}, "metrics"),
        ({"metrics": [["mood"]]}, "metrics"),
        ({"gates": {"mood": ["", ""]}}, "gates.mood"),
        ({"gates": {"latency_p95": ["<= 2 s"]}}, "gates.latency_p95"),
        ({"assumptions": [{"text": "x", "role": "boss"}]}, "assumptions.0.role"),
        ({"assumptions": ["x"]}, "assumptions.0"),
        ({"weight": 2}, "weight"),
    ],
)
def test_a_starting_point_that_cannot_be_used_is_named(change, field):
    with pytest.raises(AnswerError) as refused:
        parse_starting_point({**OWN, **change})
    assert refused.value.field == field
