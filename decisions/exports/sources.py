"""Where each line of a record comes from, as it is printed: who said it in which act, wrote it or kept it."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

Source = dict[str, str]
# Keys of the content that hold one line, and those that hold many; `triggers` are the revisit's.
SINGLE: Final = ("title", "approach", "scope", "rationale", "risk_summary", "fallback", "revisit")
LISTS: Final = (
    *("criteria", "repairs", "metrics", "phase_one", "backlog", "assumptions", "flip_signals", "guardrails"),
    *("risks", "failure_modes", "owners", "attendees", "triggers"),
)
PROPOSED: Final[Source] = {"kind": "proposed", "by": "", "act": "", "at": ""}


def lines_of(content: Mapping[str, Any], key: str) -> list[Any]:
    """The lines under one key; a single one that is empty is none."""
    if key == "triggers":
        return list(content["revisit"]["triggers"])
    if key == "revisit":
        line = {name: value for name, value in content["revisit"].items() if name != "triggers"}
        return [line] if line["on"] or line["none_because"] else []
    value = content.get(key)
    if key in LISTS:
        return list(value or ())
    is_empty = not any(value.values()) if isinstance(value, dict) else not value
    return [] if is_empty else [value]


def sources_of(content: Mapping[str, Any], key: str) -> list[Source]:
    """The sources of those lines; of a text from before they were kept, that nobody is known to have touched it."""
    kept = content.get("provenance", {}).get(key) or []
    return [*kept, *[PROPOSED] * (len(lines_of(content, key)) - len(kept))]


def by_part(content: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Each part with where its lines come from, in words: `1-3: written by Felix, 18 Nov 2026`; equal ones together."""
    made = []
    for key in (*SINGLE, *LISTS):
        sources = content.get("provenance", {}).get(key) or []
        lines, start = [], 0
        for place, source in enumerate(sources):
            if place + 1 < len(sources) and sources[place + 1] == source:
                continue
            where = "" if len(sources) == 1 else f"{start + 1}" if start == place else f"{start + 1}–{place + 1}"
            lines.append(": ".join(part for part in (where, in_words(source)) if part))
            start = place + 1
        if lines:
            made.append((str(NAMES[key]), lines))
    return made


def in_words(source: Mapping[str, str]) -> str:
    """One source as people read it."""
    values = {
        "by": source["by"] or _("the group"),
        "day": source["at"][:10],
        "act": ACTS.get(source["act"], source["act"]),
    }
    match source["kind"], source["act"]:
        case "proposed", _act:
            return _("proposed, not confirmed by anyone")
        case "rule", _act:
            return _("follows from the answers")
        case "open", _act:
            return _("open")
        case "written", "kept":
            return _("proposed, confirmed by %(by)s, %(day)s") % values
        case "written", _act:
            return _("written by %(by)s, %(day)s") % values
    return _("said by %(by)s: %(act)s") % values


ACTS: Final[Mapping[str, Promise]] = {
    "joined": __("joined the workshop"),
    "settled": __("settled the criterion"),
    "scored": __("left the criterion contested"),
    "answered": __("answered the precheck"),
    "chose": __("chose it on the outcome"),
}
NAMES: Final[Mapping[str, Promise]] = {
    **{"title": __("Title"), "approach": __("Approach"), "scope": __("Scope"), "rationale": __("Rationale")},
    **{"risk_summary": __("Risk in one sentence"), "fallback": __("Fallback"), "revisit": __("Revisit")},
    **{"criteria": __("Criteria"), "repairs": __("Fix first"), "metrics": __("Metrics"), "phase_one": __("Phase one")},
    **{"backlog": __("Backlog"), "assumptions": __("Assumptions"), "flip_signals": __("Flip signals")},
    **{"guardrails": __("Guardrails"), "risks": __("Risks accepted"), "failure_modes": __("Failure modes")},
    **{"owners": __("Owners"), "attendees": __("Participants"), "triggers": __("Revisit triggers")},
}


def scored(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The criteria to show: where something is fixed first, only those that were scored."""
    stops = content["recommendation_status"] == "stop"
    return [one for one in content["criteria"] if not (stops and one["state"] == "unanswered")]


def marked(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a word behind each line that is only proposed, for what prints."""
    content = dict(document["content"])
    if "provenance" not in content:
        return dict(document)
    for key, column in COLUMNS.items():
        sources = sources_of(content, key)
        if all(source["kind"] != "proposed" for source in sources):
            continue
        lines = [
            _with_mark(line, column) if source["kind"] == "proposed" else line
            for line, source in zip(lines_of(content, key), sources, strict=True)
        ]
        if key == "triggers":
            content["revisit"] = {**content["revisit"], "triggers": lines}
        elif key == "revisit":
            content["revisit"] = {**content["revisit"], "is_proposed": True}
        else:
            content[key] = lines[0] if key in SINGLE else lines
    return {**document, "content": content}


def _with_mark(line: Any, column: str) -> Any:
    if column:
        return {**line, column: _with_mark(line[column], "")}
    return _("%(text)s (proposed)") % {"text": line}


# where the word goes in each line; what is said by the room or chosen by hand is never a proposal
COLUMNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("title", "risk_summary", "phase_one", "backlog", "guardrails", "triggers", "scope", "rationale"), ""
    ),
    **{"fallback": "text", "revisit": "on", "repairs": "text", "metrics": "name", "assumptions": "text"},
    **{"flip_signals": "signal", "risks": "text", "failure_modes": "text"},
}
