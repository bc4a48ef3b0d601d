"""The words that a record's keys are printed as, shared by the page and the Markdown file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from decisions.framework.told import answer_lines
from decisions.framework.words import CLAUSE_NAMES

from .text import clean

APPROACHES = {
    "rag": noop("Retrieval-augmented generation (RAG)"),
    "fine_tuning": noop("Fine-tuning"),
    "hybrid": noop("Hybrid: fine-tuned behaviour over retrieval"),
    "prompt_only": noop("Prompts only"),
    "fix_first": noop("Fix first"),
    "undecided": noop("Undecided"),
}
SHORT_APPROACHES = {
    "rag": noop("RAG"),
    "fine_tuning": noop("fine-tuning"),
    "hybrid": noop("hybrid"),
    "prompt_only": noop("prompts only"),
    "fix_first": noop("fix first"),
    "undecided": noop("undecided"),
}
PATHS = {
    "rag_only": noop("retrieval only"),
    "rag_then_fine_tuning": noop("retrieval first, fine-tuning later if the metrics justify it"),
    "hybrid": noop("both together"),
    "hybrid_rag_first": noop("both, retrieval first"),
    "with_thin_retrieval": noop("fine-tuning with a thin retrieval layer"),
    "fine_tuning_only": noop("fine-tuning only"),
    "evaluate_first": noop("evaluate fine-tuning before committing to it"),
    "baseline_and_pilot": noop("prompted baseline and pilot"),
    "prompt_only": noop("prompts only"),
    "interim": noop("interim answer"),
    "depends": noop("depends on the open criteria"),
    "open": noop("open"),
}
CLAUSES = {key: name.message for key, name in CLAUSE_NAMES.items()}
STATUSES = {
    "final": noop("Final"),
    "provisional": noop("Provisional"),
    "interim": noop("Interim"),
    "stop": noop("Fix first"),
}
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
ROLES = {
    "product": noop("Product"),
    "security": noop("Security"),
    "data": noop("Data"),
    "engineering": noop("Engineering"),
    "legal": noop("Legal"),
    "other": noop("Other"),
}
CONFIDENCES = {"unsure": noop("unsure"), "fairly": noop("fairly sure"), "sure": noop("sure")}
LEANS = {
    -2: noop("Strongly RAG"),
    -1: noop("Leans RAG"),
    0: noop("Either way"),
    1: noop("Leans fine\u2011tuning"),
    2: noop("Strongly fine\u2011tuning"),
}
RISKS = {
    "stale_knowledge": noop("Stale knowledge"),
    "opaque_answers": noop("Opaque answers"),
    "training_cost": noop("Training cost"),
    "operational_complexity": noop("Operational complexity"),
}
CADENCES = {"quarterly": noop("quarterly"), "monthly": noop("monthly")}


def word(table: Mapping[Any, str], key: object, *, limit: int = 60) -> str:
    """The translated word of a key; an unknown key is printed as it is, readably."""
    if key in table:
        return _(table[key])
    return clean(str(key if key is not None else "").replace("_", " "), limit)


def answers(situation: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each question about the situation, its answer or that nobody was asked, and who noted it when."""
    return [
        (str(asked), str(said), f"{clean(line['by'], 120)}, {moment(line['at'])}" if line["by"] else "")
        for asked, said, line in answer_lines(situation)
    ]


def lean(criterion: Mapping[str, Any]) -> str:
    """A criterion's outcome in words; contested and unanswered are never a number."""
    if criterion["state"] == "settled" and criterion["lean"] is not None:
        return word(LEANS, criterion["lean"])
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
