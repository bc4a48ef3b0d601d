"""`{% lean_axis ... %}` draws one criterion as SVG; `{% lean_words value %}` says a lean in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from decisions import lean_axis as geometry

register = template.Library()


def translated_words() -> geometry.Words:
    return geometry.Words(
        leans={
            -2: _("strongly RAG"),
            -1: _("leans RAG"),
            0: _("either way"),
            1: _("leans fine-tuning"),
            2: _("strongly fine-tuning"),
        },
        roles={
            "product": _("product"),
            "security": _("security"),
            "data": _("data"),
            "engineering": _("engineering"),
            "legal": _("legal"),
            "other": _("other"),
            "": _("somebody"),
        },
        ticks={-2: _("strongly"), -1: _("leans"), 0: _("either way"), 1: _("leans"), 2: _("strongly")},
        left=_("RAG"),
        right=_("Fine-tuning"),
        settled=_("settled: %(lean)s"),
        contested=_("contested"),
        unanswered=_("not answered"),
        waiting=_("not settled yet"),
        between=_("between %(low)s and %(high)s"),
        dot=_("%(who)s: %(lean)s"),
        tally=_("%(count)d %(lean)s (%(roles)s)"),
        spread=_("from %(low)s to %(high)s"),
        median=_("median %(median)s"),
        no_ballots=_("no ballots"),
    )


@register.inclusion_tag("components/lean_axis.svg")
def lean_axis(
    name: str,
    ballots: Iterable[geometry.BallotLike] = (),
    lean: int | None = None,
    state: str = "waiting",
    median: str | Decimal | float | None = None,
    earlier: Sequence[Iterable[geometry.BallotLike]] = (),
    size: str = "room",
) -> dict[str, Any]:
    """Draw ballots (anything with score, role and name) on the axis; size is row, room or screen."""
    return {
        "axis": geometry.lean_axis(
            name=name,
            ballots=ballots,
            lean=lean,
            state=state,
            median=None if median == "" else median,  # what a template makes of a round without results
            earlier=earlier,
            size=size,
            words=translated_words(),
        )
    }


@register.inclusion_tag("components/lean_axis.svg")
def lean_axis_of(criterion: Mapping[str, Any], size: str = "row") -> dict[str, Any]:
    """Draw one entry of a record's `criteria`."""
    return {"axis": geometry.from_document(criterion, size=size, words=translated_words())}


@register.simple_tag
def lean_words(value: int | str | Decimal | None, state: str = "settled") -> str:
    """A lean in words; contested and unanswered are said, never given as a number."""
    words = translated_words()
    if value is None or state not in ("settled", "revealed"):
        return geometry.verdict(state, None, words=words)
    return geometry.lean_words(Decimal(str(value)), words=words)
