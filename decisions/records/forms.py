"""The sections of a record as forms: one small form or list of rows each."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Answer, Line, Prose
from decisions.framework.gates import GateError, parse_gate
from decisions.framework.text import signed
from decisions.framework.words import LEAN_NAMES, SITUATION
from decisions.models.summary import Approach

from .content import MAX_FALLBACK, MAX_SIGNAL, MAX_TEXT, MAX_THEN, RISK_KEYS, role

RISKS = {
    "stale_knowledge": _("Stale knowledge"),
    "opaque_answers": _("Opaque answers"),
    "training_cost": _("Training cost"),
    "operational_complexity": _("Operational complexity"),
    "own": _("Our own"),
}


def lean_choices() -> list[tuple[str, Any]]:
    """None, then every lean as it is scored and in words."""
    scored = [(str(lean), f"{signed(lean).replace('-', '−')} {name}") for lean, name in LEAN_NAMES.items()]
    return [("", _("Not answered")), *scored]


def prose(label: Any, *, rows: int = 3, limit: int = MAX_TEXT, required: bool = False, help_text: Any = "") -> Prose:
    """Text of several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return Prose(label=label, required=required, max_length=limit, widget=widget, help_text=help_text)


def short(label: Any, *, limit: int = 200, required: bool = False, help_text: Any = "", example: Any = "") -> Line:
    """Text of one line."""
    widget = forms.TextInput(attrs={"placeholder": example} if example else {})
    return Line(label=label, required=required, max_length=limit, help_text=help_text, widget=widget)


class DecisionSection(forms.Form):
    """What was decided and why."""

    title = short(_("Title"), required=True, help_text=_("Say what was decided, for someone who wasn't there."))
    approach = forms.ChoiceField(label=_("Approach"), choices=Approach.choices)
    scope = short(_("Scope"), limit=400, help_text=_("What it covers. For example, all runbook questions."))
    rationale = prose(
        _("Rationale"),
        rows=7,
        help_text=_("Why you chose this and not the others. You can use **bold**, `code`, lists and https:// links."),
    )
    risk_summary = prose(
        _("Risk in one sentence"),
        rows=2,
        help_text=_("For executives who ask “which model?”: the risk you accept and what you get for it."),
    )


class FallbackSection(forms.Form):
    """What happens when it does not work."""

    label = short(_("Fallback, in a few words"), limit=80)
    text = prose(
        _("What happens instead"),
        limit=MAX_FALLBACK,
        help_text=_("For example, if nothing is found, it declines and opens a ticket."),
    )


