from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"
    verbose_name = "Workshops"

    def ready(self) -> None:
        """Let a decision's pages list its workshops."""
        from decisions.base import workshops
        from workshops.facts import facts_of

        workshops.read_by(facts_of)
