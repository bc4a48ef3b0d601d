"""Verify the hash chain of one team's log or of all: exit 0 good, 1 broken, 2 good with erased payloads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from decisions.ledger import guards
from decisions.ledger.chain import Anchor, Report
from decisions.models import LogHead
from decisions.verify.attachment import Unreadable, document_in
from decisions.verify.verdicts import anchor_of, anchors_in, verify_log

COULD_NOT = 3  # nothing was verified: no such team, no such file


class Command(BaseCommand):
    """`verify_log [--team SLUG] [--pdf FILE] [--since FILE]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which log, and what is known of it from outside."""
        parser.add_argument("--team", metavar="SLUG", help="only this team's log; otherwise every log")
        parser.add_argument("--pdf", metavar="FILE", help="a record's PDF or record.json that must belong to the log")
        parser.add_argument(
            "--since",
            metavar="FILE",
            help="what was kept earlier - an owner's mail, a record, chain.jsonl of an archive - must still be true",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a log, and leave with the worst result."""
        brought = self._read(options["pdf"])
        anchors = self._anchors(options["since"])
        named = {anchor.log for anchor in anchors}
        if brought is not None:
            try:
                anchor = anchor_of(document_in(brought))
            except Unreadable as fault:
                raise CommandError(f"{options['pdf']}: {fault}", returncode=COULD_NOT) from fault
            named |= {anchor.log} if anchor else set()
        results = []
        for log in self._logs(options["team"], named):
            since = [anchor for anchor in anchors if anchor.log == log.name or options["team"]]
            report = verify_log(log, since, brought)
            self._tell(report)
            for note in report.notes:
                self.stderr.write(f"Note: {note}")
            results.append(report.exit_code)
        for guard in guards.missing():
            self.stderr.write(f"Warning: the database's guard {guard} is missing; `manage.py migrate` restores it.")
        if any(results):
            raise SystemExit(1 if 1 in results else 2)

    def _logs(self, team: str | None, named: set[str]) -> list[LogHead]:
        """The one log asked for, else those that the files name, else all."""
        logs = LogHead.objects.order_by("name")
        if team is not None:
            found = list(logs.filter(team__slug=team))
            if not found:
                raise CommandError(f"There is no log of a team “{team}”.", returncode=COULD_NOT)
            return found
        if named:
            found = list(logs.filter(name__in=named))
            if len(found) < len(named):
                missing = ", ".join(sorted(named - {log.name for log in found}))
                self.stdout.write(f"{missing}: BROKEN. A file names this log, and it does not exist here.")
                raise SystemExit(1)
            return found
        return list(logs)

    def _tell(self, report: Report) -> None:
        where = f"{report.entries} entries, head {report.head}"
        if report.fault:
            at = f"entry {report.fault.sequence}" if report.fault.sequence else "the head"
            self.stdout.write(f"{report.log}: BROKEN at {at} ({report.fault.kind}). {report.fault.message}")
            return
        held = f", {len(report.anchors)} anchor(s) held" if report.anchors else ", no anchor given"
        if report.erased:
            which = ", ".join(map(str, report.erased[:20])) + (" ..." if len(report.erased) > 20 else "")
            self.stdout.write(f"{report.log}: good, with erased payloads at {which}; {where}{held}.")
            return
        self.stdout.write(f"{report.log}: good; {where}{held}.")

    def _anchors(self, file: str | None) -> list[Anchor]:
        data = self._read(file)
        if data is None:
            return []
        found = anchors_in(data)
        if not found:
            raise CommandError(f"{file} holds no anchor: a log's name, a sequence and a hash.", returncode=COULD_NOT)
        return found

    @staticmethod
    def _read(file: str | None) -> bytes | None:
        if file is None:
            return None
        try:
            return Path(file).read_bytes()
        except OSError as fault:
            raise CommandError(f"{file} cannot be read: {fault.strerror}.", returncode=COULD_NOT) from fault
