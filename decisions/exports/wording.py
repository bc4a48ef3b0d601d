"""The words that a record's keys are printed as, shared by the page and the Markdown file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from decisions.framework.text import Sentence
from decisions.framework.told import answer_lines
from decisions.framework.words import LEAN_NAMES, ROLE_NAMES

from .text import clean

STATES = {
    "draft": noop("Draft"),
    "in_sign_off": noop("In sign-off"),
    "accepted": noop("Accepted"),
    "superseded": noop("Superseded"),
    "withdrawn": noop("Withdrawn"),
}
POSITIONS = {
    "agree": noop("Agrees"),
    "agree_with_condition": noop("Agrees with a condition"),
    "dissent": noop("Dissents"),
    "pending": noop("Not signed yet"),
}
CONFIDENCES = {"unsure": noop("unsure"), "fairly": noop("fairly sure"), "sure": noop("sure")}
CADENCES = {"quarterly": noop("quarterly"), "monthly": noop("monthly")}


def word(table: Mapping[Any, str | Sentence], key: object, *, limit: int = 60) -> str:
    """The translated word of a key; an unknown key is printed as it is, readably."""
    if key not in table:
        return clean(str(key if key is not None else "").replace("_", " "), limit)
    name = table[key]
    return str(name) if isinstance(name, Sentence) else _(name)


def role(key: object) -> str:
    """A role, such as Security; a role of one's own as it was written."""
    name = word(ROLE_NAMES, key)
    return capfirst(name) if key in ROLE_NAMES else name


def score(value: object) -> str:
    """A score in words; the line never breaks inside fine‑tuning."""
    return capfirst(word(LEAN_NAMES, value)).replace("-", "\u2011")


def answers(situation: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each question about the situation, its answer or that nobody was asked, and who noted it when."""
    return [
        (str(asked), str(said), f"{clean(line['by'], 120)}, {moment(line['at'])}" if line["by"] else "")
        for asked, said, line in answer_lines(situation)
    ]


def lean(criterion: Mapping[str, Any]) -> str:
    """A criterion's outcome in words; contested and unanswered are never a number."""
    if criterion["state"] == "settled" and criterion["lean"] is not None:
        return score(criterion["lean"])
    return _("Contested") if criterion["state"] == "contested" else _("Not answered")


def day(value: object) -> str:
    """`2026-11-18` or a UTC time as 18 Nov 2026; what is no date is shown as it was typed."""
    said = clean(value, 40)
    try:
        return format_date(date.fromisoformat(said[:10]), "j M Y")
    except ValueError:
        return said[:20]


def moment(value: object) -> str:
    """A UTC time as 18 Nov 2026, 15:04."""
    said = clean(value, 40)
    return f"{day(said)}, {said[11:16]}" if len(said) >= 16 and said[10:11] == "T" else day(said)


def threshold(value: object) -> str:
    """`>= 90 %` as ≥ 90 %."""
    return clean(value).replace(">=", "≥").replace("<=", "≤")
