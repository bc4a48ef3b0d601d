"""Times with their zone, for pages that answer by the minute."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.dateformat import format as formatted

register = template.Library()


@register.filter(expects_localtime=True)
def zoned(moment: Any, layout: str) -> str:
    """The moment with the name of its zone; Django's own `T` says nothing in the hour that comes twice."""
    return f"{formatted(moment, layout)} {moment.tzname() or ''}".strip() if isinstance(moment, datetime) else ""
