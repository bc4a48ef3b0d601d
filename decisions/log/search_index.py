"""What makes search quick on SQLite, where a migration that rebuilds a table takes its triggers along: FTS5 tables.

Search finds the same without them, only slower. PostgreSQL keeps the indexes that migration 0003 makes.
"""

from pathlib import Path

from django.db import DatabaseError, connections, transaction

TRIGGERS = 4


def install(using: str) -> None:
    """Make the tables and triggers that are not there; a SQLite built without FTS5 does without."""
    if is_whole(using):
        return
    statements = Path(__file__).with_name("search_sqlite.sql").read_text(encoding="utf-8").split("\n\n")
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError:  # FTS5 is not built in
        return


def is_whole(using: str) -> bool:
    """Whether all triggers are there; always true where none is needed."""
    if connections[using].vendor == "postgresql":
        return True
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'summary_found_%'")
        return bool(cursor.fetchone()[0] == TRIGGERS)
