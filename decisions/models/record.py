"""The decision record, its revisions and its sign-offs."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .decision import Decision
from .team import Team


class RecordState(models.TextChoices):
    """The life of a record; `decisions.records.MOVES` lists the allowed moves."""

    DRAFT = "draft", _("Draft")
    IN_SIGN_OFF = "in_sign_off", _("In sign-off")
    ACCEPTED = "accepted", _("Accepted")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Record(models.Model):
    """The one-page decision record: a draft that many edit, then one text that owners sign and nobody changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="records")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="records")
    number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    state = models.CharField(max_length=12, choices=RecordState.choices, default=RecordState.DRAFT)
    # The present text as data (see docs/record-format.md) and its canonical JSON with the hash that owners sign.
    content = models.JSONField()
    canonical = models.TextField(blank=True, editable=False)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1)
    # Section name -> number of its last change: two people on different sections never meet.
    section_versions = models.JSONField(default=dict)
    # What the record keeps beside the signed text: minutes of the room and of the record's own acts, as plain data.
    minutes = models.JSONField(default=list)
    # Role -> {"email", "user_id"} of the owners: how they are reached is nobody else's business, so not in the text.
    owner_contacts = models.JSONField(default=dict)
    approach = models.CharField(max_length=16, db_index=True)
    workshop_ref = models.UUIDField(null=True, blank=True, editable=False)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", editable=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sign_off_opened_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)
    # The document as issued at acceptance, canonical JSON; the PDF is made from these bytes.
    document = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "number"], name="record_number_unique_per_team", condition=Q(number__isnull=False)
            ),
            models.CheckConstraint(
                name="accepted_records_are_numbered",
                condition=Q(state__in=["draft", "in_sign_off", "withdrawn"]) | Q(number__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.decision} ({self.state})"

    @property
    def label(self) -> str:
        """DR-0001 once accepted, empty before."""
        return f"DR-{self.number:04d}" if self.number else ""


# The record that speaks for a decision: one that stands, else the one nearest to it.
RANK = {
    RecordState.ACCEPTED: 0,
    RecordState.IN_SIGN_OFF: 1,
    RecordState.DRAFT: 2,
    RecordState.SUPERSEDED: 3,
    RecordState.WITHDRAWN: 4,
}


def current_record(records: Iterable[Record]) -> Record | None:
    """The record that says where the decision stands: accepted first, then sign-off, draft, superseded, withdrawn."""
    newest_first = sorted(records, key=lambda record: record.created_at, reverse=True)
    return min(newest_first, key=lambda record: RANK[RecordState(record.state)], default=None)


class RecordRevision(models.Model):
    """One saved state of a record's text; rows are only ever added."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    section = models.CharField(max_length=40, blank=True)
    canonical = models.TextField()
    content_hash = models.CharField(max_length=64)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="revision_number_once_per_record")]

    def __str__(self) -> str:
        return f"{self.record} r{self.number}"


class Position(models.TextChoices):
    """What an owner says to the text."""

    PENDING = "pending", _("Not signed yet")
    AGREE = "agree", _("Agrees")
    CONDITION = "agree_with_condition", _("Agrees with a condition")
    DISSENT = "dissent", _("Dissents")


class Proof(models.TextChoices):
    """What a signature says of who signed: the weakest that is true."""

    WORKSHOP = "workshop", _("signed in the workshop, email not confirmed")
    EMAIL = "email", _("email confirmed")
    ACCOUNT = "account", _("member account")


class SignOff(models.Model):
    """An owner's agreement or dissent on one exact content hash; voided rows stay as history."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="sign_offs")
    role = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="sign_offs")
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    seat = models.PositiveBigIntegerField(null=True, blank=True)  # in the record's workshop, by which they may sign
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    position = models.CharField(max_length=24, choices=Position.choices, default=Position.PENDING)
    note = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "role"], name="one_live_sign_off_per_role", condition=Q(voided_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}: {self.position}"


class SectionPresence(models.Model):
    """Who has which section of a draft open; a heartbeat renews it, and it counts for half a minute."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    section = models.CharField(max_length=40)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "user"], name="one_presence_per_person_and_record")]

    def __str__(self) -> str:
        return f"{self.user} in {self.section}"


class ShareLink(models.Model):
    """Leave to read one accepted record without an account until a day, or until somebody takes it back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(Record, models.CASCADE, related_name="share_links")
    note = models.CharField(_("who it is for"), max_length=120, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.record}, until {self.expires_at:%Y-%m-%d}"


class ArchiveState(models.TextChoices):
    """Where the making of an archive stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


class Archive(models.Model):
    """The whole log of a team as one file, written off the request; `beat_at` shows that its writer lives."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="archives")
    state = models.CharField(max_length=8, choices=ArchiveState.choices, default=ArchiveState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=400, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"], name="one_archive_at_a_time", condition=Q(state__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.requested_at:%Y-%m-%d}: {self.state}"
