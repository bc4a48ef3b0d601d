"""Verify the hash chain of one team's log or of all, and every stored row against it.

Exit 0 good, 1 broken, 2 good with erased payloads, 3 when nothing, or not all, is covered.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from decisions.ledger import guards
from decisions.ledger.chain import GENESIS, Anchor, Report
from decisions.ledger.compare import coverage
from decisions.models import LogHead, Team
from decisions.verify.attachment import Unreadable, document_in
from decisions.verify.verdicts import anchor_of, anchors_in, verify_log

NOT_ALL = 3  # nothing, or not all, could be verified


class Command(BaseCommand):
    """`verify_log [--team SLUG] [--pdf FILE] [--since FILE]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which log, and what is known of it from outside."""
        parser.add_argument("--team", metavar="SLUG", help="only this team's log (default: every log)")
        parser.add_argument("--pdf", metavar="FILE", help="a record's PDF or record.json that must belong to the log")
        parser.add_argument(
            "--since",
            metavar="FILE",
            help="check something kept earlier (an owner's email, a record, chain.jsonl of an archive) against the log",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say of each log how it stands and what was compared, and leave with the worst result."""
        brought = self._read(options["pdf"])
        anchors = self._anchors(options["since"])
        named = {anchor.log for anchor in anchors}
        if brought is not None:
            try:
                anchor = anchor_of(document_in(brought))
            except Unreadable as fault:
                raise CommandError(f"{options['pdf']}: {fault}", returncode=NOT_ALL) from fault
            named |= {anchor.log} if anchor else set()
        codes, entries = set(), 0
        for team, log in self._logs(options["team"], named):
            report = Report(team.slug, 0, GENESIS, rows=coverage(team, 0))
            if log is not None:
                since = [anchor for anchor in anchors if anchor.log == log.name or options["team"]]
                report = verify_log(log, since, brought)
            self._tell(report)
            codes.add(report.exit_code)
            entries += report.entries
        for guard in guards.missing():
            self.stderr.write(f"Warning: the database's guard {guard} is missing; `manage.py migrate` restores it.")
        if not entries:
            self.stdout.write("Nothing is covered: no log here has an entry.")
        if code := 1 if 1 in codes else NOT_ALL if NOT_ALL in codes or not entries else max(codes):
            raise SystemExit(code)

    def _logs(self, slug: str | None, named: set[str]) -> list[tuple[Team, LogHead | None]]:
        """The one log asked for, else those that the files name, else all; a team that has none may have rows."""
        teams = Team.objects.select_related("log_head").order_by("slug")
        if slug is not None:
            teams = teams.filter(slug=slug)
            if not teams:
                raise CommandError(f"There is no log of a team “{slug}”.", returncode=NOT_ALL)
        elif named:
            missing = named - set(teams.filter(log_head__name__in=named).values_list("log_head__name", flat=True))
            if missing:
                which = ", ".join(sorted(missing))
                self.stdout.write(f"{which}: BROKEN. A file names this log, and it does not exist here.")
                raise SystemExit(1)
            teams = teams.filter(log_head__name__in=named)
        return [(team, getattr(team, "log_head", None)) for team in teams]

    def _tell(self, report: Report) -> None:
        held = f"{len(report.anchors)} anchor(s) held" if report.anchors else "no anchor given"
        where = f"{report.entries} entries, head {report.head}, {held}."
        if report.fault:
            at = f"entry {report.fault.sequence}" if report.fault.sequence else "the head"
            at = "the stored rows" if report.fault.kind == "row" and not report.fault.sequence else at
            said = f"BROKEN at {at} ({report.fault.kind}). {report.fault.message}"
        elif report.exit_code == NOT_ALL:
            said = f"NOT ALL IS COVERED, and what is covered is good; {where}"
        elif not report.entries:
            said = "empty: there is nothing to verify."
        elif report.erased:
            which = ", ".join(map(str, report.erased[:20])) + (" ..." if len(report.erased) > 20 else "")
            said = f"good, with erased payloads at {which}; {where}"
        else:
            said = f"good; {where}"
        self.stdout.write(f"{report.log}: {said}")
        rows = report.rows
        for what, counts in (
            ("rows compared with the log", rows.covered),
            ("rows that it should cover and does not; `manage.py hash_rows` hashes them as they stand", rows.uncovered),
            ("rows that need not be covered: drafts, rooms at work, ballots that were never revealed", rows.waiting),
        ):
            if total := sum(counts.values()):
                each = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
                self.stdout.write(f"    {total} {what}: {each}")
        if rows.replaced:
            self.stdout.write(f"    {rows.replaced} older hashes, of rows that a later entry hashed again")
        if report.turned_back:
            self.stdout.write(f"    the clock had been set back before entry {', '.join(map(str, report.turned_back))}")
        for note in report.notes:
            self.stderr.write(f"Note: {note}")

    def _anchors(self, file: str | None) -> list[Anchor]:
        data = self._read(file)
        if data is None:
            return []
        found = anchors_in(data)
        if not found:
            raise CommandError(f"{file} holds no anchor: a log's name, a sequence and a hash.", returncode=NOT_ALL)
        return found

    @staticmethod
    def _read(file: str | None) -> bytes | None:
        if file is None:
            return None
        try:
            return Path(file).read_bytes()
        except OSError as fault:
            raise CommandError(f"{file} cannot be read: {fault.strerror}.", returncode=NOT_ALL) from fault
