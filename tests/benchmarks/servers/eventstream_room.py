"""A room on django-eventstream: its own view as the stream, send_event after the commit. One process, in memory."""

import peer_site

peer_site.configure("django_eventstream", ROOT_URLCONF=__name__)

from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from django_eventstream import send_event  # noqa: E402


def tell(room: int, text: str) -> None:
    send_event(f"room-{room}", "message", text, json_encode=False)


urlpatterns = [
    path("vote/<int:room>/", peer_site.vote_view(tell)),
    path("stream/<int:room>/", include("django_eventstream.urls"), {"format-channels": ["room-{room}"]}),
]
application = get_asgi_application()
