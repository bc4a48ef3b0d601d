"""Records to print: one that a team would write, made-up ones of every length, and the worst that anybody can type."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from decisions.exports.canonical import content_hash

Json = dict[str, Any]

CRITERIA = (
    ("knowledge_churn", "Knowledge churn"),
    ("audit_trust", "Audit and trust"),
    ("task_stability", "Task stability"),
    ("latency_cost", "Latency and cost"),
    ("data_sensitivity", "Data sensitivity"),
)
AT = "2026-11-10T09:04:00Z"
SITUATION: tuple[tuple[str, Any, Any], ...] = (
    ("pre_check", [], []),
    ("prompt_baseline_sufficient", False, False),
    ("behaviour_dominates", None, False),
    ("sources_matter", True, True),
    ("documents_drive", True, True),
    ("explainability_required", None, False),
    ("one_answer_this_week", None, False),
    ("training_capacity_short", None, False),
    ("update_owner", False, False),
    ("labelled_examples", None, True),
    ("clean_task_data", None, True),
    ("evaluation_set_locked", True, True),
    ("content_owner", None, True),
    ("fast_changing_rules", None, False),
)
PEOPLE = (
    ("Ines Weber", "product"),
    ("Tom Reyes", "product"),
    ("Mara Okonkwo", "product"),
    ("Jonas Lindqvist", "security"),
    ("Priya Nair", "security"),
    ("Aiko Tanabe", "data"),
    ("Luca Ferri", "data"),
)
SCORES = {
    "knowledge_churn": (-2, -2, -1, -2, -1, -2, -2),
    "audit_trust": (-1, -2, -1, -2, -2, 0, -1),
    "task_stability": (1, 0, 1, 0, 0, 1, 2),
    "latency_cost": (0, 0, 1, 0, -1, 1, 0),
    "data_sensitivity": (-1, -1, 0, -2, -2, -1, 0),
}
SETTLED = {"knowledge_churn": -2, "audit_trust": -2, "task_stability": 1, "latency_cost": 0, "data_sensitivity": -1}
WHY = {
    "knowledge_churn": "Runbooks change about forty times a week; a trained copy would be stale within days.",
    "audit_trust": "Every answer to a customer is reviewed against its source in the quarterly audit.",
    "task_stability": "The reply format is stable, the questions are not.",
    "latency_cost": "Four seconds are fine; the budget covers ten times today's volume.",
    "data_sensitivity": "Tickets hold names and order numbers, so nothing of them is to be in weights.",
}
REASONS = (
    "A document edit fixes the answer the same day.",
    "Citations are what the auditor asks for first.",
    "",
    "I would weigh the access rules more.",
    "Costs only turn above 400,000 tickets a month.",
    "",
    "The labels we have are two years old.",
)


def support_copilot() -> Json:
    """A finished record with one dissent, as the demonstration team would hold it."""
    content: Json = {
        "format": "groundwork/content/v1",
        "salt": "5f0c6a7be1d24f3e9a8b7c6d5e4f3a2b",
        "team": "Helio Desk",
        "lang": "en",
        "decision": {
            "number": 1,
            "title": "Support copilot",
            "question": "Should the support copilot answer from runbooks by retrieval, from a tuned model, or from both?",
            "context": "Forty agents, 9,000 tickets a month, 4,300 runbook pages in three products.",
        },
        "framework": {"name": "Groundwork five criteria", "version": "1", "rule_version": "1.0"},
        "title": "Answer support questions from retrieval first",
        "approach": "rag",
        "path": "rag_only",
        "clause": "majority_rag",
        "recommendation_status": "final",
        "recommended_approach": "rag",
        "scope": "for all runbook and policy questions",
        "rationale": (
            "Runbooks change forty times a week and every reply must name its source. Retrieval lets an edit reach the "
            "agents the same day, keeps ticket data out of model weights, and can be piloted in six weeks. Tuning would "
            "sharpen the tone of replies; nothing that the first year needs depends on it."
        ),
        "risk_summary": (
            "We accept a search service to run and tune, so that no answer is older than this morning's runbooks."
        ),
        "reasons": [
            "Three of the five criteria lean RAG (knowledge churn, audit and trust, data sensitivity), so start there.",
            "Sensitive data leans RAG: retrieval has to filter by the asker's role.",
        ],
        "flags": ["role_filters_in_retrieval_required"],
        "fragile": ["If data sensitivity came to 0 instead of -1, the approach would be hybrid (both together)."],
        "fallback": {
            "label": "Decline and hand over",
            "text": "No passage above the floor: the copilot says so, shows the three nearest runbooks and opens a hand-over.",
        },
        "criteria": [
            {
                "key": key,
                "name": name,
                "lean": SETTLED[key],
                "state": "settled",
                "settled_by": "Aiko Tanabe" if key == "knowledge_churn" else "Ines Weber",
                "why": WHY[key],
                "rounds": 2 if key == "data_sensitivity" else 1,
                "ballots": [
                    {
                        "name": who,
                        "role": role,
                        "score": SCORES[key][i],
                        "confidence": ("sure", "fairly", "unsure")[i % 3],
                        "reason": REASONS[(i + len(key)) % len(REASONS)],
                    }
                    for i, (who, role) in enumerate(PEOPLE)
                ],
                "median": str(sorted(SCORES[key])[3]),
                "low": min(SCORES[key]),
                "high": max(SCORES[key]),
            }
            for key, name in CRITERIA
        ],
        "situation": {
            key: {"value": value, "counted_as": counted, "by": by, "at": AT if by else None}
            for key, value, counted in SITUATION
            for by in ("" if value is None else "Ines Weber",)
        },
        "metrics": [
            {
                "key": "grounded_correctness",
                "name": "Grounded correctness",
                "definition": "Right by the key, and every claim backed by a passage the asker may see.",
                "gate": ">= 90 %",
                "stop": "< 82 %",
                "sample": "200 prompts",
                "when": "weekly in the pilot",
            },
            {
                "key": "hallucination_rate",
                "name": "Answers with an unsupported claim",
                "definition": "Answers with at least one claim that no shown passage supports.",
                "gate": "<= 5 %",
                "stop": "> 9 %",
                "sample": "200 prompts",
                "when": "weekly in the pilot",
            },
            {
                "key": "role_leak",
                "name": "Role leak",
                "definition": "A passage the asker may not see, in retrieval or in the answer.",
                "gate": "0 of 299",
                "stop": ">= 1",
                "sample": "299 probes",
                "when": "every release",
            },
            {
                "key": "latency_p95",
                "name": "Latency, p95",
                "definition": "End to end, warm, at production load.",
                "gate": "<= 4 s",
                "stop": "> 7 s",
                "sample": "500 requests",
                "when": "daily",
            },
            {
                "key": "task_completion",
                "name": "Tickets closed without rework",
                "definition": "Tickets that the agent closed with the copilot's answer, unedited or lightly edited.",
                "gate": ">= 60 %",
                "stop": "< 45 %",
                "sample": "400 tickets",
                "when": "monthly",
            },
        ],
        "phase_one": [
            "Index runbooks, policies and release notes (4,300 pages)",
            "Answers with a citation for every claim, reviewed by an agent before sending",
            "Role filter in retrieval, tested by 299 probes",
            "Evaluation set of 600 graded questions, owned by Data",
        ],
        "backlog": [
            "Closed tickets as a second source, after redaction",
            "Reranker, if recall at 8 stays below 0.92",
            "Tone tuning on approved replies",
        ],
        "assumptions": [
            {"text": "Runbook owners publish a change within a day", "owner": "Data", "check_by": "2026-12-15"},
            {"text": "Volume stays below 250,000 tickets a year", "owner": "Product", "check_by": "2027-02-01"},
            {"text": "The base model stays available in the EU region", "owner": "Security", "check_by": ""},
        ],
        "flip_signals": [
            {
                "signal": "Grounded answers stay right, yet agents rewrite the tone of more than 30 % for four weeks",
                "then": "evaluate tuning on approved replies, retrieval stays",
            },
            {
                "signal": "Runbooks change less than once a quarter in two products",
                "then": "score knowledge churn again for these products",
            },
        ],
        "guardrails": [
            "No answer without a citation the asker may open",
            "No ticket text in prompts outside the EU region",
            "Refunds and legal questions go to a person",
        ],
        "risks": [
            {
                "key": "operational_complexity",
                "text": "A search index becomes a production service with a rota",
                "owner": "Product",
            },
            {"key": "stale_knowledge", "text": "A wrong runbook gives a confident wrong answer", "owner": "Data"},
            {"key": "own", "text": "Prompt injection through an indexed page", "owner": "Security"},
        ],
        "failure_modes": [
            {"text": "Chunks too large, the answer sits beside the noise", "mitigation": "split at headings, rerank"},
            {"text": "A filter drops the right page", "mitigation": "probe each role weekly"},
            {"text": "The model ignores the passage", "mitigation": "fix the prompt before the index"},
            {"text": "A page is indexed before it is approved", "mitigation": "index published pages only"},
        ],
        "owners": [
            {"role": "product", "name": "Ines Weber"},
            {"role": "security", "name": "Jonas Lindqvist"},
            {"role": "data", "name": "Aiko Tanabe"},
        ],
        "attendees": [{"name": name, "role": role} for name, role in PEOPLE],
        "revisit": {
            "on": "2027-02-18",
            "cadence": "quarterly",
            "triggers": ["an acquisition", "a new data warehouse"],
            "none_because": "",
        },
    }
    return sealed(
        {
            "format": "groundwork/record/v1",
            "record": {
                "number": "DR-0001",
                "state": "accepted",
                "revision": 3,
                "content_hash": "",
                "accepted_at": "2026-11-18T15:04:05Z",
                "accepted_by": "Mara Okonkwo",
                "issued_on": "2026-11-18",
                "url": "https://groundwork.example/t/helio-desk/r/0b9c7f3e-2f9f-4a53-9d53-6d1b2f5f7c11/",
                "supersedes": None,
                "superseded_by": None,
            },
            "content": content,
            "sign_offs": [
                sign_off("product", "Ines Weber", "agree"),
                sign_off(
                    "security",
                    "Jonas Lindqvist",
                    "agree_with_condition",
                    "The role filter passes the penetration test before launch.",
                ),
                sign_off(
                    "data",
                    "Aiko Tanabe",
                    "dissent",
                    "The 2025 labels are good enough to evaluate tuning now; waiting costs us the spring release. "
                    "I commit to the decision.",
                ),
            ],
            "anchor": {"log": "helio-desk", "sequence": 17, "head": "9d" * 32},
            "configuration": [
                {
                    "at": f"2026-11-{20 + i:02d}T09:30:00Z",
                    "environment": ("pilot", "production")[i % 2],
                    "who": "Luca Ferri",
                    "what": f"Base model kite-2-2026-09, index build {118 + i}, top-k {8 + i}, score floor 0.4{i}",
                }
                for i in range(3)
            ],
            "minutes": [
                {"at": "2026-11-18T13:00:00Z", "who": "Mara Okonkwo", "what": "opened the room"},
                {
                    "at": "2026-11-18T13:20:00Z",
                    "who": "Mara Okonkwo",
                    "what": "revealed Knowledge churn, 7 of 7 ballots",
                },
                {
                    "at": "2026-11-18T14:10:00Z",
                    "who": "Ines Weber",
                    "what": "settled Data sensitivity after two rounds",
                },
            ],
        }
    )


def sign_off(role: str, name: str, position: str, note: str = "", at: str = "2026-11-18T15:00:00Z") -> Json:
    pending = position == "pending"
    return {
        "role": role,
        "name": name,
        "position": position,
        "note": note,
        "at": None if pending else at,
        "content_hash": "" if pending else "this",
    }


def sealed(document: Json) -> Json:
    """Fill in the content hash, in the record and in every signature that was made on this content."""
    document = copy.deepcopy(document)
    digest = content_hash(document["content"])
    document["record"]["content_hash"] = digest
    for entry in document["sign_offs"]:
        if entry["content_hash"] == "this":
            entry["content_hash"] = digest
    return document


def changed(**content: Any) -> Json:
    """The support copilot with other content."""
    document = support_copilot()
    document["content"].update(content)
    return resealed(document)


def resealed(document: Json) -> Json:
    for entry in document["sign_offs"]:
        if entry["position"] != "pending":
            entry["content_hash"] = "this"
    return sealed(document)


def draft() -> Json:
    """A bare draft as it is made when the workshop closes: two criteria open, nobody asked."""
    document = support_copilot()
    document["record"].update(number=None, state="draft", accepted_at=None, accepted_by="", revision=1)
    document["content"].update(recommendation_status="provisional", clause="open_criteria", path="open")
    document["content"].update(approach="undecided", recommended_approach="undecided", rationale="", risk_summary="")
    document["content"]["fallback"] = {"label": "", "text": ""}
    document["content"]["criteria"][2].update(state="contested", lean=None)
    document["content"]["criteria"][3].update(
        state="unanswered", lean=None, ballots=[], median=None, low=None, high=None
    )
    document["content"].update(flip_signals=[], backlog=[], metrics=[], failure_modes=[], guardrails=[], assumptions=[])
    document["content"]["revisit"] = {"on": None, "cadence": "none", "triggers": [], "none_because": ""}
    document.update(anchor=None, sign_offs=[], configuration=[])
    return resealed(document)


def in_sign_off() -> Json:
    document = support_copilot()
    document["record"].update(state="in_sign_off", accepted_at=None, accepted_by="", number=None)
    document["sign_offs"][2] = sign_off("data", "Aiko Tanabe", "pending")
    document["anchor"] = None
    return sealed(document)


def superseded() -> Json:
    document = support_copilot()
    document["record"].update(state="superseded", superseded_by="DR-0002")
    return document


def withdrawn() -> Json:
    document = support_copilot()
    document["record"].update(state="withdrawn")
    return document


WORDS = [
    "retrieval",
    "answer",
    "citation",
    "index",
    "owner",
    "review",
    "pilot",
    "latency",
    "budget",
    "customer",
    "runbook",
    "policy",
    "document",
    "evidence",
    "risk",
    "audit",
    "model",
    "weight",
    "training",
    "release",
    "threshold",
    "sample",
    "grounded",
    "draft",
    "quarter",
    "region",
    "access",
    "filter",
    "prompt",
    "reranker",
    "Datenschutzgrundverordnung",
    "conformité",
    "übergabe",
    "señal",
    "łączność",
    "žádost",
    "Ελληνικά",
    "проверка",
    "tiếng",
    "naïve",
]


def random_record(seed: int) -> Json:
    """Any length from a few words to far more than fits, every list from empty to forty items."""
    dice = random.Random(seed)
    scale = dice.choice((0.3, 0.7, 1, 1, 2, 4, 12))

    def text(words: int) -> str:
        count = max(0, int(dice.gauss(words, words / 2) * scale))
        return " ".join(dice.choice(WORDS) for _ in range(count))

    def many(most: int) -> range:
        return range(min(40, int(dice.random() * most * max(1.0, scale / 2))))

    document = support_copilot()
    content = document["content"]
    content.update(
        title=text(7) or "Decision",
        scope=text(6),
        rationale=text(60),
        risk_summary=text(18),
        approach=dice.choice(("rag", "fine_tuning", "hybrid", "prompt_only", "fix_first", "undecided")),
        recommendation_status=dice.choice(("final", "provisional", "interim", "stop")),
        fallback={"label": text(4), "text": text(20)},
        phase_one=[text(9) for _ in many(9)],
        backlog=[text(9) for _ in many(9)],
        guardrails=[text(9) for _ in many(9)],
        assumptions=[{"text": text(9), "owner": text(1), "check_by": "2026-12-15"} for _ in many(7)],
        risks=[{"key": "own", "text": text(9), "owner": text(1)} for _ in many(7)],
        flip_signals=[{"signal": text(14), "then": text(8)} for _ in range(dice.choice((0, 1, 2, 2, 2, 5)))],
        failure_modes=[{"text": text(7), "mitigation": text(6)} for _ in many(8)],
        reasons=[text(12) for _ in many(4)],
    )
    content["metrics"] = [
        {
            "key": f"m{i}",
            "name": text(3),
            "definition": text(10),
            "gate": ">= 90 %",
            "stop": text(2),
            "sample": text(2),
            "when": text(3),
        }
        for i in many(9)
    ]
    content["decision"]["question"] = text(16)
    for criterion in content["criteria"]:
        state = dice.choice(("settled", "settled", "settled", "contested", "unanswered"))
        criterion.update(state=state, lean=dice.randint(-2, 2) if state == "settled" else None, why=text(15))
        criterion["ballots"] = [
            {
                "name": text(2),
                "role": dice.choice(("product", "security", "data", "engineering", "legal", "other")),
                "score": dice.randint(-2, 2),
                "confidence": dice.choice(("unsure", "fairly", "sure")),
                "reason": text(8),
            }
            for _ in many(14)
        ]
        criterion["median"] = None if not criterion["ballots"] else "-0.5"
    content["revisit"]["triggers"] = [text(5) for _ in many(4)]
    document["record"]["state"] = dice.choice(("draft", "in_sign_off", "accepted", "superseded", "withdrawn"))
    document["sign_offs"] = [
        sign_off(
            dice.choice(("product", "security", "data", "legal")),
            text(2) or "N N",
            dice.choice(("agree", "agree", "agree_with_condition", "dissent", "pending")),
            text(12),
        )
        for _ in many(6)
    ]
    return sealed(document)


def filled(value: str, items: int) -> Json:
    """Every field holds the same text, every list the same number of items."""
    document = support_copilot()
    content = document["content"]
    content.update(title=value, scope=value, rationale=value, risk_summary=value, team=value)
    content["decision"].update(title=value, question=value, context=value)
    content["fallback"] = {"label": value, "text": value}
    for key in ("phase_one", "backlog", "guardrails"):
        content[key] = [value] * items
    content["reasons"] = [value] * min(items, 3)
    content["assumptions"] = [{"text": value, "owner": value, "check_by": value}] * items
    content["risks"] = [{"key": "own", "text": value, "owner": value}] * items
    content["flip_signals"] = [{"signal": value, "then": value}] * min(items, 4)
    content["failure_modes"] = [{"text": value, "mitigation": value}] * items
    content["metrics"] = [
        {"key": "m", "name": value, "definition": value, "gate": value, "stop": value, "sample": value, "when": value}
    ] * items
    for criterion in content["criteria"]:
        criterion.update(name=value, why=value, settled_by=value)
        for ballot in criterion["ballots"]:
            ballot.update(name=value, reason=value)
    content["revisit"].update(triggers=[value] * items, none_because=value)
    document["sign_offs"] = [
        {**sign_off("legal", value, position, value), "role": value}
        for position in ("agree", "dissent", "agree_with_condition", "pending")
        for _ in range(max(1, items // 4))
    ][:40]
    return sealed(document)


def extremes() -> Iterator[tuple[str, Json]]:
    """Fifteen records that nobody should write."""
    empty = filled("", 0)
    empty["sign_offs"] = []
    empty["content"]["criteria"] = [{**c, "ballots": [], "median": None} for c in empty["content"]["criteria"]]
    yield "empty", sealed(empty)
    yield "one letter", filled("x", 1)
    yield "ten thousand letters in one word", filled("W" * 10_000, 6)
    yield "forty long items", filled(" ".join(["retrieval and evaluation owners"] * 12), 40)
    yield "ten thousand characters everywhere", filled("evidence before opinion " * 416, 12)
    yield "Chinese", filled("检索优先于微调，因为知识每天都在变化。" * 6, 8)
    yield "Arabic", filled("الاسترجاع أولاً لأن المعرفة تتغير كل يوم. " * 6, 8)
    yield "Thai", filled("ค้นคืนก่อนเพราะความรู้เปลี่ยนทุกวัน" * 6, 8)
    yield "emoji", filled("🚀👩‍👩‍👧‍👦🏳️‍🌈✅ ship it 🎉 " * 10, 8)
    yield "stacked marks", filled("Z̸̢̛̗͓̈́͒͊a̷͎̍l̶̙̽g̵̨̈́o̴͚̔" + "a" + "\u0301" * 2000, 8)
    yield (
        "HTML",
        filled(
            '<script>alert(1)</script><img src="https://evil.example/x.png"><link rel=attachment href=/etc/passwd>', 8
        ),
    )
    yield (
        "CSS and SVG",
        filled("</style><svg><image href='file:///etc/passwd'/></svg>}@import url(https://evil.example)", 8),
    )
    yield "controls", filled("a\x00b\x08c\ud800d\u202eevil\u2066x\ufffe\n\r\n\t- list\n# head\u2028end", 8)
    yield "capitals", filled("WWWW MMMM " * 40, 14)
    yield "addresses", filled("https://groundwork.example/" + "path/" * 60 + "?q=" + "%F0%9F%9A%80" * 30, 10)


# The same few words in every script that people of a team may write; the last two run right to left.
SCRIPTS = {
    "Japanese": ("田中 愛子", "検索を先に試します。知識は毎日変わるので、回答には必ず出典を付けます。"),
    "Chinese": ("王小明", "检索优先于微调，因为知识每天都在变化，回答必须注明来源。"),
    "Korean": ("김민준", "지식이 매일 바뀌므로 미세 조정보다 검색을 먼저 시도합니다."),
    "Devanagari": ("प्रिया शर्मा", "ज्ञान हर दिन बदलता है, इसलिए पहले खोज का उपयोग करते हैं।"),
    "Thai": ("สมชาย ใจดี", "ค้นคืนก่อนเพราะความรู้เปลี่ยนทุกวัน และคำตอบต้องอ้างแหล่งที่มา"),
    "Arabic": ("ليلى حداد", "الاسترجاع أولاً لأن المعرفة تتغير كل يوم، و RAG يذكر المصدر (نسخة 2026)."),
    "Hebrew": ("נועה כהן", "אחזור תחילה, כי הידע משתנה מדי יום ו-RAG מציין את המקור."),
}


def every_script() -> Json:
    """A record whose owners write in seven scripts, each in their own."""
    document = support_copilot()
    content = document["content"]
    words = SCRIPTS
    content.update(
        team="株式会社ヘリオ",
        title=f"Retrieval first · {words['Japanese'][1][:9]}",
        rationale=words["Arabic"][1] * 3,
        risk_summary=words["Thai"][1],
        scope=words["Korean"][1],
        phase_one=[said for _name, said in words.values()],
        guardrails=[words["Arabic"][1], words["Hebrew"][1]],
        flip_signals=[
            {"signal": words["Hebrew"][1], "then": words["Arabic"][1]},
            {"signal": words["Chinese"][1], "then": words["Devanagari"][1]},
        ],
    )
    content["fallback"] = {"label": "引き継ぎ", "text": words["Hebrew"][1]}
    content["decision"]["question"] = words["Chinese"][1]
    for criterion, (name, said) in zip(content["criteria"], words.values(), strict=False):
        criterion.update(settled_by=name, why=said)
        for ballot, (who, why) in zip(criterion["ballots"], words.values(), strict=True):
            ballot.update(name=who, reason=why)
    document["record"]["accepted_by"] = "田中 愛子"
    document["sign_offs"] = [
        sign_off(role, name, ("agree", "agree_with_condition", "dissent")[index % 3], said)
        for index, (role, (name, said)) in enumerate(
            zip(
                ("product", "security", "data", "legal", "engineering", "other", "Kundendienst"),
                words.values(),
                strict=True,
            )
        )
    ]
    return resealed(document)


WHY_NOT = (
    "The 2025 labels are good enough to evaluate tuning now, and waiting costs us the spring release; the search service "
    "needs a rota that nobody has staffed, and its index holds pages which two of our largest customers asked us to keep out "
    "of every shared store. I will run the pilot as agreed, and I ask that we look at the tuned baseline again in January, "
    "with the figures of both on one page, before a budget is set."
)


def longest() -> Json:
    """As long as input allows where page one may not cut: owners, notes, gates, fallback, signals, address."""
    document = support_copilot()
    content = document["content"]
    content.update(
        title="Answer support questions from retrieval first, and look at a tuned model again when the figures of both are in",
        scope="for all questions that runbooks, policies and release notes answer in the three products sold in the EU",
        rationale=" ".join([content["rationale"]] * 4),
        phase_one=content["phase_one"] * 3,
        backlog=content["backlog"] * 3,
        guardrails=content["guardrails"] * 3,
        assumptions=content["assumptions"] * 3,
        risks=content["risks"] * 3,
        flip_signals=[
            {"signal": (flip["signal"] + ", ") * 4, "then": (flip["then"] + ", ") * 3}
            for flip in content["flip_signals"]
        ],
        metrics=[
            {**metric, "name": f"{metric['name']}, {part}"}
            for metric in content["metrics"]
            for part in ("in the pilot", "in production")
        ],
    )
    for flip in content["flip_signals"]:
        flip.update(signal=flip["signal"][:299].strip() + ".", then=flip["then"][:149].strip() + ".")
    content["fallback"] = {"label": "Decline and hand over to a person on the late shift", "text": (WHY_NOT * 2)[:300]}
    content["revisit"]["triggers"] *= 3
    document["sign_offs"] = [
        sign_off(
            role,
            f"{name} {name.split()[0]}sdottir",
            ("dissent", "agree_with_condition")[index % 2],
            WHY_NOT[:399] + ".",
        )
        for index, (name, role) in enumerate(
            (*PEOPLE[:5], ("Noor Haddad", "legal"), ("Li Wei", "engineering"), ("Sam Otieno", "Customer operations"))
        )
    ]
    return resealed(document)


def unscored(document: Json) -> Json:
    """Nobody scored anything: the answer came before the criteria."""
    for criterion in document["content"]["criteria"]:
        criterion.update(state="unanswered", lean=None, settled_by="", why="", rounds=0)
        criterion.update(ballots=[], median=None, low=None, high=None)
    return resealed(document)


def fix_first() -> Json:
    """A simpler fix comes before any model work."""
    document = changed(
        title="Fix the search of the help center before any model work",
        approach="fix_first",
        recommended_approach="fix_first",
        recommendation_status="stop",
        clause="fix_first",
        path="none",
        rationale="Two of three answers that agents miss are in the help center, behind a search that finds titles only.",
        risk_summary="",
        fallback={"label": "", "text": ""},
        metrics=[],
        flip_signals=[],
        backlog=[],
        guardrails=[],
        failure_modes=[],
        reasons=["A simpler fix comes first: search."],
        phase_one=[],
        assumptions=[],
        risks=[],
        repairs=[
            {
                "key": "search",
                "text": "Index the body of pages, not their titles",
                "owner": "Luca Ferri",
                "by": "2026-12-18",
            },
            {
                "key": "outdated_pages",
                "text": "Take down the pages of the 2019 product",
                "owner": "Ines Weber",
                "by": "2027-01-15",
            },
        ],
    )
    found = ["search", "outdated_pages"]
    document["content"]["situation"]["pre_check"] = {
        **document["content"]["situation"]["pre_check"],
        **{"value": found, "counted_as": found},
    }
    return unscored(document)


def prompts_only() -> Json:
    """A prompted base model meets the bar already."""
    document = changed(
        title="Stay with prompts on the base model",
        approach="prompt_only",
        recommended_approach="prompt_only",
        clause="prompt_baseline",
        path="prompt_only",
        rationale="The prompted baseline passed every gate in the trial of October; building more would buy nothing yet.",
        backlog=[],
        failure_modes=[],
    )
    document["content"]["metrics"] = document["content"]["metrics"][:2]
    return unscored(document)


def interim() -> Json:
    """One answer this week, with two criteria still open."""
    document = changed(recommendation_status="interim", clause="open_criteria", path="interim")
    document["content"]["criteria"][2].update(state="contested", lean=None)
    document["content"]["criteria"][3].update(
        state="unanswered", lean=None, ballots=[], median=None, low=None, high=None
    )
    return resealed(document)


def two_rounds() -> Json:
    """Two criteria scored again, one of them twice, settled against most ballots; one step would change the answer."""
    document = support_copilot()
    criteria = document["content"]["criteria"]
    for criterion, times in ((criteria[2], 2), (criteria[4], 1)):
        kept = ("lean", "settled_by", "why", "ballots", "median", "low", "high")
        earlier = copy.deepcopy([{key: criterion[key] for key in kept} for _round in range(times)])
        for shift, one in enumerate(earlier, 1):
            for ballot in one["ballots"]:
                ballot["score"] = max(-2, ballot["score"] - shift)
        criterion.update(earlier=earlier, rounds=times + 1)
    criteria[3].update(lean=-1, why="Of the two products that will use it, only the smaller one is bound by cost.")
    document["content"]["fragile"] = [
        "Were data sensitivity to lean one step less to RAG, the framework would recommend fine-tuning."
    ]
    return resealed(document)
