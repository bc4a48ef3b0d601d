"""The part of a record that owners sign: its shape, its sections, and how raw data becomes clean content."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from decisions.framework.answers import PRE_CHECK, SITUATION_KEYS
from decisions.framework.gates import GateError, has_gate, parse_gate
from decisions.framework.words import ROLE_NAMES
from decisions.ledger.canonical import tidy_text

FORMAT: Final = "groundwork/content/v2"
MAX_ITEMS: Final = 40
MAX_TEXT: Final = 10_000
# What page one prints whole, so that more of it is refused where it is typed.
MAX_NOTE: Final = 400
MAX_FALLBACK: Final = 300
MAX_SIGNAL: Final = 300
MAX_THEN: Final = 150
MAX_OWNERS: Final = 8
MAX_GATES: Final = 10
APPROACHES: Final = ("rag", "fine_tuning", "hybrid", "prompt_only", "fix_first", "undecided")
CADENCES: Final = ("quarterly", "monthly", "none")
OWNER_ROLES: Final = ("product", "security", "data")
RISK_KEYS: Final = ("stale_knowledge", "opaque_answers", "training_cost", "operational_complexity", "own")
Content = dict[str, Any]

# What is edited apart: section -> the content's keys that it writes. Two people on different sections never meet.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "decision": ("title", "approach", "scope", "rationale", "risk_summary"),
    "criteria": ("criteria", "situation"),
    "repairs": ("repairs",),
    "fallback": ("fallback",),
    "metrics": ("metrics",),
    "plan": ("phase_one", "backlog"),
    "assumptions": ("assumptions",),
    "flip_signals": ("flip_signals",),
    "guardrails": ("guardrails",),
    "risks": ("risks",),
    "failure_modes": ("failure_modes",),
    "owners": ("owners",),
    "attendees": ("attendees",),
    "revisit": ("revisit",),
}

TITLES: Final[Mapping[str, Promise]] = {
    "decision": _("Decision"),
    "criteria": _("The five criteria"),
    "repairs": _("Fix first"),
    "fallback": _("Fallback"),
    "metrics": _("Metrics"),
    "plan": _("Phase one and backlog"),
    "assumptions": _("Assumptions"),
    "flip_signals": _("Flip signals"),
    "guardrails": _("Guardrails"),
    "risks": _("Risks accepted"),
    "failure_modes": _("Failure modes"),
    "owners": _("Owners who sign"),
    "attendees": _("Participants"),
    "revisit": _("Revisit"),
}

Row = Mapping[str, Any]


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """Any value as clean prose of at most `limit` characters."""
    return tidy_text(str(value if value is not None else ""))[:limit].strip()


def line(value: Any, limit: int = MAX_TEXT) -> str:
    """The same on one line."""
    return " ".join(text(value, limit).split())


def role(value: Any) -> str:
    """A role: one that we know by its key, however it was capitalised, or the team's own word."""
    said = line(value, 60)
    return said.lower() if said.lower() in ROLE_NAMES else said


def _texts(value: Any) -> list[str]:
    return [said for said in (text(item) for item in _list(value)) if said]


def _list(value: Any) -> list[Any]:
    return list(value)[:MAX_ITEMS] if isinstance(value, list | tuple) else []


def _rows(value: Any, first: str, **columns: int) -> list[dict[str, str]]:
    """Rows with exactly these columns; a plain string fills the first one; rows without it are dropped."""
    rows = []
    for item in _list(value):
        given = item if isinstance(item, Mapping) else {first: item}
        row = {name: text(given.get(name), limit) for name, limit in columns.items()}
        if row[first]:
            rows.append(row)
    return rows


def _fallback(value: Any) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {}
    return {"label": line(given.get("label"), 200), "text": text(given.get("text"))}


def _risks(value: Any) -> list[dict[str, str]]:
    rows = _rows(value, "text", key=40, text=MAX_TEXT, owner=120)
    return [{**row, "key": row["key"] if row["key"] in RISK_KEYS else "own"} for row in rows]


def _revisit(value: Any) -> dict[str, Any]:
    given = value if isinstance(value, Mapping) else {}
    cadence = given.get("cadence")
    return {
        "on": iso_day(given.get("on")),
        "cadence": cadence if cadence in CADENCES else "quarterly",
        "triggers": _texts(given.get("triggers")),
        "none_because": text(given.get("none_because")),
    }


