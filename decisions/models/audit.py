"""What a team's owners may look up afterwards: who changed whose access, when and from where."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .team import Team


class AuditAct(models.TextChoices):
    """What the audit page knows of."""

    JOINED = "member.joined", _("Joined the team")
    ROLE = "member.role", _("Role changed")
    LEFT = "member.left", _("Left the team")
    INVITED = "invitation.made", _("Invited")
    WITHDRAWN = "invitation.ended", _("Invitation withdrawn")
    SIGN_IN_RULE = "team.sign_in", _("Sign-in rule changed")
    TOKEN_MADE = "token.made", _("API token made")
    TOKEN_ENDED = "token.ended", _("API token revoked")
    FEED_MADE = "feed.made", _("Feed address made")
    FEED_ENDED = "feed.ended", _("Feed address revoked")
    WEBHOOK_MADE = "webhook.made", _("Webhook added")
    WEBHOOK_ENDED = "webhook.ended", _("Webhook deleted")
    SHARE_MADE = "share.made", _("Record shared")
    SHARE_ENDED = "share.ended", _("Share link revoked")
    ADOPTED = "adopted", _("Token, feed or webhook adopted")
    STOPPED = "stopped", _("Stopped with its maker's access")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in.failed", _("Sign-in failed")
    FACTOR_ADDED = "factor.added", _("Two-step verification or passkey added")
    FACTOR_REMOVED = "factor.removed", _("Two-step verification or passkey removed")
    FACTOR_RESET = "factor.reset", _("New recovery codes made")
    PASSWORD = "password", _("Password changed")
    ADDRESS = "address", _("Email address changed")
    EXPORTED = "exported", _("Exported")
    ERASED = "erased", _("Erased")


class KnownPerson(models.Model):
    """Whom audit lines speak of. The name stands here alone: erasing it leaves every line as it was."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="known_as")
    name = models.CharField(max_length=254)

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """One line. Never updated but for the address, which is emptied with time; never deleted: the database refuses."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="audit_events")
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=20, choices=AuditAct.choices)
    by = models.ForeignKey(KnownPerson, models.PROTECT, null=True, related_name="+")
    about = models.ForeignKey(KnownPerson, models.PROTECT, null=True, related_name="+")
    detail = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["team", "-id"], name="audit_of_a_team")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.at:%Y-%m-%d %H:%M} {self.act}"
