"""What every page's frame and its small parts need: the viewer's teams, role marks, words for keys."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.context import Context

from decisions.framework.flags import FLAGS
from decisions.lean_axis import ROLE_MARKS, shape_path
from decisions.models import Membership

register = template.Library()


@register.simple_tag(takes_context=True)
def own_memberships(context: Context) -> list[Membership]:
    """The signed-in viewer's teams, one query; nothing for guests and on pages drawn without a request."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return []
    return list(user.memberships.select_related("team").order_by("team__name"))


@register.inclusion_tag("components/role_mark.svg")
def role_mark(role: str) -> dict[str, Any]:
    """The role's letter in its shape; decoration beside the role's name."""
    role = role if role in ROLE_MARKS else "other"
    return {"role": role, "letter": ROLE_MARKS[role].letter, "path": shape_path(ROLE_MARKS[role].shape, 8)}


@register.filter
def flag_text(key: str) -> str:
    """What a flag of the recommendation means, as a sentence."""
    return str(FLAGS.get(key, key))


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
