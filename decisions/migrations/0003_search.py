"""Makes search quick. A copy of its day; what stands on SQLite is in `decisions/log/search_sqlite.sql`."""

from django.db import DatabaseError, migrations, transaction

POSTGRESQL = (
    """
ALTER TABLE decisions_decisionsummary ADD COLUMN IF NOT EXISTS words_tsv tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(ltrim(words, ' '), ' '))) STORED
""",
    "CREATE INDEX IF NOT EXISTS summary_words ON decisions_decisionsummary USING gin (words_tsv) WITH (fastupdate = off)",
    """
CREATE INDEX IF NOT EXISTS summary_owner_begins
       ON decisions_summaryowner (team_id, name_folded varchar_pattern_ops, summary_id)
""",
)
POSTGRESQL_TRIGRAMS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS summary_titles ON decisions_decisionsummary USING gin (title_folded gin_trgm_ops) WITH (fastupdate = off)",
)
SQLITE = (
    """
CREATE VIRTUAL TABLE IF NOT EXISTS decisions_summary_words USING fts5(
         words, content='decisions_decisionsummary', content_rowid='decision_id',
         tokenize="unicode61 remove_diacritics 0", prefix='1 2 3')
""",
    """
CREATE VIRTUAL TABLE IF NOT EXISTS decisions_summary_titles USING fts5(
         title_folded, content='decisions_decisionsummary', content_rowid='decision_id', tokenize='trigram')
""",
    """
CREATE TRIGGER IF NOT EXISTS summary_found_new AFTER INSERT ON decisions_decisionsummary BEGIN
         INSERT INTO decisions_summary_words(rowid, words) VALUES (new.decision_id, new.words);
         INSERT INTO decisions_summary_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
       END
""",
    """
CREATE TRIGGER IF NOT EXISTS summary_found_gone AFTER DELETE ON decisions_decisionsummary BEGIN
         INSERT INTO decisions_summary_words(decisions_summary_words, rowid, words)
           VALUES ('delete', old.decision_id, old.words);
         INSERT INTO decisions_summary_titles(decisions_summary_titles, rowid, title_folded)
           VALUES ('delete', old.decision_id, old.title_folded);
       END
""",
    """
CREATE TRIGGER IF NOT EXISTS summary_found_words AFTER UPDATE OF words ON decisions_decisionsummary
       WHEN old.words IS NOT new.words BEGIN
         INSERT INTO decisions_summary_words(decisions_summary_words, rowid, words)
           VALUES ('delete', old.decision_id, old.words);
         INSERT INTO decisions_summary_words(rowid, words) VALUES (new.decision_id, new.words);
       END
""",
    """
CREATE TRIGGER IF NOT EXISTS summary_found_title AFTER UPDATE OF title_folded ON decisions_decisionsummary
       WHEN old.title_folded IS NOT new.title_folded BEGIN
         INSERT INTO decisions_summary_titles(decisions_summary_titles, rowid, title_folded)
           VALUES ('delete', old.decision_id, old.title_folded);
         INSERT INTO decisions_summary_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
       END
""",
    "INSERT INTO decisions_summary_words(decisions_summary_words) VALUES ('rebuild')",
    "INSERT INTO decisions_summary_titles(decisions_summary_titles) VALUES ('rebuild')",
)
POSTGRESQL_BACK = (
    "DROP INDEX IF EXISTS summary_titles",
    "DROP INDEX IF EXISTS summary_owner_begins",
    "DROP INDEX IF EXISTS summary_words",
    "ALTER TABLE decisions_decisionsummary DROP COLUMN IF EXISTS words_tsv",
)
SQLITE_BACK = (
    "DROP TRIGGER IF EXISTS summary_found_new",
    "DROP TRIGGER IF EXISTS summary_found_gone",
    "DROP TRIGGER IF EXISTS summary_found_words",
    "DROP TRIGGER IF EXISTS summary_found_title",
    "DROP TABLE IF EXISTS decisions_summary_words",
    "DROP TABLE IF EXISTS decisions_summary_titles",
)


def attempt(schema_editor, statements):
    """What this database may not do, or was not built to do, is left out."""
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            for statement in statements:
                schema_editor.execute(statement, None)
    except DatabaseError:
        return


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement, None)
        attempt(schema_editor, POSTGRESQL_TRIGRAMS)
    else:
        attempt(schema_editor, SQLITE)


def remove(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_guards")]
    operations = [migrations.RunPython(install, remove)]
