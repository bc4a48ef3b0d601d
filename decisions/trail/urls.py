"""Addresses of the configuration trail."""

from django.urls import URLPattern, path

from . import views, views_fields, views_questions

DECISION = "t/<slug:slug>/d/<int:number>/"
urlpatterns: list[URLPattern] = [
    path(f"{DECISION}trail/", views.trail, name="trail"),
    path(f"{DECISION}trail/new/", views.trail_new, name="trail_new"),
    path(f"{DECISION}trail/end/", views.trail_end, name="trail_end"),
    path(f"{DECISION}trail/at/", views_questions.trail_at, name="trail_at"),
    path(f"{DECISION}trail/complaint/", views_questions.complaint_attach, name="complaint_attach"),
    path(f"{DECISION}trail/compare/", views_questions.trail_compare, name="trail_compare"),
    path(f"{DECISION}trail/<uuid:entry_id>/", views.trail_entry, name="trail_entry"),
    path(f"{DECISION}trail/<uuid:entry_id>/restore/", views.trail_restore, name="trail_restore"),
    path("t/<slug:slug>/trail/fields/", views_fields.trail_fields, name="trail_fields"),
    path(
        "t/<slug:slug>/trail/fields/<int:field_id>/retire/", views_fields.trail_field_retire, name="trail_field_retire"
    ),
]
