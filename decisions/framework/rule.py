"""The decision rule: the first clause that matches gives the approach; everything else explains it.

Leans are counted, never weighed and never averaged across criteria. `docs/the-rule.md` tells every reading.
"""

from collections.abc import Iterator, Mapping, Set
from itertools import product
from typing import Final, NamedTuple

from .answers import CRITERIA, Answers, Situation

RULE_VERSION: Final = "1.0"
APPROACHES: Final = ("rag", "fine_tuning", "hybrid", "prompt_only", "fix_first", "undecided")


class Outcome(NamedTuple):
    """What one full set of answers comes to."""

    approach: str
    path: str
    clause: str


class Reading(NamedTuple):
    """What the clauses look at: the counted leans, and the two room questions as answered or derived."""

    leans: Mapping[str, int]
    rag: int
    fine_tuning: int
    dominates: bool
    sources: bool


FIX_FIRST: Final = Outcome("fix_first", "none", "fix_first")
PROMPT_BASELINE: Final = Outcome("prompt_only", "prompt_only", "prompt_baseline")


def read(leans: Mapping[str, int], situation: Situation) -> Reading:
    """Count the leans after the explainability requirement, and answer the room questions that were not asked."""
    if situation.explainability_required and leans["audit_trust"] > -1:
        leans = {**leans, "audit_trust": -1}
    rag = sum(lean < 0 for lean in leans.values())
    fine_tuning = sum(lean > 0 for lean in leans.values())
    sources = situation.sources_matter
    if situation.explainability_required:
        sources = True
    elif sources is None:
        sources = leans["audit_trust"] < 0
    dominates = situation.behaviour_dominates
    if dominates is None:
        task = leans["task_stability"]
        dominates = task == 2 or (task == 1 and fine_tuning > rag)
    return Reading(leans, rag, fine_tuning, dominates, sources)


def decide(leans: Mapping[str, int], situation: Situation) -> Outcome:
    """The outcome of five answered criteria: the first clause that matches."""
    if situation.pre_check:
        return FIX_FIRST
    if situation.prompt_baseline_sufficient:
        return PROMPT_BASELINE
    it = read(leans, situation)
    if it.rag >= 3:
        then_tune = it.dominates or it.leans["task_stability"] == 2
        return Outcome("rag", "rag_then_fine_tuning" if then_tune else "rag_only", "majority_rag")
    if it.dominates and it.sources:
        return Outcome("hybrid", "hybrid_rag_first", "behaviour_and_sources")
    if it.dominates:
        if any(it.leans[key] < 0 for key in ("knowledge_churn", "audit_trust", "data_sensitivity")):
            return Outcome("hybrid", "hybrid", "behaviour_with_knowledge")
        if situation.documents_drive:
            return Outcome("fine_tuning", "with_thin_retrieval", "behaviour_thin_retrieval")
        return Outcome("fine_tuning", "fine_tuning_only", "behaviour_only")
    if it.leans["knowledge_churn"] < 0:
        return Outcome("rag", "rag_only", "knowledge_changes")
    if it.sources or situation.documents_drive:
        return Outcome("rag", "rag_only", "sources_decide")
    if it.leans["task_stability"] > 0 or it.fine_tuning >= 3:
        return Outcome("fine_tuning", "evaluate_first", "evaluate_fine_tuning")
    return Outcome("prompt_only", "baseline_and_pilot", "no_lean")


def every_way(answers: Answers) -> Iterator[dict[str, int]]:
    """Every full set of leans that these answers may still become; settled answers have one way."""
    for leans in product(*(answers.ways(key) for key in CRITERIA)):
        yield dict(zip(CRITERIA, leans, strict=True))


def possible(answers: Answers) -> set[Outcome]:
    """Every outcome that these answers may still come to; one where all criteria are settled."""
    return {decide(leans, answers.situation) for leans in every_way(answers)}


def settle(answers: Answers) -> Outcome:
    """The outcome of answers that may be incomplete: what stands in every way, else `undecided` or interim."""
    it = answers.situation
    return stands(possible(answers), one_answer=bool(it.one_answer_this_week), documents_drive=bool(it.documents_drive))


def stands(outcomes: Set[Outcome], *, one_answer: bool, documents_drive: bool) -> Outcome:
    """What several possible outcomes come to: the approach they share, or an open question."""
    if len({outcome.approach for outcome in outcomes}) > 1:
        return undecided(one_answer=one_answer, documents_drive=documents_drive)
    first = next(iter(outcomes))
    return Outcome(
        first.approach,
        first.path if len({outcome.path for outcome in outcomes}) == 1 else "depends",
        first.clause if len({outcome.clause for outcome in outcomes}) == 1 else "several",
    )


def undecided(*, one_answer: bool, documents_drive: bool) -> Outcome:
    """What an open question comes to: nothing, or a stated default where one answer is wanted this week."""
    if not one_answer:
        return Outcome("undecided", "open", "open_criteria")
    return Outcome("rag" if documents_drive else "prompt_only", "interim", "open_criteria")


def deciding(answers: Answers) -> tuple[str, ...]:
    """The open criteria on which the approach turns: changing that one alone can change it in some way."""
    approaches = {tuple(leans.values()): decide(leans, answers.situation).approach for leans in every_way(answers)}
    if len(set(approaches.values())) == 1:
        return ()
    found = []
    for position, key in enumerate(CRITERIA):
        by_rest: dict[tuple[int, ...], set[str]] = {}
        for leans, approach in approaches.items():
            by_rest.setdefault(leans[:position] + leans[position + 1 :], set()).add(approach)
        if any(len(results) > 1 for results in by_rest.values()):
            found.append(key)
    return tuple(found)
