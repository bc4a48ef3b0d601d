"""Glossary terms in any text: underlined, explained on focus and tap, and a link to the glossary without JavaScript."""

from functools import lru_cache

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from decisions.framework import guide

register = template.Library()


def _link(text: str, term: guide.Term) -> SafeString:
    return format_html(
        '<a class="term" href="{}" data-term="{}" data-name="{}" data-meaning="{}">{}</a>',
        term.address,
        term.slug,
        term.name,
        term.meaning,
        text,
    )


@lru_cache(maxsize=2048)
def _marked(text: str, _language: str | None) -> SafeString:
    pieces = (_link(piece, term) if term else conditional_escape(piece) for piece, term in guide.mark(text))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece was escaped just above


@register.filter
def terms(text: object) -> SafeString:
    """The text with the first appearance of each glossary term explained; for our own words, never for a person's."""
    return _marked(str(text), get_language())
