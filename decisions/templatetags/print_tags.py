"""What the print templates say that plain template language cannot."""

import re
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from decisions.base.markdown import line, to_markdown
from decisions.exports import wording
from decisions.exports.text import clean, east_asian, plain, prose, runs_left
from decisions.framework import words

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


@register.simple_tag(takes_context=True)
def script(context: Context, text: object) -> SafeString:
    """Attributes for a block that holds this text: its direction and whose forms it takes; nothing where the page's do."""
    said = str(text)
    if said.isascii():
        return SafeString("")
    direction = SafeString(' dir="rtl"') if runs_left(said) else SafeString("")
    language = east_asian(said, str(context.get("han", "zh")))
    return direction + format_html(' lang="{}"', language) if language else direction


@register.filter
def first(text: object, limit: int) -> str:
    """A clean line of bounded length, for titles and metadata."""
    return clean(text, limit)


# For files of Markdown: what is typed comes out as text, or as the small Markdown that it is.


@register.filter
def typed(text: object) -> str:
    """Text that is no Markdown, on one line."""
    return to_markdown(line(plain(text))).replace("  \n", " ")


@register.filter
def typed_lines(text: object) -> str:
    """Text that is no Markdown, a paragraph a line."""
    return to_markdown(plain(text))


@register.filter
def inline(text: object) -> str:
    """Markdown on one line."""
    return to_markdown(line(prose(text))).replace("  \n", " ")


@register.filter
def cell(text: object) -> str:
    """Markdown in a cell of a table, where a bar ends also a code."""
    return re.sub(r"(?<!\\)\|", r"\|", inline(text))


@register.filter(name="prose")
def blocks(text: object) -> str:
    """Markdown with its paragraphs and lists."""
    return to_markdown(prose(text))


@register.filter
def item(text: object) -> str:
    """The same as an item of a list."""
    return re.sub(r"\n(?=.)", "\n  ", blocks(text))


@register.filter
def word(key: Any, table: str) -> str:
    """What a key is called: `content.approach|word:"APPROACH_TITLES"`."""
    return typed(wording.word(getattr(words if hasattr(words, table) else wording, table), key))


@register.filter
def hexadecimal(value: object) -> str:
    """A hash, and nothing else."""
    return re.sub("[^0-9a-f]", "", str(value))


register.filter("lean", wording.lean)
register.filter("role", wording.role)
register.filter("day", wording.day)
register.filter("gate", wording.threshold)
