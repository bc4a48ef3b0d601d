"""The three decisions of the demo team: what was asked, what each voted and why, what was settled and written.

The cases follow what companies have published about support copilots over tickets and runbooks, brand-voice writing
with catalogue facts, and code assistants with a repository index; names and figures are invented.
"""

from dataclasses import dataclass, field
from typing import Any

# voter -> (score, confidence, reason)
Vote = tuple[int, str, str]

TEAM = "Helio Desk"
SLUG = "helio-desk"
PASSWORD = "groundwork-demo"  # noqa: S105 - printed on the terminal, for a server on one's own machine

# key -> (name, e-mail, role in the team, role in the room)
PEOPLE = {
    "mara": ("Mara Okonkwo", "mara@helio.example", "owner", "engineering"),
    "ines": ("Ines Weber", "ines@helio.example", "facilitator", "product"),
    "jonas": ("Jonas Lindqvist", "jonas@helio.example", "member", "security"),
    "aiko": ("Aiko Tanabe", "aiko@helio.example", "member", "data"),
    "tom": ("Tom Reyes", "tom@helio.example", "member", "engineering"),
}


@dataclass(frozen=True)
class Scored:
    """One round of a criterion: the ballots, what was said, and the lean it was settled at (None: scored again)."""

    criterion: str
    votes: dict[str, Vote]
    lean: int | None
    why: str = ""
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Story:
    """One decision from its question to where it stands."""

    title: str
    question: str
    context: str
    starting_point: str
    tags: tuple[str, ...]
    rounds: tuple[Scored, ...] = ()
    situation: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    # metric -> the gate that the team set where the framework proposes none
    limits: dict[str, str] = field(default_factory=dict)
    # role -> (position, note); roles left out have not signed yet
    sign_offs: dict[str, tuple[str, str]] = field(default_factory=dict)


