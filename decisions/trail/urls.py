"""Addresses of the configuration trail, pilots, history, and what machines use; part of `decisions.urls`."""

from django.urls import URLPattern, path

from decisions.integrations import views as connections
from decisions.integrations import views_feeds as feeds
from decisions.pilots import views as pilots

from . import views as trail
from . import views_fields as trail_fields
from . import views_questions as trail_questions

DECISION = "t/<slug:slug>/d/<int:number>/"
urlpatterns: list[URLPattern] = [
    path(f"{DECISION}trail/", trail.trail, name="trail"),
    path(f"{DECISION}trail/new/", trail.trail_new, name="trail_new"),
    path(f"{DECISION}trail/end/", trail.trail_end, name="trail_end"),
    path(f"{DECISION}trail/at/", trail_questions.trail_at, name="trail_at"),
    path(f"{DECISION}trail/complaint/", trail_questions.complaint_attach, name="complaint_attach"),
    path(f"{DECISION}trail/compare/", trail_questions.trail_compare, name="trail_compare"),
    path(f"{DECISION}trail/<uuid:entry_id>/", trail.trail_entry, name="trail_entry"),
    path(f"{DECISION}trail/<uuid:entry_id>/restore/", trail.trail_restore, name="trail_restore"),
    path(f"{DECISION}history/", pilots.history, name="history"),
    path(f"{DECISION}next/", pilots.next_step, name="next_step"),
    path(f"{DECISION}pilots/new/", pilots.pilot_new, name="pilot_new"),
    path(f"{DECISION}pilots/<uuid:pilot_id>/", pilots.pilot, name="pilot"),
    path("t/<slug:slug>/trail.csv", feeds.trail_csv, name="trail_csv"),
    path("t/<slug:slug>/trail.jsonl", feeds.trail_jsonl, name="trail_jsonl"),
    path("t/<slug:slug>/trail/fields/", trail_fields.trail_fields, name="trail_fields"),
    path(
        "t/<slug:slug>/trail/fields/<int:field_id>/retire/", trail_fields.trail_field_retire, name="trail_field_retire"
    ),
    path("t/<slug:slug>/connections/", connections.connections, name="connections"),
    path("t/<slug:slug>/connections/tokens/", connections.token_new, name="token_new"),
    path("t/<slug:slug>/connections/tokens/<int:token_id>/revoke/", connections.token_revoke, name="token_revoke"),
    path("t/<slug:slug>/connections/feeds/", connections.feed_new, name="feed_new"),
    path("t/<slug:slug>/connections/feeds/<int:feed_id>/revoke/", connections.feed_revoke, name="feed_revoke"),
    path("t/<slug:slug>/connections/webhooks/", connections.webhook_new, name="webhook_new"),
    path("t/<slug:slug>/connections/webhooks/<int:webhook_id>/end/", connections.webhook_end, name="webhook_end"),
    path("feeds/<str:token>/atom.xml", feeds.feed, name="feed"),
]
