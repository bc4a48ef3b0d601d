"""What the pages of a record need to say things in words."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.safestring import SafeString

from decisions.base import markdown as markup
from decisions.exports import sources, wording
from decisions.framework.settling import settled_words
from decisions.framework.words import APPROACH_NAMES, PATH_NAMES, ROLE_NAMES
from decisions.models import Position, Proof
from decisions.records.forms import RISKS
from decisions.records.section_forms import BY_KEY

register = template.Library()


@register.filter
def markdown(text: Any) -> SafeString:
    """A record's prose as HTML."""
    return markup.to_html(markup.parse(str(text or "")))


@register.filter
def markdown_line(text: Any) -> SafeString:
    """A line of a record's lists as HTML, as it prints."""
    return markup.to_html(markup.line(markup.parse(str(text or ""))))


@register.filter
def markdown_text(text: Any) -> str:
    """The words of a record's prose, to be shortened."""
    return markup.to_text(markup.line(markup.parse(str(text or ""))))


@register.filter
def approach_name(key: Any) -> str:
    """rag -> RAG."""
    return str(APPROACH_NAMES.get(key, key))


@register.filter
def path_name(key: Any) -> str:
    """rag_then_fine_tuning -> RAG first, fine-tuning in the backlog."""
    return str(PATH_NAMES.get(key, ""))


@register.filter
def settled(criterion: Mapping[str, Any]) -> str:
    """By whom a criterion was settled, and against how many ballots; empty where nobody settled it in a room."""
    if criterion["lean"] is None or not criterion["settled_by"]:
        return ""
    scores = [ballot["score"] for ballot in criterion["ballots"]]
    return str(settled_words(criterion["settled_by"], criterion["lean"], scores, criterion["why"]))


@register.filter
def role_name(key: Any) -> str:
    """A role in words; a role of one's own as it was written."""
    return str(ROLE_NAMES.get(key, key))


@register.filter
def section_title(key: Any) -> str:
    """flip_signals -> Flip signals."""
    return str(BY_KEY[key].title) if key in BY_KEY else ""


@register.filter
def risk_name(key: Any) -> str:
    """stale_knowledge -> Stale knowledge."""
    return str(RISKS.get(str(key), key))


@register.filter
def needs_risk_name(risk: Mapping[str, Any]) -> bool:
    """Whether a risk's kind is worth saying: not "our own", and not when the text begins with it, as proposals do."""
    name = risk_name(risk["key"])
    return bool(risk["key"] != "own" and not str(risk["text"]).casefold().startswith(name.casefold()))


@register.filter
def traced(content: Mapping[str, Any], key: str) -> list[tuple[Any, Any]]:
    """The lines under a key, each with where it comes from; nothing is said of a text from before that was kept."""
    lines = sources.lines_of(content, key)
    return list(
        zip(lines, sources.sources_of(content, key) if "provenance" in content else [{}] * len(lines), strict=True)
    )


register.filter("answers", wording.answers)
register.filter("scored", sources.scored)
register.filter("all_sources", sources.by_part)
register.filter("printed_day", wording.day)
register.filter("gate", wording.threshold)


@register.filter
def position_name(key: Any) -> str:
    """What an owner says, in words."""
    return str(Position(key).label) if key in Position.values else str(key)


@register.filter
def proof_name(key: Any) -> str:
    """How a signer is known, in words."""
    return str(Proof(key).label) if key in Proof.values else ""


@register.filter
def utc_moment(text: Any) -> str:
    """A document's UTC time as people read it, in the site's time zone."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text or "")
    return format_date(timezone.localtime(moment) if moment.tzinfo else moment, "j M Y, H:i")


@register.filter
def grouped(digest: Any) -> str:
    """A hash in groups of eight, for eyes."""
    return " ".join(re.findall(".{1,8}", str(digest or "")))
