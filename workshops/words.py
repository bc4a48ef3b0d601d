"""What the spread of a round means, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from decisions.framework.settling import side
from decisions.framework.words import LEAN_NAMES
from workshops.models import Role
from workshops.tally import Tally


def lean_words(lean: float) -> str:
    """A lean as people say it; halves go to the stronger word."""
    nearest = int(lean) if lean == int(lean) else int(lean + (0.5 if lean > 0 else -0.5))
    return str(LEAN_NAMES[max(-2, min(2, nearest))])


def lean_choices() -> list[tuple[int, str]]:
    """The five leans with their words, RAG first."""
    return [(lean, lean_words(lean)) for lean in (-2, -1, 0, 1, 2)]


def role_name(role: str) -> str:
    """The role as shown, such as "Security"."""
    return str(dict(Role.choices).get(role, role))


def spread(results: Tally) -> str:
    """One sentence on where a revealed round stands; says who stands apart when one role does."""
    if results.low is None or results.high is None or results.median is None:
        return _("No one voted in this round.")
    if results.count == 1:
        return _("One vote: %(lean)s.") % {"lean": lean_words(results.low)}
    if results.low == results.high:
        return _("Everyone agrees: %(lean)s.") % {"lean": lean_words(results.low)}
    sides = {side(dot.score) for dot in results.dots}
    if len(sides) == 1:
        return _("All on one side: from %(low)s to %(high)s.") % {
            "low": lean_words(results.low),
            "high": lean_words(results.high),
        }
    return _stands_apart(results) or " ".join(part for part in (_split(results), _split_inside(results)) if part)


def _stands_apart(results: Tally) -> str:
    """Which role's ballots are all on one side while every other ballot is on one other; empty where none does."""
    for role in results.roles if len(results.roles) > 2 else ():
        own = {dot.score for dot in results.dots if dot.role == role.role}
        others = {dot.score for dot in results.dots if dot.role != role.role}
        if {side(score) for score in own} in ({-1}, {1}) and len({side(score) for score in others}) == 1:
            # whose ballots differ in strength are named by their side alone
            lean = lean_words(own.pop() if len(own) == 1 else side(max(own)))
            told = {
                -1: _("%(role)s differs: %(lean)s. Everyone else leans RAG."),
                0: _("%(role)s differs: %(lean)s. Everyone else: either way."),
                1: _("%(role)s differs: %(lean)s. Everyone else leans fine-tuning."),
            }
            return told[side(max(others))] % {"role": role_name(role.role), "lean": lean}
    return ""


def _split(results: Tally) -> str:
    counts = {one: sum(side(dot.score) == one for dot in results.dots) for one in (-1, 0, 1)}
    parts = []
    if counts[-1]:
        parts.append(ngettext("%(n)d leans RAG", "%(n)d lean RAG", counts[-1]) % {"n": counts[-1]})
    if counts[0]:
        parts.append(ngettext("%(n)d either way", "%(n)d either way", counts[0]) % {"n": counts[0]})
    if counts[1]:
        parts.append(ngettext("%(n)d leans fine-tuning", "%(n)d lean fine-tuning", counts[1]) % {"n": counts[1]})
    return _("Split: %(parts)s.") % {"parts": ", ".join(parts)}


def _split_inside(results: Tally) -> str:
    """Which roles do not agree among themselves; a median would hide it."""
    sides = {role.role: {side(dot.score) for dot in results.dots if dot.role == role.role} for role in results.roles}
    divided = [role_name(role) for role, found in sides.items() if len(found) > 1]
    return _("Split within: %(roles)s.") % {"roles": ", ".join(divided)} if divided and len(sides) > 1 else ""
