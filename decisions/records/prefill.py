"""What a fresh draft says before anybody edits it: the recommendation in words, and the framework's defaults."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from decisions.exports.sources import Source, sources_of
from decisions.framework.answers import Answers, parse
from decisions.framework.criteria import CRITERIA, FRAMEWORK_NAME, FRAMEWORK_VERSION, NAMES
from decisions.framework.defaults import record_defaults, risk_choices
from decisions.framework.precheck import FIX_FIRST
from decisions.framework.recommendation import Recommendation, recommend
from decisions.framework.rule import RULE_VERSION
from decisions.framework.starting_points import StartingPoint
from decisions.framework.text import Sentence
from decisions.framework.told import said_in, told
from decisions.models import Decision
from decisions.records import content as parts
from decisions.records import provenance
from decisions.team_framework import acts as frameworks

# What the framework proposes and people then make their own.
PROPOSED = (
    *("title", "risk_summary", "fallback", "metrics", "phase_one", "backlog"),
    *("assumptions", "flip_signals", "guardrails", "risks", "failure_modes"),
)
MONTH, QUARTER = timedelta(days=30), timedelta(days=91)


def framework_head(given: Any = None) -> dict[str, str]:
    """Which framework and rule made the recommendation."""
    present = {"name": FRAMEWORK_NAME, "version": FRAMEWORK_VERSION, "rule_version": RULE_VERSION}
    known = given if isinstance(given, Mapping) else {}
    return {key: str(known.get(key) or value) for key, value in present.items()}


def names_in(criteria: Iterable[Mapping[str, Any]]) -> Mapping[str, Sentence | str]:
    """What these rows call the criteria: a team may have words of its own."""
    given = {str(one.get("key", "")): str(one.get("name", "")) for one in criteria}
    return {key: given.get(key) or name for key, name in NAMES.items()}


def verdict(
    answers: Answers, names: Mapping[str, Sentence | str] = NAMES, acts: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """What the rule says about these answers, as the content keeps it; `acts` tell who answered what, and when."""
    result = recommend(answers, names)
    return {
        "situation": told(answers, acts),
        "path": result.path,
        "clause": result.clause,
        "recommendation_status": result.status,
        "recommended_approach": result.approach,
        "reasons": [str(reason) for reason in result.reasons],
        "flags": list(result.flags),
        "fragile": [str(flip.text) for flip in result.fragile],
    }


def answers_of(content: Mapping[str, Any]) -> Answers:
    """The answers behind a record's criteria and situation, for the rule."""
    criteria = {item["key"]: item for item in content["criteria"]}
    votes = {
        key: sorted({ballot["score"] for ballot in item["ballots"]})
        for key, item in criteria.items()
        if item["state"] == "contested" and item["ballots"]
    }
    settled = {key: item["lean"] if item["state"] == "settled" else None for key, item in criteria.items()}
    return parse({"leans": settled, "contested": votes, "situation": said_in(content["situation"])})


def open_criteria(content: Mapping[str, Any]) -> list[str]:
    """Names of the criteria that still decide the approach."""
    open_keys = recommend(answers_of(content)).open_criteria
    return [item["name"] for item in content["criteria"] if item["key"] in open_keys]


def blank_criteria(decision: Decision | None = None) -> list[dict[str, Any]]:
    """The five criteria before anybody answered, in the team's words."""
    criteria = frameworks.framework_of(decision.team_id).criteria if decision else CRITERIA
    return [{"key": one.key, "name": str(one.name), "state": "unanswered"} for one in criteria]


def start_of(decision: Decision, key: str = "") -> StartingPoint | str:
    """The starting point that sets defaults: ours or the team's own."""
    return frameworks.starting_point(decision.team_id, key or decision.starting_point) or ""


def context_of(decision: Decision, readings: Mapping[str, Any]) -> str:
    """The decision's context, with what the room answered to the team's own questions."""
    asked = (f"{one['question']}\n{one['answer']}" for one in readings.get("context") or ())
    return "\n\n".join(part for part in (decision.context, *asked) if part)


