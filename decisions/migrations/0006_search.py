"""Makes search quick; see `decisions/search_tables.py`."""

from django.db import migrations

from decisions import search_tables


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_words_of_the_log")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: search_tables.install(schema_editor.connection.alias),
            lambda apps, schema_editor: search_tables.remove(schema_editor.connection.alias),
        )
    ]
