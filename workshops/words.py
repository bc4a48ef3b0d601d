"""What the spread of a round means, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workshops.models import Role
from workshops.tally import RoleTally, Tally, side

LEANS = {
    -2: gettext_lazy("strongly RAG"),
    -1: gettext_lazy("RAG"),
    0: gettext_lazy("either way"),
    1: gettext_lazy("fine-tuning"),
    2: gettext_lazy("strongly fine-tuning"),
}


def lean_words(lean: float) -> str:
    """A lean as people say it; halves go to the stronger word."""
    nearest = int(lean) if lean == int(lean) else int(lean + (0.5 if lean > 0 else -0.5))
    return str(LEANS[max(-2, min(2, nearest))])


def lean_choices() -> list[tuple[int, str]]:
    """The five leans with their words, RAG first."""
    return [(lean, lean_words(lean)) for lean in (-2, -1, 0, 1, 2)]


def role_name(role: str) -> str:
    """The role as shown, such as "Security"."""
    return str(dict(Role.choices).get(role, role))


def spread(results: Tally) -> str:
    """One sentence on where a revealed round stands; says who stands apart when one role does."""
    if results.low is None or results.high is None or results.median is None:
        return _("Nobody voted in this round.")
    if results.count == 1:
        return _("One ballot: %(lean)s.") % {"lean": lean_words(results.low)}
    if results.low == results.high:
        return _("Everyone agrees: %(lean)s.") % {"lean": lean_words(results.low)}
    sides = {side(dot.score) for dot in results.dots}
    if len(sides) == 1:
        return _("All on one side, from %(low)s to %(high)s.") % {
            "low": lean_words(results.low),
            "high": lean_words(results.high),
        }
    apart = _stands_apart(results.roles)
    if apart is not None:
        role, others = apart
        return _("%(role)s stands apart: %(lean)s; the others lean %(others)s.") % {
            "role": role_name(role.role),
            "lean": lean_words(role.median),
            "others": lean_words(others),
        }
    counts = {one: sum(side(dot.score) == one for dot in results.dots) for one in (-1, 0, 1)}
    parts = []
    if counts[-1]:
        parts.append(ngettext("%(n)d leans RAG", "%(n)d lean RAG", counts[-1]) % {"n": counts[-1]})
    if counts[0]:
        parts.append(ngettext("%(n)d sees it either way", "%(n)d see it either way", counts[0]) % {"n": counts[0]})
    if counts[1]:
        parts.append(ngettext("%(n)d leans fine-tuning", "%(n)d lean fine-tuning", counts[1]) % {"n": counts[1]})
    return _("Split: %(parts)s.") % {"parts": ", ".join(parts)}


def _stands_apart(roles: tuple[RoleTally, ...]) -> tuple[RoleTally, float] | None:
    """The one role whose side differs from all the others', when the others share one; with the others' median."""
    if len(roles) < 3:
        return None
    for role in roles:
        others = [one for one in roles if one is not role]
        other_sides = {side(one.median) for one in others}
        if len(other_sides) == 1 and side(role.median) not in other_sides and abs(role.median) >= 1:
            medians = sorted(one.median for one in others)
            return role, medians[len(medians) // 2]
    return None
