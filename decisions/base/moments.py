"""A date and time in the site's zone, also in the hour that the clocks go through twice."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .times import EARLIEST, LATEST, moment_of

LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)
TWICE = _("The clocks went back, so this time came twice. Enter %(first)s or %(second)s.")
NEVER = _("The clocks went forward, so this time didn't exist. Enter another one.")


def _both(line: str) -> tuple[datetime, datetime] | None:
    """The two moments that a local time can mean; None when it means one, or is none."""
    if not LOCAL.fullmatch(line):
        return None
    try:
        naive = datetime.fromisoformat(line)
        first, second = (naive.replace(fold=fold, tzinfo=timezone.get_current_timezone()) for fold in (0, 1))
        return (first, second) if first.utcoffset() != second.utcoffset() else None
    except (ValueError, OverflowError):
        return None


class MomentInput(forms.DateTimeInput):
    """The browser's own date and time field, to the second; plain text for a time that needs its offset."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M:%S", attrs={"step": 1})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The browser's field cannot hold an offset, and would show nothing."""
        context = super().get_context(name, value, attrs)
        line = str(context["widget"]["value"] or "")
        if line and (_both(line) or not LOCAL.fullmatch(line)):
            context["widget"]["type"] = "text"
        return context


class MomentField(forms.DateTimeField):
    """A date and time in the site's zone; one that names its offset is taken as it is."""

    widget = MomentInput

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)

    def prepare_value(self, value: Any) -> Any:
        """What the field begins with: in the hour that comes twice with its offset, so that it can be sent as it is."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            local = timezone.localtime(value).replace(microsecond=0)
            if _both(local.replace(tzinfo=None).isoformat()):
                return local.isoformat()
        return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        """The moment; a local time that came twice or never is refused, in words that help."""
        line = value.strip() if isinstance(value, str) else ""
        if both := _both(line):
            first, second = both
            offsets = [moment.utcoffset() for moment in both]
            if offsets[0] is not None and offsets[1] is not None and offsets[0] < offsets[1]:
                raise ValidationError(NEVER, code="never")
            places = {"first": first.isoformat(), "second": second.isoformat()}
            raise ValidationError(TWICE, code="twice", params=places)
        return moment_of(line) or super().to_python(value)

    def validate(self, value: datetime | None) -> None:
        """Refuse the ends of the calendar, which cannot be turned into UTC from every zone."""
        super().validate(value)
        if value is not None and not EARLIEST.year < value.year < LATEST.year:
            raise ValidationError(_("Enter a time between 2000 and 2099."), code="range")
