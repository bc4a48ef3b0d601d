"""Addresses of teams, decisions, records, the log and the guide."""

from django.urls import URLPattern, path

from decisions.views import decisions, home, log, teams

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
    path("t/<slug:slug>/decisions/new/", decisions.decision_new, name="decision_new"),
    path("t/<slug:slug>/d/<int:number>/", decisions.decision, name="decision"),
    path("t/<slug:slug>/d/<int:number>/edit/", decisions.decision_edit, name="decision_edit"),
]
