"""Settling a criterion: when a lean needs a reason of its own, and how it is told beside the ballots."""

from collections.abc import Sequence

from .text import Sentence, _


def side(score: float) -> int:
    """-1 for RAG, 0 for either, +1 for fine-tuning."""
    return (score > 0) - (score < 0)


def against(lean: int, scores: Sequence[int]) -> int:
    """How many ballots are on another side than this lean."""
    return sum(side(score) != side(lean) for score in scores)


def needs_reason(lean: int, scores: Sequence[int]) -> bool:
    """Whether nobody voted, the lean is outside the range of the ballots, or more of them are on another side."""
    sides = [side(score) for score in scores]
    fewer = any(sides.count(one) > sides.count(side(lean)) for one in (-1, 0, 1))
    return fewer or not scores or not min(scores) <= lean <= max(scores)


def settled_words(by: str, lean: int, scores: Sequence[int], why: str = "") -> Sentence:
    """`settled by Ines`, or `settled by Ines against 4 of 5 ballots, because:`, after which the reason stands."""
    if not needs_reason(lean, scores):
        return _("settled by %(by)s", by=by)
    opposed = against(lean, scores)
    if not scores:
        told = _("settled by %(by)s without votes", by=by)
    elif opposed:
        told = _("settled by %(by)s against %(against)s of %(count)s votes", by=by, against=opposed, count=len(scores))
    else:
        told = _("settled by %(by)s outside the range of the votes", by=by)
    return _("%(told)s, because:", told=told) if why else told
