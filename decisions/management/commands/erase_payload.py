"""Permanently erase the payload of one audit log entry, and log who did it and why."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from decisions.models import LogHead
from decisions.verify import erase


class Command(BaseCommand):
    """`erase_payload --team SLUG --entry NUMBER --why TEXT --by NAME`: for a right to erasure or a leaked secret."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which entry, why, and who answers for it."""
        parser.add_argument("--team", required=True, metavar="SLUG")
        parser.add_argument("--entry", required=True, type=int, metavar="NUMBER")
        parser.add_argument("--why", required=True, metavar="TEXT")
        parser.add_argument("--by", required=True, metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, and say what was written."""
        log = LogHead.objects.filter(team__slug=options["team"]).first()
        if log is None:
            raise CommandError(f"There is no log of a team “{options['team']}”.")
        try:
            entry = erase.erase(log=log, sequence=options["entry"], why=options["why"], actor=options["by"])
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"Erased the payload of entry {options['entry']}; entry {entry.sequence} records this.")
