"""Pilots: evaluation results held against the record's metrics."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .decision import Decision
from .ledger import LogEntry
from .record import Record
from .team import Team


class PilotVerdict(models.TextChoices):
    """What was measured shows about a gate; a trend has none."""

    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
    NOT_SHOWN = "not_shown", _("Inconclusive")
    NOT_MEASURED = "not_measured", _("Not measured")
    NOT_COMPARABLE = "not_comparable", _("Not comparable")
    TREND = "trend", _("No gate")


class Pilot(models.Model):
    """One pilot's results, noted once; a correction is a further pilot that says so."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="pilots")
    record = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="pilots")
    entry = models.OneToOneField(LogEntry, models.PROTECT, null=True, related_name="pilot")
    name = models.CharField(_("name"), max_length=120)
    environment = models.CharField(max_length=40, blank=True)
    evaluation_set = models.CharField(_("evaluation set"), max_length=200)
    evaluation_set_hash = models.CharField(_("its hash"), max_length=128, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField()
    note = models.TextField(_("what was learned"), blank=True)
    verdict = models.CharField(max_length=16, choices=PilotVerdict.choices)
    noted_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class PilotResult(models.Model):
    """One metric of a pilot; the gate is copied, so that a later record does not change what was shown."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="results")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    gate = models.CharField(max_length=120, blank=True)
    sample = models.PositiveIntegerField(null=True, blank=True)
    hits = models.PositiveIntegerField(null=True, blank=True)  # of the sample: what the gate counts
    figure = models.CharField(max_length=60, blank=True)  # for metrics that are no share: p95, cost
    low = models.CharField(max_length=12, blank=True)  # one-sided 95% bounds, as decimals
    high = models.CharField(max_length=12, blank=True)
    verdict = models.CharField(max_length=16, choices=PilotVerdict.choices)
    # True: at least the gate is good; False: at most; None: a trend.
    at_least = models.BooleanField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "key"], name="metric_once_per_pilot"),
            models.CheckConstraint(
                name="hits_lie_within_the_sample",
                condition=Q(hits__isnull=True) | Q(sample__isnull=False, hits__lte=models.F("sample")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}"
