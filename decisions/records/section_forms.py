"""A record's sections as forms: what to show, what was typed, and the content it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from decisions.exports.sources import sources_of
from decisions.framework.told import said_in
from decisions.models import Record

from . import forms as rows
from .base import version_of
from .content import MAX_GATES, MAX_ITEMS, MAX_OWNERS, TITLES
from .content import SECTIONS as KEYS
from .provenance import is_ours, proposals
from .row_lists import RowList, Rows, bound_rows


@dataclass(frozen=True)
class Section:
    """One section of the page: at most one form, and any number of lists."""

    key: str
    title: Promise
    help: Promise | str = ""
    form: type[forms.Form] | None = None
    lists: tuple[RowList, ...] = ()


SECTIONS: tuple[Section, ...] = (
    Section("decision", TITLES["decision"], form=rows.DecisionSection),
    Section(
        "criteria",
        TITLES["criteria"],
        _("This decision had no workshop, so enter where each criterion leans. The rule uses it."),
        form=rows.SituationSection,
        lists=(RowList("criteria", _("Leans"), rows.CriterionRow),),
    ),
    Section(
        "repairs",
        TITLES["repairs"],
        _("What no model repairs, with who does it and by when."),
        lists=(RowList("repairs", _("To fix"), rows.RepairRow),),
    ),
    Section("fallback", TITLES["fallback"], _("What people get when it can't answer."), form=rows.FallbackSection),
    Section(
        "metrics",
        TITLES["metrics"],
        _("How the pilot is judged. Set the definition, gate and sample size before anyone looks at results."),
        lists=(RowList("metrics", _("Metrics"), rows.MetricRow, most=MAX_GATES),),
    ),
    Section(
        "plan",
        TITLES["plan"],
        _("What you'll build first, and what waits until results justify it."),
        lists=(
            RowList("phase_one", _("Phase one"), rows.TextRow, plain=True),
            RowList("backlog", _("Backlog"), rows.TextRow, plain=True),
        ),
    ),
    Section(
        "assumptions",
        TITLES["assumptions"],
        _("What you believe but haven't checked, and who will check it."),
        lists=(RowList("assumptions", _("Assumptions"), rows.AssumptionRow),),
    ),
    Section(
        "flip_signals",
        TITLES["flip_signals"],
        _("Exactly two measurable signals that would change the decision."),
        lists=(RowList("flip_signals", _("Flip signals"), rows.FlipRow),),
    ),
    Section(
        "guardrails", TITLES["guardrails"], lists=(RowList("guardrails", _("Guardrails"), rows.TextRow, plain=True),)
    ),
    Section(
        "risks",
        TITLES["risks"],
        _("Every choice accepts some risk. Name each one and its owner."),
        lists=(RowList("risks", _("Risks"), rows.RiskRow),),
    ),
    Section(
        "failure_modes",
        TITLES["failure_modes"],
        lists=(RowList("failure_modes", _("Failure modes"), rows.FailureRow),),
    ),
    Section(
        "owners",
        TITLES["owners"],
        _("Product, security and data owners always sign. You can add others. Email addresses are never printed."),
        lists=(RowList("owners", _("Owners"), rows.OwnerRow, most=MAX_OWNERS),),
    ),
    Section("attendees", TITLES["attendees"], lists=(RowList("attendees", _("People"), rows.AttendeeRow),)),
    Section(
        "revisit",
        TITLES["revisit"],
        _(
            "A short check with the same evaluation, not a rebuild. Sooner, for example, after an acquisition, with a "
            "new data warehouse or when the base model is replaced."
        ),
        form=rows.RevisitSection,
        lists=(RowList("triggers", _("Or sooner, if"), rows.TextRow, plain=True),),
    ),
)
BY_KEY: Mapping[str, Section] = {section.key: section for section in SECTIONS}


def sections_of(record: Record) -> list[Section]:
    """The sections that people may write: what a workshop scored is not typed over, and repairs are for “fix first”."""
    left_out = {"criteria"} if record.workshop_ref else set()
    if record.content["approach"] != "fix_first" and not record.content.get("repairs"):
        left_out.add("repairs")
    return [section for section in SECTIONS if section.key not in left_out]


@dataclass
class Editor:
    """One section of one record on the page: its forms, bound when something was sent."""

    record: Record
    section: Section
    version: int
    form: forms.Form | None
    lists: list[tuple[RowList, Rows]]
    conflict: Any = None
    people: Sequence[str] = ()

    def is_valid(self) -> bool:
        """Whether all of it can be saved."""
        return all([self.form is None or self.form.is_valid(), *(formset.is_valid() for _list, formset in self.lists)])

    def focus(self, rows_of: str = "") -> None:
        """Let the first field take the focus when the form arrives, or that of the newest row of a list."""
        rows = {spec.key: formset.forms[-1] for spec, formset in self.lists}
        form = rows.get(rows_of) or self.form or self.lists[0][1].forms[0]
        first = next(field for field in form.visible_fields() if field.name != "DELETE")
        first.field.widget.attrs["autofocus"] = True

    @property
    def proposed(self) -> int:
        """How many of its lines nobody has touched."""
        return proposals(self.record.content, self._keys())

    def kept(self, *, every: bool = False) -> dict[str, list[int]]:
        """The lines that are wanted as they were proposed, by their place under each key; `every` one of them by one act."""
        if every:
            return {key: list(range(MAX_ITEMS)) for key in self._keys()}
        found = {}
        for name in self.form.fields if self.form else ():
            if name.startswith(rows.KEEP):
                found[name.removeprefix(rows.KEEP)] = [0] if self.form and self.form.cleaned_data[name] else []
        for spec, formset in self.lists:
            lines = [form.cleaned_data for form in self._rows_of(formset)]
            if any(line.get("is_ours") for line in lines):
                found[spec.key] = [place for place, line in enumerate(lines) if line.get("keep")]
        return found

    def _keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*KEYS[self.section.key], *(spec.key for spec in self.section.lists))))

    @staticmethod
    def _rows_of(formset: Rows) -> list[forms.Form]:
        return [form for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    def changes(self) -> dict[str, Any]:
        """The content that was typed, for `records.edit`."""
        made: dict[str, Any] = {}
        given = self.form.cleaned_data if self.form else {}
        typed = {name: value for name, value in given.items() if not name.startswith(rows.KEEP)}
        for spec, formset in self.lists:
            kept = [form.cleaned_data for form in self._rows_of(formset)]
            made[spec.key] = [row["text"] for row in kept] if spec.plain else kept
        match self.section.key:
            case "fallback":
                return {"fallback": typed}
            case "revisit":
                return {"revisit": {**typed, "triggers": made["triggers"]}}
            case "criteria":
                return {"criteria": self._criteria(made["criteria"]), "situation": self._situation(typed)}
            case _:
                return {**typed, **made}

    def contacts(self) -> dict[str, Any] | None:
        """How each owner is reached, from the rows of the owners."""
        if self.section.key != "owners":
            return None
        known = self.record.owner_contacts
        names = {owner["role"]: owner["name"] for owner in self.record.content["owners"]}
        found = {}
        for row in self.changes()["owners"]:
            before = known.get(row["role"], {})
            # another name is another person, whose word must not come from the first one's account
            same = before.get("email", "") == row["email"] and names.get(row["role"]) == row["name"]
            account, seat = (before.get("user_id"), before.get("seat")) if same else (None, None)
            if row["email"] or account or seat:
                found[row["role"]] = {"email": row["email"], "user_id": account, "seat": seat}
        return found

    def _criteria(self, typed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answers = {row["key"]: row for row in typed}
        made = []
        for criterion in self.record.content["criteria"]:
            answer = answers.get(criterion["key"], {})
            lean = int(answer["lean"]) if answer.get("lean") else None
            state = "unanswered" if lean is None else "settled"
            made.append({**criterion, "lean": lean, "state": state, "why": answer.get("why", criterion["why"])})
        return made

    def _situation(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return {**said_in(self.record.content["situation"]), **typed}


@dataclass
class Part:
    """One section on the paper: drawn when something stands in it, and offered to those who may write."""

    section: Section
    version: int
    is_written: bool
    is_editable: bool
    people: list[str]
    editor: Editor | None = None  # open as a form

    @property
    def template(self) -> str:
        """How the section prints."""
        return f"decisions/records/fragments/parts/{self.section.key}.html"


def parts_of(
    record: Record, *, may_write: bool = False, where: Mapping[str, list[str]] | None = None
) -> dict[str, Part]:
    """Every section of the paper by its key; `where` says who else writes where."""
    editable = sections_of(record) if may_write else []
    return {
        section.key: Part(
            section,
            version_of(record, section.key),
            any(_says(record.content.get(key)) for key in KEYS[section.key]) and not _is_stopped(record, section),
            section in editable,
            (where or {}).get(section.key, []),
        )
        for section in SECTIONS
    }


def _is_stopped(record: Record, section: Section) -> bool:
    """Whether these are criteria that nobody answered because something else comes first."""
    content = record.content
    unanswered = all(one["state"] == "unanswered" for one in content["criteria"])
    return section.key == "criteria" and content["recommendation_status"] == "stop" and unanswered


def _says(value: Any) -> bool:
    return any(value.values()) if isinstance(value, dict) else bool(value)


def editor(
    record: Record,
    section: Section,
    data: QueryDict | None = None,
    *,
    more_rows: str = "",
    people: Sequence[str] = (),
) -> Editor:
    """The section's forms, from what was sent or from the record; `more_rows` names a list that gets a blank row."""
    initial = _initial(record, section)
    form = section.form(data, initial=initial, prefix=section.key) if section.form else None
    if form is not None:
        _offer(form, record, section)
    lists = [
        (spec, bound_rows(spec, data, initial.get(spec.key, []), f"{section.key}-{spec.key}", more_rows))
        for spec in section.lists
    ]
    return Editor(record, section, version_of(record, section.key), form, lists, people=people)


