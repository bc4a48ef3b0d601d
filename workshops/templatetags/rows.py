"""Rows that are drawn once and kept: in a room of two hundred a vote changes one row, not two hundred."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from workshops.board import SeatView

register = template.Library()
KEPT = 8192


@register.filter
def unvoted(seat: SeatView) -> SeatView:
    """The seat without its vote, for rows that do not show it: they need not be drawn anew when somebody votes."""
    return replace(seat, has_voted=False) if seat.has_voted else seat


@register.simple_tag
def row(name: str, **values: Any) -> SafeString:
    """Draw `templates/workshops/rows/<name>.html` with these values; equal values are drawn once.

    The values must be hashable and all that the template reads. A token makes a row its reader's own: it is not kept.
    """
    if values.get("csrf_token"):
        return _draw(name, values)
    return _kept(name, get_language(), tuple(values.items()))


@register.simple_tag(takes_context=True)
def piece(context: Context, kind: str, key: object = "") -> str:
    """A piece of the board by its id, or the hole for it when the fragment is drawn as a shell (workshops/pieces.py)."""
    html: str = context["pieces"][f"{kind}-{key}" if key != "" else kind]
    return mark_safe(html)  # noqa: S308 - drawn by `row`


@lru_cache(KEPT)
def _kept(name: str, _language: str | None, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return _draw(name, dict(values))


def _draw(name: str, values: dict[str, Any]) -> SafeString:
    # the template has escaped every value already
    return mark_safe(get_template(f"workshops/rows/{name}.html").render(values).strip())  # noqa: S308
