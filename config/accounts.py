"""How accounts differ from allauth's defaults: a person has a name, and an invitation vouches for its address."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An address that an invitation's link reached needs no second proof."""

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Whether this visitor came by an invitation sent to that very address."""
        return bool(email) and str(request.session.get("invited_email", "")).lower() == email.lower()

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Give every account email the site's name, which no Host header chooses, and the way to a new password."""
        site = urlsplit(settings.PUBLIC_URL)
        ours = {
            "site": "" if site.hostname in {"localhost", "127.0.0.1", "::1"} else site.netloc,
            "reset_url": settings.PUBLIC_URL + reverse("account_reset_password"),
        }
        message: EmailMessage = super().render_mail(template_prefix, email, {**context, **ours}, headers)
        return message


class SignupForm(forms.Form):
    """What sign-up asks for as well as email and password."""

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
