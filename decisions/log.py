"""The log of decisions: what the list shows."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from decisions.models import Standing, Team

PAGE_SIZE = 50


@dataclass(frozen=True)
class Line:
    """One decision as the list shows it."""

    standing: Standing
    is_overdue: bool

    @property
    def owner_names(self) -> str:
        """The owners, for reading."""
        return ", ".join(dict.fromkeys(owner["name"] for owner in self.standing.owners))


@dataclass(frozen=True)
class Page:
    """One page of the list."""

    lines: tuple[Line, ...]
    is_empty_log: bool


def is_overdue(due: date | None, today: date) -> bool:
    """A revisit is overdue from the day after it was due."""
    return due is not None and due < today


def page_of(team: Team) -> Page:
    """The newest decisions of the team."""
    today = timezone.localdate()
    rows = (
        Standing.objects.filter(team=team)
        .select_related("decision")
        .prefetch_related("decision__tags")
        .defer("words", "decision__context")
        .order_by("-number")[:PAGE_SIZE]
    )
    lines = tuple(Line(row, is_overdue(row.revisit_on, today)) for row in rows)
    return Page(lines, not lines)
