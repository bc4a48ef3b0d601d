"""Addresses of a person's own page, and of a team's end."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("accounts/profile/", views.profile, name="profile"),
    path("accounts/profile/data.json", views.own_data, name="own_data"),
    path("accounts/profile/erase/", views.erase, name="erase_account"),
    path("t/<slug:slug>/whole.jsonl", views.whole_team, name="whole_team"),
    path("t/<slug:slug>/delete/", views.team_delete, name="team_delete"),
]
