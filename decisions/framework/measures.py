"""What a pilot measures: definitions to fix in the record, with start values that are our judgement and no law."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .text import Sentence, _

TIERS: Final = ("internal", "customer", "regulated")
LEAK_PROBES: Final = 299


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One metric: what is counted, what passes, and what would stop the pilot early."""

    key: str
    name: Sentence
    # what one row of the sample is: an answer, a task, a query, a request
    unit: str
    definition: Sentence
    # `share` is a share of the sample held against a gate; `limit` is a figure of the product's own; `trend` gates nothing
    kind: str
    # at least (True) or at most (False) the gate
    at_least: bool = True
    # in per cent, by tier; empty where the product sets its own limit
    gates: Mapping[str, float] = field(default_factory=dict)
    # in per cent points beyond the gate at which the pilot stops early
    margin: float = 0
    sample: Sentence
    when: Sentence
    page: str = "evaluation-and-pilot"

    def gate_text(self, tier: str) -> str:
        """The gate as it stands in the record, such as `>= 90 %`; empty where the product sets it."""
        if tier not in self.gates:
            return ""
        return f"{'>=' if self.at_least else '<='} {self.gates[tier]:g} %"

    def stop_text(self, tier: str) -> str:
        """The figure at which the pilot stops early, such as `< 82 %`."""
        if tier not in self.gates:
            return ""
        figure = self.gates[tier] - self.margin if self.at_least else self.gates[tier] + self.margin
        return f"{'<' if self.at_least else '>'} {figure:g} %"


def _tiers(internal: float, customer: float, regulated: float) -> Mapping[str, float]:
    return dict(zip(TIERS, (internal, customer, regulated), strict=True))


_PROMPTS: Final = _("200 prompts, 30+ in each group")
_WEEKLY: Final = _("weekly in the pilot")
_LIVE: Final = _("all pilot traffic, by day")

MEASURES: Final[tuple[Measure, ...]] = (
    Measure(
        key="grounded_correctness",
        name=_("Grounded correctness"),
        unit="answer",
        definition=_(
            "Right by the answer key, with every claim backed by a passage the person asking is allowed to see."
        ),
        kind="share",
        gates=_tiers(85, 90, 95),
        margin=8,
        sample=_PROMPTS,
        when=_WEEKLY,
    ),
    Measure(
        key="faithful_but_wrong",
        name=_("Faithful but wrong"),
        unit="answer",
        definition=_(
            "Backed by its passage, but the passage is out of date or mistaken. Grounded isn't the same as true."
        ),
        kind="trend",
        at_least=False,
        sample=_PROMPTS,
        when=_WEEKLY,
    ),
    Measure(
        key="hallucination_rate",
        name=_("Hallucination rate"),
        unit="answer",
        definition=_("Answers with at least one claim that nothing supports."),
        kind="share",
        at_least=False,
        gates=_tiers(5, 5, 2),
        margin=5,
        sample=_PROMPTS,
        when=_WEEKLY,
    ),
    Measure(
        key="task_completion",
        name=_("Task completion"),
        unit="task",
        definition=_("Tasks that a person finished without rework and without handing over."),
        kind="limit",
        sample=_("200 tasks by real users"),
        when=_WEEKLY,
    ),
    Measure(
        key="refusal_quality",
        name=_("Refusal quality"),
        unit="answer",
        definition=_(
            "Questions from outside the domain that are declined. Wrongly declined ones are reported separately."
        ),
        kind="share",
        gates=_tiers(90, 90, 90),
        margin=10,
        sample=_("60 questions from outside the domain"),
        when=_WEEKLY,
    ),
    Measure(
        key="schema_validity",
        name=_("Schema validity"),
        unit="output",
        definition=_("Outputs that parse and validate against the agreed schema on the first attempt."),
        kind="share",
        gates=_tiers(95, 98, 99),
        margin=4,
        sample=_("500 outputs"),
        when=_WEEKLY,
    ),
    Measure(
        key="empty_retrieval",
        name=_("Empty retrieval"),
        unit="query",
        definition=_("Questions inside the domain for which nothing clears the score floor after role filters."),
        kind="share",
        at_least=False,
        gates=_tiers(5, 5, 5),
        margin=5,
        sample=_LIVE,
        when=_("daily, by role"),
    ),
    Measure(
        key="low_confidence_spans",
        name=_("Low-confidence spans"),
        unit="answer",
        definition=_("Answers with a sentence whose support or token score is below a floor set in advance."),
        kind="trend",
        at_least=False,
        sample=_LIVE,
        when=_("daily"),
    ),
    Measure(
        key="tool_errors",
        name=_("Tool errors"),
        unit="call",
        definition=_(
            "Tool calls that fail or are malformed after one retry. Those before the retry are reported separately."
        ),
        kind="share",
        at_least=False,
        gates=_tiers(1, 1, 1),
        margin=2,
        sample=_LIVE,
        when=_("daily"),
    ),
    Measure(
        key="role_leak",
        name=_("Role leak"),
        unit="probe",
        definition=_(
            "Probes that get a passage to a role that isn't allowed to read it, in retrieval or in the answer."
        ),
        kind="share",
        at_least=False,
        gates=_tiers(0, 0, 0),
        sample=_("299 probes, with the filter itself tested as code too"),
        when=_("before launch and after every change of access"),
    ),
    Measure(
        key="latency_p95",
        name=_("Latency p95"),
        unit="request",
        definition=_("End to end, warm, at production load. Retrieval's share is reported separately."),
        kind="limit",
        at_least=False,
        sample=_("200 requests (fewer than 59 support no claim)"),
        when=_WEEKLY,
    ),
    Measure(
        key="cost_per_answer",
        name=_("Cost per answer"),
        unit="completed answer",
        definition=_(
            "Tokens, retrieval, grading and a share of hosting, divided by completed answers rather than calls."
        ),
        kind="limit",
        at_least=False,
        sample=_("two full weeks"),
        when=_WEEKLY,
    ),
    Measure(
        key="right_passage_ignored",
        name=_("Right passage ignored"),
        unit="answer",
        definition=_("Answers where the right passage was in the context and the model didn't use it."),
        kind="trend",
        at_least=False,
        sample=_PROMPTS,
        when=_WEEKLY,
    ),
)
MEASURE: Final[Mapping[str, Measure]] = {measure.key: measure for measure in MEASURES}
NO_GATE: Final = _("watched, no gate")
