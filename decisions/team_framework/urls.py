"""Addresses of a team's framework and its own starting points."""

from django.urls import URLPattern, path

from . import views

POINTS = "t/<slug:slug>/starting-points/"
urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/framework/", views.framework, name="framework"),
    path("t/<slug:slug>/framework/edit/", views.framework_edit, name="framework_edit"),
    path("t/<slug:slug>/framework/reset/", views.framework_reset, name="framework_reset"),
    path("t/<slug:slug>/framework/<int:number>/", views.framework_version, name="framework_version"),
    path(f"{POINTS}new/", views.starting_point_new, name="starting_point_new"),
    path(f"{POINTS}<slug:key>/", views.starting_point, name="starting_point"),
    path(f"{POINTS}<slug:key>/retire/", views.starting_point_retire, name="starting_point_retire"),
]
