"""The team's append-only, hash-chained log."""

from django.db import models

from .decision import Decision
from .team import Team


class LogHead(models.Model):
    """The last link of a team's chain; appending locks this row."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="log_head")
    name = models.CharField(max_length=60, unique=True)
    sequence = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name}#{self.sequence}"


class LogEntry(models.Model):
    """One line of the log. Never updated, never deleted: the database refuses both."""

    log = models.ForeignKey(LogHead, models.PROTECT, related_name="entries")
    sequence = models.PositiveBigIntegerField()
    prev = models.CharField(max_length=64)
    type = models.CharField(max_length=40)
    at = models.CharField(max_length=32)  # UTC, RFC 3339, exactly as hashed
    actor = models.CharField(max_length=200)
    payload = models.TextField()  # canonical JSON as TEXT: JSONB would reorder it
    payload_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="log_entries")

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["log", "sequence"], name="log_has_no_fork")]
        indexes = [models.Index(fields=["decision", "type", "sequence"], name="log_of_a_decision")]

    def __str__(self) -> str:
        return f"{self.log_id}#{self.sequence} {self.type}"


class RowHash(models.Model):
    """That an entry hashed a stored row, and with which salt; the entry's payload keeps the root of its hashes."""

    entry = models.ForeignKey(LogEntry, models.PROTECT, related_name="row_hashes", db_index=False)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    salt = models.CharField(max_length=32, blank=True)  # emptied when what the row said was erased
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "kind", "key"], name="row_once_per_entry")]
        indexes = [models.Index(fields=["kind", "key"], name="hashes_of_a_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
