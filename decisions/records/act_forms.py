"""What is typed to begin a record, to sign it, to withdraw it and to share it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.models import Position
from decisions.models.summary import Approach

from .content import MAX_NOTE
from .forms import prose, short


class NewRecordForm(forms.Form):
    """Begin a record without a workshop."""

    title = short(_("Title"), help_text=_("Leave empty to use a suggested title."))
    approach = forms.ChoiceField(
        label=_("Approach"),
        choices=[choice for choice in Approach.choices if choice[0] != "undecided"],
        widget=forms.RadioSelect,
        help_text=_("Sets defaults. You can change them all."),
    )


class SignForm(forms.Form):
    """An owner's word."""

    position = forms.ChoiceField(
        label=_("Your response"),
        widget=forms.RadioSelect,
        choices=[
            (Position.AGREE.value, _("I agree")),
            (Position.CONDITION.value, _("I agree with a condition")),
            (Position.DISSENT.value, _("I dissent")),
        ],
    )
    note = prose(
        _("Condition or reason"),
        limit=MAX_NOTE,
        help_text=_(
            "Needed for a condition and for a dissent; it is printed whole on page one: 400 characters at most."
        ),
    )
    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A condition and a dissent need words."""
        cleaned = super().clean() or {}
        needs_words = cleaned.get("position") in {Position.CONDITION, Position.DISSENT}
        if needs_words and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Enter your condition, or your reason for dissenting."))
        return cleaned


class WithdrawForm(forms.Form):
    """Why a record is withdrawn."""

    why = prose(
        _("Why is it withdrawn?"),
        required=True,
        help_text=_("Printed on the record, kept in the audit log and emailed to the owners."),
    )


class ShareForm(forms.Form):
    """A link for somebody outside."""

    note = short(_("Who it's for"), limit=120, help_text=_("Only your team sees this."))
    days = forms.TypedChoiceField(
        label=_("Expires after"),
        coerce=int,
        initial=30,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
    )
