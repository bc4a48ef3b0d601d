"""Record defaults: what a fresh draft says for this approach, path and situation, to be edited and never left blank."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .answers import Answers
from .criteria import BY_KEY, CRITERIA
from .flags import FLAGS, raised
from .measures import LEAK_PROBES, MEASURE, NO_GATE
from .plans import BACKLOG_TEXTS, FAILURE_MODES, FALLBACKS, GUARDRAILS, PHASE_TEXTS, RISK_SUMMARIES, RISKS, TITLES
from .recommendation import Recommendation
from .rule import Outcome
from .starting_points import STARTING_POINT, StartingPoint
from .text import Sentence, _
from .words import APPROACH_NAMES, SITUATION_BY_KEY

# the path meant when somebody chooses an approach that the rule did not recommend
USUAL_PATH: Final[Mapping[str, str]] = {
    "rag": "rag_only",
    "fine_tuning": "fine_tuning_only",
    "hybrid": "hybrid_rag_first",
    "prompt_only": "baseline_and_pilot",
    "fix_first": "none",
    "undecided": "open",
}
# signals against an approach that was chosen although the rule says another, or nothing yet
AGAINST: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "rag": (("task_stability", "toward_fine_tuning"), ("latency_cost", "toward_fine_tuning")),
    "fine_tuning": (("knowledge_churn", "toward_rag"), ("audit_trust", "toward_rag")),
    "hybrid": (("knowledge_churn", "toward_fine_tuning"), ("task_stability", "toward_rag")),
}
# flags that are an assumption somebody has to look after
ASSUMED: Final = (
    "vendor_hosted_fine_tuning_with_data_agreement",
    "memorisation_review_before_training",
    "fine_tuning_blocked_no_update_owner",
    "fine_tuning_waits_for_labelled_data",
    "name_content_freshness_owner",
    "phase_zero_eval_first",
    "conflict_audit_vs_sources",
)


def record_defaults(
    recommendation: Recommendation,
    *,
    approach: str | None = None,
    starting_point: str | StartingPoint = "",
    tier: str | None = None,
) -> dict[str, Any]:
    """The parts of a record's content that the framework can propose, as plain strings in the reader's language.

    `approach` is what was chosen, where that differs from the recommendation; `starting_point` is the key of ours or a
    team's own; `tier` sets the gates and follows from the answers when it is not given.
    """
    answers = recommendation.answers
    outcome = recommendation.outcome
    if approach is not None and approach != outcome.approach:
        outcome = Outcome(approach, USUAL_PATH.get(approach, "open"), outcome.clause)
    flags = raised(outcome, answers)
    start = starting_point if isinstance(starting_point, StartingPoint) else STARTING_POINT.get(starting_point)
    tier = tier or tier_of(answers, start)
    plan = plan_of(outcome)
    return {
        "title": str(TITLES[plan]),
        "risk_summary": str(RISK_SUMMARIES[plan]),
        "fallback": {"label": str(FALLBACKS[plan][0]), "text": str(FALLBACKS[plan][1])},
        "metrics": [_metric(key, tier, start) for key in metric_keys(plan, flags, start)],
        "phase_one": [str(text) for text in _phase_one(plan, outcome, flags)],
        "backlog": [
            str(text) for text in BACKLOG_TEXTS["rag_then_tune" if outcome.path == "rag_then_fine_tuning" else plan]
        ],
        "assumptions": [{"text": str(text), "owner": "", "check_by": ""} for text in _assumptions(flags, start)],
        "flip_signals": flip_signal_suggestions(recommendation, chosen=outcome.approach)[:2],
        "guardrails": [str(text) for text in _guardrails(plan, flags)],
        "risks": [risk for risk in risk_choices(outcome) if risk.pop("suggested")],
        "failure_modes": [{"text": str(text), "mitigation": str(cure)} for text, cure in FAILURE_MODES[plan]],
        "revisit": {"cadence": recommendation.revisit, "triggers": [], "none_because": ""},
    }


def plan_of(outcome: Outcome) -> str:
    """Which set of texts an outcome uses: its approach, except where the path makes it another plan."""
    if outcome.path in ("with_thin_retrieval", "evaluate_first"):
        return outcome.path
    if outcome.approach == "prompt_only" and outcome.path != "prompt_only":
        return "baseline_and_pilot"
    return outcome.approach if outcome.approach in TITLES else "undecided"


def tier_of(answers: Answers, start: StartingPoint | None = None) -> str:
    """How strict the start values are: regulated, customer-facing or internal."""
    if start is not None:
        return start.tier
    audit = answers.lean("audit_trust")
    if answers.situation.explainability_required or audit == -2:
        return "regulated"
    return "customer" if audit is None or audit < 0 else "internal"


def metric_keys(plan: str, flags: tuple[str, ...], start: StartingPoint | None = None) -> tuple[str, ...]:
    """Which metrics a plan is held against: accuracy, latency and cost always, the rest where it can fail."""
    retrieves = plan in ("rag", "hybrid", "with_thin_retrieval")
    tunes = plan in ("fine_tuning", "hybrid", "with_thin_retrieval", "evaluate_first")
    keys = ["grounded_correctness"] if retrieves else []
    if tunes:
        keys.append("schema_validity")
    keys += ["task_completion", "hallucination_rate"]
    if retrieves:
        keys.append("empty_retrieval")
    if "role_filters_in_retrieval_required" in flags:
        keys.append("role_leak")
    if plan == "fine_tuning":
        keys.append("refusal_quality")
    keys += ["latency_p95", "cost_per_answer"]
    if plan in ("fix_first", "undecided"):
        return ()
    if start is not None:
        keys += [key for key in start.metrics if key not in keys]
    return tuple(keys)


def flip_signal_suggestions(recommendation: Recommendation, *, chosen: str = "") -> list[dict[str, str]]:
    """Measurable signals that would change the approach, the nearest flips first; the facilitator picks two.

    Where no one or two changes would flip it, the signals of the criteria that lean most fill the list up: they say
    when to score again. `chosen` is the approach of the record, where that is not the recommended one.
    """
    departs = chosen not in ("", recommendation.approach)
    names, found = recommendation.names, dict[str, str]()

    def score_again(signal: object, key: str) -> None:
        weaker = _("Score %(criterion)s again: the case for this approach is weaker.", criterion=names[key])
        found.setdefault(str(signal), str(weaker))

    for flip in recommendation.flips:
        # a signal that cannot be measured, or that only reopens the question, is no signal to sign
        if len(flip.signals) == len(flip.changes) and flip.approach not in ("undecided", chosen):
            then = _("Reopen the decision: it would become %(approach)s.", approach=APPROACH_NAMES[flip.approach])
            found.setdefault(" ".join(map(str, flip.signals)), str(then))
    if recommendation.clause == "prompt_baseline":
        # nothing need be scored for this answer, so there is no flip to name: the baseline itself is the signal
        again = _("Score the five criteria: prompts are no longer enough.")
        found = {str(SITUATION_BY_KEY["prompt_baseline_sufficient"].signal_false): str(again), **found}
    for key, way in AGAINST.get(chosen, ()) if departs else ():
        score_again(getattr(BY_KEY[key], way), key)
    leans = {one.key: recommendation.answers.lean(one.key) or 0 for one in CRITERIA}
    for one in sorted(CRITERIA, key=lambda one: -abs(leans[one.key])):
        if len(found) >= 4 or departs or not leans[one.key]:
            break
        score_again(one.toward_fine_tuning if leans[one.key] < 0 else one.toward_rag, one.key)
    if len(found) < 2 and recommendation.status != "stop":
        for key, way in (("knowledge_churn", "toward_rag"), ("latency_cost", "toward_fine_tuning")):
            then = _("Score %(criterion)s: it has become a reason to build.", criterion=names[key])
            found.setdefault(str(getattr(BY_KEY[key], way)), str(then))
    return [{"signal": signal, "then": then} for signal, then in found.items()]


def risk_choices(outcome: Outcome) -> list[dict[str, Any]]:
    """The four risks to choose from, with what each means for this approach and whether it comes with it."""
    plan = plan_of(outcome)
    return [
        {"key": key, "text": str(by_plan.get(plan, by_plan[""])), "owner": "", "suggested": plan in plans}
        for key, (by_plan, plans) in RISKS.items()
    ]


def _metric(key: str, tier: str, start: StartingPoint | None) -> dict[str, str]:
    measure = MEASURE[key]
    gate, stop = measure.gate_text(tier), measure.stop_text(tier)
    if key == "role_leak":
        gate, stop = f"0 / {LEAK_PROBES}", "> 0"
    if start is not None and key in start.gates:
        gate, stop = start.gates[key]
    told = {part: str(getattr(measure, part)) for part in ("name", "definition", "sample", "when")}
    return {"key": key, **told, "gate": gate or (str(NO_GATE) if measure.kind == "trend" else ""), "stop": stop}


def _phase_one(plan: str, outcome: Outcome, flags: tuple[str, ...]) -> Iterator[Sentence]:
    if "phase_zero_eval_first" in flags and plan not in ("fix_first", "undecided"):
        yield _("Phase zero: collect, label and lock an evaluation set, with its owner.")
    yield from PHASE_TEXTS[plan]
    if "measure_retrieval_latency_in_pilot" in flags:
        yield _("Measure retrieval's share of p95 latency from the first day.")


def _guardrails(plan: str, flags: tuple[str, ...]) -> Iterator[Sentence]:
    yield from GUARDRAILS[plan]
    if "role_filters_in_retrieval_required" in flags:
        yield _("Role filters run before the model sees a passage, and deny by default.")
    if "memorisation_review_before_training" in flags:
        yield _("No training run without a review for rare strings and personal data.")
    if "explainable_architecture_bias" in flags:
        yield _("Every answer shows its sources and the steps that led to it.")


def _assumptions(flags: tuple[str, ...], start: StartingPoint | None) -> Iterator[Sentence | str]:
    """Those of the team's own starting point, and what the answers leave to be looked after."""
    yield from (text for text, _role in (start.assumptions if start is not None else ()))
    yield from (FLAGS[flag] for flag in ASSUMED if flag in flags)
