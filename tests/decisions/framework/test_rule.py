"""The rule, clause by clause, with the cases that a team would argue about."""

import json
from itertools import product
from pathlib import Path

import pytest

from decisions.framework.answers import CRITERIA, LEANS, Situation, parse
from decisions.framework.lever import next_lever, parse_lever
from decisions.framework.recommendation import recommend
from decisions.framework.rule import decide

from .answers_for import answers

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())
OPEN = None


@pytest.mark.parametrize("case", CASES["recommendation"], ids=lambda case: f"{case['id']}: {case['why']}")
def test_worked_cases(case):
    result = recommend(parse(case["answers"]))
    expected = case["expect"]
    assert (result.approach, result.path, result.clause, result.status) == tuple(
        expected[key] for key in ("approach", "path", "clause", "status")
    )
    assert set(expected["flags"]) <= set(result.flags)
    assert not set(expected["not_flags"]) & set(result.flags)


@pytest.mark.parametrize("case", CASES["next_lever"], ids=lambda case: f"{case['id']}: {case['why']}")
def test_worked_levers(case):
    lever = next_lever(*parse_lever({"now": case["now"], "observed": case["observed"]}))
    assert lever.key == case["expect"]
    assert str(lever.reason)


BY_CLAUSE = [
    # what a team would say it is; the answers; approach, path, clause
    ("five leans for RAG", answers(-2, -2, -2, -2, -2), "rag", "rag_only", "majority_rag"),
    ("three RAG against two fine-tuning", answers(-1, -1, 1, 1, -1), "rag", "rag_only", "majority_rag"),
    (
        "three RAG, task strongly fine-tuning: tuning waits",
        answers(-1, -1, 2, 0, -1),
        "rag",
        "rag_then_fine_tuning",
        "majority_rag",
    ),
    (
        "three RAG and the room says behaviour dominates: still RAG, tuning waits",
        answers(-1, -1, 0, 0, -1, behaviour_dominates=True),
        "rag",
        "rag_then_fine_tuning",
        "majority_rag",
    ),
    (
        "three RAG, task +2, though the room says behaviour does not dominate: +2 is enough",
        answers(-1, -1, 2, 0, -1, behaviour_dominates=False),
        "rag",
        "rag_then_fine_tuning",
        "majority_rag",
    ),
    ("any three count, latency and task too", answers(0, 0, -1, -1, -1), "rag", "rag_only", "majority_rag"),
    ("two RAG are not more than two", answers(-2, -2, 0, 0, 0), "rag", "rag_only", "knowledge_changes"),
    ("two RAG without churn, audit among them: sources", answers(0, -2, 0, 0, -2), "rag", "rag_only", "sources_decide"),
    ("two RAG that decide nothing", answers(0, 0, 0, -2, -2), "prompt_only", "baseline_and_pilot", "no_lean"),
    (
        "two RAG, task +2, audit RAG: both matter",
        answers(-1, -1, 2, 1, 0),
        "hybrid",
        "hybrid_rag_first",
        "behaviour_and_sources",
    ),
    (
        "audit is one of three, so the majority comes before behaviour and sources",
        answers(-1, -1, 2, 1, -1),
        "rag",
        "rag_then_fine_tuning",
        "majority_rag",
    ),
    ("+1 with equal sides does not dominate", answers(-1, 0, 1, 0, 0), "rag", "rag_only", "knowledge_changes"),
    ("+1 with one more does", answers(-1, 0, 1, 1, 0), "hybrid", "hybrid", "behaviour_with_knowledge"),
    ("+1 alone dominates one to none", answers(0, 0, 1, 0, 0), "fine_tuning", "fine_tuning_only", "behaviour_only"),
    ("+2 dominates though RAG has as many", answers(0, 0, 2, 0, -1), "hybrid", "hybrid", "behaviour_with_knowledge"),
    (
        "latency for RAG brings no knowledge",
        answers(0, 0, 2, -2, 0),
        "fine_tuning",
        "fine_tuning_only",
        "behaviour_only",
    ),
    (
        "behaviour dominates by word, nothing else leans",
        answers(0, 0, 0, 0, 0, behaviour_dominates=True),
        "fine_tuning",
        "fine_tuning_only",
        "behaviour_only",
    ),
    (
        "and documents drive: a thin layer of retrieval",
        answers(0, 0, 0, 0, 0, behaviour_dominates=True, documents_drive=True),
        "fine_tuning",
        "with_thin_retrieval",
        "behaviour_thin_retrieval",
    ),
    (
        "documents drive, but sensitivity leans RAG: hybrid comes first",
        answers(1, 0, 2, 0, -1, documents_drive=True),
        "hybrid",
        "hybrid",
        "behaviour_with_knowledge",
    ),
    (
        "behaviour and sources by word",
        answers(0, 0, 0, 0, 0, behaviour_dominates=True, sources_matter=True),
        "hybrid",
        "hybrid_rag_first",
        "behaviour_and_sources",
    ),
    (
        "the room says no to dominance although the task is +2: evaluate only",
        answers(0, 0, 2, 2, 0, behaviour_dominates=False),
        "fine_tuning",
        "evaluate_first",
        "evaluate_fine_tuning",
    ),
    (
        "no dominance, churn RAG",
        answers(-1, 0, 2, 2, 0, behaviour_dominates=False),
        "rag",
        "rag_only",
        "knowledge_changes",
    ),
    (
        "sources by word, nothing leans",
        answers(0, 0, 0, 0, 0, sources_matter=True),
        "rag",
        "rag_only",
        "sources_decide",
    ),
    (
        "documents drive, nothing leans",
        answers(0, 0, 0, 0, 0, documents_drive=True),
        "rag",
        "rag_only",
        "sources_decide",
    ),
    (
        "audit RAG but sources matter less by word: nothing decides",
        answers(0, -1, 0, 0, 0, sources_matter=False),
        "prompt_only",
        "baseline_and_pilot",
        "no_lean",
    ),
    ("only audit leans RAG", answers(0, -1, 0, 0, 0), "rag", "rag_only", "sources_decide"),
    ("only sensitivity leans RAG", answers(0, 0, 0, 0, -2), "prompt_only", "baseline_and_pilot", "no_lean"),
    ("only latency leans fine-tuning", answers(0, 0, 0, 2, 0), "prompt_only", "baseline_and_pilot", "no_lean"),
    ("two fine-tuning without the task", answers(1, 0, 0, 2, 0), "prompt_only", "baseline_and_pilot", "no_lean"),
    (
        "three fine-tuning without the task: evaluate, no more",
        answers(1, 1, 0, 1, 0),
        "fine_tuning",
        "evaluate_first",
        "evaluate_fine_tuning",
    ),
    (
        "four fine-tuning with the task against RAG: no dominance",
        answers(2, 2, -2, 2, 2),
        "fine_tuning",
        "evaluate_first",
        "evaluate_fine_tuning",
    ),
    ("everything fine-tuning", answers(2, 2, 2, 2, 2), "fine_tuning", "fine_tuning_only", "behaviour_only"),
    (
        "task +1, one RAG on latency, audit RAG: sources",
        answers(0, -1, 1, 0, 0),
        "rag",
        "rag_only",
        "sources_decide",
    ),
]


