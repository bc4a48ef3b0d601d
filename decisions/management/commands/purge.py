"""Erase and delete what was asked for, and take away addresses that are kept for a time only; run it daily."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from decisions.models import User
from decisions.personal import purging
from decisions.personal.erasing import erase
from decisions.personal.rooms import Whom


class Command(BaseCommand):
    """`purge`, or `purge --person ADDRESS --by NAME` for somebody who asked by mail and may have no account."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom to erase at once, and who answers for it."""
        parser.add_argument("--person", metavar="ADDRESS")
        parser.add_argument("--by", default="purge", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what went, in numbers."""
        if options["person"] is None:
            for what, count in purging.purge(actor=options["by"]).items():
                self.stdout.write(f"{what}: {count}")
            return
        user = User.objects.filter(email__iexact=options["person"]).first()
        if "@" not in options["person"]:
            raise CommandError("--person takes an email address.")
        self.stdout.write(f"Now called {erase(Whom(user, options['person']), actor=options['by'])}.")
