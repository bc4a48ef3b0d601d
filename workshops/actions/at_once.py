"""A first vote, or one taken back, in one statement where the database can: the ballot, its minute, the new version.

On the way of a vote each statement costs as much in the web process as in the database. SQLite has no statement that
writes to several tables; there, and for all that is not a mere count, the acts write one thing after the other.
Whoever calls holds the room's lock.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from workshops.models import Ballot, Minute, Round, Seat, Workshop

_BALLOT, _MINUTE, _WORKSHOP = (model._meta.db_table for model in (Ballot, Minute, Workshop))
_LINE_AND_VERSION = f"""
    , line AS (
        INSERT INTO {_MINUTE} (workshop_id, act, who, detail, at)
        SELECT %(workshop)s, %(act)s, %(who)s, %(detail)s::jsonb, %(at)s FROM changed RETURNING id
    )
    UPDATE {_WORKSHOP} SET version = %(version)s FROM line WHERE {_WORKSHOP}.id = %(workshop)s
"""  # noqa: S608 - names of our own tables
_CAST = f"""
    WITH changed AS (
        INSERT INTO {_BALLOT} (round_id, seat_id, role, score, confidence, reason, cast_at)
        VALUES (%(round)s, %(seat)s, %(role)s, %(score)s, %(confidence)s, %(reason)s, %(at)s)
        ON CONFLICT (round_id, seat_id) DO NOTHING RETURNING id
    ) {_LINE_AND_VERSION}
"""  # noqa: S608
_WITHDRAW = f"""
    WITH changed AS (DELETE FROM {_BALLOT} WHERE round_id = %(round)s AND seat_id = %(seat)s RETURNING id)
    {_LINE_AND_VERSION}
"""  # noqa: S608


def is_possible() -> bool:
    """Whether this database can."""
    return connection.vendor == "postgresql"


def cast_first(workshop: Workshop, target: Round, seat: Seat, cast: dict[str, Any]) -> bool:
    """Write the seat's first ballot of the round; False, and nothing is written, when it has one already."""
    return _write(_CAST, "voted", workshop, target, seat, cast["cast_at"], cast)


def withdraw(workshop: Workshop, target: Round, seat: Seat, now: datetime) -> bool:
    """Delete the seat's ballot; False, and nothing is written, when it has none."""
    return _write(_WITHDRAW, "withdrew", workshop, target, seat, now, {})


def _write(
    statement: str, act: str, workshop: Workshop, target: Round, seat: Seat, now: datetime, cast: dict[str, Any]
) -> bool:
    given = {
        **{name: str(value) if name in {"role", "confidence"} else value for name, value in cast.items()},
        "workshop": workshop.pk,
        "round": target.pk,
        "seat": seat.pk,
        "act": act,
        "who": str(seat.name),
        "detail": json.dumps({"criterion": target.criterion, "round": target.number}),
        "at": now,
        "version": workshop.version + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return bool(cursor.rowcount == 1)