SUPPORT = Story(
    title="Support copilot over tickets and runbooks",
    question="How should the copilot for our support engineers know what tickets and runbooks say: retrieval, fine-tuning, both or neither?",
    context=(
        "41 support engineers answer some 1,900 tickets a week. The answers are in 3,900 runbook pages and four years "
        "of closed tickets, and new hires need eleven weeks to find their way. The copilot suggests an answer beside the "
        "open ticket; an engineer always sends it. A prompted base model without our documents was measured in "
        "September: 38 of 120 real tickets answered correctly."
    ),
    starting_point="support_copilot",
    tags=("support", "internal"),
    situation={
        "pre_check": [],
        "behaviour_dominates": False,
        "sources_matter": True,
        "documents_drive": True,
        "training_capacity_short": True,
        "update_owner": False,
        "labelled_examples": True,
        "clean_task_data": False,
        "evaluation_set_locked": True,
        "content_owner": True,
    },
    rounds=(
        Scored(
            "knowledge_churn",
            {
                "ines": (-2, "sure", "Runbooks had 61 edits last week; 14 of them changed what we tell customers."),
                "jonas": (-1, "fairly", "Access procedures change with every audit finding, about monthly."),
                "aiko": (-2, "sure", "Half of the tickets from 2023 describe a product that no longer exists."),
                "tom": (-2, "fairly", "On-call rewrites a runbook after nearly every incident."),
            },
            -2,
            "Runbooks change weekly and a stale step causes an outage, so an answer must follow the page of today.",
        ),
        Scored(
            "audit_trust",
            {
                "ines": (-1, "sure", "Engineers refuse to send an answer they cannot trace to a page."),
                "jonas": (
                    -2,
                    "sure",
                    "Customer-specific runbooks are restricted; two tenants must never see each other's.",
                ),
                "aiko": (-1, "fairly", "Incident reviews ask which runbook was followed."),
                "tom": (0, "unsure", "It is internal, and a person checks every answer."),
            },
            -2,
            "Every suggestion shows its pages, and retrieval honours the restrictions that the wiki has.",
        ),
        Scored(
            "task_stability",
            {
                "ines": (1, "fairly", "Reply format is fixed: cause, steps, link."),
                "jonas": (0, "unsure", ""),
                "aiko": (-1, "fairly", "212 ticket categories, and the top 20 are only 46% of the volume."),
                "tom": (1, "sure", "Triage labels are stable, and there are only nine."),
            },
            0,
            "Reply format and triage labels are stable, the questions are not; a schema in the prompt covers the format.",
            (("Tom Reyes", "Triage could become a small fine-tuned classifier later; it is a separate task."),),
        ),
        Scored(
            "latency_cost",
            {
                "ines": (0, "sure", "Engineers read the ticket for a minute first; four seconds are fine."),
                "jonas": (0, "unsure", ""),
                "aiko": (0, "fairly", "At 1,900 tickets a week retrieval costs less than the wiki's own search."),
                "tom": (1, "fairly", "Prompts with eight passages get long; we should watch tokens."),
            },
            0,
            "No budget is at risk either way at this volume.",
        ),
        Scored(
            "data_sensitivity",
            {
                "ines": (-1, "fairly", "Tickets hold names and phone numbers."),
                "jonas": (-2, "sure", "Credentials turn up in tickets. What is trained in cannot be taken out again."),
                "aiko": (
                    -1,
                    "sure",
                    "A deletion request must reach every copy; an index can be rebuilt, weights cannot.",
                ),
                "tom": (1, "unsure", "A small model of our own would keep everything inside our network."),
            },
            None,
            notes=(
                ("Jonas Lindqvist", "Hosting a model ourselves solves where the data is, not that it is memorised."),
                ("Tom Reyes", "Agreed: hosting and fine-tuning are two questions."),
            ),
        ),
        Scored(
            "data_sensitivity",
            {
                "ines": (-1, "sure", "Same as before."),
                "jonas": (-2, "sure", "Same as before."),
                "aiko": (-1, "sure", "Same as before."),
                "tom": (-1, "fairly", "Moved: self-hosting is possible with retrieval too."),
            },
            -1,
            "Personal data and stray credentials stay in an index that can forget; none of it goes into weights.",
        ),
    ),
    sections={
        "decision": {
            "title": "Ground the support copilot in runbooks and tickets",
            "approach": "rag",
            "scope": "for every suggestion shown beside a ticket",
            "rationale": (
                "Runbooks change weekly, engineers send nothing they cannot trace, and tickets hold personal data that "
                "must be removable. Retrieval follows an edit within the hour, cites its pages and honours the wiki's "
                "restrictions. Reply format is handled by a schema in the prompt; fine-tuning for triage labels waits until "
                "the pilot shows a need."
            ),
            "risk_summary": (
                "A hosted base model with retrieval gives us cited answers that follow today's runbook; we accept the "
                "work of keeping an index fresh, and a fine-tuned model would not have replaced the runbooks."
            ),
        },
        "fallback": {
            "fallback": {
                "label": "Decline, and show the search results",
                "text": (
                    "When no passage passes the score floor after role filters, the copilot says that it found nothing, "
                    "lists the five nearest pages the engineer may open, and logs the question for the runbook owner."
                ),
            }
        },
        "plan": {
            "phase_one": [
                "Lock 220 graded tickets, 40 of them adversarial or out of domain (Aiko, done)",
                "Index runbooks and two years of closed tickets, rebuilt within one hour of an edit",
                "Cited suggestions for the six largest product areas, 12 engineers, eight weeks",
                "Restrictions of the wiki enforced as retrieval filters, probed daily",
            ],
            "backlog": [
                "Small fine-tuned classifier for the nine triage labels, once 3,000 clean labels exist",
                "Keyword and vector search combined, with a reranker, if recall at 8 stays below 0.85",
                "Drafting of new runbook pages from closed tickets",
            ],
        },
        "assumptions": {
            "assumptions": [
                {
                    "text": "Each product area keeps a named runbook owner who answers within two working days",
                    "owner": "Product",
                    "check_by": "",
                },
                {
                    "text": "The wiki's export keeps page restrictions, also for archived spaces",
                    "owner": "Security",
                    "check_by": "",
                },
                {
                    "text": "Ticket volume stays below 3,000 a week, so that hosted inference remains cheaper than our own",
                    "owner": "Data",
                    "check_by": "",
                },
            ]
        },
        "flip_signals": {
            "flip_signals": [
                {
                    "signal": "Cited answers are correct but 15% or more are rejected for form or tone in two pilot weeks running",
                    "then": "add fine-tuning for reply style on top of retrieval",
                },
                {
                    "signal": "Runbook edits that change an answer fall below one a month for a quarter",
                    "then": "evaluate fine-tuned behaviour with a thin retrieval layer",
                },
            ]
        },
        "risks": {
            "risks": [
                {
                    "key": "stale_knowledge",
                    "text": "A runbook that no one corrected is cited with confidence",
                    "owner": "Product",
                },
                {
                    "key": "operational_complexity",
                    "text": "The index is a production service: versions, rollback and alerts have to be staffed",
                    "owner": "Data",
                },
                {
                    "key": "own",
                    "text": "Injected instructions in a customer's ticket reach the prompt",
                    "owner": "Security",
                },
            ]
        },
        "revisit": {
            "revisit": {
                "cadence": "monthly",
                "triggers": [
                    "An acquisition, or a second wiki",
                    "A new ticket system or data warehouse",
                    "Either flip signal",
                ],
            }
        },
    },
    limits={"task_completion": ">= 60 %", "latency_p95": "<= 4 s", "cost_per_answer": "<= 0.12 EUR"},
    sign_offs={
        "product": ("agree", ""),
        "security": (
            "agree_with_condition",
            "The restriction probe must pass on archived spaces before the pilot grows past 12 engineers.",
        ),
        "data": ("agree", ""),
    },
)

