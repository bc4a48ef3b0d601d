from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"
    verbose_name = "Decisions"

    def ready(self) -> None:
        """Keep the log's lines in step with what is written."""
        from decisions import standing

        standing.follow()
