"""Addresses of verification, for everybody."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("verify/", views.verify, name="verify"),
    path("record.schema.json", views.record_schema, name="record_schema"),
]
