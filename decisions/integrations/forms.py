"""Forms about tokens, feed addresses and webhooks."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from decisions.base.api_tokens import LONGEST_DAYS
from decisions.base.fields import Line
from decisions.models import Scope, WebhookEvent, WebhookShape

from .webhooks import AddressRefused, check_address


class TokenForm(forms.Form):
    """A new API token."""

    prefix = "token"

    name = Line(label=_("Name"), max_length=80, help_text=_("Where it is used, such as “deploy pipeline”."))
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=[Scope.LOG_APPEND]
    )
    days = forms.IntegerField(label=_("Days until it expires"), min_value=1, max_value=LONGEST_DAYS, initial=90)


class FeedForm(forms.Form):
    """A new feed address."""

    prefix = "feed"

    name = Line(label=_("Name"), max_length=80, help_text=_("Who reads it, such as “release channel”."))


class WebhookForm(forms.Form):
    """A new webhook."""

    prefix = "webhook"

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(),
        help_text=_("https://…; addresses inside the server's own network are refused."),
    )
    shape = forms.ChoiceField(label=_("Form"), choices=WebhookShape.choices)
    events = forms.MultipleChoiceField(
        label=_("Tell it when"),
        choices=WebhookEvent.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=list(WebhookEvent.values),
    )

    def clean_url(self) -> Any:
        """The address, if it may be called at all."""
        try:
            return check_address(self.cleaned_data["url"])
        except AddressRefused as refused:
            raise ValidationError(str(refused)) from refused
