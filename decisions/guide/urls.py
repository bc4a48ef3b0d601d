"""Addresses of the guide, for everybody."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("guide/", views.guide, name="guide"),
    path("guide/<slug:slug>/", views.guide_page, name="guide_page"),
]
