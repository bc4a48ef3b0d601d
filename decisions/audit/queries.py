"""The lines of a team's audit page."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from decisions.exports import csv_cells
from decisions.models import AuditEvent, Team

PAGE = 50


def events(team: Team, before: int | None = None) -> QuerySet[AuditEvent]:
    """Newest first, older than `before`."""
    found = team.audit_events.select_related("by__user", "about__user")
    return found.filter(pk__lt=before) if before else found


def csv_lines(team: Team) -> Iterator[str]:
    """All of it."""
    head = [_("Time (UTC)"), _("What"), _("Who"), _("Concerning"), _("Detail"), _("From where")]
    cells = (
        [one.at.strftime("%Y-%m-%dT%H:%M:%SZ"), one.act, one.by or "", one.about or "", one.detail, one.address]
        for one in events(team).iterator(chunk_size=1_000)
    )
    return csv_cells.rows(head, cells)
