"""Forms of the configuration trail."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line
from decisions.base.moments import MomentField
from decisions.models import ConfigurationKind

from .entry import APPROACHES, Draft, Entry, Refused
from .fields import FIVE, LONGEST, Field, Group, all_groups

NOT_USED = "not_used"
FURTHEST_AHEAD = timedelta(days=366)


class PlaceForm(forms.Form):
    """Where, from when, why, and who approved it: what every entry says."""

    environment = Line(
        label=_("Environment"),
        max_length=40,
        initial="production",
        widget=forms.TextInput(attrs={"list": "environments", "autocapitalize": "none"}),
    )
    live_from = MomentField(label=_("From"))
    reason = Line(label=_("Why"), max_length=500, help_text=_("Why you made this change, in a few words."))
    approver = Line(label=_("Approved by"), max_length=120, required=False)
    approval_note = Line(label=_("Approval note"), max_length=500, required=False)

    def clean_live_from(self) -> Any:
        """More than a year ahead is a slip of the hand."""
        if self.cleaned_data["live_from"] > timezone.now() + FURTHEST_AHEAD:
            raise ValidationError(_("Enter a time less than a year ahead."))
        return self.cleaned_data["live_from"]

    def refuse(self, refused: Refused) -> None:
        """Put each fault beside its field, or on top when the form has no such field."""
        for name, message in refused.errors.items():
            self.add_error(name if name in self.fields else None, message)

    def place(self) -> dict[str, Any]:
        """The part of a draft that this form asks for."""
        names = ("environment", "live_from", "reason", "approver", "approval_note")
        return {name: self.cleaned_data[name] for name in names}


class EntryForm(PlaceForm):
    """A whole configuration: the five first, then group by group, each value with a way to say that it is not used."""

    kind = forms.ChoiceField(
        label=_("Status"),
        choices=[
            (ConfigurationKind.LIVE, _("It goes live")),
            (ConfigurationKind.PROPOSED, _("It is proposed")),
        ],
        widget=forms.RadioSelect,
        initial=ConfigurationKind.LIVE,
    )
    approach = forms.ChoiceField(
        label=_("Approach"),
        choices=[(approach.value, approach.label) for approach in APPROACHES],
        help_text=_("Hybrid needs both retrieval settings and a checkpoint ID."),
    )
    promotes = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: Iterable[Field] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups: tuple[Group, ...] = tuple(all_groups(own))
        for group in self.groups:
            for field in group.fields:
                self.fields[field.key] = Line(
                    label=str(field.name),
                    max_length=LONGEST,
                    required=field.key == "base_model_id",
                    help_text=str(field.help),
                    widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
                )
        self.marked = set(self.data.getlist(NOT_USED)) if hasattr(self.data, "getlist") else set()
        if not self.is_bound:
            self.marked = set(self.initial.get(NOT_USED, ()))

    def sections(self) -> Iterator[tuple[Group, bool, list[tuple[Field, BoundField, bool]]]]:
        """The groups for the template: whether to show them open, and each field with its mark."""
        for group in self.groups:
            rows = [(field, self[field.key], field.key in self.marked) for field in group.fields]
            is_open = group.key == FIVE or any(bound.errors or bound.value() or mark for _f, bound, mark in rows)
            yield group, is_open, rows

    def draft(self) -> Draft:
        """What to write; what the fields say is checked by the act."""
        keys = [field.key for group in self.groups for field in group.fields]
        return Draft(
            kind=self.cleaned_data["kind"],
            approach=self.cleaned_data["approach"],
            fields={key: self.cleaned_data[key] for key in keys if self.cleaned_data.get(key)},
            not_used=tuple(self.marked),
            promotes=self.cleaned_data["promotes"],
            **self.place(),
        )

    @staticmethod
    def values_of(entry: Entry) -> dict[str, Any]:
        """An entry as the beginning of the next one."""
        return {**entry.fields, "approach": entry.approach, "environment": entry.environment, NOT_USED: entry.not_used}


class AtForm(forms.Form):
    """When and where: what was live?"""

    at = MomentField(label=_("Date and time"))
    environment = Line(label=_("Environment"), max_length=40)

    @staticmethod
    def initial_for(environments: list[str], at: datetime | None = None) -> dict[str, Any]:
        """Now, in the environment that matters most."""
        return {"at": at or timezone.now(), "environment": environments[0] if environments else "production"}


class ComplaintForm(forms.Form):
    """A complaint, by reference only."""

    reference = forms.CharField(
        label=_("Complaint reference"),
        max_length=120,
        help_text=_("A ticket number or ID, like SUP-2481. Don't enter names or the complaint itself."),
    )
    trace_id = forms.CharField(label=_("Trace ID"), max_length=120, required=False)
    conversation_id = forms.CharField(label=_("Conversation ID"), max_length=120, required=False)
    retrieved_chunks = forms.CharField(
        label=_("Retrieved chunk IDs"), max_length=1_000, required=False, help_text=_("Separated by commas.")
    )

    def runtime(self) -> dict[str, str]:
        """What was given of the run itself."""
        names = ("trace_id", "conversation_id", "retrieved_chunks")
        # blanks are left out beside commas only: without its blanks a sentence about somebody would pass for an id
        found = {name: ",".join(part.strip() for part in self.cleaned_data[name].split(",")) for name in names}
        return {name: value for name, value in found.items() if value}


class WhichEntry(Line):
    """An entry by its id, as links name it, or by its number, as people do."""

    def clean(self, value: Any) -> Any:
        """The id or the number."""
        line = super().clean(value).removeprefix("#")
        try:
            return int(line) if re.fullmatch(r"[0-9]{1,15}", line, re.ASCII) else UUID(line)
        except ValueError as fault:
            raise ValidationError(_("Enter an entry number, like 12.")) from fault


class CompareForm(forms.Form):
    """Which two entries to lay side by side."""

    before = WhichEntry(label=_("Entry on the left"), max_length=40)
    after = WhichEntry(label=_("Entry on the right"), max_length=40)


class OwnFieldForm(forms.Form):
    """A field of the team's own."""

    label = Line(label=_("Name"), max_length=60)
    help = Line(label=_("Help"), max_length=200, required=False)
    for_replay = forms.BooleanField(label=_("Needed to reproduce answers"), required=False)


class SequenceForm(forms.Form):
    """Where a list of entries goes on."""

    cursor = forms.IntegerField(required=False, min_value=1, max_value=2**53)
    environment = Line(required=False, max_length=40)
    shown = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
