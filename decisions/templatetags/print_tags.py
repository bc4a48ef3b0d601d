"""What the print templates say that plain template language cannot."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from decisions.exports.text import clean

register = template.Library()


@register.simple_tag(takes_context=True)
def more(context: Context, rest: int) -> SafeString | str:
    """Says how many lines of a list stand in the appendix, or in record.json; nothing when all are here."""
    if not rest:
        return ""
    if context.get("one_page"):
        said = ngettext("+ %(count)d more in record.json", "+ %(count)d more in record.json", rest)
    else:
        said = ngettext("+ %(count)d more in Appendix A", "+ %(count)d more in Appendix A", rest)
    return format_html('<p class="more">{}</p>', said % {"count": rest})


@register.filter
def plain(text: object, limit: int) -> str:
    """A clean line of bounded length, for titles and metadata."""
    return clean(text, limit)
