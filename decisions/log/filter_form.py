"""The form over the log: what the address may ask for."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line
from decisions.models import Approach, Status

from .listing import Filters

CURSOR = re.compile(r"(?:([0-9]{4}-[0-9]{2}-[0-9]{2}),)?([0-9]{1,10})", re.ASCII)
MOST = 2**31 - 1


class FilterForm(forms.Form):
    """Search and filters; every field is optional, and sent by GET so that an address can be shared."""

    q = Line(label=_("Search"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"}))
    approach = forms.ChoiceField(
        label=_("Approach"), required=False, choices=[("", _("Any approach")), *Approach.choices]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Any status")), *Status.choices])
    owner = Line(label=_("Owner"), required=False, max_length=120)
    tag = Line(label=_("Tag"), required=False, max_length=40)
    revisit = forms.ChoiceField(
        label=_("Revisit"),
        required=False,
        choices=[
            ("", _("Any revisit")),
            ("overdue", _("Overdue")),
            ("soon", _("Due in 30 days")),
            ("planned", _("Planned")),
            ("none", _("No revisit planned")),
        ],
    )
    since = forms.DateField(label=_("From date"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To date"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    sort = forms.ChoiceField(
        label=_("Sort by"), required=False, choices=[("", _("Newest first")), ("due", _("Revisit due first"))]
    )
    after = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    shown = forms.IntegerField(required=False, min_value=0, max_value=MOST, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A cursor belongs to its order."""
        cleaned = super().clean() or {}
        after, by_due = cleaned.get("after", ""), cleaned.get("sort") == "due"
        if after:
            shape = CURSOR.fullmatch(after)
            try:
                is_right = shape is not None and bool(shape[1]) == by_due and int(shape[2]) <= MOST
                if is_right and shape and shape[1]:
                    date.fromisoformat(shape[1])
            except ValueError:
                is_right = False
            if not is_right:
                raise ValidationError(_("That page doesn't exist. Go back to the first page."))
        return cleaned

    def filters(self) -> Filters:
        """The valid filters; none of them when anything is wrong."""
        if not self.is_valid():
            return Filters()
        given = self.cleaned_data
        return Filters(**{**given, "sort": given["sort"] or "newest", "shown": given["shown"] or 0})
