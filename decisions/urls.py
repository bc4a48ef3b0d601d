"""Addresses of teams, decisions, records, the log and the guide."""

from django.urls import URLPattern, path

from decisions.archive import views as archives
from decisions.guide import views as guide
from decisions.log import decision_views as decisions
from decisions.log import list_views as log
from decisions.records import views as records
from decisions.records import views_files as record_files
from decisions.records import views_signing as record_signing
from decisions.records import views_writing as record_writing
from decisions.team_framework import urls as urls_framework
from decisions.teams import home_views as home
from decisions.teams import views as teams
from decisions.trail import urls as urls_trail
from decisions.verify import views as verify

app_name = "decisions"
urlpatterns: list[URLPattern] = [
    path("welcome/", home.welcome, name="welcome"),
    # teams and their people
    path("teams/", teams.team_list, name="team_list"),
    path("teams/new/", teams.team_new, name="team_new"),
    path("invitation/<str:token>/", teams.invitation, name="invitation"),
    path("t/<slug:slug>/members/", teams.members, name="members"),
    path("t/<slug:slug>/members/invite/", teams.invite, name="invite"),
    path("t/<slug:slug>/members/<int:membership_id>/role/", teams.member_role, name="member_role"),
    path("t/<slug:slug>/members/<int:membership_id>/remove/", teams.member_remove, name="member_remove"),
    path(
        "t/<slug:slug>/invitations/<int:invitation_id>/withdraw/", teams.invitation_withdraw, name="invitation_withdraw"
    ),
    # the log of decisions, and each decision
    path("t/<slug:slug>/", log.log_page, name="log"),
    path("t/<slug:slug>/decisions.csv", log.log_csv, name="log_csv"),
    path("t/<slug:slug>/decisions/new/", decisions.decision_new, name="decision_new"),
    path("t/<slug:slug>/d/<int:number>/", decisions.decision, name="decision"),
    path("t/<slug:slug>/d/<int:number>/revisit/", decisions.decision_revisit, name="decision_revisit"),
    path("t/<slug:slug>/d/<int:number>/edit/", decisions.decision_edit, name="decision_edit"),
    # the record: read, write, sign
    path("t/<slug:slug>/d/<int:number>/record/", records.record_new, name="record_new"),
    path("t/<slug:slug>/r/<uuid:record_id>/", records.record, name="record"),
    path("t/<slug:slug>/r/<uuid:record_id>/edit/", record_writing.record_edit, name="record_edit"),
    path("t/<slug:slug>/r/<uuid:record_id>/edit/<slug:section>/", record_writing.record_section, name="record_section"),
    path("t/<slug:slug>/r/<uuid:record_id>/news/", record_writing.record_news, name="record_news"),
    path("t/<slug:slug>/r/<uuid:record_id>/history/", records.record_history, name="record_history"),
    path("t/<slug:slug>/r/<uuid:record_id>/compare/", records.record_compare, name="record_compare"),
    path("t/<slug:slug>/r/<uuid:record_id>/replace/", records.record_replace, name="record_replace"),
    path("t/<slug:slug>/r/<uuid:record_id>/withdraw/", records.record_withdraw, name="record_withdraw"),
    path("t/<slug:slug>/r/<uuid:record_id>/sign-off/", record_signing.sign_off_open, name="sign_off_open"),
    path("t/<slug:slug>/r/<uuid:record_id>/sign-off/stop/", record_signing.sign_off_stop, name="sign_off_stop"),
    path(
        "t/<slug:slug>/r/<uuid:record_id>/sign-off/<int:sign_off_id>/remind/",
        record_signing.sign_off_remind,
        name="sign_off_remind",
    ),
    path("t/<slug:slug>/r/<uuid:record_id>/sign/", record_signing.sign, name="sign"),
    path("t/<slug:slug>/r/<uuid:record_id>/accept/", record_signing.accept, name="accept"),
    path("sign/<str:token>/", record_signing.sign_by_link, name="sign_by_link"),
    path("t/<slug:slug>/r/<uuid:record_id>/record.<str:kind>", record_files.record_file, name="record_file"),
    path("t/<slug:slug>/r/<uuid:record_id>/share/", record_files.share, name="record_share"),
    path("t/<slug:slug>/r/<uuid:record_id>/share/<uuid:link_id>/", record_files.share_revoke, name="share_revoke"),
    path("shared/<str:token>/", record_files.shared, name="shared"),
    path("shared/<str:token>/record.<str:kind>", record_files.shared_file, name="shared_file"),
    # the guide, for everybody
    path("guide/", guide.guide, name="guide"),
    path("guide/<slug:slug>/", guide.guide_page, name="guide_page"),
    path("t/<slug:slug>/archive/", archives.archive, name="archive"),
    path("t/<slug:slug>/archive/<int:archive_id>/", archives.archive_file, name="archive_file"),
    path("verify/", verify.verify, name="verify"),
    path("record.schema.json", verify.record_schema, name="record_schema"),
    *urls_trail.urlpatterns,
    *urls_framework.urlpatterns,
]
