"""Addresses of pilots, of a decision's history, and of what to change next."""

from django.urls import URLPattern, path

from . import views

DECISION = "t/<slug:slug>/d/<int:number>/"
urlpatterns: list[URLPattern] = [
    path(f"{DECISION}history/", views.history, name="history"),
    path(f"{DECISION}next/", views.next_step, name="next_step"),
    path(f"{DECISION}pilots/new/", views.pilot_new, name="pilot_new"),
    path(f"{DECISION}pilots/<uuid:pilot_id>/", views.pilot, name="pilot"),
]