@pytest.mark.parametrize(
    ("given", "approach", "path", "clause"), [row[1:] for row in BY_CLAUSE], ids=[row[0] for row in BY_CLAUSE]
)
def test_each_clause(given, approach, path, clause):
    result = recommend(given)
    assert (result.approach, result.path, result.clause, result.status) == (approach, path, clause, "final")
    assert result.open_criteria == ()


def test_every_pre_check_item_stops_whatever_else_was_said():
    for item in ("clearer_tools", "smaller_retrieval_scope", "ui_shows_sources", "document_quality"):
        result = recommend(
            answers(
                OPEN, (-1, 2), 2, 2, 2, pre_check=(item,), prompt_baseline_sufficient=True, explainability_required=True
            )
        )
        assert (result.approach, result.path, result.clause, result.status) == (
            "fix_first",
            "none",
            "fix_first",
            "stop",
        )
        assert result.phase_one is None
        assert result.answers.leans["task_stability"] == 2, "the leans are kept"


def test_fix_first_stays_a_stop_even_when_one_answer_is_wanted_this_week():
    result = recommend(answers(pre_check=("document_quality",), one_answer_this_week=True))
    assert result.status == "stop"


def test_a_prompted_baseline_that_meets_the_bar_ends_the_question():
    result = recommend(answers(-2, -2, -2, OPEN, -2, prompt_baseline_sufficient=True, explainability_required=True))
    assert (result.approach, result.path, result.clause, result.status) == (
        "prompt_only",
        "prompt_only",
        "prompt_baseline",
        "final",
    )


# --- explainability ------------------------------------------------------------------------------------------------


def test_explainability_lifts_audit_into_the_majority():
    given = answers(-1, 2, 1, 1, -1)
    assert recommend(given).approach == "hybrid"
    result = recommend(given.with_situation(explainability_required=True))
    assert (result.approach, result.clause) == ("rag", "majority_rag")
    assert result.answers.lean("audit_trust") == 2, "the room's own lean stays visible"
    assert any("+2" in str(reason) and "-1" in str(reason) for reason in result.reasons)


