"""The room: workshops, seats, rounds, ballots and minutes."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import lazystr
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from decisions.framework.words import ROLE_NAMES
from decisions.models import Decision

# No 0/O, 1/I/L: read aloud and typed from a projector. 31 letters, 8 places: 39 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code() -> str:
    """A join code of 8 characters; 39 bits, guarded by rate limits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(8))


def new_key() -> str:
    """128 bits, for links and seats."""
    return secrets.token_urlsafe(16)


class Phase(models.TextChoices):
    """Where the meeting is; the moves are in `workshops.states`."""

    LOBBY = "lobby", _("Lobby")
    PRECHECK = "precheck", _("Precheck")
    SCORING = "scoring", _("Scoring")
    OUTCOME = "outcome", _("Outcome")
    CLOSED = "closed", _("Closed")


class Shown(models.TextChoices):
    """What the room sees of a ballot once it is revealed."""

    NAMES = "names", _("Names and roles")
    ROLES = "roles", _("Roles only")
    COUNTS = "counts", _("Counts only")


class Workshop(models.Model):
    """One facilitated session on one decision."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="workshops")
    phase = models.CharField(max_length=8, choices=Phase.choices, default=Phase.LOBBY)
    # Raised with every visible change, in the change's own transaction; the live path compares it.
    version = models.PositiveBigIntegerField(default=1)
    # Raised only by acts that change phase or round: what a facilitator's form was made for.
    stage = models.PositiveIntegerField(default=1)
    join_code = models.CharField(max_length=8, unique=True, default=new_code)
    join_token = models.CharField(max_length=32, unique=True, default=new_key)
    shown = models.CharField(_("after the reveal show"), max_length=6, choices=Shown.choices, default=Shown.NAMES)
    scored_ahead = models.BooleanField(_("advance voting"), default=False)
    session_started_at = models.DateTimeField(null=True, blank=True)
    framework = models.JSONField(default=dict)  # the framework version and wording this workshop began with
    situation = models.JSONField(default=dict)
    precheck = models.JSONField(default=dict)
    asking = models.CharField(max_length=80, blank=True)  # the question of the precheck that the room looks at
    timer_ends_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.decision} ({self.phase})"


class Role(models.TextChoices):
    """Whom a participant speaks for; the first three are the owners a workshop needs."""

    PRODUCT = "product", capfirst(lazystr(ROLE_NAMES["product"]))
    SECURITY = "security", capfirst(lazystr(ROLE_NAMES["security"]))
    DATA = "data", capfirst(lazystr(ROLE_NAMES["data"]))
    ENGINEERING = "engineering", capfirst(lazystr(ROLE_NAMES["engineering"]))
    LEGAL = "legal", capfirst(lazystr(ROLE_NAMES["legal"]))
    OTHER = "other", capfirst(lazystr(ROLE_NAMES["other"]))


OWNER_ROLES = (Role.PRODUCT, Role.SECURITY, Role.DATA)


class Seat(models.Model):
    """A person in a workshop: a name and a role, bound to a cookie; an account is optional."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="seats")
    name = models.CharField(_("your name"), max_length=60)
    role = models.CharField(_("your role"), max_length=12, choices=Role.choices)
    is_observer = models.BooleanField(_("observer"), default=False)
    is_facilitator = models.BooleanField(default=False)
    stands_in = models.BooleanField(default=False)  # leads until a facilitator acts again, and may do less
    key = models.CharField(max_length=32, default=new_key)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="seats")
    email = models.EmailField(blank=True)
    # Raised whenever another browser takes the seat; a cookie says which it was.
    devices = models.PositiveSmallIntegerField(default=1)
    joined_at = models.DateTimeField(default=timezone.now)
    # When the last stream of the seat ended; while one is open see Presence.
    seen_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # by e-mail; of the invited, see SeatInvitation

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workshop", "user"],
                name="one_seat_per_account_and_workshop",
                condition=Q(user__isnull=False, removed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"

    @property
    def leads(self) -> bool:
        """Whether this seat takes the meeting on, as facilitator or in place of one."""
        return self.is_facilitator or self.stands_in

    @property
    def votes(self) -> bool:
        """Whether this seat may cast ballots."""
        return not self.is_observer and self.removed_at is None


class Presence(models.Model):
    """The seats of one room for which one web process holds a stream."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="+")
    process = models.CharField(max_length=32)
    seats = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "process"], name="one_note_per_room_and_process")]

    def __str__(self) -> str:
        return f"{len(self.seats)} of {self.workshop_id}"


class SeatInvitation(models.Model):
    """An e-mailed invitation to a seat; the token of its personal link is stored hashed and changes with every mail."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"))
    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    is_observer = models.BooleanField(_("observer"), default=False)
    invited_by = models.CharField(max_length=60)
    sender = models.ForeignKey(Seat, models.SET_NULL, null=True, blank=True, related_name="sent_invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    # Not one to one: somebody who was invited at two addresses keeps one seat.
    seat = models.ForeignKey(Seat, models.CASCADE, null=True, blank=True, related_name="invitations")
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    is_undelivered = models.BooleanField(default=False)  # the mail server did not take the last mail
    # Kept for a day after it was withdrawn: else withdrawing would be a way around the limits on mail.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("workshop", Lower("email"), name="one_invitation_per_workshop_and_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"  # never the address: this text reaches logs


class RoundState(models.TextChoices):
    """The life of a round; the moves are in `workshops.states`."""

    OPEN = "open", _("Open")
    REVEALED = "revealed", _("Revealed")
    SETTLED = "settled", _("Settled")
    CONTESTED = "contested", _("Contested")


class Round(models.Model):
    """One criterion scored once; reopening makes the next round and keeps this one."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="rounds")
    criterion = models.CharField(max_length=24)
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=RoundState.choices, default=RoundState.OPEN)
    # Set for all rounds scored ahead when the session starts: the order of their reveals. Their ballots are frozen with it.
    place = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    lean = models.SmallIntegerField(null=True, blank=True)
    why = models.TextField(_("why"), blank=True)
    settled_by = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    revealed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["criterion", "number"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "criterion", "number"], name="round_number_once"),
            models.UniqueConstraint(
                fields=["workshop", "criterion"], name="one_open_round_per_criterion", condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="settled_rounds_have_a_lean",
                # said outright that it is not null: a check whose answer is NULL passes
                condition=Q(state="settled", lean__isnull=False, lean__gte=-2, lean__lte=2)
                | (~Q(state="settled") & Q(lean__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.number} ({self.state})"

    @property
    def is_frozen(self) -> bool:
        """Whether its ballots can no longer be changed, though some may still be added."""
        return self.place is not None


class Confidence(models.TextChoices):
    """How sure a voter is; shown after the reveal, never weighed."""

    UNSURE = "unsure", _("Unsure")
    FAIRLY = "fairly", _("Fairly sure")
    SURE = "sure", _("Sure")


class Ballot(models.Model):
    """One seat's score, confidence and reason in a round; fixed once the round is revealed."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="ballots")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="ballots")
    # As it was when the ballot was cast: a later change of role must not rewrite what was revealed.
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    score = models.SmallIntegerField()
    confidence = models.CharField(max_length=6, choices=Confidence.choices, default=Confidence.FAIRLY)
    reason = models.TextField(blank=True)
    cast_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "seat"], name="one_ballot_per_seat_and_round"),
            models.CheckConstraint(name="score_within_the_axis", condition=Q(score__gte=-2, score__lte=2)),
        ]

    def __str__(self) -> str:
        return f"ballot {self.pk} of {self.round_id}"  # never the score: this text reaches logs


class TalkNote(models.Model):
    """Something said in the talk after a reveal and worth keeping."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="notes")
    author = models.CharField(max_length=60)
    text = models.TextField(_("note"))
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"


class Minute(models.Model):
    """One line of the workshop's append-only list of acts: who did what, when."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="minutes")
    act = models.CharField(max_length=32)
    who = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.who}: {self.act}"
