"""Addresses of the whole log as one file."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/archive/", views.archive, name="archive"),
    path("t/<slug:slug>/archive/<int:archive_id>/", views.archive_file, name="archive_file"),
]
