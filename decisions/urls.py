"""Addresses of teams, decisions, records, the log and the guide."""

from django.urls import URLPattern, path

from decisions.views import home

app_name = "decisions"
urlpatterns: list[URLPattern] = [
    path("welcome/", home.welcome, name="welcome"),
]