MARKETING = Story(
    title="Marketing content assistant",
    question="Should product texts and campaign drafts come from a model fine-tuned to our voice, from retrieval over the catalogue, or from both?",
    context=(
        "Nine writers produce about 600 product texts and 40 campaign drafts a month in three languages. Editors change "
        "71% of the prompted model's drafts for voice, and 9% for a wrong product fact. Prices and stock change daily, the "
        "brand guide once a year. 4,200 approved texts with their briefs are at hand."
    ),
    starting_point="marketing_assistant",
    tags=("marketing", "brand"),
    situation={
        "pre_check": [],
        "behaviour_dominates": True,
        "sources_matter": False,
        "documents_drive": True,
        "training_capacity_short": True,
        "update_owner": True,
        "labelled_examples": True,
        "clean_task_data": True,
        "evaluation_set_locked": True,
        "content_owner": True,
        "fast_changing_rules": True,
    },
    rounds=(
        Scored(
            "knowledge_churn",
            {
                "ines": (-1, "sure", "Catalogue facts change daily; the voice does not."),
                "jonas": (0, "unsure", ""),
                "aiko": (-2, "sure", "Prices, sizes and stock are out of date within a day."),
            },
            -1,
            "Facts come from the catalogue at the moment of writing, whatever produces the voice.",
        ),
        Scored(
            "audit_trust",
            {
                "ines": (1, "fairly", "An editor reads every text before it is published."),
                "jonas": (0, "fairly", "Claims about materials must be right, but no one asks for a citation."),
                "aiko": (1, "fairly", "The catalogue row is the proof; it need not be shown."),
            },
            1,
            "Editors check every text; a link to the catalogue row is enough.",
        ),
        Scored(
            "task_stability",
            {
                "ines": (2, "sure", "Seven text types, each with a template older than the team."),
                "jonas": (1, "unsure", "Looks repetitive from outside."),
                "aiko": (2, "sure", "4,200 approved pairs of brief and text, and they look alike."),
            },
            2,
            "Seven fixed text types in one voice, with approved examples of each.",
        ),
        Scored(
            "latency_cost",
            {
                "ines": (0, "sure", "No one waits for a draft."),
                "jonas": (0, "unsure", ""),
                "aiko": (1, "fairly", "The voice guide and twelve examples are 3,100 tokens in every prompt."),
            },
            1,
            "A fine-tuned model drops 3,100 tokens of guide and examples from each call.",
        ),
        Scored(
            "data_sensitivity",
            {
                "ines": (0, "sure", "Everything here is published."),
                "jonas": (0, "fairly", "Unreleased products must not be in the training set; otherwise fine."),
                "aiko": (0, "sure", ""),
            },
            0,
            "Published texts only; launches under embargo are left out of the training set.",
        ),
    ),
    sections={
        "decision": {
            "title": "Fine-tune for the brand voice, take product facts from the catalogue",
            "approach": "hybrid",
            "scope": "for the seven product text types, in three languages",
            "rationale": (
                "Voice is what editors correct in 71% of drafts, and 4,200 approved examples of it exist; that is a "
                "behaviour to fine-tune. Prices, sizes and stock are wrong within a day, so they come from the catalogue at "
                "the moment of writing. Catalogue lookup ships first: it removes the 9% of factual corrections alone."
            ),
            "risk_summary": (
                "Fine-tuning buys the voice and shorter prompts; the catalogue stays the only source of facts, and we accept "
                "retraining when the brand guide changes."
            ),
        },
        "fallback": {
            "fallback": {
                "label": "Leave the fact out and mark it",
                "text": (
                    "When the catalogue returns no row, or one older than 24 hours, the draft leaves the price or size "
                    "out and marks the gap for the editor. If the fine-tuned checkpoint fails its regression test, the prompted "
                    "base model with the voice guide takes over."
                ),
            }
        },
        "plan": {
            "phase_one": [
                "Catalogue lookup with the row's time stamp, for the two largest text types",
                "Locked set of 180 briefs with graded texts, 30 of them with traps in the product data",
                "Editor view that shows which catalogue row each fact came from",
            ],
            "backlog": [
                "Vendor-hosted fine-tuning on 4,200 approved texts under the data agreement, if phase one passes its gates",
                "Languages two and three, each with its own evaluation set",
            ],
        },
        "assumptions": {
            "assumptions": [
                {
                    "text": "The 4,200 approved texts may be used for training under the writers' contracts",
                    "owner": "Product",
                    "check_by": "",
                },
                {"text": "The catalogue API answers in under 300 ms at our volume", "owner": "Data", "check_by": ""},
            ]
        },
        "flip_signals": {
            "flip_signals": [
                {
                    "signal": "With catalogue facts alone, editors change fewer than 25% of drafts for voice",
                    "then": "stay with retrieval and prompts, and do not fine-tune",
                },
                {
                    "signal": "The brand guide changes more than twice in a year",
                    "then": "keep the voice in prompts until it stands still",
                },
            ]
        },
        "risks": {
            "risks": [
                {
                    "key": "training_cost",
                    "text": "Each change of the brand guide means curation, fine-tuning and a regression run",
                    "owner": "Product",
                },
                {
                    "key": "opaque_answers",
                    "text": "A fine-tuned voice cannot say why it chose a phrase",
                    "owner": "Product",
                },
            ]
        },
        "revisit": {
            "revisit": {
                "cadence": "monthly",
                "triggers": ["A new brand guide", "A new catalogue system", "Either flip signal"],
            }
        },
    },
    limits={"task_completion": ">= 70 %", "latency_p95": "<= 20 s", "cost_per_answer": "<= 0.30 EUR"},
    sign_offs={
        "product": ("agree", ""),
        "data": (
            "dissent",
            "No one has measured how far 20 examples in the prompt would get on text type 3. I would run that arm for two "
            "weeks before paying for fine-tuning. I will support the decision if it stands.",
        ),
    },
)

CODE = Story(
    title="Code assistant for our house framework",
    question="Does the assistant need our repositories indexed, a small model fine-tuned to our style, or only better prompts?",
    context=(
        "86 developers, 214 repositories, one in-house framework that no public model knows. Completion has to appear "
        "within 400 ms; questions about the framework may take seconds. Some 1,300 merge requests a month give reviewed "
        "examples of our style. Source code may not leave our network."
    ),
    starting_point="code_assistant",
    tags=("engineering",),
)

STORIES = (SUPPORT, MARKETING, CODE)
