"""Flags: what must be looked after whatever was chosen. They never change the approach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .answers import Answers
from .rule import Outcome
from .text import Sentence, _

FLAGS: Final[Mapping[str, Sentence]] = {
    "vendor_hosted_fine_tuning_with_data_agreement": _(
        "Nobody here can run training: tune at the model vendor, under a strict agreement on the data, "
        "rather than build a cluster that cannot be kept up."
    ),
    "memorisation_review_before_training": _(
        "Sensitive data is in play: review the training set for rare strings and personal data before anything "
        "is trained, because a tuned model can repeat them."
    ),
    "role_filters_in_retrieval_required": _(
        "Retrieval must filter by the asker's role before the model sees a passage, and the filter needs a test "
        "of its own."
    ),
    "fine_tuning_blocked_no_update_owner": _(
        "Nobody would keep a tuned model up to date: tuning stays blocked until somebody owns that."
    ),
    "fine_tuning_waits_for_labelled_data": _(
        "There are no labelled examples yet: tuning waits until there are, and labelling is in the budget."
    ),
    "distillation_candidate": _(
        "Speed matters strongly on a repetitive task: a smaller, distilled model is worth measuring."
    ),
    "distillation_after_clean_task_data": _(
        "Speed matters strongly on a repetitive task, but there is no clean task data yet: collect that first, "
        "then measure a smaller, distilled model."
    ),
    "measure_retrieval_latency_in_pilot": _(
        "Speed leans toward fine-tuning while retrieval adds a step to every answer: measure retrieval's share of "
        "p95 latency in the pilot."
    ),
    "name_content_freshness_owner": _(
        "Nobody owns the freshness of the content: name that person before launch, or retrieval serves old text."
    ),
    "phase_zero_eval_first": _(
        "There is no locked evaluation set: build it before phase one, or every later choice is a guess."
    ),
    "conflict_audit_vs_sources": _(
        "The room said that sources matter less, and yet audit and trust leans RAG: talk about which of the two holds."
    ),
    "audit_lean_raised_by_explainability": _(
        "Audit and trust was scored at 0 or above; because answers must be explainable it counts as RAG. "
        "The room's own score stays visible."
    ),
    "explainable_architecture_bias": _(
        "Answers must be explainable: prefer a design that shows its sources and steps, even where tuning would "
        "be cheaper in tokens or score higher on a benchmark."
    ),
    "assumption_log_required": _(
        "One answer this week: write down at least one assumption, with an owner, before sign-off."
    ),
    "exactly_two_flip_signals_required": _(
        "One answer this week: name exactly two signals that would change it before sign-off."
    ),
}


def raised(outcome: Outcome, answers: Answers) -> tuple[str, ...]:
    """Keys of the flags that hold, in a fixed order.

    They read the room's own scores (the explainability requirement raises what the rule counts, not what the room
    said), and an open criterion leans a way only when it leans that way however it falls.
    """
    situation = answers.situation

    def leans_rag(key: str) -> bool:
        return all(lean < 0 for lean in answers.ways(key))

    def leans_fine_tuning(key: str) -> bool:
        return all(lean > 0 for lean in answers.ways(key))

    tunes = outcome.approach in ("fine_tuning", "hybrid")
    retrieves = outcome.approach in ("rag", "hybrid") or outcome.path == "with_thin_retrieval"
    explain, one_answer = bool(situation.explainability_required), bool(situation.one_answer_this_week)
    distils = answers.ways("latency_cost") == (2,) and leans_fine_tuning("task_stability")
    holds = {
        "vendor_hosted_fine_tuning_with_data_agreement": tunes and bool(situation.training_capacity_short),
        "memorisation_review_before_training": tunes and leans_rag("data_sensitivity"),
        "role_filters_in_retrieval_required": retrieves
        and (explain or leans_rag("data_sensitivity") or leans_rag("audit_trust")),
        "fine_tuning_blocked_no_update_owner": tunes and situation.update_owner is False,
        "fine_tuning_waits_for_labelled_data": tunes and situation.labelled_examples is False,
        "distillation_candidate": distils and situation.clean_task_data is not False,
        "distillation_after_clean_task_data": distils and situation.clean_task_data is False,
        "measure_retrieval_latency_in_pilot": retrieves and leans_fine_tuning("latency_cost"),
        "name_content_freshness_owner": retrieves and situation.content_owner is False,
        "phase_zero_eval_first": situation.evaluation_set_locked is False,
        "conflict_audit_vs_sources": situation.sources_matter is False and leans_rag("audit_trust"),
        "audit_lean_raised_by_explainability": explain and all(lean >= 0 for lean in answers.ways("audit_trust")),
        "explainable_architecture_bias": explain,
        "assumption_log_required": one_answer,
        "exactly_two_flip_signals_required": one_answer,
    }
    return tuple(key for key in FLAGS if holds[key])
