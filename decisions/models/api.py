"""What machines come with: API tokens, the answers they were given, and feed addresses."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .team import Team


class Scope(models.TextChoices):
    """What a token may do."""

    LOG_READ = "log:read", _("Read decisions, records, pilots and the configuration log")
    AUDIT_READ = "audit:read", _("Read the audit page")
    LOG_APPEND = "log:append", _("Add entries to the configuration log")


class AnsweredFor(models.Model):
    """What an owner made for the team's machines or readers; it stops with them unless another owner adopts it."""

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def answers(self) -> Any:
        """Who answers for it now."""
        return self.adopted_by or self.created_by


class ApiToken(AnsweredFor):
    """A team's key for its pipelines: shown once, stored hashed, limited by scope and time."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    # The first characters, so that people can tell their tokens apart.
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class IdempotentAnswer(models.Model):
    """What a request with an idempotency key was answered, to be given again to its repetition."""

    KEPT = timedelta(days=7)

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_token_and_key")]

    def __str__(self) -> str:
        return self.key


class FeedAddress(AnsweredFor):
    """A secret address of the team's Atom feed, for readers that cannot sign in."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="feed_addresses")
    name = models.CharField(_("name"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name
