"""The database refuses to change what only grows. A copy of its day; what stands is in `decisions/ledger/guards/`."""

from django.db import migrations

POSTGRESQL = (
    """
CREATE TRIGGER groundwork_minute_no_change BEFORE UPDATE OR DELETE ON workshops_minute
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('Minutes are kept as they were')
""",
    """
CREATE TRIGGER groundwork_minute_no_truncate BEFORE TRUNCATE ON workshops_minute
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Minutes are kept as they were')
""",
)
SQLITE = (
    """
CREATE TRIGGER groundwork_minute_no_update BEFORE UPDATE ON workshops_minute
BEGIN SELECT RAISE(ABORT, 'Minutes are kept as they were: update refused'); END
""",
    """
CREATE TRIGGER groundwork_minute_no_delete BEFORE DELETE ON workshops_minute
BEGIN SELECT RAISE(ABORT, 'Minutes are kept as they were: delete refused'); END
""",
)
POSTGRESQL_TRIGGERS = (
    ("groundwork_minute_no_change", "workshops_minute"),
    ("groundwork_minute_no_truncate", "workshops_minute"),
)
SQLITE_TRIGGERS = (
    "groundwork_minute_no_update",
    "groundwork_minute_no_delete",
)


def install(apps, schema_editor):
    """Anew: a migrate that stopped on the way has put the guards of today in place."""
    drop(schema_editor)
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)


def drop(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table in POSTGRESQL_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", None)
    else:
        for name in SQLITE_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", None)


def remove(apps, schema_editor):
    drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("workshops", "0001_initial"), ("decisions", "0002_guards")]
    operations = [migrations.RunPython(install, remove)]
