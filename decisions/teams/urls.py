"""Addresses of teams and their people."""

from django.urls import URLPattern, path

from . import home_views, views

urlpatterns: list[URLPattern] = [
    path("welcome/", home_views.welcome, name="welcome"),
    path("teams/", views.team_list, name="team_list"),
    path("teams/new/", views.team_new, name="team_new"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("t/<slug:slug>/members/", views.members, name="members"),
    path("t/<slug:slug>/members/sign-in/", views.team_sign_in, name="team_sign_in"),
    path("t/<slug:slug>/members/invite/", views.invite, name="invite"),
    path("t/<slug:slug>/members/<int:membership_id>/role/", views.member_role, name="member_role"),
    path("t/<slug:slug>/members/<int:membership_id>/remove/", views.member_remove, name="member_remove"),
    path(
        "t/<slug:slug>/invitations/<int:invitation_id>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"
    ),
]
