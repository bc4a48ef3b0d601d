"""What the database itself refuses: changing or deleting log entries, revisions, minutes and accepted records.

Installed by migrations and again after every `migrate`: SQLite loses triggers when a migration rebuilds a table.
`docs/trust.md` says what this protects against and what it does not.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "groundwork_"
_HEADED = re.compile(r"^-- on ?(?P<table>\w*)(?: but (?P<free>[\w ]+))?\n", re.MULTILINE)
_CREATES = re.compile(r"CREATE (?:OR REPLACE )?(TRIGGER|FUNCTION) (\w+)")


@dataclass(frozen=True)
class Guard:
    """One statement of the SQL file: a trigger on `table`, or a function when that is empty."""

    name: str
    table: str
    free: tuple[str, ...]  # columns that may change
    sql: str


def install(alias: str = "default") -> None:
    """Create every guard whose table exists, anew."""
    remove(alias)
    connection = connections[alias]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in _guards(connection.vendor):
            if not guard.table or guard.table in tables:
                cursor.execute(_with_columns(connection, guard))


def remove(alias: str = "default") -> None:
    """Drop every guard; needs the right to change tables, which the web app's own role need not have."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table whose foreign keys wait to be checked keeps its triggers
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for trigger, table in _present(connection):
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger}"{on}')
        for guard in _guards(connection.vendor):
            if not guard.table:
                cursor.execute(f"DROP FUNCTION IF EXISTS {guard.name}()")


@contextmanager
def disabled(alias: str = "default") -> Iterator[None]:
    """No guards inside the block: for erasing a payload by command, and for tests that empty their tables."""
    remove(alias)
    try:
        yield
    finally:
        install(alias)


def missing(alias: str = "default") -> list[str]:
    """Names of triggers that should be there and are not."""
    wanted = {guard.name for guard in _guards(connections[alias].vendor) if guard.table}
    return sorted(wanted - {trigger for trigger, _table in _present(connections[alias])})


def _guards(vendor: str) -> list[Guard]:
    file = Path(__file__).with_name(f"{vendor}.sql")
    if not file.exists():
        return []
    found = []
    text = file.read_text(encoding="utf-8")
    heads = list(_HEADED.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        sql = text[head.end() : following.start() if following else None].strip()
        created = _CREATES.search(sql)
        assert created, f"{file.name}: no trigger or function after {head.group()!r}"
        found.append(Guard(created.group(2), head["table"], tuple((head["free"] or "").split()), sql))
    return found


def _with_columns(connection: BaseDatabaseWrapper, guard: Guard) -> str:
    """The statement with CHANGED spelt out: SQLite cannot compare whole rows."""
    if "(CHANGED)" not in guard.sql:
        return guard.sql
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, guard.table)]
    changed = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in columns if name not in guard.free)
    return guard.sql.replace("(CHANGED)", f"({changed})")


def _present(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """The triggers that stand and are switched on, with their tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE NOT tgisinternal AND tgenabled <> 'D' AND pg_table_is_visible(pg_class.oid)"
            )
        else:
            cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        return [(name, table) for name, table in cursor.fetchall() if name.startswith(PREFIX)]