def iso_day(value: Any) -> str | None:
    """YYYY-MM-DD, or None for everything that is no day."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return None
    return None


def _lean(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and -2 <= value <= 2 else None


def _criteria(value: Any) -> list[dict[str, Any]]:
    clean = []
    for item in _list(value):
        if not isinstance(item, Mapping) or not item.get("key"):
            continue
        state = item.get("state")
        clean.append(
            {
                "key": line(item["key"], 40),
                "name": line(item.get("name"), 120),
                "lean": _lean(item.get("lean")),
                "state": state if state in ("settled", "contested", "unanswered") else "unanswered",
                "settled_by": line(item.get("settled_by"), 120),
                "why": text(item.get("why")),
                "rounds": _count(item.get("rounds")),
                "earlier": [_round(one) for one in _list(item.get("earlier")) if isinstance(one, Mapping)],
                **_counted(item),
            }
        )
    return clean


def _counted(given: Row) -> dict[str, Any]:
    """The ballots of one round, with what they come to."""
    return {
        "ballots": [_ballot(one) for one in list(given.get("ballots") or ())[:1_000] if isinstance(one, Mapping)],
        "median": line(given["median"], 8) if given.get("median") is not None else None,
        "low": _lean(given.get("low")),
        "high": _lean(given.get("high")),
    }


def _round(given: Row) -> dict[str, Any]:
    """An earlier round of a criterion: settled at a lean, or left."""
    said = {"settled_by": line(given.get("settled_by"), 120), "why": text(given.get("why"))}
    return {"lean": _lean(given.get("lean")), **said, **_counted(given)}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else 0


def _ballot(given: Row) -> dict[str, Any]:
    return {
        "name": line(given.get("name"), 120),
        "role": line(given.get("role"), 60),
        "score": _lean(given.get("score")) or 0,
        "confidence": line(given.get("confidence"), 12),
        "reason": text(given.get("reason")),
    }


def _situation(value: Any) -> dict[str, Any]:
    """Every question, as the framework tells it; a bare answer is one of which the rule has said nothing yet."""
    given = value if isinstance(value, Mapping) else {}
    clean: dict[str, Any] = {}
    for key in SITUATION_KEYS:
        told = given[key] if isinstance(given.get(key), Mapping) else {"value": given.get(key)}
        clean[key] = {
            "value": _answer(key, told.get("value")),
            "counted_as": _answer(key, told.get("counted_as")),
            "by": line(told.get("by"), 120),
            "at": line(told.get("at"), 40) or None,
        }
    return clean


def _metrics(value: Any) -> list[dict[str, Any]]:
    """Metrics, each with its gate as people wrote it and as data: `limit`, null where there is none to be read."""
    rows = _rows(value, "name", key=60, name=200, definition=MAX_TEXT, gate=200, stop=200, sample=200, when=200)
    return [{**row, "limit": _limit(row)} for row in rows]


def _limit(row: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        gate = parse_gate(row["gate"], key=row["key"], sample=row["sample"]) if has_gate(row) else None
    except GateError:
        return None
    return gate.as_dict() if gate else None


def _dated(value: Any, day: str, **more: int) -> list[dict[str, str]]:
    """Rows of a text with who looks after it and by when."""
    rows = _rows(value, "text", **more, text=MAX_TEXT, owner=120, **{day: 10})
    return [{**row, day: iso_day(row[day]) or ""} for row in rows]


def _answer(key: str, value: Any) -> list[str] | bool | None:
    if key == "pre_check":
        return [item for item in PRE_CHECK if item in value] if isinstance(value, list | tuple) else None
    return value if isinstance(value, bool) else None


def _approach(value: Any) -> str:
    return value if value in APPROACHES else "undecided"


def _people(value: Any) -> list[dict[str, str]]:
    return [
        {"role": role(row["role"]), "name": line(row["name"], 120)} for row in _rows(value, "name", role=60, name=120)
    ]


def _owners(value: Any) -> list[dict[str, str]]:
    """One owner a role, named or not yet, the three required roles first."""
    found = dict.fromkeys(OWNER_ROLES, "")
    for item in _list(value):
        if isinstance(item, Mapping) and (key := role(item.get("role"))):
            found[key] = found.get(key) or line(item.get("name"), 120)
    return [{"role": key, "name": name} for key, name in list(found.items())[:MAX_ITEMS]]


# One cleaner a key: whatever comes in - a form, a room's readings, an older draft - this comes out, and nothing else.
CLEANERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "title": lambda value: line(value, 200),
    "approach": _approach,
    "path": lambda value: line(value, 40),
    "clause": lambda value: line(value, 40),
    "recommendation_status": lambda value: (
        value if value in ("final", "provisional", "interim", "stop") else "provisional"
    ),
    "recommended_approach": _approach,
    "scope": lambda value: line(value, 400),
    "rationale": text,
    "risk_summary": text,
    "reasons": _texts,
    "flags": lambda value: [line(item, 80) for item in _list(value) if line(item)],
    "fragile": _texts,
    "fallback": _fallback,
    "criteria": _criteria,
    "situation": _situation,
    "repairs": lambda value: _dated(value, "by", key=40),
    "metrics": _metrics,
    "phase_one": _texts,
    "backlog": _texts,
    "assumptions": lambda value: _dated(value, "check_by"),
    "flip_signals": lambda value: _rows(value, "signal", signal=MAX_TEXT, then=MAX_TEXT),
    "guardrails": _texts,
    "risks": _risks,
    "failure_modes": lambda value: _rows(value, "text", text=MAX_TEXT, mitigation=MAX_TEXT),
    "owners": _owners,
    "attendees": _people,
    "revisit": _revisit,
}


def clean(key: str, value: Any) -> Any:
    """One part of the content in its clean form."""
    return CLEANERS[key](value)


def assemble(head: Row, given: Row) -> Content:
    """The whole content from its head (format, salt, team, decision, framework) and whatever was given for the rest."""
    return {"format": FORMAT, **head, **{key: clean(key, given.get(key)) for key in CLEANERS}}
