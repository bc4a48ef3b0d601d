"""The database refuses to change what only grows; see `decisions/guards.py`."""

from django.db import migrations

from decisions.ledger import guards


class Migration(migrations.Migration):
    dependencies = [("decisions", "0003_record_contacts_presence_shares_archives")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection.alias),
            lambda apps, schema_editor: guards.remove(schema_editor.connection.alias),
        )
    ]
