"""A room on channels: one websocket consumer a screen, group_send after the commit; the layer is Redis or in memory."""

import os

import peer_site

LAYERS = {
    "memory": {"BACKEND": "channels.layers.InMemoryChannelLayer"},
    "redis": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [os.environ.get("REDIS_URL", "")], "capacity": 10_000},
    },
}
peer_site.configure(
    "channels",
    ROOT_URLCONF=__name__,
    CHANNEL_LAYERS={"default": LAYERS["redis" if os.environ["REDIS_URL"] else "memory"]},
)

from asgiref.sync import async_to_sync  # noqa: E402
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402


class Screen(AsyncWebsocketConsumer):
    """One open screen."""

    async def connect(self):
        self.group = f"room-{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def push(self, event):
        await self.send(text_data=event["text"])


def tell(room: int, text: str) -> None:
    async_to_sync(get_channel_layer().group_send)(f"room-{room}", {"type": "push", "text": text})


urlpatterns = [path("vote/<int:room>/", peer_site.vote_view(tell))]
application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("stream/<int:room>/", Screen.as_asgi())]),
    }
)
