"""The database refuses to change minutes; see `decisions/guards.py`."""

from django.db import migrations

from decisions.ledger import guards


class Migration(migrations.Migration):
    dependencies = [("workshops", "0001_initial"), ("decisions", "0004_guards")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection.alias),
            migrations.RunPython.noop,
        )
    ]
