"""How accounts differ from allauth's defaults: a person has a name, and an invitation vouches for its address."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.single_sign_on import sign_out_address
from decisions.models import User


def _invited(request: HttpRequest) -> str:
    """The address to which the invitation went that this visitor came by."""
    return str(request.session.get("invited_email", "")).lower()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An address that an invitation's link reached needs no second proof."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may make an account at all; `SignupForm.clean` asks about the address."""
        return settings.SIGNUP == "open" or (settings.SIGNUP == "invitation" and bool(_invited(request)))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell whoever has the account. A password is hashed for a new one; else the time taken would tell them apart."""
        make_password(email)
        super().send_account_already_exists_mail(email)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Whether this visitor came by an invitation sent to that very address."""
        return bool(email) and _invited(request) == email.lower()

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Whoever came by single sign-on leaves the provider too, or the next press would sign them in again."""
        home: str = super().get_logout_redirect_url(request)
        came = isinstance(request.user, User) and "socialaccount" in request.user.signed_in_with
        return (sign_out_address(request, resolve_url(home)) if came and settings.OIDC_SERVER_URL else "") or home

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

    def clean(self) -> dict[str, Any]:
        """Where accounts are by invitation, the invited address and no other gets one."""
        cleaned = super().clean() or {}
        email = str(cleaned.get("email", "")).lower()
        if settings.SIGNUP == "invitation" and email and email != _invited(context.request):
            self.add_error("email", _("Accounts here are by invitation, for the address that was invited."))
        return cleaned

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Keep the name given at sign-up (allauth calls this with the new, unsaved-name user)."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
