"""Fields for text that people write: normalised to NFC, refused when it cannot be printed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from decisions.framework.told import not_asked, question
from decisions.framework.words import SITUATION_BY_KEY

from . import typed_text

UNPRINTABLE = _("This contains control characters that can't be shown. Type it again.")


class Line(forms.CharField):
    """One line of text."""

    def to_python(self, value: Any) -> str:
        """The text in normal form on one line."""
        return typed_text.one_line(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        """Refuse what cannot be printed."""
        super().validate(value)
        if not typed_text.is_printable(value):
            raise ValidationError(UNPRINTABLE, code="unprintable")


class Prose(Line):
    """Text of several lines."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """The text in normal form with plain newlines."""
        return typed_text.prose(forms.CharField.to_python(self, value) or "")


class Answer(forms.TypedChoiceField):
    """A question about the situation: yes, no, or not asked, which is where it begins."""

    widget = forms.RadioSelect

    def __init__(self, key: str, *, hint: str = "") -> None:
        asked = SITUATION_BY_KEY[key]
        super().__init__(
            label=str(question(key)),
            help_text=" ".join(part for part in (str(asked.help), hint) if part),
            choices=[("", str(not_asked(key))), ("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda said: said == "yes",
            empty_value=None,
            required=False,
        )

    def prepare_value(self, value: Any) -> Any:
        """A stored answer as its choice."""
        return {True: "yes", False: "no", None: ""}.get(value, value)


class Words(Line):
    """Several short words, separated by commas; the value is a list without repetitions."""

    def __init__(self, *, most: int = 12, longest: int = 40, **more: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        """The words in the order given, each once whatever its case."""
        line = super().clean(value)
        found: dict[str, str] = {}
        for word in line.split(","):
            if word.strip():
                found.setdefault(typed_text.fold(word.strip()), word.strip().lower())
        if len(found) > self.most:
            raise ValidationError(_("Enter at most %(most)s."), code="too_many", params={"most": self.most})
        if too_long := next((word for word in found.values() if len(word) > self.longest), None):
            raise ValidationError(
                _("“%(word)s” is longer than %(longest)s characters."),
                code="too_long",
                params={"word": too_long[:60], "longest": self.longest},
            )
        return list(found.values())
