"""Addresses of the audit page."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/audit/", views.audit, name="audit"),
    path("t/<slug:slug>/audit.csv", views.audit_csv, name="audit_csv"),
]
