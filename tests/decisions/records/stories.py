"""A room's readings and a finished draft, for the stories about records."""

from datetime import date

from decisions import records
from decisions.base.links import token_hash
from decisions.models import Record, User
from tests import people

LEANS = {
    "knowledge_churn": -2,
    "audit_trust": -2,
    "task_stability": 1,
    "latency_cost": 0,
    "data_sensitivity": -1,
}
NAMES = {
    "knowledge_churn": "Knowledge churn",
    "audit_trust": "Audit and trust",
    "task_stability": "Task stability",
    "latency_cost": "Latency and cost",
    "data_sensitivity": "Data sensitivity",
}


def readings(**changes):
    """What a room hands over when three criteria lean RAG."""
    given = {
        "answers": {"leans": dict(LEANS), "contested": {}, "situation": {"documents_drive": True}},
        "criteria": [
            {
                "key": key,
                "name": NAMES[key],
                "lean": lean,
                "state": "settled",
                "settled_by": "Ines Weber",
                "why": "Runbooks change every week.",
                "rounds": 1,
                "ballots": [
                    {
                        "name": "Ines Weber",
                        "role": "product",
                        "score": lean,
                        "confidence": "sure",
                        "reason": "Seen it.",
                    },
                    {"name": "Jonas", "role": "security", "score": lean, "confidence": "fairly", "reason": ""},
                ],
                "median": str(lean),
                "low": lean,
                "high": lean,
            }
            for key, lean in LEANS.items()
        ],
        "attendees": [{"name": "Ines Weber", "role": "product"}, {"name": "Jonas", "role": "security"}],
        "owners": [
            {"role": "product", "name": "Ines Weber", "email": "ines@example.org", "user_id": None},
            {"role": "security", "name": "Jonas Lind", "email": "jonas@example.org", "user_id": None},
            {"role": "data", "name": "Aiko Tanabe", "email": "aiko@example.org", "user_id": None},
        ],
        "minutes": [{"at": "2026-11-18T14:00:00Z", "who": "Felix", "what": "Opened the room"}],
        "flip_signals": [
            {"signal": "Grounded answers below 85 % for three weeks", "then": "add tuning"},
            {"signal": "Volume above 400,000 a month", "then": "score cost again"},
        ],
        "risks": [{"key": "stale_knowledge", "text": "Old runbooks answer confidently", "owner": "Product"}],
        "assumptions": [{"text": "Runbooks are updated within a day", "owner": "Data", "check_by": "2026-12-15"}],
        "framework": {"name": "Groundwork five criteria", "version": "1", "rule_version": "1.0"},
        "precheck": {},
        "starting_point": "support_copilot",
    }
    return {**given, **changes}


FINISHED = {
    "decision": {
        "title": "Answer support questions from retrieval first",
        "approach": "rag",
        "scope": "for all runbook questions",
        "rationale": "Runbooks change **every week**, and each answer must cite its source.",
        "risk_summary": "We accept that an answer can be a day old.",
    },
    "fallback": {"fallback": {"label": "Decline and hand over", "text": "No retrieval hit: say so and open a ticket."}},
    "metrics": {
        "metrics": [
            {
                "key": "grounded_correctness",
                "name": "Grounded correctness",
                "definition": "right by the key and backed by a passage the asker may see",
                "gate": "≥ 85 %",
                "stop": "< 78 %",
                "sample": "200 prompts",
                "when": "weekly in the pilot",
            }
        ]
    },
    "plan": {"phase_one": ["Index the runbooks", "Cite every answer"], "backlog": ["Tune the tone"]},
    "revisit": {
        "revisit": {
            "on": date(2027, 2, 18).isoformat(),
            "cadence": "quarterly",
            "triggers": ["An acquisition"],
            "none_because": "",
        }
    },
}


def drafted(cast, **changes) -> Record:
    """A draft of the cast's first decision, straight from the room."""
    return records.draft(decision=people.decision(cast.team), readings=readings(**changes), by=cast.felix)


def finish(record: Record, by: User) -> Record:
    """Write what sign-off needs, section by section."""
    for section, changes in FINISHED.items():
        record = save(record, by, section, **changes)
    return keep_all(record, by)


def keep_all(record: Record, by: User) -> Record:
    """Somebody takes over whatever is still proposed, a section at once."""
    record.refresh_from_db()
    for problem in records.problems(record):
        if problem.key.startswith("proposed_"):
            keys = [*records.SECTIONS[problem.section], "triggers"]
            version = record.section_versions.get(problem.section, 0)
            kept = {key: range(40) for key in keys}
            record = records.edit(record=record, section=problem.section, changes={}, version=version, by=by, kept=kept)
    return record


LIMITS = {"task_completion": ">= 60 %", "latency_p95": "<= 4 s", "cost_per_answer": "<= 0.05 EUR"}


def ready(record: Record, by: User) -> Record:
    """What a room's draft needs before its owners can be asked: scope, rationale, limits, and a word to each proposal."""
    record.refresh_from_db()
    metrics = [{**row, "gate": row["gate"] or LIMITS.get(row["key"], "no gate")} for row in record.content["metrics"]]
    record = save(record, by, "metrics", metrics=metrics)
    repairs = [{**row, "owner": "Felix", "by": "2027-01-15"} for row in record.content["repairs"]]
    record = save(record, by, "repairs", repairs=repairs)
    said = {"scope": "for all runbook questions", "rationale": "Runbooks change every week, says the room."}
    return keep_all(save(record, by, "decision", **said), by)


def save(record: Record, by: User, section: str, **changes) -> Record:
    """Somebody saves a section on top of what stands."""
    record.refresh_from_db()
    version = record.section_versions.get(section, 0)
    return records.edit(record=record, section=section, changes=changes, version=version, by=by)


def in_sign_off(cast, **changes) -> Record:
    """A finished draft whose owners have been asked."""
    return records.open_sign_off(record=finish(drafted(cast, **changes), cast.felix), by=cast.felix)


def everybody_signs(record: Record, *, dissent: str = "") -> None:
    """Every owner agrees, but one role may dissent; each with a personal link made for the purpose."""
    for one in record.sign_offs.filter(voided_at=None):
        one.token_hash = token_hash(f"token-of-{one.pk}")
        one.save()
        records.sign(
            sign_off=one,
            position="dissent" if one.role == dissent else "agree",
            note_text="A tuned model was better in 2025." if one.role == dissent else "",
            content_hash=record.content_hash,
            token=f"token-of-{one.pk}",
        )


def accepted(cast, **changes) -> Record:
    """DR-0001 of the cast's team."""
    record = in_sign_off(cast, **changes)
    everybody_signs(record)
    return records.accept(record=record, by=cast.felix, content_hash=record.content_hash)
