"""Hash into a team's log what stands there from before rows were hashed, as it stands now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from decisions.ledger import append as ledger
from decisions.ledger.compare import unhashed
from decisions.models import Team


class Command(BaseCommand):
    """`hash_rows --team SLUG --why TEXT --by NAME`: nothing vouches for what the rows said before this."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose rows, why, and who answers for it."""
        parser.add_argument("--team", required=True, metavar="SLUG")
        parser.add_argument("--why", required=True, metavar="TEXT")
        parser.add_argument("--by", required=True, metavar="NAME")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Hash, and say how much."""
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team “{options['team']}”.")
        count = 0
        for rows in unhashed(team):
            payload = {"format": "groundwork/log/rows.hashed/v1", "why": options["why"]}
            if rows:
                ledger.append(
                    team=team, type="rows.hashed", payload=payload, actor=options["by"], rows=rows, again=True
                )
            count += len(rows)
        self.stdout.write(f"{team.slug}: {count} rows hashed as they stand")
