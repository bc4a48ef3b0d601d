"""Addresses of what machines use, and of the page that connects them."""

from django.urls import URLPattern, path

from . import views, views_feeds

urlpatterns: list[URLPattern] = [
    path("t/<slug:slug>/trail.csv", views_feeds.trail_csv, name="trail_csv"),
    path("t/<slug:slug>/trail.jsonl", views_feeds.trail_jsonl, name="trail_jsonl"),
    path("t/<slug:slug>/connections/", views.connections, name="connections"),
    *(
        path(f"t/<slug:slug>/connections/{kind}/<int:thing_id>/adopt/", views.adopt, {"kind": kind}, f"adopt_{kind}")
        for kind in ("tokens", "feeds", "webhooks")
    ),
    path("t/<slug:slug>/connections/tokens/", views.token_new, name="token_new"),
    path("t/<slug:slug>/connections/tokens/<int:token_id>/revoke/", views.token_revoke, name="token_revoke"),
    path("t/<slug:slug>/connections/feeds/", views.feed_new, name="feed_new"),
    path("t/<slug:slug>/connections/feeds/<int:feed_id>/revoke/", views.feed_revoke, name="feed_revoke"),
    path("t/<slug:slug>/connections/webhooks/", views.webhook_new, name="webhook_new"),
    path("t/<slug:slug>/connections/webhooks/<int:webhook_id>/end/", views.webhook_end, name="webhook_end"),
    path("feeds/<str:token>/atom.xml", views_feeds.feed, name="feed"),
]
