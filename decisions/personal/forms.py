"""What a person changes of themselves, and what they type before something goes for good."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line


class ProfileForm(forms.Form):
    """How somebody is called."""

    name = Line(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_(
            "Shown to your team, in workshops and on records you sign. Records already signed keep the old name."
        ),
    )


class TypedForm(forms.Form):
    """Asks twice: first for the words, then whether that is meant."""

    words = Line(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sure = forms.BooleanField(required=False, label=_("Yes, for good"))

    def __init__(self, wanted: str, label: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.wanted = wanted
        self.fields["words"].label = label
        self.fields["sure"].widget.attrs["class"] = "check"

    def clean(self) -> dict[str, Any]:
        """Both answers must be there."""
        typed = super().clean() or {}
        if "words" in typed and typed["words"].strip().lower() != self.wanted.strip().lower():
            self.add_error("words", _("That is not it. Type it as it stands above."))
        elif not typed.get("sure"):
            self.add_error("sure", _("This cannot be undone. Tick the box if you mean it."))
        return typed
