"""Decisions: the questions that a team must settle."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .team import Team


class Decision(models.Model):
    """A question, numbered per team; it outlives its workshops, records and configurations."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=160)
    question = models.CharField(_("question"), max_length=400)
    context = models.TextField(_("context"), blank=True)
    starting_point = models.CharField(_("starting point"), max_length=60, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="decision_number_unique_per_team")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DecisionTag(models.Model):
    """A word to find decisions by."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["decision", "name"], name="tag_once_per_decision")]
        indexes = [models.Index(fields=["name", "decision"], name="decisions_by_tag")]

    def __str__(self) -> str:
        return self.name