def test_explainability_beats_the_word_that_sources_matter_less():
    result = recommend(answers(0, 0, 2, 0, 0, sources_matter=False, explainability_required=True))
    assert (result.approach, result.path) == ("hybrid", "hybrid_rag_first")


def test_explainability_counts_before_dominance_is_derived():
    # +1 with two fine-tuning leans against one would dominate; with audit counted as RAG it is two against two
    given = answers(-1, 0, 1, 1, 0)
    assert recommend(given).clause == "behaviour_with_knowledge"
    assert recommend(given.with_situation(explainability_required=True)).clause == "knowledge_changes"


def test_explainability_on_an_empty_board_gives_rag():
    assert recommend(answers(explainability_required=True)).clause == "sources_decide"


def test_explainability_settles_an_unanswered_audit():
    result = recommend(answers(0, OPEN, 0, 0, 0, explainability_required=True))
    assert (result.approach, result.clause, result.status) == ("rag", "sources_decide", "final")
    assert "audit_lean_raised_by_explainability" not in result.flags, "there is no score to raise"


def test_a_strong_audit_lean_is_not_weakened():
    result = recommend(answers(0, -2, 0, 0, 0, explainability_required=True))
    assert "audit_lean_raised_by_explainability" not in result.flags
    assert "explainable_architecture_bias" in result.flags


# --- open criteria -------------------------------------------------------------------------------------------------


def test_an_open_criterion_that_cannot_matter_does_not_block():
    result = recommend(answers(-1, -1, -1, OPEN, (-2, 2)))
    assert (result.approach, result.path, result.clause, result.status, result.open_criteria) == (
        "rag",
        "rag_only",
        "majority_rag",
        "final",
        (),
    )


def test_same_approach_by_several_paths_and_clauses():
    result = recommend(answers(-1, -1, OPEN, 0, -1))
    assert (result.approach, result.path, result.clause, result.status) == ("rag", "depends", "majority_rag", "final")
    assert (result.phase_one, result.backlog) == ("rag", None)


def test_same_path_by_several_clauses():
    result = recommend(answers(-1, 0, 0, 0, (-1, 0)))
    assert (result.approach, result.path, result.clause) == ("rag", "rag_only", "knowledge_changes")
    result = recommend(answers(-1, -1, 0, 0, OPEN))
    assert (result.approach, result.path, result.clause) == ("rag", "rag_only", "several")


def test_only_the_criteria_that_decide_are_named():
    result = recommend(answers(0, -1, OPEN, OPEN, 0))
    assert result.approach == "undecided"
    assert "task_stability" in result.open_criteria
    # without dominance sensitivity can only help to a majority for RAG, and here there is none to be had
    result = recommend(answers(0, 0, OPEN, 0, OPEN, behaviour_dominates=False))
    assert result.open_criteria == ("task_stability",)
    # with a third lean in reach it decides too
    result = recommend(answers(0, 0, OPEN, -1, OPEN, behaviour_dominates=False))
    assert result.open_criteria == ("task_stability", "data_sensitivity")


def test_a_contested_criterion_falls_only_where_votes_were_cast():
    settled = recommend(answers(0, 0, (-2, -1, 0), 0, 0))
    assert (settled.approach, settled.status) == ("prompt_only", "final")
    split = recommend(answers(0, 0, (0, 2), 0, 0))
    assert (split.approach, split.status, split.open_criteria) == ("undecided", "provisional", ("task_stability",))


def test_contested_votes_count_even_where_a_lean_is_given_too():
    given = parse({"leans": dict.fromkeys(CRITERIA, 0), "contested": {"task_stability": [2, 0]}})
    assert recommend(given).approach == "undecided"


def test_a_contested_criterion_with_one_voice_is_that_lean():
    result = recommend(answers((-2, -2), 0, 0, 0, 0))
    assert (result.clause, result.revisit) == ("knowledge_changes", "monthly")


def test_nothing_answered_at_all():
    result = recommend(parse({}))
    assert (result.approach, result.path, result.clause, result.status) == (
        "undecided",
        "open",
        "open_criteria",
        "provisional",
    )
    assert result.open_criteria == CRITERIA
    assert (result.phase_one, result.backlog) == (None, None)


# --- one answer this week ------------------------------------------------------------------------------------------


