"""The whole app as ASGI: the live stream beside Django. README.md says how to serve it."""

import gc
import os
import signal
import threading
from collections.abc import MutableMapping
from functools import partial
from types import FrameType
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

# Only now: these need Django's apps to be loaded.
from django.conf import settings  # noqa: E402

from config import door  # noqa: E402
from config.bridge import Bridge, Receive, Scope, Send  # noqa: E402
from workshops import fragments  # noqa: E402
from workshops.live.hub import Hub  # noqa: E402
from workshops.live.stream import STREAM_PATH, StreamApp, answer  # noqa: E402


class Application:
    """Sends each request where it belongs and carries the hub through the server's life."""

    def __init__(self) -> None:
        self.hub = Hub(fragments)
        self.stream = StreamApp(self.hub, fragments.admit)
        self.web = Bridge(django, settings.WEB_THREADS, door.largest_body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the server."""
        if scope["type"] == "http":
            if STREAM_PATH.fullmatch(scope["path"]):
                if (refused := door.refusal(scope)) is not None:
                    headers = [(name.lower().encode(), value.encode()) for name, value in refused.items()]
                    return await answer(send, refused.status_code, *headers)
                await self.stream(scope, receive, send)
            else:
                await self.web(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.live(receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """Start the hub with the server and end it with the server."""
        message: MutableMapping[str, Any] = await receive()
        if message["type"] == "lifespan.startup":
            self.hub.start()
            self.hear_signals()
            freeze_gc()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await self.hub.stop()
        self.stream.stop()
        self.web.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def hear_signals(self) -> None:
        """End all streams on SIGTERM and SIGINT, before the server begins to wait for its connections to end."""
        if threading.current_thread() is not threading.main_thread():
            return

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, partial(self.close, before=signal.getsignal(number)))

    def close(self, number: int, frame: FrameType | None, before: Any) -> None:
        """End the streams, then do what the server does at that signal."""
        self.hub.close_streams_from_thread()
        if callable(before):
            before(number, frame)


def freeze_gc() -> None:
    """Keep what is loaded at the start out of every later garbage collection.

    Walking through all of Django's own objects held every thread for 100 ms, some times a minute: the slowest votes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


application = Application()
