"""The texts behind the record defaults, one set a plan: what is built first, what waits, what can fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .text import Sentence, _

Texts = tuple[Sentence, ...]

TITLES: Final[Mapping[str, Sentence]] = {
    "rag": _("Answer from retrieval first"),
    "hybrid": _("Retrieve the facts first, then tune the behaviour"),
    "fine_tuning": _("Tune the behaviour"),
    "with_thin_retrieval": _("Tune the behaviour, with a thin layer of retrieval"),
    "evaluate_first": _("Evaluate fine-tuning against a prompted baseline"),
    "prompt_only": _("Stay with prompts"),
    "baseline_and_pilot": _("Prompted baseline and a pilot first"),
    "fix_first": _("Repair what is not a model problem first"),
    "undecided": _("Open: settle what decides it"),
}
# the answer to "which model?", put as risk
RISK_SUMMARIES: Final[Mapping[str, Sentence]] = {
    "rag": _(
        "Whichever model we pick, retrieval gives us citations and a document we can withdraw; the price is a pipeline "
        "that must be run like a production service."
    ),
    "hybrid": _(
        "Retrieval keeps facts fresh and citable, tuning keeps form steady; the price is two skill sets, so they come one "
        "after the other, and no tuned model replaces the policy documents."
    ),
    "fine_tuning": _(
        "Tuning makes form reliable and prompts shorter; the price is facts that age inside the model, answers without "
        "sources, and retraining that somebody must own."
    ),
    "with_thin_retrieval": _(
        "Tuning makes form reliable and a small index carries the documents that answers rest on; the price is training "
        "cost, and a small index that must still be kept right."
    ),
    "evaluate_first": _(
        "A pilot buys evidence before training money is committed; the price is a few weeks with the prompted baseline."
    ),
    "prompt_only": _(
        "A base model with good prompts meets the bar today; the price is that context length and consistency set the "
        "limit, and that a model update by the vendor can move the result."
    ),
    "baseline_and_pilot": _(
        "Nothing speaks for building either technique yet; the price of waiting is a pilot, which is less than a wrong build."
    ),
    "fix_first": _(
        "No model repairs unclear tools or poor documents; the price of repairing them first is time, and the price of not "
        "doing so is an expensive model that quotes the wrong passage."
    ),
    "undecided": _("Naming a model now would be a guess: what is still open can change the approach."),
}
FALLBACKS: Final[Mapping[str, tuple[Sentence, Sentence]]] = {
    "rag": (
        _("Decline and hand over"),
        _(
            "No passage clears the score floor after role filters: say so, give no answer, and hand the question to a "
            "person with what was searched."
        ),
    ),
    "hybrid": (
        _("Decline, or go back to the base model"),
        _(
            "No passage clears the score floor: decline and hand over. The tuned checkpoint fails a gate: the untuned model "
            "serves with the same retrieval."
        ),
    ),
    "fine_tuning": (
        _("Back to the prompted base model"),
        _(
            "An output that does not validate is tried once more, then goes to a person. A checkpoint that fails a gate is "
            "rolled back to the one before it, or to the prompted base model."
        ),
    ),
    "with_thin_retrieval": (
        _("Decline outside the small index"),
        _(
            "The question needs a document that the small index does not hold: decline and hand over. A checkpoint that "
            "fails a gate is rolled back."
        ),
    ),
    "evaluate_first": (
        _("The prompted baseline keeps serving"),
        _("Until tuning passes its gates the prompted baseline answers, and what it cannot answer goes to a person."),
    ),
    "prompt_only": (
        _("Hand over to a person"),
        _("Outside the agreed scope, or when the output does not validate twice: say so and hand over to a person."),
    ),
    "baseline_and_pilot": (
        _("Hand over to a person"),
        _("The baseline is not sure, or its output does not validate twice: say so and hand over to a person."),
    ),
    "fix_first": (_("Work as today"), _("Until the repair is done people work the way they do now.")),
    "undecided": (_("Work as today"), _("Until the open criteria are settled people work the way they do now.")),
}

_OBSERVE: Final = _("Tracing and a locked evaluation set with adversarial and out-of-domain prompts.")
_BASELINE: Final = _("A prompted baseline, measured on that set.")
PHASE_TEXTS: Final[Mapping[str, Texts]] = {
    "rag": (
        _OBSERVE,
        _("Retrieval with citations over the agreed sources."),
        _("Access rules enforced in retrieval, tested per role."),
        _("A pilot at production volumes, judged on accuracy, latency and cost."),
    ),
    "hybrid": (
        _OBSERVE,
        _("Retrieval with citations over the agreed sources."),
        _("Access rules enforced in retrieval, tested per role."),
        _("A pilot with four arms where it can be afforded: base, retrieval, tuned, both."),
    ),
    "fine_tuning": (
        _OBSERVE,
        _BASELINE,
        _("Training examples collected, cleaned, reviewed and versioned."),
        _("One tuned checkpoint against the baseline; promoted only through its gates."),
    ),
    "with_thin_retrieval": (
        _OBSERVE,
        _BASELINE,
        _("Training examples collected, cleaned, reviewed and versioned."),
        _("A small index of the documents that answers rest on, with an owner."),
    ),
    "evaluate_first": (
        _OBSERVE,
        _BASELINE,
        _("A small set of labelled examples, and the cost of labelling the rest."),
        _("One tuned checkpoint against the baseline; go on only if the gates say so."),
    ),
    "prompt_only": (_OBSERVE, _("The prompted model with its output schema, tools and hand-over.")),
    "baseline_and_pilot": (
        _OBSERVE,
        _BASELINE,
        _("A scoped pilot on accuracy, latency and cost; then score the criteria again."),
    ),
    "fix_first": (
        _("Measure a prompted baseline again after the repair."),
        _("Score the five criteria again; the scores of this workshop are kept."),
    ),
    "undecided": (
        _("Settle the criteria that decide the approach, each with its owner and the evidence that would count."),
    ),
}
BACKLOG_TEXTS: Final[Mapping[str, Texts]] = {
    "rag": (_("Fine-tuning, only if answers turn out grounded but wrong in style or structure."),),
    "rag_then_tune": (
        _("Fine-tuning for structure, tone or tool calls, once the RAG baseline is measured and its gates ask for it."),
        _("A distilled model where p95 latency stays over its limit."),
    ),
    "hybrid": (_("Fine-tuning of behaviour on top of the measured RAG baseline, if its figures justify the cost."),),
    "fine_tuning": (_("Retrieval, as soon as facts are invented or go stale within weeks."),),
    "with_thin_retrieval": (_("A full retrieval pipeline, if the small index starts to miss questions."),),
    "evaluate_first": (
        _("Full fine-tuning, if the evaluation shows a gain that pays for labels and retraining."),
        _("Retrieval, if the failures turn out to be about facts."),
    ),
    "prompt_only": (_("RAG or fine-tuning, as soon as the prompted baseline misses its gate."),),
    "baseline_and_pilot": (_("RAG or fine-tuning, whichever the pilot's failures call for."),),
    "fix_first": (_("RAG, fine-tuning or both, after the repair."),),
    "undecided": (),
}

_ONLY_PASSAGES: Final = _("Answers come only from the passages that were retrieved; otherwise the fallback applies.")
_CITES: Final = _("Every answer names its sources, and a reader can open them.")
_SCHEMA: Final = _("Outputs are validated against the schema before anybody sees them.")
_GATES: Final = _("Every checkpoint passes regression tests and a promotion gate, and can be rolled back.")
_COST: Final = _("Cost and quality are on one dashboard, with alerts and an owner.")
GUARDRAILS: Final[Mapping[str, Texts]] = {
    "rag": (_ONLY_PASSAGES, _CITES, _COST),
    "hybrid": (_ONLY_PASSAGES, _CITES, _GATES, _COST),
    "fine_tuning": (_SCHEMA, _GATES, _COST),
    "with_thin_retrieval": (_SCHEMA, _GATES, _CITES, _COST),
    "evaluate_first": (_SCHEMA, _COST),
    "prompt_only": (_SCHEMA, _("Prompts and the model's version are pinned and versioned."), _COST),
    "baseline_and_pilot": (_("Prompts and the model's version are pinned and versioned."), _COST),
    "fix_first": (),
    "undecided": (),
}

_RETRIEVAL_FAILS: Final = (
    (
        _("Chunks are noisy or cut too large, and the wrong passage comes back."),
        _("Better chunk borders, keyword search beside vectors, and a reranker, each measured on the evaluation set."),
    ),
    (
        _("Metadata filters are wrong: passages go missing, or reach a role that must not see them."),
        _("Filters tested as code, probes per role before launch, alerts on empty retrieval by role."),
    ),
    (
        _("The model ignores the right passage."),
        _(
            "A stricter instruction to answer from passages alone, a better tool schema, or another model; then the index."
        ),
    ),
)
_DRIFT: Final = (
    _("The task moves away from the training examples: new products, new rules, new customer groups."),
    _("Continuous evaluation, small tuning rounds, and retrieval kept for rare facts."),
)
_MEMORY: Final = (
    _("The tuned model repeats a rare string from its training files."),
    _("A review for secrets and personal data before training, and probes for known strings after it."),
)
_DOMINO: Final = (
    _("Consistency falls as traffic and cases grow."),
    _("Weekly measurement on the locked set, and a gate below which the decision is reopened."),
)
FAILURE_MODES: Final[Mapping[str, tuple[tuple[Sentence, Sentence], ...]]] = {
    "rag": _RETRIEVAL_FAILS,
    "hybrid": (*_RETRIEVAL_FAILS, _DRIFT, _MEMORY),
    "fine_tuning": (_DRIFT, _MEMORY),
    "with_thin_retrieval": (_DRIFT, _MEMORY, _RETRIEVAL_FAILS[0]),
    "evaluate_first": (_DRIFT, _MEMORY),
    "prompt_only": (_DOMINO,),
    "baseline_and_pilot": (_DOMINO,),
    "fix_first": (
        (
            _("The repair is declared done without a measurement, and the same failures return."),
            _("The prompted baseline is measured before and after the repair, on the same prompts."),
        ),
    ),
    "undecided": (),
}

# risk -> (text by plan with "" for the rest, plans that accept it)
RISKS: Final[Mapping[str, tuple[Mapping[str, Sentence], tuple[str, ...]]]] = {
    "stale_knowledge": (
        {
            "": _("Stale knowledge: an answer can be out of date without looking so."),
            "rag": _("Stale knowledge: the index can lag behind the documents by as long as a refresh takes."),
            "fine_tuning": _("Stale knowledge: what the model learned stays until the next training run."),
            "with_thin_retrieval": _("Stale knowledge: outside the small index, the model knows only what it learned."),
        },
        ("fine_tuning", "with_thin_retrieval", "evaluate_first", "prompt_only", "baseline_and_pilot"),
    ),
    "opaque_answers": (
        {
            "": _("Opaque answers: nobody can show what an answer was based on."),
            "rag": _("Opaque answers: the sources are shown, but not how the model weighed them."),
            "hybrid": _("Opaque answers: facts carry sources, tuned behaviour does not explain itself."),
        },
        ("fine_tuning", "evaluate_first", "prompt_only", "baseline_and_pilot"),
    ),
    "training_cost": (
        {
            "": _("Training cost: labels, evaluation and retraining cost more than the first run suggests."),
            "rag": _("Training cost: none now; it returns if the backlog item is taken up."),
        },
        ("fine_tuning", "with_thin_retrieval", "hybrid"),
    ),
    "operational_complexity": (
        {
            "": _("Operational complexity: one more service to version, watch and roll back."),
            "rag": _("Operational complexity: ingestion, index and access rules must be run like production services."),
            "hybrid": _("Operational complexity: retrieval and model operations both, each with its own skills."),
        },
        ("rag", "hybrid", "with_thin_retrieval"),
    ),
}
