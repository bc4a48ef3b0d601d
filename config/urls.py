"""All addresses; each app names its own."""

from django.contrib import admin
from django.urls import include, path

from config import views
from decisions.teams.home_views import home

handler500 = "config.views.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("decisions.api.urls")),
    path("", include("workshops.urls")),
    path("", include("decisions.urls")),
]
