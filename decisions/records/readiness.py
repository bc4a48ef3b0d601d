"""What still stands between a draft and its sign-off, as data: a section each and a sentence for people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from decisions.framework.gates import GateError, is_watched, parse_gate
from decisions.framework.measures import MEASURE
from decisions.framework.words import ROLE_NAMES
from decisions.models import Record
from decisions.records import prefill
from decisions.records.content import (
    MAX_FALLBACK,
    MAX_GATES,
    MAX_OWNERS,
    MAX_SIGNAL,
    MAX_THEN,
    OWNER_ROLES,
    SECTIONS,
    TITLES,
)
from decisions.records.provenance import proposals

FLIP_SIGNALS = 2
FEWEST_WORDS = 4  # distinct ones, below which a rationale is warned of


@dataclass(frozen=True)
class Problem:
    """One thing to do before sign-off; `section` is where to do it."""

    key: str
    section: str
    message: str


def problems(record: Record) -> tuple[Problem, ...]:
    """Everything that blocks sign-off, in the order of the page."""
    content = record.content
    return (
        *(*_answer(record), *_text(record), *_repairs(content)),
        *(*_owners(record), *_too_long(content), *_proposals(content)),
    )


def _answer(record: Record) -> list[Problem]:
    content, found = record.content, []
    status = content["recommendation_status"]
    if status == "provisional":
        names = ", ".join(prefill.open_criteria(content)) or _("some criteria")
        message = _("The recommendation still depends on %(criteria)s.") % {"criteria": names}
        found.append(Problem("open_criteria", "criteria", message))
    if content["approach"] == "undecided":
        found.append(Problem("no_approach", "decision", _("Choose an approach. You can't sign “undecided”.")))
    if status == "interim" and not content["assumptions"]:
        message = _("Add at least one assumption. An interim answer needs one.")
        found.append(Problem("no_assumption", "assumptions", message))
    if status != "stop" and len(content["flip_signals"]) != FLIP_SIGNALS:
        message = _("Add exactly two flip signals. There are %(count)d.") % {"count": len(content["flip_signals"])}
        found.append(Problem("two_flip_signals", "flip_signals", message))
    return found


def _text(record: Record) -> list[Problem]:
    content, found = record.content, []
    for key, message in (
        ("title", _("Add a title that says what was decided.")),
        ("rationale", _("Add the rationale.")),
    ):
        if not content[key]:
            found.append(Problem(f"no_{key}", "decision", message))
    if not content["scope"]:
        found.append(Problem("no_scope", "decision", _("Add the scope.")))
    if content["recommendation_status"] != "stop":
        if not content["fallback"]["text"]:
            found.append(Problem("no_fallback", "fallback", _("Add a fallback.")))
        if not any(metric["gate"] for metric in content["metrics"]):
            message = _("Add at least one metric with a gate.")
            found.append(Problem("no_metric", "metrics", message))
        found.extend(_gates(content))
        if not content["phase_one"]:
            found.append(Problem("no_phase_one", "plan", _("Add what's in phase one.")))
        if not content["risks"]:
            found.append(Problem("no_risk", "risks", _("Add at least one accepted risk.")))
    revisit = content["revisit"]
    if not revisit["on"] and not revisit["none_because"]:
        message = _("Add a revisit date, or say why there isn't one.")
        found.append(Problem("no_revisit", "revisit", message))
    return found


def _too_long(content: Mapping[str, Any]) -> list[Problem]:
    """What was written before its section had a limit, and so would not print whole on page one."""
    signals = [max(0, len(one["signal"]) - MAX_SIGNAL, len(one["then"]) - MAX_THEN) for one in content["flip_signals"]]
    over = {
        "fallback": len(content["fallback"]["text"]) - MAX_FALLBACK,
        "metrics": len(content["metrics"]) - MAX_GATES,
        "owners": sum(bool(owner["name"]) for owner in content["owners"]) - MAX_OWNERS,
        "flip_signals": sum(signals),
    }
    message = _("Page one prints this section whole, and it is longer than fits there: by %(over)d.")
    return [
        Problem(f"too_long_{section}", section, message % {"over": most}) for section, most in over.items() if most > 0
    ]


def _gates(content: Mapping[str, Any]) -> list[Problem]:
    """A gate without a limit gates nothing; a record that stays with prompts needs only those that it names."""
    found = []
    for place, row in enumerate(content["metrics"]):
        measure = MEASURE.get(row["key"])
        if is_watched(row["gate"]) or (measure is not None and measure.kind == "trend"):
            continue
        try:
            gate = parse_gate(row["gate"], key=row["key"])
        except GateError as fault:
            message = _("The gate of %(metric)s: %(fault)s") % {"metric": row["name"], "fault": fault}
            found.append(Problem(f"unread_gate_{place}", "metrics", message))
        else:
            if gate is None and content["approach"] != "prompt_only":
                message = _("%(metric)s has no limit. Set one, or enter “no gate”.") % {"metric": row["name"]}
                found.append(Problem(f"no_limit_{place}", "metrics", message))
    return found


def _repairs(content: Mapping[str, Any]) -> list[Problem]:
    """What is fixed first has somebody who does it, and a day."""
    if content["approach"] != "fix_first":
        return []
    rows = content.get("repairs") or ()
    if not rows:
        return [Problem("no_repair", "repairs", _("Say what is fixed first."))]
    return [
        Problem(f"open_repair_{place}", "repairs", _("Say who fixes “%(what)s”, and by when.") % {"what": row["text"]})
        for place, row in enumerate(rows)
        if not row["owner"] or not row["by"]
    ]


def _proposals(content: Mapping[str, Any]) -> list[Problem]:
    """A default of ours is nobody's word until somebody keeps it, changes it or removes it."""
    found = []
    for section, keys in SECTIONS.items():
        own = (*keys, "triggers") if section == "revisit" else keys
        if count := proposals(content, own):
            text = ngettext(
                "%(section)s: %(count)d proposed line needs confirming. Keep, edit or remove it.",
                "%(section)s: %(count)d proposed lines need confirming. Keep, edit or remove each.",
                count,
            )
            found.append(Problem(f"proposed_{section}", section, text % {"section": TITLES[section], "count": count}))
    return found


def warnings(record: Record) -> tuple[Problem, ...]:
    """What may be signed, and should be looked at once more."""
    rationale = str(record.content["rationale"])
    if rationale and len(set(re.findall(r"\w+", rationale.casefold()))) < FEWEST_WORDS:
        return (Problem("thin_rationale", "decision", _("The rationale is very short. Does it say why?")),)
    return ()


def _owners(record: Record) -> list[Problem]:
    found = []
    named = {owner["role"]: owner["name"] for owner in record.content["owners"]}
    for role, name in named.items():
        title = str(ROLE_NAMES.get(role, role))
        if not name:
            if role in OWNER_ROLES:
                message = _("Add the %(role)s owner.") % {"role": title}
                found.append(Problem(f"no_owner_{role}", "owners", message))
            continue
        contact = record.owner_contacts.get(role, {})
        if not any(contact.get(way) for way in ("email", "user_id", "seat")):
            message = _("Add an email address for %(name)s (%(role)s).") % {"name": name, "role": title}
            found.append(Problem(f"no_address_{role}", "owners", message))
    return found
