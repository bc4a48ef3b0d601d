"""The precheck: is it a model problem at all, and what is worth knowing before anybody scores."""

from __future__ import annotations

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


PRE_CHECK_QUESTION: Final = _("What should be repaired before any model work?")
FIX_FIRST: Final[tuple[FixFirst, ...]] = (
    FixFirst(
        "clearer_tools",
        _("Clearer tools"),
        _("Would clearer tools do? Functions with vague names, too many of them, or results nobody can read."),
    ),
    FixFirst(
        "smaller_retrieval_scope",
        _("A smaller scope for retrieval"),
        _("Would a smaller search do? Everything is searched although each question belongs to one collection."),
    ),
    FixFirst(
        "ui_shows_sources",
        _("A screen that shows sources"),
        _("Would a better screen do? Answers may be right, but nobody can see what they rest on."),
    ),
    FixFirst(
        "document_quality",
        _("Better documents"),
        _("Are the documents the problem? Out of date, contradicting each other, or without an owner."),
    ),
)
_YES_NO: Final = (("yes", _("yes")), ("no", _("no")), ("unknown", _("we do not know")))
ROOM_QUESTIONS: Final[tuple[RoomQuestion, ...]] = (
    RoomQuestion(
        "baseline_measured",
        _("Was a prompted base model tried, and measured on real questions?"),
        _(
            "Instruction-tuned models do many tasks as they come. Without a measured baseline nobody knows what a build adds, "
            "and most stories of prompts being enough or not rest on none."
        ),
        (
            ("meets", _("measured, and it meets the bar")),
            ("misses", _("measured, and it misses the bar")),
            ("tried", _("tried, but not measured")),
            ("no", _("not tried")),
        ),
        {
            "meets": _("Then prompts are enough, and the record says so."),
            "tried": _("Measure it before signing: a day of work can save a quarter."),
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
        _("A few hundred pages can go in whole, with caching, and need no index. It may still cost more per call."),
        _YES_NO,
        {"yes": _("Try the whole text in the prompt as one arm of the pilot, before building an index.")},
    ),
    RoomQuestion(
        "labels_and_owner",
        _("Are there labelled examples, and does somebody own evaluation?"),
        _(
            "Labels and evaluation are where budgets break. Without labels there is nothing to tune on, without evaluation nothing to judge by."
        ),
        (
            ("both", _("labels and an owner")),
            ("labels", _("labels, but no owner")),
            ("owner", _("an owner, but no labels")),
            ("neither", _("neither")),
        ),
        {
            "labels": _("Name the owner of evaluation in the record."),
            "owner": _("Budget the labelling before any tuning."),
            "neither": _("Phase zero: an owner, then a labelled set that is locked."),
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
            "Facts come from documents. A way of reasoning, such as triage or underwriting, shows in worked examples and can be tuned."
        ),
        (
            ("facts", _("they look facts up")),
            ("style", _("they follow a way of reasoning")),
            ("both", _("both")),
            ("unknown", _("we do not know")),
        ),
        {
            "facts": _("Tuning adds facts poorly; keep that in mind when you score task stability."),
            "style": _("Collect worked examples of good reasoning: they are the training set, and the test."),
            "both": _("Score the two parts apart where you can, or expect hybrid."),
        },
        page="task-stability",
    ),
    RoomQuestion(
        "removable_data",
        _("Must one person's data be removable on request?"),
        _("A document leaves an index in minutes. What a model learned leaves with the next training run, if at all."),
        _YES_NO,
        {
            "yes": _("Keep such data in an index and out of training; score data sensitivity with that in mind."),
            "unknown": _("Ask the privacy owner before data sensitivity is settled."),
        },
        page="data-sensitivity",
    ),
    RoomQuestion(
        "tune_the_retriever",
        _('Could "tuning" mean the retriever or the reranker rather than the model?'),
        _(
            "Where the right passage exists but is not found, tuning the embedding model or a reranker costs less than tuning the generator."
        ),
        _YES_NO,
        {"yes": _("Add the tuned retriever or reranker as an arm of the pilot.")},
        page="what-each-changes",
    ),
)

if tuple(item.key for item in FIX_FIRST) != PRE_CHECK:  # pragma: no cover
    raise RuntimeError("the precheck and the answers name different items")
