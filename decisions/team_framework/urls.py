"""Addresses of a team's framework and its own starting points; part of `decisions.urls`."""

from django.urls import URLPattern, path

from . import views as framework

POINTS = "t/<slug:slug>/starting-points/"
urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/framework/", framework.framework, name="framework"),
    path("t/<slug:slug>/framework/edit/", framework.framework_edit, name="framework_edit"),
    path("t/<slug:slug>/framework/reset/", framework.framework_reset, name="framework_reset"),
    path("t/<slug:slug>/framework/<int:number>/", framework.framework_version, name="framework_version"),
    path(f"{POINTS}new/", framework.starting_point_new, name="starting_point_new"),
    path(f"{POINTS}<slug:key>/", framework.starting_point, name="starting_point"),
    path(f"{POINTS}<slug:key>/retire/", framework.starting_point_retire, name="starting_point_retire"),
]
