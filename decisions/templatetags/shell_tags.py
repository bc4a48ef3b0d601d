"""What every page's frame and its small parts need: the viewer's teams, role marks, words for keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from decisions.framework.criteria import NAMES
from decisions.framework.lean_axis import ROLE_MARKS, Ballot, shape_path
from decisions.models import Membership

register = template.Library()


@register.simple_tag(takes_context=True)
def own_memberships(context: Context) -> list[Membership]:
    """The signed-in viewer's teams, one query; nothing for guests and on pages drawn without a request."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return []
    return list(user.memberships.select_related("team").order_by("team__name"))


@register.simple_tag
@cache
def role_mark(role: str) -> SafeString:
    """The role's letter in its shape; decoration beside the role's name. Drawn once a role: rooms show hundreds."""
    mark = ROLE_MARKS[role if role in ROLE_MARKS else "other"]
    return format_html(
        '<svg class="role-mark role-{}" viewBox="-10 -10 20 20" aria-hidden="true" focusable="false"><path d="{}"/>'
        '<text x="0" y="3.9" text-anchor="middle" font-size="10.5" font-weight="700">{}</text></svg>',
        role if role in ROLE_MARKS else "other",
        shape_path(mark.shape, 8),
        mark.letter,
    )


@dataclass(frozen=True)
class SampleAxis:
    """One criterion of an invented room, for the front page."""

    name: str
    lean: int
    median: str
    ballots: tuple[Ballot, ...]


SAMPLE = {
    "knowledge_churn": (-2, "-2", {"product": -2, "security": -2, "data": -1, "engineering": -1}),
    "audit_trust": (-1, "-1", {"product": -1, "security": -2, "data": -1, "engineering": 1}),
    "task_stability": (1, "1", {"product": 1, "security": 0, "data": 1, "engineering": 2}),
    "latency_cost": (0, "0", {"product": 1, "security": 0, "data": 0, "engineering": -1}),
    "data_sensitivity": (-1, "-1.5", {"product": -1, "security": -2, "data": -2, "engineering": -1}),
}


@register.simple_tag
def sample_axes() -> list[SampleAxis]:
    """What a scored room looks like."""
    return [
        SampleAxis(str(NAMES[key]), lean, median, tuple(Ballot(score, role) for role, score in cast.items()))
        for key, (lean, median, cast) in SAMPLE.items()
    ]


@register.filter
def by_role(seats: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """People with a role, grouped by it in the order that the axis uses: the owners first."""
    groups: dict[str, list[Any]] = {role: [] for role in ROLE_MARKS}
    for seat in seats:
        groups[seat.role if seat.role in groups else "other"].append(seat)
    return [(role, group) for role, group in groups.items() if group]


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """`mapping[key]`, or nothing: for the anchors of a score and the like."""
    return mapping.get(key, "")
