"""A team's own starting points: the same shape as ours, read strictly from plain data."""

from dataclasses import fields
from typing import Any, Final

from .answers import CRITERIA, SITUATION_KEYS, AnswerError, keys_of, name, parse
from .criteria import ROLES
from .customise import MAX_NAME, MAX_TEXT, clean_text
from .guide import page
from .measures import MEASURE, TIERS
from .starting_points import STARTING_POINT, StartingPoint

MAX_CONTEXT: Final = 10_000
MAX_ITEMS: Final = 20
MAX_GUIDES: Final = 5
PARTS: Final = tuple(part.name for part in fields(StartingPoint))


def parse_starting_point(raw: object) -> StartingPoint:
    """A team's starting point; raises AnswerError naming the first field that is wrong.

    Its key must not be one of ours, so that the key of a stored decision always means one thing.
    """
    given = keys_of(raw, "starting_point", allowed=PARTS, prefix="")
    key = clean_text(given.get("key", ""), "key", MAX_NAME)
    if key in STARTING_POINT:
        raise AnswerError("key", f"{name(key)} is a starting point that ships with the framework")
    emphasis = keys_of(given.get("emphasis", {}), "emphasis", allowed=CRITERIA)
    situation = keys_of(given.get("situation", {}), "situation", allowed=SITUATION_KEYS)
    parse({"situation": situation})
    tier = given.get("tier", "internal")
    if not isinstance(tier, str) or tier not in TIERS:
        raise AnswerError("tier", f"must be one of {', '.join(TIERS)}")
    return StartingPoint(
        key=key,
        name=clean_text(given.get("name", ""), "name", MAX_NAME),
        summary=clean_text(given.get("summary", ""), "summary", MAX_TEXT, may_be_empty=True),
        title=clean_text(given.get("title", ""), "title", 160, may_be_empty=True),
        question=clean_text(given.get("question", ""), "question", 400, may_be_empty=True),
        context=clean_text(given.get("context", ""), "context", MAX_CONTEXT, may_be_empty=True),
        emphasis={one: clean_text(text, f"emphasis.{one}", MAX_TEXT) for one, text in emphasis.items()},
        guides=_guides(given.get("guides", [])),
        situation=dict(situation),
        tier=tier,
        metrics=_metrics(given.get("metrics", [])),
        gates=_gates(given.get("gates", {})),
        assumptions=_assumptions(given.get("assumptions", [])),
    )


def starting_point_as_dict(point: StartingPoint) -> dict[str, Any]:
    """What `parse_starting_point` reads; from one of ours, a first draft of a team's own."""
    return {
        "key": point.key,
        **{part: str(getattr(point, part)) for part in ("name", "summary", "title", "question", "context")},
        "emphasis": {key: str(text) for key, text in point.emphasis.items()},
        "guides": list(point.guides),
        "situation": dict(point.situation),
        "tier": point.tier,
        "metrics": list(point.metrics),
        "gates": {key: list(texts) for key, texts in point.gates.items()},
        "assumptions": [{"text": str(text), "role": role} for text, role in point.assumptions],
    }


def _guides(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or len(raw) > MAX_GUIDES:
        raise AnswerError("guides", f"must be a list of {MAX_GUIDES} pages or fewer")
    for one in raw:
        if not isinstance(one, str) or page(one) is None:
            raise AnswerError("guides", f"{name(one)} is no page of the guide")
    return tuple(dict.fromkeys(raw))


def _metrics(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise AnswerError("metrics", "must be a list")
    for one in raw:
        if not isinstance(one, str) or one not in MEASURE:
            raise AnswerError("metrics", f"{name(one)} is no metric of the framework")
    return tuple(dict.fromkeys(raw))


def _gates(raw: object) -> dict[str, tuple[str, str]]:
    given = keys_of(raw, "gates", allowed=tuple(MEASURE))
    gates = {}
    for key, texts in given.items():
        if not isinstance(texts, list | tuple) or len(texts) != 2:
            raise AnswerError(f"gates.{key}", "must be a gate and a figure at which the pilot stops")
        gate, stop = (clean_text(text, f"gates.{key}", MAX_NAME, may_be_empty=True) for text in texts)
        gates[key] = (gate, stop)
    return gates


def _assumptions(raw: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(raw, list | tuple) or len(raw) > MAX_ITEMS:
        raise AnswerError("assumptions", f"must be a list of {MAX_ITEMS} lines or fewer")
    lines = []
    for place, one in enumerate(raw):
        where = f"assumptions.{place}"
        given = keys_of(one, where, allowed=("text", "role"))
        role = given.get("role", "product")
        if not isinstance(role, str) or role not in ROLES:
            raise AnswerError(f"{where}.role", f"must be one of {', '.join(ROLES)}")
        lines.append((clean_text(given.get("text", ""), f"{where}.text", MAX_TEXT), role))
    return tuple(lines)
