"""Takes a model-registry export of MLflow into the configuration trail of a decision."""

import sys
from argparse import ArgumentParser
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from decisions.base import typed_text
from decisions.models import Approach, Decision
from decisions.trail import acts, mlflow
from decisions.trail.entry import APPROACHES, Draft, Refused, read
from decisions.trail.reading import in_force

ACTOR = "MLflow import"


class Command(BaseCommand):
    """Import; all of the file or nothing of it, and never the same version twice."""

    help = "Add entries for the versions of an MLflow model-registry export (a JSON file, or - for standard input)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where it comes from and where it belongs."""
        parser.add_argument("file", help="model.json of mlflow-export-import, or a saved answer of MLflow's REST API")
        parser.add_argument("--team", required=True, help="the team's slug")
        parser.add_argument("--decision", required=True, type=int, help="the decision's number")
        parser.add_argument("--approach", default=Approach.FINE_TUNING.value, choices=[str(one) for one in APPROACHES])
        parser.add_argument("--base-model", default="", help="base model ID where no tag names one")
        parser.add_argument("--dry-run", action="store_true", help="print what would be added, without adding it")

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
            given = sys.stdin.buffer.read() if options["file"] == "-" else Path(options["file"]).read_bytes()
            found = mlflow.parse(
                given.decode("utf-8-sig"), approach=options["approach"], base_model=options["base_model"]
            )
        except (OSError, UnicodeDecodeError, mlflow.NotAnExport) as fault:
            raise CommandError(str(fault)) from fault
        written = skipped = 0
        with transaction.atomic():
            known = self.known(decision)
            alone = Counter(one.draft.environment for one in found)
            for one in found:
                draft: Draft | None = one.draft
                if (typed_text.one_line(one.draft.reason), one.draft.environment) in known:
                    # a version that is the only one there now, and was replaced since we wrote it, has come back
                    draft = self.back(decision, one.draft) if alone[one.draft.environment] == 1 else None
                if draft is None:
                    skipped += 1
                    continue
                try:
                    acts.add_entry(decision=decision, draft=draft, actor=ACTOR)
                except Refused as refused:
                    hint = " Name it with --base-model." if "base_model_id" in refused.errors else ""
                    raise CommandError(shown(f"{one.version}: {refused}{hint}")) from refused
                written += 1
                note = f"  (left out: {', '.join(one.left_out)})" if one.left_out else ""
                self.stdout.write(shown(f"{draft.live_from:%Y-%m-%d %H:%M} {draft.environment} {one.version}{note}"))
            # a dry run writes it all and takes it back, so that it finds every fault
            transaction.set_rollback(options["dry_run"])
        word = "would be written" if options["dry_run"] else "written"
        self.stdout.write(f"{written} {word}, {skipped} known already.")

    def known(self, decision: Decision) -> set[tuple[str, str]]:
        """Versions, as the reason names them, and environments that an earlier import has written."""
        rows = decision.configurations.filter(entry__actor=ACTOR).select_related("entry")
        return {(entry.reason, entry.environment) for entry in (read(row.entry) for row in rows)}

    def back(self, decision: Decision, draft: Draft) -> Draft | None:
        """The draft of a known version when another imported one counts now; None when nothing has changed."""
        now = timezone.now()
        row = in_force(decision, draft.environment, now)
        if row is None or row.entry.actor != ACTOR or read(row.entry).reason == typed_text.one_line(draft.reason):
            return None
        # MLflow does not date the move of an alias: then it is from now on, which is the latest it can be
        return draft if draft.live_from > row.live_from else replace(draft, live_from=now)


def shown(line: str) -> str:
    """The line as any terminal takes it: names and tags in a file may hold anything."""
    return typed_text.UNPRINTABLE.sub("\ufffd", line)
