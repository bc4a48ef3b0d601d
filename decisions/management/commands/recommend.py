"""`manage.py recommend`: answers as JSON on standard input, the recommendation as JSON on standard output."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from decisions.framework.answers import MAX_BYTES, AnswerError, parse, read_json
from decisions.framework.lever import next_lever, parse_lever
from decisions.framework.recommendation import recommend


class Command(BaseCommand):
    """Exit 0 with the recommendation, or 2 with the wrong field's name on standard error."""

    help = "Read a group's answers as JSON on standard input and print the recommendation as JSON."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch: advice after a pilot instead of a recommendation."""
        parser.add_argument(
            "--next-lever",
            action="store_true",
            help="read what runs now and what a pilot or incident showed, then print what to change first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compute, print."""
        # one byte more than is allowed, so that a longer input is noticed and never read whole
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""
        try:
            raw = read_json(data)
            result = (
                next_lever(*parse_lever(raw)).as_dict() if options["next_lever"] else recommend(parse(raw)).as_dict()
            )
        except AnswerError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.stdout.write(json.dumps(result, indent=2))
