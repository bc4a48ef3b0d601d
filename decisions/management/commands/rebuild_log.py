"""Makes the log's lines and the trail's rows anew from decisions, records and the hash-chained log."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from decisions.log import summary
from decisions.models import Configuration, LogEntry, Team
from decisions.trail.entry import read


class Command(BaseCommand):
    """Only projections are written; the log itself is read."""

    help = "Rebuild the decision list and the configuration log index."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One team or all."""
        parser.add_argument("--team", default="", help="team slug (default: all teams)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say how much."""
        teams = Team.objects.filter(slug=options["team"]) if options["team"] else Team.objects.all()
        if not teams:
            raise CommandError(f"There is no team {options['team']!r}.")
        for team in teams:
            rows = self.add_rows(team)
            lines = summary.refresh_all(team.pk)
            self.stdout.write(f"{team.slug}: {lines} decisions, {rows} configuration entries added")

    def add_rows(self, team: Team) -> int:
        """Rows for entries of the trail that have none."""
        count = 0
        missing = LogEntry.objects.filter(log__team=team, type__startswith="configuration.", configuration=None)
        for entry in missing.select_related("decision").order_by("sequence").iterator(chunk_size=1_000):
            if entry.decision is None or not entry.payload:  # of an erased entry without its row nothing is left
                continue
            found = read(entry)
            Configuration.objects.create(
                entry=entry,
                public_id=uuid.UUID(found.id),
                team=team,
                decision=entry.decision,
                kind=found.kind,
                environment=found.environment,
                live_from=found.live_from,
                sequence=entry.sequence,
            )
            count += 1
        return count
