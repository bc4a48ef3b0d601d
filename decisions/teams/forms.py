"""Forms about teams and their people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line
from decisions.models import TeamRole


class TeamForm(forms.Form):
    """Create a team."""

    name = Line(
        label=_("Team name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
        help_text=_("For example, Helio Desk or Support platform. It's printed on every record."),
    )


class InviteForm(forms.Form):
    """Invite somebody by e-mail."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=TeamRole.choices,
        initial=TeamRole.MEMBER,
        help_text=_(
            "Members view decisions and join workshops. Facilitators also create decisions, run workshops and write "
            "records. Team owners also manage people."
        ),
    )

    def clean_email(self) -> Any:
        """Addresses are compared in lower case."""
        return self.cleaned_data["email"].lower()


class RoleForm(forms.Form):
    """Change a member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=TeamRole.choices)
