"""Why: the sentences that explain a recommendation, with the criteria and the numbers that were counted."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Final

from .answers import CRITERIA, PRE_CHECK, Answers
from .criteria import NAMES
from .rule import Outcome, possible, read
from .text import Sentence, Value, _, signed
from .words import APPROACH_NAMES, CLAUSE_NAMES, CLAUSE_SENTENCES

Names = Mapping[str, Sentence | str]
PRE_CHECK_NAMES: Final[Mapping[str, Sentence]] = {
    "clearer_tools": _("clearer tools"),
    "smaller_retrieval_scope": _("a smaller scope for retrieval"),
    "ui_shows_sources": _("a screen that shows sources"),
    "document_quality": _("better documents"),
}


def reasons(
    outcome: Outcome, answers: Answers, deciding: tuple[str, ...], names: Names = NAMES
) -> tuple[Sentence, ...]:
    """The sentences behind an outcome: the clause first, then what was counted, then what the situation adds."""
    return tuple(_reasons(outcome, answers, deciding, names))


def _reasons(outcome: Outcome, answers: Answers, deciding: tuple[str, ...], names: Names) -> Iterator[Sentence]:
    situation = answers.situation
    yield clause_sentence(outcome, answers, deciding, names)
    if outcome.clause == "fix_first":
        ticked = tuple(PRE_CHECK_NAMES[item] for item in PRE_CHECK if item in (situation.pre_check or ()))
        yield _("To fix before anything is built: %(items)s.", items=ticked)
        yield _("Votes are kept and will count once this is fixed.")
        return
    if outcome.clause == "prompt_baseline":
        yield _("The scores are kept; they count again if the prompted baseline ever misses its bar.")
        return
    yield from _explainability(answers, names)
    yield from _counts(answers, names)
    if all(answers.state(key) == "settled" for key in CRITERIA):
        yield from _room_questions(answers, names)
    else:
        yield from _open(outcome, answers, deciding, names)
    if outcome.clause in ("sources_decide", "behaviour_thin_retrieval") and situation.documents_drive:
        yield _("Documents decide what a right answer is.")
    if outcome.path == "rag_then_fine_tuning":
        yield _(
            "Fine-tuning goes to the backlog: the task is stable or behaviour comes first, and the pilot of the RAG "
            "baseline will show whether fine-tuning pays."
        )
    if outcome.path == "evaluate_first":
        yield _("Evaluate means a measured pilot against the prompted baseline, not yet a commitment.")
    if situation.one_answer_this_week:
        yield _(
            "One answer this week was asked for, so this is interim: it needs a log of assumptions and exactly two "
            "signals that would change it."
        )


def clause_sentence(outcome: Outcome, answers: Answers, deciding: tuple[str, ...], names: Names = NAMES) -> Sentence:
    """The sentence behind the clause that fired; while criteria are open, the clauses that could and what they share."""
    if outcome.clause not in ("several", "open_criteria"):
        return CLAUSE_SENTENCES[outcome.clause]
    clauses: dict[str, set[str]] = {}
    for one in possible(answers):
        clauses.setdefault(one.approach, set()).add(one.clause)
    ways = {
        approach: reduce(_either, (name for clause, name in CLAUSE_NAMES.items() if clause in clauses[approach]))
        for approach in APPROACH_NAMES
        if approach in clauses
    }
    if outcome.clause == "several":
        return _(
            "Whichever way %(open)s goes, the approach is %(approach)s, because %(ways)s.",
            open=tuple(names[key] for key in CRITERIA if answers.state(key) != "settled"),
            approach=APPROACH_NAMES[outcome.approach],
            ways=ways[outcome.approach],
        )
    told = (_("%(approach)s if %(ways)s", approach=APPROACH_NAMES[key], ways=way) for key, way in ways.items())
    return _("It depends on %(open)s: %(told)s.", open=tuple(names[key] for key in deciding), told=reduce(_then, told))


def _either(one: Sentence, other: Sentence) -> Sentence:
    return _("%(one)s, or %(other)s", one=one, other=other)


def _then(one: Sentence, other: Sentence) -> Sentence:
    return _("%(one)s; %(other)s", one=one, other=other)


def _counts(answers: Answers, names: Names) -> Iterator[Sentence]:
    """How many criteria lean each way, with their names and leans, as the rule counts them."""
    counted = {key: _counted(key, answers) for key in CRITERIA}
    groups: dict[str, list[Value]] = {"rag": [], "even": [], "fine_tuning": []}
    for key, lean in counted.items():
        if lean is not None:
            side = "rag" if lean < 0 else "fine_tuning" if lean > 0 else "even"
            groups[side].append(_("%(criterion)s (%(lean)s)", criterion=names[key], lean=signed(lean)))
    rag, even, tuning = (tuple(groups[side]) for side in ("rag", "even", "fine_tuning"))
    if rag:
        yield _("Leaning RAG: %(count)s of 5, namely %(which)s.", count=len(rag), which=rag)
    else:
        yield _("None of the 5 criteria leans RAG.")
    if tuning:
        yield _("Leaning fine-tuning: %(count)s of 5, namely %(which)s.", count=len(tuning), which=tuning)
    else:
        yield _("None leans fine-tuning.")
    if even:
        yield _("Either way: %(count)s of 5 (%(which)s).", count=len(even), which=even)


def _counted(key: str, answers: Answers) -> int | None:
    """The lean as the rule counts it; None while it can fall to more than one side."""
    ways = answers.ways(key)
    if key == "audit_trust" and answers.situation.explainability_required:
        ways = tuple(min(lean, -1) for lean in ways)
    signs = {(lean > 0) - (lean < 0) for lean in ways}
    return ways[-1] if len(signs) == 1 else None


def _explainability(answers: Answers, names: Names) -> Iterator[Sentence]:
    if not answers.situation.explainability_required:
        return
    audit = answers.lean("audit_trust")
    if audit is None:
        yield _(
            "Answers must be explainable, so %(criterion)s counts as RAG whatever the votes say, and sources matter.",
            criterion=names["audit_trust"],
        )
    elif audit >= 0:
        yield _(
            "Answers must be explainable, so %(criterion)s counts as -1 (the group scored it %(lean)s), and sources "
            "matter.",
            criterion=names["audit_trust"],
            lean=signed(audit),
        )
    else:
        yield _(
            "Answers must be explainable, so sources matter. %(criterion)s already leans RAG.",
            criterion=names["audit_trust"],
        )


def _room_questions(answers: Answers, names: Names) -> Iterator[Sentence]:
    """Whether behaviour dominates and sources matter, and whether the room said so or it follows from the leans."""
    situation = answers.situation
    it = read({key: answers.lean(key) or 0 for key in CRITERIA}, situation)
    task = _("%(criterion)s (%(lean)s)", criterion=names["task_stability"], lean=signed(it.leans["task_stability"]))
    if situation.behaviour_dominates is not None:
        yield (
            _("The group said that consistent behaviour comes first.")
            if it.dominates
            else _("The group said that consistent behaviour does not come first.")
        )
    elif it.dominates and it.leans["task_stability"] == 2:
        yield _("The group wasn't asked whether behaviour comes first. It does, because of %(task)s.", task=task)
    elif it.dominates:
        yield _(
            "The group wasn't asked whether behaviour comes first. It does, because of %(task)s, with %(tuning)s leans "
            "for fine-tuning against %(rag)s for RAG.",
            task=task,
            tuning=it.fine_tuning,
            rag=it.rag,
        )
    else:
        yield _(
            "The group wasn't asked whether behaviour comes first. It doesn't: %(task)s, with %(tuning)s leans for "
            "fine-tuning against %(rag)s for RAG, isn't enough.",
            task=task,
            tuning=it.fine_tuning,
            rag=it.rag,
        )
    if situation.explainability_required:
        return
    if situation.sources_matter is not None:
        yield _("The group said that sources matter.") if it.sources else _("The group said that sources matter less.")
    elif it.sources:
        yield _(
            "The group wasn't asked about sources. They matter because %(criterion)s leans RAG.",
            criterion=names["audit_trust"],
        )
    else:
        yield _(
            "The group wasn't asked about sources. They matter less, because %(criterion)s doesn't lean RAG.",
            criterion=names["audit_trust"],
        )


def _open(outcome: Outcome, answers: Answers, deciding: tuple[str, ...], names: Names) -> Iterator[Sentence]:
    unanswered = tuple(names[key] for key in CRITERIA if answers.state(key) == "unanswered")
    contested = tuple(
        _(
            "%(criterion)s (scores %(votes)s)",
            criterion=names[key],
            votes=", ".join(signed(vote) for vote in answers.ways(key)),
        )
        for key in CRITERIA
        if answers.state(key) == "contested"
    )
    if unanswered:
        yield _("Not answered: %(which)s.", which=unanswered)
    if contested:
        yield _("Left contested: %(which)s.", which=contested)
    if not deciding:
        yield _(
            "Whichever way the open criteria go, the approach stays %(approach)s.",
            approach=APPROACH_NAMES[outcome.approach],
        )
        return
    yield _("What decides the answer is still open: %(which)s.", which=tuple(names[key] for key in deciding))
    if outcome.path != "interim":
        yield _("Until that is settled, no one can sign the record.")
    elif outcome.approach == "rag":
        yield _("Documents decide what a right answer is, so the interim default is RAG.")
    else:
        yield _("No one said that documents decide what a right answer is, so the interim default is prompts only.")
