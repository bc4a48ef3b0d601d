"""The next lever after a pilot or an incident: the first row that matches."""

import pytest

from decisions.framework.lever import LEVERS, NOW, Observed, next_lever


@pytest.mark.parametrize(
    ("now", "seen", "lever"),
    [
        ("fine_tuning", {"eval_exists": False, "hallucinates": True}, "build_eval_first"),
        (
            "hybrid",
            {"right_passage_ignored": True, "retrieval_wrong": True, "hallucinates": True},
            "fix_prompt_tools_or_model",
        ),
        (
            "rag",
            {"right_passage_ignored": True, "style_or_structure_bad": True, "grounded_ok": True},
            "fix_prompt_tools_or_model",
        ),
        ("rag", {"retrieval_wrong": True, "hallucinates": True}, "fix_chunking_filters_hybrid_search_reranker"),
        ("fine_tuning", {"stale_within_weeks": True}, "add_rag"),
        ("fine_tuning", {"fluent_but_wrong": True, "style_or_structure_bad": True}, "add_rag"),
        ("hybrid", {"hallucinates": True}, "strengthen_rag"),
        ("hybrid", {"stale_within_weeks": True}, "strengthen_rag"),
        # retrieval is there already and still facts are missing: strengthen it, since nothing else would help
        ("rag", {"hallucinates": True}, "strengthen_rag"),
        ("rag", {"fluent_but_wrong": True, "grounded_ok": True, "style_or_structure_bad": True}, "strengthen_rag"),
        ("rag", {"grounded_ok": True, "style_or_structure_bad": True}, "add_fine_tuning"),
        ("rag", {"style_or_structure_bad": True}, "keep_and_revisit"),
        ("rag", {"grounded_ok": False, "style_or_structure_bad": True}, "keep_and_revisit"),
        ("hybrid", {"grounded_ok": True, "style_or_structure_bad": True}, "keep_and_revisit"),
        ("fine_tuning", {"style_or_structure_bad": True}, "keep_and_revisit"),
        ("hybrid", {}, "keep_and_revisit"),
        ("rag", {"grounded_ok": False}, "keep_and_revisit"),
    ],
)
def test_rows_in_order(now, seen, lever):
    advice = next_lever(now, Observed(**seen))
    assert advice.key == lever
    assert lever in LEVERS


def test_advice_to_keep_still_says_what_to_look_at():
    asked = next_lever("rag", Observed(grounded_ok=False))
    assert "you ticked no cause" in str(asked.reason)
    tuned = next_lever("hybrid", Observed(grounded_ok=True, style_or_structure_bad=True))
    assert "is fine-tuned" in str(tuned.reason)


def test_a_fluent_and_wrong_tuned_model_is_never_trained_again():
    for now in NOW:
        assert next_lever(now, Observed(fluent_but_wrong=True)).key != "add_fine_tuning"
