"""Addresses of the record: read, write, sign, take along."""

from django.urls import URLPattern, path

from . import views, views_files, views_signing, views_writing

RECORD = "t/<slug:slug>/r/<uuid:record_id>/"
urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/d/<int:number>/record/", views.record_new, name="record_new"),
    path(f"{RECORD}", views.record, name="record"),
    path(f"{RECORD}edit/", views_writing.record_edit, name="record_edit"),
    path(f"{RECORD}edit/<slug:section>/", views_writing.record_section, name="record_section"),
    path(f"{RECORD}news/", views_writing.record_news, name="record_news"),
    path(f"{RECORD}history/", views.record_history, name="record_history"),
    path(f"{RECORD}compare/", views.record_compare, name="record_compare"),
    path(f"{RECORD}replace/", views.record_replace, name="record_replace"),
    path(f"{RECORD}withdraw/", views.record_withdraw, name="record_withdraw"),
    path(f"{RECORD}sign-off/", views_signing.sign_off_open, name="sign_off_open"),
    path(f"{RECORD}sign-off/stop/", views_signing.sign_off_stop, name="sign_off_stop"),
    path(
        f"{RECORD}sign-off/<int:sign_off_id>/remind/",
        views_signing.sign_off_remind,
        name="sign_off_remind",
    ),
    path(f"{RECORD}sign/", views_signing.sign, name="sign"),
    path(f"{RECORD}accept/", views_signing.accept, name="accept"),
    path("sign/<str:token>/", views_signing.sign_by_link, name="sign_by_link"),
    path(f"{RECORD}record.<str:kind>", views_files.record_file, name="record_file"),
    path(f"{RECORD}share/", views_files.share, name="record_share"),
    path(f"{RECORD}share/<uuid:link_id>/", views_files.share_revoke, name="share_revoke"),
    path("shared/<str:token>/", views_files.shared, name="shared"),
    path("shared/<str:token>/record.<str:kind>", views_files.shared_file, name="shared_file"),
]