class RevisitSection(forms.Form):
    """When the decision is looked at again."""

    on = forms.DateField(
        label=_("Revisit date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    cadence = forms.ChoiceField(
        label=_("Repeat"),
        choices=[("quarterly", _("every quarter")), ("monthly", _("every month")), ("none", _("once"))],
    )
    none_because = prose(_("If there's no revisit date, why?"), rows=2)

    def clean_on(self) -> date | None:
        """A day that is still to come; one that was stored before and has passed since is not held against anybody."""
        day: date | None = self.cleaned_data["on"]
        if day and day <= timezone.localdate() and day.isoformat() != self.initial.get("on"):
            raise ValidationError(_("Enter a date in the future."), code="passed")
        return day


class SituationSection(forms.Form):
    """The answers about the situation, for a record without a workshop."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for question in SITUATION:
            self.fields[question.key] = Answer(question.key)


KEEP = "keep_"  # before the key of a single line


def keep_box(*, is_kept: bool = False) -> forms.BooleanField:
    """A box that takes a proposal over as it stands."""
    box = forms.BooleanField(label=_("Proposed. Keep it as it stands"), required=False, initial=is_kept)
    box.widget.attrs["data-keep"] = True
    return box


class Row(forms.Form):
    """One row of a list: left blank it is dropped; its first field is needed once another one is filled.

    A row whose words are ours says so, and can be kept as it stands.
    """

    is_ours = forms.BooleanField(required=False, widget=forms.HiddenInput)
    keep = keep_box()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["keep"] = self.fields.pop("keep")  # behind what it is about

    @property
    def offers_to_keep(self) -> bool:
        """Whether its words are ours."""
        return str(self["is_ours"].value()) == "True"

    def clean(self) -> dict[str, Any]:
        """Ask for the first field when only others are filled."""
        cleaned = super().clean() or {}
        first, *rest = [name for name in self.fields if name not in ("DELETE", "is_ours", "keep")]
        default = {name: str(self.fields[name].initial or "") for name in rest}
        filled = any(str(cleaned.get(name) or "") not in {"", default[name]} for name in rest)
        if filled and not cleaned.get(first) and first not in self.errors:
            self.add_error(first, ValidationError(_("Fill this in or remove the row."), code="required"))
        return cleaned


class TextRow(Row):
    """One line of a plain list."""

    text = prose(_("Text"), rows=1)


class MetricRow(Row):
    """One metric with its gate, its stop and its sample."""

    name = short(_("Metric"), limit=80)
    definition = prose(_("How a pass is counted"), rows=2)
    gate = short(_("Gate"), example=_("≥ 85 %"))
    stop = short(_("Stop"), example=_("< 78 %"))
    sample = short(_("Sample"), example=_("200 prompts"))
    when = short(_("When"))
    key = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A gate is understood, or refused where it was typed; a blank one can still be set later."""
        cleaned = super().clean()
        try:
            parse_gate(cleaned.get("gate", ""), key=cleaned.get("key", ""), sample=cleaned.get("sample", ""))
        except GateError as fault:
            self.add_error("gate", str(fault))
        return cleaned


class RepairRow(Row):
    """Something to fix before any model work, with who does it and by when."""

    text = prose(_("What to fix"), rows=2)
    owner = short(_("Who does it"), limit=120)
    by = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class AssumptionRow(Row):
    """Something taken as true, with who finds out and by when."""

    text = prose(_("Assumption"), rows=2)
    owner = short(_("Checked by"), limit=120)
    check_by = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class FlipRow(Row):
    """A signal that would change the decision."""

    signal = prose(_("Signal that can be measured"), rows=2, limit=MAX_SIGNAL)
    then = prose(_("Repeat"), rows=2, limit=MAX_THEN)


class RiskRow(Row):
    """A risk that is accepted, by name."""

    text = prose(_("Risk accepted"), rows=2)
    key = forms.ChoiceField(
        label=_("Kind"), choices=[(key, RISKS[key]) for key in RISK_KEYS], initial="own", required=False
    )
    owner = short(_("Owner"), limit=120)


class FailureRow(Row):
    """A way in which it can fail, and what is done about it."""

    text = prose(_("How it fails"), rows=2)
    mitigation = prose(_("How you'll handle it"), rows=2)


class OwnerRow(Row):
    """Who signs for a role, and where they are asked."""

    role = short(_("Role"), limit=60)
    name = short(_("Name"), limit=120)
    email = forms.EmailField(label=_("Email (for the personal link)"), required=False, max_length=254)

    def clean_role(self) -> str:
        """The role's key when it is one of ours."""
        return role(self.cleaned_data["role"])

    def clean_email(self) -> str:
        """The address, checked once more after trimming: it becomes a mail's header."""
        address: str = self.cleaned_data["email"]
        if address:
            EmailValidator()(address)
        return address


class AttendeeRow(Row):
    """Who was there."""

    name = short(_("Name"), limit=120)
    role = short(_("Role"), limit=60)


class CriterionRow(forms.Form):
    """A criterion's lean, typed in where no workshop scored it."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    lean = forms.ChoiceField(label=_("Lean"), choices=lean_choices, required=False)
    why = prose(_("Why"), rows=2)
