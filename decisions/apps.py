from django.apps import AppConfig
from django.utils.translation import gettext

from decisions.framework.text import translate_with


class DecisionsConfig(AppConfig):
    name = "decisions"
    verbose_name = "Decisions"

    def ready(self) -> None:
        """Keep the log's lines in step with what is written, and the framework's sentences in the reader's language."""
        translate_with(gettext)
        from decisions import standing

        standing.follow()
