"""Revisits: the date and triggers on which a decision is looked at again."""

from django.db import models
from django.db.models import Q

from .decision import Decision
from .record import Record


class Revisit(models.Model):
    """One planned revisit of an accepted record; held ones stay as history."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="revisits")
    record = models.ForeignKey(Record, models.CASCADE, related_name="revisits")
    due_on = models.DateField(null=True, blank=True, db_index=True)
    none_because = models.TextField(blank=True)
    triggers = models.JSONField(default=list)
    held_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    workshop_ref = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], name="one_live_revisit_per_record", condition=Q(held_at__isnull=True)
            ),
            models.CheckConstraint(
                name="a_revisit_has_a_date_or_says_why_not",
                condition=Q(due_on__isnull=False) | ~Q(none_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision}: {self.due_on or 'none'}"
