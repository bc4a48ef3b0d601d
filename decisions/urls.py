"""Addresses of teams, decisions, records, the log and the guide."""

from django.urls import URLPattern, path

from decisions import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
]
