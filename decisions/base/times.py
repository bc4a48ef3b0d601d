"""Moments as they are typed and sent: read, and held to a century."""

from datetime import UTC, datetime
from typing import Any

from django.utils.dateformat import format as formatted
from django.utils.dateparse import parse_datetime

EARLIEST, LATEST = datetime(1999, 12, 31, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC)  # the century, in every zone


def moment_of(line: str) -> datetime | None:
    """A date and time with a zone, in UTC; None for anything else."""
    try:
        moment = parse_datetime(line)
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def zoned(moment: Any, layout: str) -> str:
    """The moment with the name of its zone; Django's own `T` says nothing in the hour that comes twice."""
    return f"{formatted(moment, layout)} {moment.tzname() or ''}".strip() if isinstance(moment, datetime) else ""
