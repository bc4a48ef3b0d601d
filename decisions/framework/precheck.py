"""The precheck: is it a model problem at all, and what is worth knowing before anybody scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .answers import PRE_CHECK
from .text import Sentence, _


@dataclass(frozen=True, slots=True)
class FixFirst:
    """One thing that no model repairs: a tick ends the workshop with "fix first"."""

    key: str
    name: Sentence
    question: Sentence


@dataclass(frozen=True, slots=True)
class RoomQuestion:
    """One thing to ask in the room; it informs scores and the record, and decides nothing by itself.

    `answers` are the choices (key and words); `then` says what each answer that matters means.
    """

    key: str
    question: Sentence
    why: Sentence
    answers: tuple[tuple[str, Sentence], ...]
    then: Mapping[str, Sentence]
    # the situation answer that a choice sets, where it sets one: choice -> (key, value)
    sets: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    page: str = "precheck"


PRE_CHECK_QUESTION: Final = _("What should be fixed before any model work?")
FIX_FIRST: Final[tuple[FixFirst, ...]] = (
    FixFirst(
        "clearer_tools",
        _("Clearer tools"),
        _(
            "Would clearer tools be enough? Functions have vague names, there are too many, or no one can read the "
            "results."
        ),
    ),
    FixFirst(
        "smaller_retrieval_scope",
        _("A smaller scope for retrieval"),
        _(
            "Would a smaller search be enough? Every search covers everything, although each question belongs to "
            "one collection."
        ),
    ),
    FixFirst(
        "ui_shows_sources",
        _("A screen that shows sources"),
        _("Would a better screen be enough? Answers may be right, but no one can see what they're based on."),
    ),
    FixFirst(
        "document_quality",
        _("Better documents"),
        _("Are the documents the problem? They're out of date, contradict each other or have no owner."),
    ),
)
_YES_NO: Final = (("yes", _("yes")), ("no", _("no")), ("unknown", _("we don't know")))
ROOM_QUESTIONS: Final[tuple[RoomQuestion, ...]] = (
    RoomQuestion(
        "baseline_measured",
        _("Have you tried a prompted base model and measured it on real questions?"),
        _(
            "Instruction-tuned models do many tasks out of the box. Without a measured baseline, no one knows what a "
            "build adds, and most claims that prompts are enough, or aren't, have none behind them."
        ),
        (
            ("meets", _("measured, and it meets the bar")),
            ("misses", _("measured, and it misses the bar")),
            ("tried", _("tried, but not measured")),
            ("no", _("not tried")),
        ),
        {
            "meets": _("Then prompts are enough, and the record says so."),
            "tried": _("Measure it before you sign. A day of work can save a quarter."),
            "no": _("Put a measured baseline first in phase one."),
        },
        {
            "meets": ("prompt_baseline_sufficient", True),
            "misses": ("prompt_baseline_sufficient", False),
            "tried": ("prompt_baseline_sufficient", False),
            "no": ("prompt_baseline_sufficient", False),
        },
    ),
    RoomQuestion(
        "fits_in_context",
        _("Is all the knowledge small enough to put into the context window?"),
        _("A few hundred pages can go in whole, with caching, and need no index. It can still cost more per call."),
        _YES_NO,
        {"yes": _("Try the whole text in the prompt as one arm of the pilot, before building an index.")},
    ),
    RoomQuestion(
        "labels_and_owner",
        _("Are there labelled examples, and does someone own evaluation?"),
        _(
            "Budgets often forget labels and evaluation. Without labels there's nothing to fine-tune on. Without "
            "evaluation there's nothing to judge by."
        ),
        (
            ("both", _("labels and an owner")),
            ("labels", _("labels, but no owner")),
            ("owner", _("an owner, but no labels")),
            ("neither", _("neither")),
        ),
        {
            "labels": _("Name the evaluation owner in the record."),
            "owner": _("Budget the labelling before any fine-tuning."),
            "neither": _("Phase zero: an owner, then a locked, labelled set."),
        },
        {
            "both": ("labelled_examples", True),
            "labels": ("labelled_examples", True),
            "owner": ("labelled_examples", False),
            "neither": ("labelled_examples", False),
        },
        "evaluation-and-pilot",
    ),
    RoomQuestion(
        "lookup_or_style",
        _("Do questions look facts up, or follow a way of reasoning?"),
        _(
            "Facts come from documents. You can show a way of reasoning, such as triage or underwriting, in worked "
            "examples and fine-tune on them."
        ),
        (
            ("facts", _("they look facts up")),
            ("style", _("they follow a way of reasoning")),
            ("both", _("both")),
            ("unknown", _("we don't know")),
        ),
        {
            "facts": _("Fine-tuning is a poor way to add facts. Keep that in mind when you score task stability."),
            "style": _("Collect worked examples of good reasoning. They're your training set and your test."),
            "both": _("Score the two parts separately where you can, or expect a hybrid."),
        },
        page="task-stability",
    ),
    RoomQuestion(
        "removable_data",
        _("Must one person's data be removable on request?"),
        _(
            "You can remove a document from an index in minutes. What a model learned stays until the next "
            "training run, or longer."
        ),
        _YES_NO,
        {
            "yes": _("Keep such data in an index and out of training. Score data sensitivity with that in mind."),
            "unknown": _("Ask the privacy owner before you settle data sensitivity."),
        },
        page="data-sensitivity",
    ),
    RoomQuestion(
        "tune_the_retriever",
        _("Could “tuning” mean the retriever or the reranker rather than the model?"),
        _(
            "If the right passage exists but isn't found, tuning the embedding model or a reranker costs less than "
            "fine-tuning the generator."
        ),
        _YES_NO,
        {"yes": _("Add the tuned retriever or reranker as an arm of the pilot.")},
        page="what-each-changes",
    ),
)

if tuple(item.key for item in FIX_FIRST) != PRE_CHECK:  # pragma: no cover
    raise RuntimeError("the precheck and the answers name different items")
