"""Starting points: five common cases that fill the context, point at what matters, and set record defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .text import Sentence, _


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingPoint:
    """A common case; it suggests, and scores nothing."""

    key: str
    name: Sentence | str
    summary: Sentence | str
    # fill the form of a new decision
    title: Sentence | str
    question: Sentence | str
    context: Sentence | str
    # criterion -> what to look at first in this case
    emphasis: Mapping[str, Sentence | str]
    # pages of the guide to open first
    guides: tuple[str, ...]
    # suggested answers about the situation, confirmed by the room
    situation: Mapping[str, Any] = field(default_factory=dict)
    # how strict the start values are: internal, customer or regulated
    tier: str = "internal"
    # further metrics, and (gate, stop) that replace a start value; only a team's own has gates and assumptions, for
    # nobody can know theirs
    metrics: tuple[str, ...] = ()
    gates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # assumptions to check, with the role that checks them
    assumptions: tuple[tuple[Sentence | str, str], ...] = ()


STARTING_POINTS: Final[tuple[StartingPoint, ...]] = (
    StartingPoint(
        key="support_copilot",
        name=_("Internal support copilot"),
        summary=_("Helps agents answer from tickets, runbooks and known errors."),
        title=_("Support copilot over tickets and runbooks"),
        question=_("How should the copilot know what our runbooks and tickets say today?"),
        context=_(
            "Agents answer questions of customers or colleagues. Knowledge lives in runbooks, tickets and incident notes "
            "that change every week. An agent reads each suggestion before it goes out, and wants to open its source."
        ),
        emphasis={
            "knowledge_churn": _("Count runbook edits of the last 90 days, and tickets that made an old answer wrong."),
            "audit_trust": _("Ask whether customers are allowed to see what agents see. Roles decide the filters."),
            "data_sensitivity": _("Tickets contain names and account data. Say who is allowed to read which queue."),
        },
        guides=("patterns", "when-retrieval-is-best", "knowledge-churn"),
        situation={"documents_drive": True},
        metrics=("right_passage_ignored",),
    ),
    StartingPoint(
        key="marketing_assistant",
        name=_("Marketing content assistant"),
        summary=_("Drafts copy in the brand's voice with product facts from the catalogue."),
        title=_("Content assistant in our brand voice"),
        question=_("How do drafts get our voice right and keep product facts right?"),
        context=_(
            "Editors ask for product texts, newsletters and posts. The voice is described in a style guide and shown in "
            "years of approved copy. Prices, names and claims must match the catalogue on the day of publication. An editor "
            "approves every text."
        ),
        emphasis={
            "task_stability": _("Look at rejected drafts: were they off in voice, or wrong in facts?"),
            "knowledge_churn": _(
                "The voice stays the same for years while the catalogue changes daily. Score the facts."
            ),
            "audit_trust": _("Claims about products may need proof; ask legal which."),
        },
        guides=("patterns", "hybrid", "task-stability"),
        situation={"behaviour_dominates": True},
        tier="customer",
        metrics=("faithful_but_wrong",),
    ),
    StartingPoint(
        key="code_assistant",
        name=_("Code assistant"),
        summary=_("Completes and explains code in your own repositories and style."),
        title=_("Code assistant for our repositories"),
        question=_("How does the assistant know our code and write it the way we do?"),
        context=_(
            "Developers want completion, explanation and small changes in their own repositories. Code changes with every "
            "merge, the local style hardly ever. Completion has to appear while someone types; a chat answer may take "
            "longer. Not everyone is allowed to read every repository."
        ),
        emphasis={
            "latency_cost": _("Split it: inline completion must answer in milliseconds, chat needn't be that fast."),
            "knowledge_churn": _("An index of the repository follows every merge. A fine-tuned model doesn't."),
            "data_sensitivity": _("Check secrets in the history and licences of copied code before any training."),
        },
        guides=("patterns", "hybrid", "latency-and-cost"),
        situation={"behaviour_dominates": True},
        metrics=("tool_errors",),
    ),
    StartingPoint(
        key="regulated_finance",
        name=_("Regulated finance"),
        summary=_("Answers about policies, products or cases that a supervisor may ask about."),
        title=_("Policy assistant for a regulated team"),
        question=_("How can an answer be traced to the policy that was in force that day?"),
        context=_(
            "Staff ask about policies, limits, products or client cases. A supervisor or an auditor can ask later what an "
            "answer was based on. Policies have versions and dates of effect; access rights differ by desk and region."
        ),
        emphasis={
            "audit_trust": _("Name the rule that asks for traceability, and how long answers must be reproducible."),
            "data_sensitivity": _("Client data and inside information decide who is allowed to retrieve what."),
            "knowledge_churn": _("A policy changes on a date: the version in force matters more than how often."),
        },
        guides=("audit-and-trust", "security", "governance"),
        situation={"explainability_required": True, "documents_drive": True},
        tier="regulated",
        metrics=("faithful_but_wrong", "refusal_quality"),
    ),
    StartingPoint(
        key="healthcare",
        name=_("Healthcare"),
        summary=_("Supports clinical or administrative staff from guidelines and records."),
        title=_("Guideline assistant for clinical staff"),
        question=_("How does a clinician see which guideline an answer comes from?"),
        context=_(
            "Clinicians or administrators ask about guidelines, pathways or a patient's record. A person decides and must be "
            "able to check the source. Patient data is protected, and may have to be corrected or removed."
        ),
        emphasis={
            "audit_trust": _("A clinician must be able to open the guideline and its date behind every statement."),
            "data_sensitivity": _("Patient data: removable on request, visible by treatment role only."),
            "task_stability": _(
                "Coding and letters have fixed formats. Questions about care don't. Decide them separately."
            ),
        },
        guides=("audit-and-trust", "data-sensitivity", "security"),
        situation={"explainability_required": True, "documents_drive": True},
        tier="regulated",
        metrics=("faithful_but_wrong", "refusal_quality"),
    ),
)
STARTING_POINT: Final[Mapping[str, StartingPoint]] = {one.key: one for one in STARTING_POINTS}
