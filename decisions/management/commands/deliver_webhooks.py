"""Sends webhooks that are due, again and again until it is stopped, or once with --once."""

import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from decisions.integrations import webhooks


class Command(BaseCommand):
    """The webhook worker; several may run, each event is still told once."""

    help = "Send webhooks that are due; --once ends when nothing is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How often to look."""
        parser.add_argument("--once", action="store_true", help="send everything due, then exit")
        parser.add_argument(
            "--every", type=float, default=5.0, metavar="SECONDS", help="seconds between polls (default 5)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, send, pause; an absent database is waited for."""
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_signal: stop.set())
        next_round = timezone.now()
        while not stop.is_set():
            if not options["once"]:
                close_old_connections()
            try:
                if timezone.now() >= next_round:
                    webhooks.note_due_revisits(timezone.localdate())
                    webhooks.tidy_up()
                    next_round = timezone.now() + timedelta(minutes=10)
                sent = webhooks.deliver_due()
            except OperationalError as fault:
                if options["once"]:
                    raise
                self.stderr.write(f"The database is unavailable: {fault}")
                sent = 0
            if options["once"] and not sent:
                return
            if not sent:
                stop.wait(options["every"])
