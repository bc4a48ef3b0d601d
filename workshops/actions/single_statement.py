"""A vote in one statement where the database can: who and when are checked, ballot, minute and version written.

On the way of a vote each statement costs as much in the web process as in the database. SQLite has no statement that
writes to several tables; there, and for all that is not well, the ordinary acts do it or say what is wrong. That this
statement and those acts agree is what tests/workshops/test_single_statement.py is about.
"""

from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.utils import timezone
from psycopg.errors import DuplicatePreparedStatement, InvalidSqlStatementName

from decisions.models import User
from workshops import live
from workshops.models import Ballot, Minute, Round, Seat, Workshop

_BALLOT, _MINUTE, _ROUND, _SEAT, _WORKSHOP, _USER = (
    one._meta.db_table for one in (Ballot, Minute, Round, Seat, Workshop, User)
)

# Locks the room as `act` does. FOR SHARE makes PostgreSQL read seat and round again once the room's lock is held, as they
# are then and not as they were when the statement began: with a weaker lock, or none, a vote that waited for a reveal
# still sees its round open and is acknowledged but not counted (tests/workshops/test_races.py).
LOCKS = "FOR NO KEY UPDATE OF w FOR SHARE OF s, r"
_ALL_IS_WELL = f"""
    WITH well AS (
        SELECT w.id AS workshop, w.stage, s.id AS seat, s.role, s.name, r.id AS round, r.criterion, r.number
        FROM {_WORKSHOP} w JOIN {_SEAT} s ON s.workshop_id = w.id JOIN {_ROUND} r ON r.workshop_id = w.id
        WHERE w.public_id = %(public_id)s AND w.phase IN ('precheck', 'scoring')
            AND s.id = %(seat)s AND s.key = %(key)s AND s.removed_at IS NULL AND NOT s.is_observer
            AND (s.user_id IS NULL OR s.user_id = (SELECT id FROM {_USER} WHERE id = %(user)s::bigint AND is_active))
            AND r.id = %(round)s AND r.state = 'open'
        {{locks}}
    )"""  # noqa: S608 - names of our own tables
# Once the session has started, what was cast ahead stays as it is; what is missing may still be added.
_NOT_FROZEN = _ALL_IS_WELL.replace("r.state = 'open'", "r.state = 'open' AND r.place IS NULL")
_TELL = f""", line AS (
        INSERT INTO {_MINUTE} (workshop_id, act, who, detail, at)
        SELECT workshop, %(act)s, name, jsonb_build_object('criterion', criterion, 'round', number), %(at)s
        FROM well, changed RETURNING workshop_id
    )
    UPDATE {_WORKSHOP} SET version = version + 1 FROM line WHERE {_WORKSHOP}.id = line.workshop_id
    RETURNING {_WORKSHOP}.id, stage, version"""  # noqa: S608
# Not DO UPDATE: whether there was one before is read as of the beginning of the statement, so a double submit counted twice.
_FIRST = f"""{_ALL_IS_WELL}, changed AS (
        INSERT INTO {_BALLOT} (round_id, seat_id, role, score, confidence, reason, cast_at)
        SELECT round, seat, role, %(score)s, %(confidence)s, %(reason)s, %(at)s FROM well
        ON CONFLICT (round_id, seat_id) DO NOTHING RETURNING id
    ){_TELL}"""  # noqa: S608
_CHANGE = f"""{_NOT_FROZEN}
    UPDATE {_BALLOT} b SET role = well.role, score = %(score)s, confidence = %(confidence)s, reason = %(reason)s,
        cast_at = %(at)s
    FROM well WHERE b.round_id = well.round AND b.seat_id = well.seat RETURNING well.workshop, well.stage, 0"""  # noqa: S608
_WITHDRAW = f"""{_NOT_FROZEN}, changed AS (
        DELETE FROM {_BALLOT} b USING well WHERE b.round_id = well.round AND b.seat_id = well.seat RETURNING b.id
    ){_TELL}"""  # noqa: S608


class Written(NamedTuple):
    """The room in which a vote was written: its stage, and the version that the vote made, 0 when nobody sees a change."""

    workshop_id: int
    stage: int
    version: int


def vote(
    *, public_id: UUID, held: tuple[int, str], round_id: int, cast: dict[str, Any] | None, user_id: int | None = None
) -> Written | None:
    """Cast, change or, without `cast`, take back the ballot of whoever holds the seat by its id and key.

    A seat that belongs to an account votes only for `user_id`, who is signed in.

    None, and nothing is written, when this is not possible so: then the ordinary acts are to be asked.
    """
    if connection.vendor != "postgresql" or max(held[0], round_id) >= 2**63:
        return None
    given = {
        "public_id": public_id,
        "seat": held[0],
        "key": held[1],
        "user": user_id,
        "round": round_id,
        "act": "voted" if cast is not None else "withdrew",
        "at": timezone.now(),
        **{name: str(value) if name == "confidence" else value for name, value in (cast or {}).items()},
    }
    statements = (_FIRST, _CHANGE) if cast is not None else (_WITHDRAW,)
    row = next((row for one in statements if (row := _execute(one.format(locks=LOCKS), given)) is not None), None)
    if row is None:
        return None
    written = Written(*row)
    if written.version:
        told = live.Vote(held[0], round_id, cast is not None)
        transaction.on_commit(lambda: live.publish(written.workshop_id, written.version, told))
    return written


def _execute(statement: str, given: dict[str, Any]) -> tuple[int, int, int] | None:
    """The row that came back; parameters are bound by the server, so that the statement can be prepared."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        try:
            row: tuple[int, int, int] | None = cursor.execute(statement, given).fetchone()
        except (DuplicatePreparedStatement, InvalidSqlStatementName):  # a pooler gave another connection
            return None
    return row
