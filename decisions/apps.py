from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.translation import gettext

from decisions.framework.text import translate_with


class DecisionsConfig(AppConfig):
    name = "decisions"
    verbose_name = "Decisions"

    def ready(self) -> None:
        """Keep the log's lines in step with what is written, and the framework's sentences in the reader's language."""
        translate_with(gettext)
        from decisions.accounts import endings
        from decisions.audit import follow
        from decisions.exports.pdf.doctor import check_pdf
        from decisions.integrations import webhooks
        from decisions.ledger import kinds
        from decisions.log import summary

        kinds.register_all()
        summary.follow()
        webhooks.follow()
        endings.follow()
        follow.follow()
        checks.register(check_pdf, deploy=True)
        post_migrate.connect(restore_guards, sender=self, dispatch_uid="guards")


def restore_guards(sender: AppConfig, using: str, **more: Any) -> None:
    """Triggers again after every migrate: SQLite loses them with each table that a migration rebuilds."""
    from decisions.ledger import guards
    from decisions.log import search_index

    guards.install(using)
    search_index.install(using)
