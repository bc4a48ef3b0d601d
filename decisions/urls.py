"""Every address of this app, a room at a time."""

from django.urls import URLPattern

from decisions.archive import urls as archive
from decisions.audit import urls as audit
from decisions.guide import urls as guide
from decisions.integrations import urls as integrations
from decisions.log import urls as log
from decisions.personal import urls as personal
from decisions.pilots import urls as pilots
from decisions.records import urls as records
from decisions.team_framework import urls as team_framework
from decisions.teams import urls as teams
from decisions.trail import urls as trail
from decisions.verify import urls as verify

app_name = "decisions"
urlpatterns: list[URLPattern] = [
    *teams.urlpatterns,
    *log.urlpatterns,
    *records.urlpatterns,
    *guide.urlpatterns,
    *archive.urlpatterns,
    *audit.urlpatterns,
    *personal.urlpatterns,
    *verify.urlpatterns,
    *trail.urlpatterns,
    *pilots.urlpatterns,
    *integrations.urlpatterns,
    *team_framework.urlpatterns,
]