def test_one_answer_keeps_a_decided_approach_and_marks_it_interim():
    result = recommend(answers(-1, -1, -1, OPEN, 0, one_answer_this_week=True))
    assert (result.approach, result.path, result.clause, result.status) == (
        "rag",
        "rag_only",
        "majority_rag",
        "interim",
    )


def test_one_answer_on_an_open_question():
    without = recommend(answers(0, 0, OPEN, 0, 0, one_answer_this_week=True))
    assert (without.approach, without.path, without.clause, without.status) == (
        "prompt_only",
        "interim",
        "open_criteria",
        "interim",
    )
    documents = recommend(answers(*[OPEN] * 5, one_answer_this_week=True, documents_drive=True, content_owner=False))
    assert (documents.approach, documents.path, documents.phase_one) == ("rag", "interim", "rag")
    assert documents.open_criteria
    assert {"assumption_log_required", "exactly_two_flip_signals_required", "name_content_freshness_owner"} <= set(
        documents.flags
    )


# --- phases, revisit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "phase_one", "backlog"),
    [
        (answers(-1, -1, -1, 0, 0), "rag", None),
        (answers(-1, -1, 2, 0, -1), "rag", "fine_tuning"),
        (answers(-1, 0, 2, 0, 0), "rag", "fine_tuning"),
        (answers(0, -1, 2, 0, 0), "rag", "fine_tuning"),
        (answers(0, 0, 2, 0, 0), "fine_tuning", None),
        (answers(0, 0, 2, 0, 0, documents_drive=True), "fine_tuning_with_thin_retrieval", None),
        (answers(1, 1, 0, 1, 0), "fine_tuning", None),
        (answers(), "prompts", None),
        (answers(prompt_baseline_sufficient=True), "prompts", None),
        (answers(pre_check=("clearer_tools",)), None, None),
    ],
)
def test_phase_one_and_backlog(given, phase_one, backlog):
    result = recommend(given)
    assert (result.phase_one, result.backlog) == (phase_one, backlog)


def test_revisit_is_monthly_where_knowledge_or_rules_move_fast():
    assert recommend(answers(-2, 0, 0, 0, 0)).revisit == "monthly"
    assert recommend(answers(-1, 0, 0, 0, 0)).revisit == "quarterly"
    assert recommend(answers(2, 0, 0, 0, 0, fast_changing_rules=True)).revisit == "monthly"
    assert recommend(answers(OPEN, 0, 0, 0, 0)).revisit == "quarterly"


# --- flags ---------------------------------------------------------------------------------------------------------

TUNES, HYBRID, RAG, THIN, PROMPTS = (
    answers(0, 0, 2, 0, 0),
    answers(-1, 0, 2, 0, 0),
    answers(-1, 0, 0, 0, 0),
    answers(0, 0, 2, 0, 0, documents_drive=True),
    answers(),
)


