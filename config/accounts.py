"""How accounts differ from allauth's defaults: a person has a name, and an invitation vouches for its address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An address that an invitation's link reached needs no second proof."""

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Whether this visitor came by an invitation sent to that very address."""
        return bool(email) and str(request.session.get("invited_email", "")).lower() == email.lower()


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Shown to your team, in workshops and on records you sign."),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Keep the name given at sign-up (allauth calls this with the new, unsaved-name user)."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
