"""What the print templates say that plain template language cannot."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from decisions.exports.text import clean

register = template.Library()


@register.simple_tag
def more(rest: int) -> SafeString | str:
    """Says how many lines of a list stand in the appendix; nothing when all are here."""
    if not rest:
        return ""
    said = ngettext("+ %(count)d more in Appendix A", "+ %(count)d more in Appendix A", rest) % {"count": rest}
    return format_html('<p class="more">{}</p>', said)


@register.filter
def plain(text: object, limit: int) -> str:
    """A clean line of bounded length, for titles and metadata."""
    return clean(text, limit)
