"""Flags: what must be looked after whatever was chosen. They never change the approach."""

from collections.abc import Mapping
from typing import Final

from .answers import Answers
from .rule import Outcome
from .text import Sentence, _

FLAGS: Final[Mapping[str, Sentence]] = {
    "vendor_hosted_fine_tuning_with_data_agreement": _(
        "You don't have the people to run training. Use the vendor's hosted fine-tuning under a strict data agreement "
        "instead of building a cluster you can't maintain."
    ),
    "memorisation_review_before_training": _(
        "The data is sensitive. Review the training set for rare strings and personal data before you train anything, "
        "because a fine-tuned model can repeat them."
    ),
    "role_filters_in_retrieval_required": _(
        "Retrieval must filter by the asker's role before the model sees a passage. Test the filter separately."
    ),
    "fine_tuning_blocked_no_update_owner": _(
        "No one would keep a fine-tuned model up to date. Fine-tuning stays blocked until someone does."
    ),
    "fine_tuning_waits_for_labelled_data": _(
        "There are no labelled examples yet. Fine-tuning waits until there are, so put labelling in the budget."
    ),
    "distillation_candidate": _(
        "Speed matters a lot on a repetitive task. A smaller, distilled model is worth measuring."
    ),
    "distillation_after_clean_task_data": _(
        "Speed matters a lot on a repetitive task, but there is no clean task data yet. Collect that first, then "
        "measure a smaller, distilled model."
    ),
    "measure_retrieval_latency_in_pilot": _(
        "Speed leans toward fine-tuning, but retrieval adds a step to every answer. Measure retrieval's share of p95 "
        "latency in the pilot."
    ),
    "name_content_freshness_owner": _(
        "No one keeps the content fresh. Name that person before launch, or retrieval serves old text."
    ),
    "phase_zero_eval_first": _(
        "There is no locked evaluation set. Build one before phase one, or every later choice is a guess."
    ),
    "conflict_audit_vs_sources": _(
        "The group said sources matter less, but audit and trust leans RAG. Decide which one is right."
    ),
    "audit_lean_raised_by_explainability": _(
        "The group scored audit and trust at 0 or above. Because answers must be explainable, it counts as RAG. The "
        "group's own score stays visible."
    ),
    "explainable_architecture_bias": _(
        "Answers must be explainable. Choose a design that shows its sources and steps, even where fine-tuning would "
        "be cheaper in tokens or score higher on a benchmark."
    ),
    "assumption_log_required": _("One answer this week: add at least one assumption, with an owner, before sign-off."),
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
