"""Makes search quick: a tsvector and a trigram index on PostgreSQL, FTS5 tables with triggers on SQLite.

Search finds the same without any of it, only slower: a PostgreSQL where nobody may create pg_trgm does without the
trigram index, a SQLite built without FTS5 without its tables. A later migration that remakes `decisions_standing` on
SQLite must make the triggers again.
"""

from django.db import DatabaseError, migrations, transaction

POSTGRESQL = [
    # The words are our own, folded in Python: no dictionary and no parser that differs between servers.
    """ALTER TABLE decisions_standing ADD COLUMN words_tsv tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(ltrim(words, ' '), ' '))) STORED""",
    "CREATE INDEX standing_words ON decisions_standing USING gin (words_tsv) WITH (fastupdate = off)",
    """CREATE INDEX standing_owner_begins
       ON decisions_standingowner (team_id, name_folded varchar_pattern_ops, standing_id)""",
]
POSTGRESQL_TRIGRAMS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX standing_titles ON decisions_standing USING gin (title_folded gin_trgm_ops) WITH (fastupdate = off)",
]
SQLITE = [
    """CREATE VIRTUAL TABLE decisions_standing_words USING fts5(
         words, content='decisions_standing', content_rowid='decision_id',
         tokenize="unicode61 remove_diacritics 0", prefix='1 2 3')""",
    """CREATE VIRTUAL TABLE decisions_standing_titles USING fts5(
         title_folded, content='decisions_standing', content_rowid='decision_id', tokenize='trigram')""",
    """CREATE TRIGGER standing_found_new AFTER INSERT ON decisions_standing BEGIN
         INSERT INTO decisions_standing_words(rowid, words) VALUES (new.decision_id, new.words);
         INSERT INTO decisions_standing_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
       END""",
    """CREATE TRIGGER standing_found_gone AFTER DELETE ON decisions_standing BEGIN
         INSERT INTO decisions_standing_words(decisions_standing_words, rowid, words)
           VALUES ('delete', old.decision_id, old.words);
         INSERT INTO decisions_standing_titles(decisions_standing_titles, rowid, title_folded)
           VALUES ('delete', old.decision_id, old.title_folded);
       END""",
    """CREATE TRIGGER standing_found_words AFTER UPDATE OF words ON decisions_standing
       WHEN old.words IS NOT new.words BEGIN
         INSERT INTO decisions_standing_words(decisions_standing_words, rowid, words)
           VALUES ('delete', old.decision_id, old.words);
         INSERT INTO decisions_standing_words(rowid, words) VALUES (new.decision_id, new.words);
       END""",
    """CREATE TRIGGER standing_found_title AFTER UPDATE OF title_folded ON decisions_standing
       WHEN old.title_folded IS NOT new.title_folded BEGIN
         INSERT INTO decisions_standing_titles(decisions_standing_titles, rowid, title_folded)
           VALUES ('delete', old.decision_id, old.title_folded);
         INSERT INTO decisions_standing_titles(rowid, title_folded) VALUES (new.decision_id, new.title_folded);
       END""",
    "INSERT INTO decisions_standing_words(decisions_standing_words) VALUES ('rebuild')",
    "INSERT INTO decisions_standing_titles(decisions_standing_titles) VALUES ('rebuild')",
]
SQLITE_BACK = [
    *(f"DROP TRIGGER IF EXISTS standing_found_{name}" for name in ("new", "gone", "words", "title")),
    "DROP TABLE IF EXISTS decisions_standing_words",
    "DROP TABLE IF EXISTS decisions_standing_titles",
]
POSTGRESQL_BACK = [
    "DROP INDEX IF EXISTS standing_titles",
    "DROP INDEX IF EXISTS standing_owner_begins",
    "DROP INDEX IF EXISTS standing_words",
    "ALTER TABLE decisions_standing DROP COLUMN IF EXISTS words_tsv",
]


def run_all_or_none(schema_editor, statements):
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            for statement in statements:
                schema_editor.execute(statement)
    except DatabaseError:  # not allowed here, or not built in
        return


def make_quick(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)
        run_all_or_none(schema_editor, POSTGRESQL_TRIGRAMS)
    else:
        run_all_or_none(schema_editor, SQLITE)


def make_slow(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_words_of_the_log")]
    operations = [migrations.RunPython(make_quick, make_slow)]
