from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"
    verbose_name = "Workshops"

    def ready(self) -> None:
        """Let a decision's pages list its workshops, and say what of rooms ends with access and what the log keeps."""
        from decisions.accounts import holdings
        from decisions.base import workshops
        from workshops import hashed, personal
        from workshops.actions import endings
        from workshops.actions.act import record_changed
        from workshops.facts import facts_of
        from workshops.readings import room_now

        workshops.read_by(facts_of, room_now, record_changed)
        holdings.FIRST.update(endings.KINDS)  # first, because acts lock a room before anything else
        hashed.register_kinds()
        personal.register()