def from_readings(decision: Decision, readings: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The content of a first draft: the readings as they are, and the framework's defaults for everything else."""
    answers = parse(readings.get("answers") or {})
    names = names_in(readings.get("criteria") or ())
    result = recommend(answers, names)
    start = start_of(decision, str(readings.get("starting_point") or ""))
    said = ("criteria", "attendees", "owners", "flip_signals", "assumptions")
    return {
        "criteria": blank_criteria(),
        **_defaults(decision, result, result.approach, start),
        "revisit": revisit(result, today),
        **verdict(answers, names, readings.get("acts")),
        "approach": result.approach,
        "repairs": repairs(answers),
        **{key: readings[key] for key in said if readings.get(key)},
        **({"risks": _risks(result, readings["risks"])} if readings.get("risks") else {}),
    }


def origins(readings: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Who said what a room hands over, and in which act; of what `by` chose for it on the outcome, that they did."""
    settled = {str(one.get("key", "")): str(one.get("settled_at") or "") for one in readings.get("criteria") or ()}

    def of_criterion(row: Mapping[str, Any]) -> Source:
        act = "settled" if row["state"] == "settled" else "scored"
        return provenance.said(row["settled_by"], act, settled.get(row["key"], ""))

    def of_person(row: Mapping[str, Any]) -> Source:
        return provenance.said(row["name"], "joined")

    chosen = {
        key: provenance.said(by, "chose") for key in ("flip_signals", "assumptions", "risks") if readings.get(key)
    }
    said = {"criteria": of_criterion, "owners": of_person, "attendees": of_person}
    return {"approach": provenance.RULE, "repairs": provenance.said("", "answered"), **said, **chosen}


def repairs(answers: Answers, before: Iterable[dict[str, str]] = ()) -> list[dict[str, str]]:
    """What the precheck named as to be fixed first; who and by when stay as they were written."""
    known = {row["key"]: row for row in before}
    named = (one for one in FIX_FIRST if one.key in (answers.situation.pre_check or ()))
    blank = {"owner": "", "by": ""}
    return [known.get(one.key) or {"key": one.key, "text": str(one.name), **blank} for one in named]


def for_approach(decision: Decision, approach: str, *, today: date) -> dict[str, Any]:
    """The content of a draft that begins without a workshop: nothing answered, defaults for the chosen approach."""
    answers = Answers()
    result = recommend(answers)
    return {
        **_defaults(decision, result, approach, start_of(decision)),
        "revisit": revisit(result, today),
        **verdict(answers),
        "approach": approach,
        "criteria": blank_criteria(decision),
    }


def _defaults(decision: Decision, result: Recommendation, approach: str, start: StartingPoint | str) -> dict[str, Any]:
    """The framework's proposals for this decision and the approach that was chosen."""
    made = record_defaults(result, approach=approach, starting_point=start)
    made["title"] = f"{decision.title}: {made['title']}"
    return made


def follow(
    decision: Decision, before: Mapping[str, Any], after: dict[str, Any], fresh: Mapping[str, Any] | None = None
) -> list[str]:
    """Replace the proposals that nobody touched by those for the new answers; gives the keys that changed.

    Without this a record that turned to fine-tuning kept retrieval's title, fallback and guardrails.
    """
    was, now = _proposals(decision, before), fresh or _proposals(decision, after)
    keys = [
        key
        for key in PROPOSED
        if after[key] == was[key] != parts.clean(key, now[key])
        and all(source["kind"] == "proposed" for source in sources_of(before, key))
    ]
    after.update({key: parts.clean(key, now[key]) for key in keys})
    return keys


def _proposals(decision: Decision, content: Mapping[str, Any]) -> dict[str, Any]:
    result = recommend(answers_of(content), names_in(content["criteria"]))
    made = _defaults(decision, result, content["approach"], start_of(decision))
    return {key: parts.clean(key, made[key]) for key in PROPOSED}


def revisit(result: Recommendation, today: date) -> dict[str, Any]:
    """The first revisit a month or a quarter from now, with the triggers that come sooner."""
    proposed: dict[str, Any] = record_defaults(result)["revisit"]
    return {**proposed, "on": next_day(proposed["cadence"], today)}


def next_day(cadence: str, today: date) -> str:
    """The day a month or a quarter from now."""
    return (today + (MONTH if cadence == "monthly" else QUARTER)).isoformat()


def _risks(result: Recommendation, chosen: Any) -> list[Any]:
    """Risks that the room chose: whole rows, or keys of the framework's own, which are spelt out."""
    known = {risk["key"]: {**risk, "suggested": None} for risk in risk_choices(result.outcome)}
    return [known.get(risk, risk) if isinstance(risk, str) else risk for risk in chosen]


def handed_over(
    before: parts.Content, first: Mapping[str, Any], origin: Mapping[str, Any], kept: list[str]
) -> dict[str, Any]:
    """What the room chose and who was in it, where nobody has edited that in the record; else its title is `kept`."""
    taken = {}
    for key in ("owners", "attendees", "flip_signals", "risks"):
        fresh = parts.clean(key, first.get(key))
        if key not in origin or not fresh or fresh == before[key]:
            continue
        if any(source["kind"] == "written" and source["act"] != "kept" for source in sources_of(before, key)):
            kept.append(str(parts.TITLES[key]))
        else:
            taken[key] = fresh
    return taken


def minutes(given: Any) -> list[dict[str, str]]:
    """The room's minutes as plain lines."""
    return [
        {
            "at": parts.line(item.get("at"), 32),
            "who": parts.line(item.get("who"), 120),
            "what": parts.text(item.get("what"), 400),
        }
        for item in list(given or ())[:5_000]
        if isinstance(item, Mapping)
    ]


def contacts(owners: Any) -> dict[str, Any]:
    """How the owners that the room named can be reached."""
    return {
        parts.role(item.get("role")): {
            "email": parts.line(item.get("email"), 254),
            "user_id": item.get("user_id"),
            "seat": item.get("seat"),
        }
        for item in list(owners or ())[: parts.MAX_ITEMS]
        if isinstance(item, Mapping) and (item.get("email") or item.get("user_id") or item.get("seat"))
    }
