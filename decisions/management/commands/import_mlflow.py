"""Takes a model-registry export of MLflow into the configuration trail of a decision."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from decisions.models import Approach, Decision
from decisions.trail import acts, mlflow
from decisions.trail.entry import APPROACHES, Refused, read

ACTOR = "MLflow import"


class Command(BaseCommand):
    """Import; all of the file or nothing of it, and never the same version twice."""

    help = "Append entries for the versions of an MLflow model-registry export (a JSON file, or - for standard input)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where it comes from and where it belongs."""
        parser.add_argument("file", help="model.json of mlflow-export-import, or a saved answer of MLflow's REST API")
        parser.add_argument("--team", required=True, help="the team's slug")
        parser.add_argument("--decision", required=True, type=int, help="the decision's number")
        parser.add_argument("--approach", default=Approach.FINE_TUNING.value, choices=[str(one) for one in APPROACHES])
        parser.add_argument("--base-model", default="", help="base model ID where no tag names one")
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check, append."""
        decision = (
            Decision.objects.select_related("team")
            .filter(team__slug=options["team"], number=options["decision"])
            .first()
        )
        if decision is None:
            raise CommandError(f"The team {options['team']!r} has no decision {options['decision']}.")
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text("utf-8")
            found = mlflow.parse(text, approach=options["approach"], base_model=options["base_model"])
        except (OSError, UnicodeDecodeError, mlflow.NotAnExport) as fault:
            raise CommandError(str(fault)) from fault
        written = skipped = 0
        with transaction.atomic():
            known = self.known(decision)
            for one in found:
                if (one.version, one.draft.environment) in known:
                    skipped += 1
                    continue
                if not options["dry_run"]:
                    try:
                        acts.add_entry(decision=decision, draft=one.draft, actor=ACTOR)
                    except Refused as refused:
                        raise CommandError(f"{one.version}: {refused}") from refused
                written += 1
                note = f"  (left out: {', '.join(one.left_out)})" if one.left_out else ""
                self.stdout.write(f"{one.draft.live_from:%Y-%m-%d %H:%M} {one.draft.environment} {one.version}{note}")
        word = "would be written" if options["dry_run"] else "written"
        self.stdout.write(f"{written} {word}, {skipped} known already.")

    def known(self, decision: Decision) -> set[tuple[str, str]]:
        """Versions and environments that an earlier import has written."""
        rows = decision.configurations.filter(entry__actor=ACTOR).select_related("entry")
        entries = [read(row.entry) for row in rows]
        return {(entry.reason.rpartition(": ")[2], entry.environment) for entry in entries}
