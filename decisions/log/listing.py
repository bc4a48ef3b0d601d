"""The log of decisions: find, filter and page through what the list shows."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from decisions.base import typed_text
from decisions.base.links import public_link
from decisions.exports import csv_cells
from decisions.models import Approach, DecisionSummary, Status, SummaryOwner, Team

from .search import search

PAGE_SIZE = 30
UNASKED = 150  # lines that come as one scrolls; below these a press brings more, so that the page has an end
BATCH = 500
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Filters:
    """What the address asks for; empty means any."""

    q: str = ""
    approach: str = ""
    status: str = ""
    owner: str = ""
    tag: str = ""
    revisit: str = ""  # overdue, soon, planned or none
    since: date | None = None
    until: date | None = None
    sort: str = "newest"  # or due
    after: str = ""  # the cursor: the last line of the page before
    shown: int = 0  # lines that stand before the cursor on the reader's page

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but order and place is asked for."""
        return any((self.q, self.approach, self.status, self.owner, self.tag, self.revisit, self.since, self.until))

    def address(self, **change: Any) -> str:
        """The query string that asks for this, with changes; what is empty stays out."""
        asked = {**asdict(self), "sort": self.sort.replace("newest", ""), "shown": 0, **change}
        return urlencode({key: value for key, value in asked.items() if value})


@dataclass(frozen=True)
class Line:
    """One decision as the list shows it."""

    summary: DecisionSummary
    is_overdue: bool

    @property
    def owner_names(self) -> str:
        """The owners, for reading."""
        return ", ".join(dict.fromkeys(owner["name"] for owner in self.summary.owners))

    # Django's get_..._display hashes every translated choice anew for each line
    @property
    def approach_name(self) -> str:
        """The approach, for reading."""
        return str(Approach(self.summary.approach).label)

    @property
    def status_name(self) -> str:
        """The status, for reading."""
        return str(Status(self.summary.status).label)


@dataclass(frozen=True)
class Page:
    """One page of the list."""

    lines: tuple[Line, ...]
    filters: Filters
    is_empty_log: bool
    next_after: str = ""
    next_address: str = ""
    first_address: str = ""

    @property
    def shown(self) -> int:
        """How many lines the reader's page has with these."""
        return self.filters.shown + len(self.lines)

    @property
    def goes_on_unasked(self) -> bool:
        """Whether the next lines come as soon as the end of these is reached."""
        return self.shown < UNASKED


def is_overdue(due: date | None, today: date) -> bool:
    """A revisit is overdue from the day after it was due."""
    return due is not None and due < today


def filtered(team: Team, asked: Filters, today: date) -> QuerySet[DecisionSummary]:
    """The team's decisions that the filters leave, in no order yet."""
    lines = DecisionSummary.objects.filter(team=team)
    if asked.approach:
        lines = lines.filter(approach=asked.approach)
    if asked.status:
        lines = lines.filter(status=asked.status)
    if asked.owner:
        named = SummaryOwner.objects.filter(
            summary=OuterRef("pk"), team=team, name_folded__startswith=typed_text.fold(asked.owner)
        )
        lines = lines.filter(Exists(named))
    if asked.tag:
        lines = lines.filter(decision__tags__name=typed_text.one_line(asked.tag).lower())
    if asked.revisit == "overdue":
        lines = lines.filter(revisit_on__lt=today)
    elif asked.revisit == "soon":
        lines = lines.filter(revisit_on__gte=today, revisit_on__lte=today + SOON)
    elif asked.revisit == "planned":
        lines = lines.filter(revisit_on__isnull=False)
    elif asked.revisit == "none":
        lines = lines.filter(revisit_on__isnull=True)
    if asked.since:
        lines = lines.filter(dated_on__gte=asked.since)
    if asked.until:
        lines = lines.filter(dated_on__lte=asked.until)
    return search(lines, asked.q)


def _placed(lines: QuerySet[DecisionSummary], asked: Filters) -> QuerySet[DecisionSummary]:
    # Keyset, not OFFSET: page 2,000 costs what page 1 costs. The form has checked the cursor's shape.
    if asked.sort == "due":
        lines = lines.filter(revisit_on__isnull=False).order_by("revisit_on", "-number")
        if asked.after:
            day, _comma, number = asked.after.partition(",")
            lines = lines.filter(Q(revisit_on__gt=day) | Q(revisit_on=day, number__lt=int(number)))
        return lines
    if asked.after:
        lines = lines.filter(number__lt=int(asked.after))
    return lines.order_by(F("number").desc())


def page_of(team: Team, asked: Filters | None = None, *, size: int = PAGE_SIZE) -> Page:
    """One page, in a number of queries that does not depend on what is stored."""
    asked = asked or Filters()
    today = timezone.localdate()
    rows = list(
        _placed(filtered(team, asked, today), asked)
        .select_related("decision")
        .prefetch_related("decision__tags")
        .defer("words", "log_words", "decision__context")[: size + 1]
    )
    after = ""
    if len(rows) > size:
        rows.pop()
        last = rows[-1]
        after = f"{last.revisit_on},{last.number}" if asked.sort == "due" else str(last.number)
    return Page(
        lines=tuple(Line(row, is_overdue(row.revisit_on, today)) for row in rows),
        filters=asked,
        is_empty_log=not rows and not asked.is_narrowed and not asked.after and team.last_decision_number == 0,
        next_after=after,
        next_address=asked.address(after=after) if after else "",
        first_address=asked.address(after="") if asked.after else "",
    )


def csv_lines(team: Team, asked: Filters) -> Iterator[str]:
    """Everything that the filters leave, page by page, as CSV with cells that no spreadsheet runs."""
    head = ("number", "title", "question", "status", "approach", "owners", "tags", "dated_on", "revisit_on", "address")
    yield from csv_cells.rows(head, (_cells(team, line) for line in _every(team, asked)))


def _every(team: Team, asked: Filters) -> Iterator[Line]:
    page = page_of(team, asked, size=BATCH)
    yield from page.lines
    while page.next_after:
        page = page_of(team, replace(asked, after=page.next_after), size=BATCH)
        yield from page.lines


def _cells(team: Team, line: Line) -> tuple[object, ...]:
    summary, decision = line.summary, line.summary.decision
    address = public_link("decisions:decision", team.slug, decision.number)
    tags = ", ".join(tag.name for tag in decision.tags.all())
    said = (summary.number, decision.title, decision.question, summary.status, summary.approach, line.owner_names)
    return (*said, tags, summary.dated_on, summary.revisit_on, address)
