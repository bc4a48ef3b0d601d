"""Where the configuration trail's entries are found; what they say stands in the log entry and nowhere else."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .decision import Decision
from .ledger import LogEntry
from .team import Team


class ConfigurationKind(models.TextChoices):
    """What an entry says about its environment."""

    PROPOSED = "proposed", _("Proposed")
    LIVE = "live", _("Live")
    ROLLED_BACK = "rolled_back", _("Rolled back")
    ENDED = "ended", _("Ended")


class Configuration(models.Model):
    """One entry of the configuration trail, by environment and time; rows are only added, and can be made anew."""

    entry = models.OneToOneField(LogEntry, models.PROTECT, primary_key=True, related_name="configuration")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="configurations", db_index=False)
    kind = models.CharField(max_length=12, choices=ConfigurationKind.choices)
    environment = models.CharField(max_length=40)
    live_from = models.DateTimeField()
    sequence = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-sequence"]
        indexes = [
            # In force at t: the last of these with live_from <= t.
            models.Index(
                "decision",
                "environment",
                F("live_from").desc(),
                F("sequence").desc(),
                condition=~Q(kind="proposed"),
                name="configuration_in_force",
            ),
            models.Index("decision", F("sequence").desc(), name="configuration_of_decision"),
            models.Index("team", F("sequence").desc(), name="configuration_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.kind} from {self.live_from:%Y-%m-%d %H:%M}"


class Complaint(models.Model):
    """A complaint attached to a moment and to the entry then in force, by reference; its words stay where they are."""

    entry = models.OneToOneField(LogEntry, models.PROTECT, primary_key=True, related_name="complaint")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="complaints")
    configuration = models.ForeignKey(Configuration, models.PROTECT, null=True, related_name="complaints")
    environment = models.CharField(max_length=40)
    moment = models.DateTimeField()
    reference = models.CharField(max_length=120)
    sequence = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index("decision", F("sequence").desc(), name="complaint_of_decision")]

    def __str__(self) -> str:
        return self.reference


class TrailField(models.Model):
    """A field of the team's own in the trail; retired ones stay readable in old entries."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="trail_fields")
    key = models.CharField(max_length=40)
    label = models.CharField(_("name"), max_length=60)
    help = models.CharField(_("help"), max_length=200, blank=True)
    for_replay = models.BooleanField(_("needed to reproduce answers"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["team", "key"], name="trail_field_once_per_team")]

    def __str__(self) -> str:
        return self.label
