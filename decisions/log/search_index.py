"""What makes search quick: a tsvector and a trigram index on PostgreSQL, FTS5 tables with triggers on SQLite.

Search finds the same without any of it, only slower: a PostgreSQL where nobody may create pg_trgm does without the
trigram index, a SQLite built without FTS5 without its tables. Installing again does no harm: it is done after every
migrate, because SQLite loses triggers with each table that a migration rebuilds.
"""

from collections.abc import Sequence

from django.db import DatabaseError, connections, transaction

POSTGRESQL = [
    # The words are our own, folded in Python: no dictionary and no parser that differs between servers.
    """ALTER TABLE decisions_decisionsummary ADD COLUMN IF NOT EXISTS words_tsv tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(ltrim(words, ' '), ' '))) STORED""",
    "CREATE INDEX IF NOT EXISTS summary_words ON decisions_decisionsummary USING gin (words_tsv) WITH (fastupdate = off)",
    """CREATE INDEX IF NOT EXISTS summary_owner_begins
       ON decisions_summaryowner (team_id, name_folded varchar_pattern_ops, summary_id)""",
]
POSTGRESQL_TRIGRAMS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS summary_titles ON decisions_decisionsummary USING gin (title_folded gin_trgm_ops) WITH (fastupdate = off)",
]
SQLITE = [
    """CREATE VIRTUAL TABLE IF NOT EXISTS decisions_summary_words USING fts5(
         words, content='decisions_decisionsummary', content_rowid='decision_id',
         tokenize="unicode61 remove_diacritics 0", prefix='1 2 3')""",
    """CREATE VIRTUAL TABLE IF NOT EXISTS decisions_summary_titles USING fts5(
         title_folded, content='decisions_decisionsummary', content_rowid='decision_id', tokenize='trigram')""",
    """CREATE TRIGGER IF NOT EXISTS summary_found_new AFTER INSERT ON decisions_decisionsummary BEGIN
         INSERT INTO decisions_summary_words(rowid, words) VALUES (new.decision_id, new.words);
         INSERT INTO decisions_summary_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
       END""",
    """CREATE TRIGGER IF NOT EXISTS summary_found_gone AFTER DELETE ON decisions_decisionsummary BEGIN
         INSERT INTO decisions_summary_words(decisions_summary_words, rowid, words)
           VALUES ('delete', old.decision_id, old.words);
         INSERT INTO decisions_summary_titles(decisions_summary_titles, rowid, title_folded)
           VALUES ('delete', old.decision_id, old.title_folded);
       END""",
    """CREATE TRIGGER IF NOT EXISTS summary_found_words AFTER UPDATE OF words ON decisions_decisionsummary
       WHEN old.words IS NOT new.words BEGIN
         INSERT INTO decisions_summary_words(decisions_summary_words, rowid, words)
           VALUES ('delete', old.decision_id, old.words);
         INSERT INTO decisions_summary_words(rowid, words) VALUES (new.decision_id, new.words);
       END""",
    """CREATE TRIGGER IF NOT EXISTS summary_found_title AFTER UPDATE OF title_folded ON decisions_decisionsummary
       WHEN old.title_folded IS NOT new.title_folded BEGIN
         INSERT INTO decisions_summary_titles(decisions_summary_titles, rowid, title_folded)
           VALUES ('delete', old.decision_id, old.title_folded);
         INSERT INTO decisions_summary_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
       END""",
    "INSERT INTO decisions_summary_words(decisions_summary_words) VALUES ('rebuild')",
    "INSERT INTO decisions_summary_titles(decisions_summary_titles) VALUES ('rebuild')",
]
SQLITE_BACK = [
    *(f"DROP TRIGGER IF EXISTS summary_found_{name}" for name in ("new", "gone", "words", "title")),
    "DROP TABLE IF EXISTS decisions_summary_words",
    "DROP TABLE IF EXISTS decisions_summary_titles",
]
POSTGRESQL_BACK = [
    "DROP INDEX IF EXISTS summary_titles",
    "DROP INDEX IF EXISTS summary_owner_begins",
    "DROP INDEX IF EXISTS summary_words",
    "ALTER TABLE decisions_decisionsummary DROP COLUMN IF EXISTS words_tsv",
]
TRIGGERS = 4


def install(using: str) -> None:
    """Make what is not there yet; what this database cannot do is left out."""
    if connections[using].vendor == "postgresql":
        _run(using, POSTGRESQL)
        _try(using, POSTGRESQL_TRIGRAMS)
    elif not is_whole(using):
        _try(using, SQLITE)


def is_whole(using: str) -> bool:
    """Whether all triggers are there; always true where none is needed."""
    if connections[using].vendor == "postgresql":
        return True
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'summary_found_%'")
        return bool(cursor.fetchone()[0] == TRIGGERS)


def remove(using: str) -> None:
    """Take it away again; search goes on without."""
    _run(using, POSTGRESQL_BACK if connections[using].vendor == "postgresql" else SQLITE_BACK)


def _run(using: str, statements: Sequence[str]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _try(using: str, statements: Sequence[str]) -> None:
    try:
        with transaction.atomic(using=using):
            _run(using, statements)
    except DatabaseError:  # not allowed here, or not built in
        return