@pytest.mark.parametrize(
    ("flag", "given", "on"),
    [
        ("vendor_hosted_fine_tuning_with_data_agreement", TUNES.with_situation(training_capacity_short=True), True),
        ("vendor_hosted_fine_tuning_with_data_agreement", HYBRID.with_situation(training_capacity_short=True), True),
        ("vendor_hosted_fine_tuning_with_data_agreement", RAG.with_situation(training_capacity_short=True), False),
        ("vendor_hosted_fine_tuning_with_data_agreement", TUNES, False),
        ("memorisation_review_before_training", HYBRID.with_lean("data_sensitivity", -1), True),
        ("memorisation_review_before_training", RAG.with_lean("data_sensitivity", -1), False),
        ("memorisation_review_before_training", HYBRID, False),
        ("role_filters_in_retrieval_required", RAG.with_lean("data_sensitivity", -1), True),
        ("role_filters_in_retrieval_required", RAG.with_lean("audit_trust", -1), True),
        ("role_filters_in_retrieval_required", RAG.with_situation(explainability_required=True), True),
        ("role_filters_in_retrieval_required", RAG, False),
        ("role_filters_in_retrieval_required", HYBRID.with_lean("data_sensitivity", -2), True),
        ("role_filters_in_retrieval_required", THIN, False),
        ("role_filters_in_retrieval_required", PROMPTS.with_lean("data_sensitivity", -2), False),
        ("fine_tuning_blocked_no_update_owner", TUNES.with_situation(update_owner=False), True),
        ("fine_tuning_blocked_no_update_owner", HYBRID.with_situation(update_owner=False), True),
        ("fine_tuning_blocked_no_update_owner", RAG.with_situation(update_owner=False), False),
        ("fine_tuning_waits_for_labelled_data", TUNES.with_situation(labelled_examples=False), True),
        ("fine_tuning_waits_for_labelled_data", PROMPTS.with_situation(labelled_examples=False), False),
        ("distillation_candidate", TUNES.with_lean("latency_cost", 2), True),
        ("distillation_candidate", TUNES.with_lean("latency_cost", 1), False),
        ("distillation_candidate", answers(-1, -1, 1, 2, -1), True),
        ("distillation_candidate", answers(0, 0, 0, 2, 0), False),
        ("distillation_candidate", answers(0, 0, 2, 2, 0, clean_task_data=False), False),
        ("distillation_after_clean_task_data", answers(0, 0, 1, 2, 0, clean_task_data=False), True),
        ("measure_retrieval_latency_in_pilot", RAG.with_lean("latency_cost", 1), True),
        ("measure_retrieval_latency_in_pilot", THIN.with_lean("latency_cost", 2), True),
        ("measure_retrieval_latency_in_pilot", TUNES.with_lean("latency_cost", 2), False),
        ("name_content_freshness_owner", RAG.with_situation(content_owner=False), True),
        ("name_content_freshness_owner", THIN.with_situation(content_owner=False), True),
        ("name_content_freshness_owner", TUNES.with_situation(content_owner=False), False),
        ("phase_zero_eval_first", PROMPTS.with_situation(evaluation_set_locked=False), True),
        ("phase_zero_eval_first", answers(OPEN, 0, 0, 0, 0, evaluation_set_locked=False), True),
        ("phase_zero_eval_first", PROMPTS, False),
        ("conflict_audit_vs_sources", answers(0, -1, 0, 0, 0, sources_matter=False), True),
        ("conflict_audit_vs_sources", answers(0, -1, 0, 0, 0), False),
        ("conflict_audit_vs_sources", answers(0, 0, 0, 0, 0, sources_matter=False), False),
        ("audit_lean_raised_by_explainability", answers(0, 0, 0, 0, 0, explainability_required=True), True),
        ("audit_lean_raised_by_explainability", answers(0, 2, 0, 0, 0, explainability_required=True), True),
        ("audit_lean_raised_by_explainability", answers(0, -1, 0, 0, 0, explainability_required=True), False),
        ("explainable_architecture_bias", answers(0, -1, 0, 0, 0, explainability_required=True), True),
        ("assumption_log_required", answers(one_answer_this_week=True), True),
        ("exactly_two_flip_signals_required", answers(one_answer_this_week=True), True),
        ("exactly_two_flip_signals_required", answers(), False),
    ],
)
def test_flags(flag, given, on):
    assert (flag in recommend(given).flags) is on


# --- what holds for all 3,125 --------------------------------------------------------------------------------------

ALL_LEANS = [dict(zip(CRITERIA, leans, strict=True)) for leans in product(LEANS, repeat=5)]
ALL_SITUATIONS = [
    Situation(
        behaviour_dominates=dominates,
        sources_matter=sources,
        explainability_required=explain,
        documents_drive=documents,
    )
    for dominates in (None, False, True)
    for sources in (None, False, True)
    for explain in (False, True)
    for documents in (False, True)
]


@pytest.mark.parametrize(
    "situation",
    ALL_SITUATIONS,
    ids=lambda it: "".join(
        str(int(v)) if v is not None else "n"
        for v in (it.behaviour_dominates, it.sources_matter, it.explainability_required, it.documents_drive)
    ),
)
def test_invariants_over_all_answer_sets(situation):
    assert len(ALL_LEANS) == 3125
    for leans in ALL_LEANS:
        outcome = decide(leans, situation)
        if sum(lean < 0 for lean in leans.values()) >= 3:
            assert outcome.approach == "rag"
        if situation.explainability_required:
            assert outcome.approach in ("rag", "hybrid")
        if situation.sources_matter:
            assert outcome.approach != "fine_tuning"
        if leans["knowledge_churn"] < 0:
            assert outcome.approach != "fine_tuning"
        # strength is never weighed, save that +2 in task stability says that behaviour dominates
        weaker = {
            key: (lean > 0) - (lean < 0) if key != "task_stability" else max(lean, -1) for key, lean in leans.items()
        }
        assert decide(weaker, situation) == outcome


def test_a_stronger_lean_to_rag_never_leads_away_from_rag():
    """Monotone where it should be: from RAG, moving churn, audit or sensitivity further to RAG keeps RAG."""
    for situation in ALL_SITUATIONS:
        for leans in ALL_LEANS:
            if decide(leans, situation).approach == "rag":
                for key in ("knowledge_churn", "audit_trust", "data_sensitivity"):
                    assert decide({**leans, key: -2}, situation).approach == "rag"
