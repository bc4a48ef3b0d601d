"""Webhooks: where to tell other systems, and what was told."""

import uuid
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .api import AnsweredFor
from .team import Team


class WebhookEvent(models.TextChoices):
    """What a webhook can be told."""

    ACCEPTED = "record.accepted", _("A record is accepted")
    SUPERSEDED = "record.superseded", _("A record is superseded")
    ENTRY_ADDED = "entry.added", _("A configuration entry is added")
    REVISIT_DUE = "revisit.due", _("A revisit is due")


class WebhookShape(models.TextChoices):
    """How the body is built."""

    PLAIN = "plain", _("Signed JSON")
    SLACK = "slack", _("Slack message")
    TEAMS = "teams", _("Microsoft Teams card")


class Webhook(AnsweredFor):
    """An address that is told of events, signed with a secret that both sides keep."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="webhooks")
    url = models.CharField(_("address"), max_length=500)
    shape = models.CharField(_("format"), max_length=8, choices=WebhookShape.choices, default=WebhookShape.PLAIN)
    events = models.JSONField(default=list)
    secret = models.CharField(max_length=64)  # kept readable: signing needs it
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.url

    @property
    def host(self) -> str:
        """What may be shown and mailed: the whole address is a secret at some services."""
        return urlsplit(self.url).hostname or ""


class Delivery(models.Model):
    """One event on its way to one webhook; written with the event, sent by the worker, tried again with patience."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=24, choices=WebhookEvent.choices)
    # The same event is told once, however often it is found.
    subject = models.CharField(max_length=80)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    last_result = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event", "subject"], name="event_once_per_webhook")]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="deliveries_to_try",
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"
