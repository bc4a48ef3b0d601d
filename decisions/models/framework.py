"""The framework as one team words it, and the starting points that a team saves for its own common cases."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .team import Team


class FrameworkVersion(models.Model):
    """One saved wording of the framework; versions are added and never changed, so that a record can name one."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="framework_versions")
    number = models.PositiveIntegerField()
    # what decisions.framework.customise reads; empty parts are the framework's own words
    content = models.JSONField(default=dict)
    why = models.CharField(_("what changed"), max_length=200, blank=True)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="framework_version_once_per_team")]

    def __str__(self) -> str:
        return f"{self.team} {self.number}"


class OwnStartingPoint(models.Model):
    """A case that comes up in this team again and again; decisions name it by its key."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="starting_points")
    key = models.CharField(max_length=60)
    # what decisions.framework.own_starting_points reads
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # taken off the list; decisions that name it keep it
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["team", "key"], name="starting_point_once_per_team")]

    def __str__(self) -> str:
        return f"{self.team} {self.key}"
