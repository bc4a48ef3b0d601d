"""Makes search quick; see `decisions/log/search_index.py`."""

from django.db import migrations

from decisions.log import search_index


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_words_of_the_log")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: search_index.install(schema_editor.connection.alias),
            lambda apps, schema_editor: search_index.remove(schema_editor.connection.alias),
        )
    ]