def _offer(form: forms.Form, record: Record, section: Section) -> None:
    """A box beside each field whose words are ours: to keep them as they were proposed."""
    order = list(form.fields)
    for key in KEYS[section.key]:
        source = next(iter(sources_of(record.content, key)), None)
        if source is None or not is_ours(source) or (key not in form.fields and key != section.key):
            continue
        form.fields[f"{rows.KEEP}{key}"] = rows.keep_box(is_kept=source["act"] == "kept")
        order.insert(order.index(key) + 1 if key in order else len(order), f"{rows.KEEP}{key}")
    form.order_fields(order)


def _initial(record: Record, section: Section) -> dict[str, Any]:
    content = record.content
    match section.key:
        case "fallback":
            return dict(content["fallback"])
        case "revisit":
            triggers = _rows_with_sources(content, "triggers", content["revisit"]["triggers"])
            return {**content["revisit"], "triggers": triggers}
        case "criteria":
            leans = [
                {**item, "lean": "" if item["lean"] is None else str(item["lean"])} for item in content["criteria"]
            ]
            return {**said_in(content["situation"]), "criteria": leans}
        case "owners":
            contacts = record.owner_contacts
            return {
                "owners": [
                    {**owner, "email": contacts.get(owner["role"], {}).get("email", "")} for owner in content["owners"]
                ]
            }
        case _:
            lists = {
                spec.key: _rows_with_sources(content, spec.key, content.get(spec.key, [])) for spec in section.lists
            }
            return {**{key: content[key] for key in (section.form.base_fields if section.form else ())}, **lists}


def _rows_with_sources(content: Mapping[str, Any], key: str, lines: list[Any]) -> list[dict[str, Any]]:
    """The rows of a list as its forms show them, with whether the words are ours and somebody has kept them."""
    made = []
    for line, source in zip(lines, sources_of(content, key), strict=True):
        row = line if isinstance(line, dict) else {"text": line}
        made.append({**row, "is_ours": is_ours(source), "keep": source["act"] == "kept"})
    return made
