"""`{% lean_axis ... %}` draws one criterion as SVG; `{% lean_words value %}` says a lean in words."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template

from decisions.framework import lean_axis as geometry

register = template.Library()


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
        )
    }


@register.inclusion_tag("components/lean_axis.svg")
def lean_axis_of(criterion: Mapping[str, Any], size: str = "row") -> dict[str, Any]:
    """Draw one entry of a record's `criteria`."""
    return {"axis": geometry.from_document(criterion, size=size)}


@register.simple_tag
def lean_words(value: int | str | Decimal | None, state: str = "settled") -> str:
    """A lean in words; contested and unanswered are said, never given as a number."""
    if value is None or state not in ("settled", "revealed"):
        return geometry.verdict(state, None)
    return geometry.lean_words(Decimal(str(value)))
