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

    name = Line(label=_("Name"), max_length=80, help_text=_("Where you use it. For example, deploy pipeline."))
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=[Scope.LOG_APPEND]
    )
    days = forms.IntegerField(label=_("Expires after (days)"), min_value=1, max_value=LONGEST_DAYS, initial=90)


class FeedForm(forms.Form):
    """A new feed address."""

    prefix = "feed"

    name = Line(label=_("Name"), max_length=80, help_text=_("Who reads it. For example, release channel."))


class WebhookForm(forms.Form):
    """A new webhook."""

    prefix = "webhook"

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(),
        help_text=_("Starts with https://. Addresses on the server's own network aren't allowed."),
    )
    shape = forms.ChoiceField(label=_("Format"), choices=WebhookShape.choices)
    events = forms.MultipleChoiceField(
        label=_("Events"),
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
