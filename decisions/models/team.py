"""Teams: the people who share one decision log."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """A group with one decision log; its counters number decisions and accepted records without gaps."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(unique=True, max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    last_decision_number = models.PositiveIntegerField(default=0)
    last_record_number = models.PositiveIntegerField(default=0)
    # What sign-in the team's pages ask of its members; guests of a workshop need none.
    requires_second_factor = models.BooleanField(_("two-step verification or a passkey"), default=False)
    requires_single_sign_on = models.BooleanField(_("single sign-on"), default=False)
    # Set when an owner deletes the team; nobody is in it any more, and `purge` deletes its rows.
    deletion_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="teams")

    def __str__(self) -> str:
        return self.name


class TeamRole(models.TextChoices):
    """What a member may do: owners manage people, facilitators run workshops and edit, members read and take part."""

    OWNER = "owner", _("Team owner")
    FACILITATOR = "facilitator", _("Facilitator")
    MEMBER = "member", _("Member")


class Membership(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=TeamRole.choices, default=TeamRole.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)
    # Given by the provider's claims, so that it follows them (config.single_sign_on).
    by_single_sign_on = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person_and_team")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


def new_token() -> str:
    """128 bits for a link; only its hash is stored."""
    return secrets.token_urlsafe(16)


class Invitation(models.Model):
    """An e-mailed invitation into a team; the link's token is stored hashed and works once."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"))
    role = models.CharField(_("role"), max_length=12, choices=TeamRole.choices, default=TeamRole.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email} → {self.team}"


class InvitationMail(models.Model):
    """That an invitation was mailed: counted for a day, so that nobody uses the site to send mail to strangers."""

    address_hash = models.CharField(max_length=64, db_index=True)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.team} {self.at:%Y-%m-%d %H:%M}"
