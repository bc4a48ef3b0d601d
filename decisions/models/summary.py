"""How each decision stands: a projection of its records, revisits and log, made for the list."""

from django.db import models
from django.db.models import F
from django.utils.functional import lazystr
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from decisions.framework.words import APPROACH_NAMES

from .decision import Decision
from .team import Team


class Status(models.TextChoices):
    """Where a decision is, as the log shows it."""

    OPEN = "open", _("Open")
    DRAFT = "draft", _("Draft")
    IN_SIGN_OFF = "in_sign_off", _("In sign-off")
    ACCEPTED = "accepted", _("Accepted")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Approach(models.TextChoices):
    """What a recommendation can say."""

    RAG = "rag", capfirst(lazystr(APPROACH_NAMES["rag"]))
    FINE_TUNING = "fine_tuning", capfirst(lazystr(APPROACH_NAMES["fine_tuning"]))
    HYBRID = "hybrid", capfirst(lazystr(APPROACH_NAMES["hybrid"]))
    PROMPT_ONLY = "prompt_only", capfirst(lazystr(APPROACH_NAMES["prompt_only"]))
    FIX_FIRST = "fix_first", capfirst(lazystr(APPROACH_NAMES["fix_first"]))
    UNDECIDED = "undecided", capfirst(lazystr(APPROACH_NAMES["undecided"]))


class DecisionSummary(models.Model):
    """One decision's line in the log, written by `decisions.log.summary` and by nobody else; it can be made anew."""

    decision = models.OneToOneField(Decision, models.CASCADE, primary_key=True, related_name="summary")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    approach = models.CharField(max_length=16, choices=Approach.choices, default=Approach.UNDECIDED)
    revisit_on = models.DateField(null=True, blank=True)
    # The day of the last acceptance, or of the decision's creation before that.
    dated_on = models.DateField()
    owners = models.JSONField(default=list)  # [{"role", "name"}, ...] of the record that stands
    title_folded = models.CharField(max_length=320)
    # Every word of title, question, context, tags, rationale and log entries once, with a blank before each.
    words = models.TextField(default="")
    # The log's part of them, kept apart so that saving a record need not read the log again.
    log_words = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index("team", F("number").desc(), name="summary_list"),
            models.Index("team", "status", F("number").desc(), name="summary_by_status"),
            models.Index("team", "approach", F("number").desc(), name="summary_by_approach"),
            models.Index("team", "revisit_on", F("number").desc(), name="summary_by_revisit"),
            models.Index("team", "dated_on", F("number").desc(), name="summary_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class SummaryOwner(models.Model):
    """An owner of the record that stands, to filter by: the name from each of its words on, a row each."""

    summary = models.ForeignKey(DecisionSummary, models.CASCADE, related_name="owner_rows")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    name_folded = models.CharField(max_length=240)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["summary", "name_folded"], name="owner_once_per_summary")]
        indexes = [models.Index(fields=["team", "name_folded", "summary"], name="summary_owner_by_name")]

    def __str__(self) -> str:
        return self.name_folded
