"""Addresses of the log of decisions, and of each decision."""

from django.urls import URLPattern, path

from . import decision_views, list_views

DECISION = "t/<slug:slug>/d/<int:number>/"
urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/", list_views.log_page, name="log"),
    path("t/<slug:slug>/decisions.csv", list_views.log_csv, name="log_csv"),
    path("t/<slug:slug>/decisions/new/", decision_views.decision_new, name="decision_new"),
    path(f"{DECISION}", decision_views.decision, name="decision"),
    path(f"{DECISION}revisit/", decision_views.decision_revisit, name="decision_revisit"),
    path(f"{DECISION}edit/", decision_views.decision_edit, name="decision_edit"),
]
