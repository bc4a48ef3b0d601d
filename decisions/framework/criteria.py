"""The five criteria: two ends each, what every score means, who settles, and what would change the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .answers import CRITERIA as KEYS
from .text import Sentence, _

FRAMEWORK_NAME: Final = "Groundwork five criteria"
FRAMEWORK_VERSION: Final = "1"
OWNER_ROLES: Final = ("product", "security", "data")
ROLES: Final = (*OWNER_ROLES, "engineering", "legal", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One question that the room scores from -2 (strongly RAG) to +2 (strongly fine-tuning)."""

    key: str
    name: Sentence | str
    question: Sentence | str
    rag_end: Sentence | str
    ft_end: Sentence | str
    anchors: Mapping[int, Sentence | str]
    settled_by: str
    evidence: tuple[Sentence | str, ...]
    # what we added to the article that the framework comes from; said on screen
    addition: Sentence
    # measurable signals that would move this lean
    toward_rag: Sentence | str
    toward_fine_tuning: Sentence | str
    # the page of the guide about it
    guide: str


def _anchors(*texts: Sentence) -> Mapping[int, Sentence | str]:
    return dict(zip((-2, -1, 0, 1, 2), texts, strict=True))


CRITERIA: Final[tuple[Criterion, ...]] = (
    Criterion(
        key="knowledge_churn",
        name=_("Knowledge churn"),
        question=_("How quickly does the knowledge behind an answer go out of date?"),
        rag_end=_("It changes every day or week. What a model learned last month would mislead people today."),
        ft_end=_(
            "It holds for a year or longer. Fine-tuned behaviour stays right, and a thin layer of retrieval covers the "
            "rest."
        ),
        anchors=_anchors(
            _("Daily or weekly: prices, stock, runbooks, incidents, open tickets."),
            _("Monthly, or a few pages that matter change without warning."),
            _("A few times a year, or half changes and half doesn't."),
            _("About once a year, on a date known in advance."),
            _("Hardly ever: settled rules, a fixed procedure, a closed body of text."),
        ),
        settled_by="data",
        evidence=(
            _("How many source documents changed in the last 90 days, and how many of those edits changed an answer."),
            _("The time from a change in the world to the change in the document."),
            _("The dates on which rules, prices or products are known to change."),
        ),
        addition=_("The step between a week and a year is ours; the article names only those two ends."),
        toward_rag=_("More than one source document in ten changes within a month."),
        toward_fine_tuning=_("Documents change less than once a quarter."),
        guide="knowledge-churn",
    ),
    Criterion(
        key="audit_trust",
        name=_("Audit and trust"),
        question=_("Must answers show their sources and respect what each person is allowed to see?"),
        rag_end=_(
            "Customers, auditors or regulators rely on it: each answer needs its sources, drawn only from what that "
            "person's role may read."
        ),
        ft_end=_("No one will ask for a source: the stakes are low, or a person checks every result before it counts."),
        anchors=_anchors(
            _("A regulator or a contract requires sources, or two roles aren't allowed to see the same documents."),
            _("Customers see the answers, and you must be able to explain a wrong one."),
            _("Sources are nice to have, but no one has ever asked for one."),
            _("Internal use, and a person reviews most results."),
            _("People judge results by their form alone, and check every one."),
        ),
        settled_by="security",
        evidence=(
            _("The rule, contract or policy that asks for sources, by name."),
            _("Last year's complaints in which someone asked what an answer was based on."),
            _("A list of roles, and one document that one of them must never be shown."),
        ),
        addition=_(
            "The fine-tuning end is ours: the article describes only why audit favours RAG. That security settles this "
            "one is ours too."
        ),
        toward_rag=_("One request a month, or one new rule or contract, asks what an answer was based on."),
        toward_fine_tuning=_("No request for a source in two quarters, and a person checks every result."),
        guide="audit-and-trust",
    ),
    Criterion(
        key="task_stability",
        name=_("Task stability"),
        question=_("Is the task the same every time, with one right format?"),
        rag_end=_("Open-ended: questions differ, and a good answer has no fixed shape."),
        ft_end=_(
            "Fixed and repeated: a JSON schema, a set of labels, or a procedure of several steps that hardly varies."
        ),
        anchors=_anchors(
            _("Every request is different. No one could write down the right format."),
            _("A few kinds of request, but most need their own answer."),
            _("About half is routine."),
            _("Most requests follow one of a few agreed forms."),
            _("One schema, label set or procedure. Examples look alike, and will next year too."),
        ),
        settled_by="product",
        evidence=(
            _("A hundred real requests sorted by kind, and the share that fits the agreed forms."),
            _("How often the output schema, the labels or the procedure changed in the last year."),
            _("What instructions and a few examples in the prompt already achieve, as a number."),
        ),
        addition=_("The RAG end is ours: the article describes only why a stable task favours fine-tuning."),
        toward_rag=_("More than a fifth of a month's requests fit none of the agreed forms."),
        toward_fine_tuning=_(
            "At least 95% of a month's requests fit an agreed form that did not change for a quarter."
        ),
        guide="task-stability",
    ),
    Criterion(
        key="latency_cost",
        name=_("Latency and cost"),
        question=_("Do response time and cost per answer decide whether this is usable?"),
        rag_end=_("A second or two is fine, traffic is modest, or there is no budget to train and retrain."),
        ft_end=_(
            "The limit is tight and traffic is high: a retrieval step and a long prompt in every call cost too much, and "
            "a narrow task could be answered in fewer tokens."
        ),
        anchors=_anchors(
            _("No one is waiting for it, and there's no money for training."),
            _("A few seconds are fine, and volume is low."),
            _("There are limits, and either approach would meet them."),
            _("People would notice a retrieval step, or cost grows with every prompt."),
            _("A hard limit well under a second, or so many calls that tokens decide the business case."),
        ),
        settled_by="product",
        evidence=(
            _("The limit for p95 latency, who set it, and what breaks beyond it."),
            _("Calls a day now and in a year, with tokens in and out for one answer."),
            _("How much of the time and cost of one answer is retrieval, measured."),
        ),
        addition=_(
            "The RAG end (time is no problem, or no budget to train) is ours: the article describes only what retrieval "
            "costs. That product settles this one is ours too."
        ),
        toward_rag=_(
            "At peak load, p95 latency and cost per completed answer stay within their limits with retrieval on."
        ),
        toward_fine_tuning=_(
            "For two weeks p95 latency is over its limit with retrieval taking more than a third of it, or cost per "
            "completed answer is over its limit."
        ),
        guide="latency-and-cost",
    ),
    Criterion(
        key="data_sensitivity",
        name=_("Data sensitivity"),
        question=_("What would it mean if this data were inside the model?"),
        rag_end=_(
            "It holds personal data or secrets: it stays in a protected index with access rules, where it can be filtered "
            "by role and removed."
        ),
        ft_end=_(
            "It's public or harmless. Or it must not leave the building at all, which favours a small in-house model."
        ),
        anchors=_anchors(
            _(
                "Personal data or secrets that only some roles are allowed to see, or that must be removable on "
                "request."
            ),
            _("Confidential, but everyone who uses this is allowed to see it."),
            _("Ordinary internal text that would do no harm if it leaked."),
            _("Public or already published, and free to train on."),
            _(
                "Harmless examples. Or data that no outside service is allowed to receive, so a small in-house model "
                "is the way."
            ),
        ),
        settled_by="security",
        evidence=(
            _("The data classes in the corpus, and who is allowed to read each."),
            _("Whether one person's data must be removable, and how fast."),
            _("What the vendor's terms say about training data, region and retention."),
        ),
        addition=_(
            "The fine-tuning end is ours: the article describes only the risk of training on sensitive examples."
        ),
        toward_rag=_("One document in the training set needs access by role, or removal on request."),
        toward_fine_tuning=_(
            "A review of all training examples finds no personal data, no secrets and no licence limit."
        ),
        guide="data-sensitivity",
    ),
)
BY_KEY: Final[Mapping[str, Criterion]] = {criterion.key: criterion for criterion in CRITERIA}
NAMES: Final[Mapping[str, Sentence | str]] = {criterion.key: criterion.name for criterion in CRITERIA}

if tuple(BY_KEY) != KEYS:  # pragma: no cover
    raise RuntimeError("the criteria and the answers name different keys")
