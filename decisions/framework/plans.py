"""The texts behind the record defaults, one set a plan: what is built first, what waits, what can fail."""

from collections.abc import Mapping
from typing import Final

from .text import Sentence, _

Texts = tuple[Sentence, ...]

TITLES: Final[Mapping[str, Sentence]] = {
    "rag": _("Answer from retrieval first"),
    "hybrid": _("Retrieve the facts first, then fine-tune the behaviour"),
    "fine_tuning": _("Fine-tune the behaviour"),
    "with_thin_retrieval": _("Fine-tune the behaviour, with a thin layer of retrieval"),
    "evaluate_first": _("Evaluate fine-tuning against a prompted baseline"),
    "prompt_only": _("Stay with prompts"),
    "baseline_and_pilot": _("Prompted baseline and a pilot first"),
    "fix_first": _("Fix what isn't a model problem first"),
    "undecided": _("Undecided: settle the open criteria"),
}
# the answer to "which model?", put as risk
RISK_SUMMARIES: Final[Mapping[str, Sentence]] = {
    "rag": _(
        "Whichever model we pick, retrieval gives us citations and documents we can withdraw. The price is a pipeline "
        "we must run like a production service."
    ),
    "hybrid": _(
        "Retrieval keeps facts fresh and citable, fine-tuning keeps form consistent. The price is two skill sets, so "
        "we build them in sequence, and no fine-tuned model replaces the policy documents."
    ),
    "fine_tuning": _(
        "Fine-tuning makes form reliable and prompts shorter. The price is facts that age inside the model, answers "
        "without sources, and retraining that someone must own."
    ),
    "with_thin_retrieval": _(
        "Fine-tuning makes form reliable and a small index holds the documents behind the answers. The price is "
        "training cost, and a small index to keep right."
    ),
    "evaluate_first": _(
        "A pilot buys evidence before we commit money to training. The price is a few weeks with the prompted baseline."
    ),
    "prompt_only": _(
        "A base model with good prompts meets the bar today. The price is that context length and consistency set the "
        "limit, and a model update by the vendor can change the result."
    ),
    "baseline_and_pilot": _(
        "There is no case for building either technique yet. The price of waiting is a pilot, which costs less than a "
        "wrong build."
    ),
    "fix_first": _(
        "No model fixes unclear tools or poor documents. The price of fixing them first is time. The price of not "
        "fixing them is an expensive model that quotes the wrong passage."
    ),
    "undecided": _("Choosing a model now would be a guess. The open criteria could still change the approach."),
}
FALLBACKS: Final[Mapping[str, tuple[Sentence, Sentence]]] = {
    "rag": (
        _("Decline and hand over"),
        _(
            "If no passage clears the score floor after role filters, say so, give no answer, and hand the question to "
            "a person with what was searched."
        ),
    ),
    "hybrid": (
        _("Decline, or go back to the base model"),
        _(
            "If no passage clears the score floor, decline and hand over. If the fine-tuned checkpoint fails a gate, "
            "the base model serves with the same retrieval."
        ),
    ),
    "fine_tuning": (
        _("Back to the prompted base model"),
        _(
            "If an output doesn't validate, try once more, then hand over to a person. If a checkpoint fails a gate, "
            "roll back to the previous one or to the prompted base model."
        ),
    ),
    "with_thin_retrieval": (
        _("Decline outside the small index"),
        _(
            "If the question needs a document that isn't in the small index, decline and hand over. If a checkpoint "
            "fails a gate, roll it back."
        ),
    ),
    "evaluate_first": (
        _("The prompted baseline keeps serving"),
        _("Until fine-tuning passes its gates, the prompted baseline answers. What it can't answer goes to a person."),
    ),
    "prompt_only": (
        _("Hand over to a person"),
        _("Outside the agreed scope, or if the output fails to validate twice, say so and hand over to a person."),
    ),
    "baseline_and_pilot": (
        _("Hand over to a person"),
        _("If the baseline isn't sure, or its output fails to validate twice, say so and hand over to a person."),
    ),
    "fix_first": (_("Carry on as now"), _("Until the fix is done, people work as they do now.")),
    "undecided": (_("Carry on as now"), _("Until the open criteria are settled, people work as they do now.")),
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
        _("A pilot with four arms where it can be afforded: base, retrieval, fine-tuned, both."),
    ),
    "fine_tuning": (
        _OBSERVE,
        _BASELINE,
        _("Training examples collected, cleaned, reviewed and versioned."),
        _("One fine-tuned checkpoint compared with the baseline, promoted only through its gates."),
    ),
    "with_thin_retrieval": (
        _OBSERVE,
        _BASELINE,
        _("Training examples collected, cleaned, reviewed and versioned."),
        _("A small index of the documents behind the answers, with an owner."),
    ),
    "evaluate_first": (
        _OBSERVE,
        _BASELINE,
        _("A small set of labelled examples, and the cost of labelling the rest."),
        _("One fine-tuned checkpoint compared with the baseline. Continue only if it passes its gates."),
    ),
    "prompt_only": (_OBSERVE, _("The prompted model with its output schema, tools and hand-over.")),
    "baseline_and_pilot": (
        _OBSERVE,
        _BASELINE,
        _("A scoped pilot on accuracy, latency and cost. Then score the criteria again."),
    ),
    "fix_first": (
        _("Measure a prompted baseline again after the fix."),
        _("Score the five criteria again. The votes of this workshop are kept."),
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
    "prompt_only": (_("RAG or fine-tuning, as soon as the prompted baseline fails its gate."),),
    "baseline_and_pilot": (_("RAG or fine-tuning, whichever the pilot's failures call for."),),
    "fix_first": (_("RAG, fine-tuning or both, after the fix."),),
    "undecided": (),
}

_ONLY_PASSAGES: Final = _("Answers come only from retrieved passages. Otherwise the fallback applies.")
_CITES: Final = _("Every answer names its sources, and a reader can open them.")
_SCHEMA: Final = _("Outputs are validated against the schema before anyone sees them.")
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
    _("Continuous evaluation, small fine-tuning rounds, and retrieval kept for rare facts."),
)
_MEMORY: Final = (
    _("The fine-tuned model repeats a rare string from its training files."),
    _("A review for secrets and personal data before training, and probes for known strings after it."),
)
_DOMINO: Final = (
    _("Consistency falls as traffic and cases grow."),
    _("Weekly measurement on the locked set, and a gate below which you reopen the decision."),
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
            _("Someone calls the fix done without measuring, and the same failures return."),
            _("Measure the prompted baseline before and after the fix, on the same prompts."),
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
            "": _("Opaque answers: no one can show what an answer was based on."),
            "rag": _("Opaque answers: you see the sources, but not how the model weighed them."),
            "hybrid": _("Opaque answers: facts have sources, but fine-tuned behaviour can't be explained."),
        },
        ("fine_tuning", "evaluate_first", "prompt_only", "baseline_and_pilot"),
    ),
    "training_cost": (
        {
            "": _("Training cost: labels, evaluation and retraining cost more than the first run suggests."),
            "rag": _("Training cost: none now, but it returns with the backlog item."),
        },
        ("fine_tuning", "with_thin_retrieval", "hybrid"),
    ),
    "operational_complexity": (
        {
            "": _("Operational complexity: one more service to version, watch and roll back."),
            "rag": _(
                "Operational complexity: you must run ingestion, index and access rules like production services."
            ),
            "hybrid": _("Operational complexity: both retrieval and model operations, each with its own skills."),
        },
        ("rag", "hybrid", "with_thin_retrieval"),
    ),
}
