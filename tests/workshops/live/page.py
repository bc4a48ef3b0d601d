"""A room of plain values behind the real hub, the real stream and the real scripts, for tests in a browser."""

import asyncio
import re
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import uvicorn

from tests.workshops.live.rooms import Loaded, Rooms
from workshops.live.audience import hole, partial
from workshops.live.hub import Hub
from workshops.live.stream import STREAM_PATH, Admission, StreamApp

ROOM, INES = 7, 1
PATH = "/w/11111111-2222-3333-4444-555555555555/"
STATIC = Path(__file__).resolve().parents[3]
CONFIG = (STATIC / "templates" / "components" / "htmx_config.html").read_text()
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>room</title>{config}</head><body>
<div id="notices"></div>
<p data-stream-status role="status" data-lost="You're offline." data-gone="You are no longer in this room." hidden></p>
<main data-sending="Sending"
 data-waiting="Not sent yet, trying again" data-unsent="Not sent" hx-headers:inherited='{{"X-CSRFToken": "page-token"}}'
 hx-target:inherited="#notices" hx-swap:inherited="afterbegin" hx-sync:inherited="drop" hx-retry:inherited="2m" data-drafts="{whose}">
<div hx-sse:connect="{path}stream/?view=room" hx-trigger="load, connect" hx-swap="none"{awake} hidden></div>
<div data-live-refresh hx-get="{path}state/" hx-trigger="refresh" hx-swap="none" hidden></div>
<form method="post" action="{path}nothing/"><input type="hidden" name="csrfmiddlewaretoken" value="page-token"></form>
<section id="stage"><p>loading</p></section>
<section id="people"></section>
{ballot}
<template data-kept-draft><aside class="kept">Not sent: <textarea data-text readonly></textarea></aside></template>
</main>
<script src="/static/vendor/htmx/htmx.min.js"></script><script src="/static/vendor/htmx/hx-sse.min.js"></script>
<script src="/static/js/ext-keep.js"></script><script src="/static/js/ext-live.js"></script><script src="/static/js/ext-retry.js"></script>
</body></html>"""


class FormsLoaded(Loaded):
    """A room whose stage a test has written."""

    def draw(self, audience):
        shells, pieces = super().draw(audience)
        return {**shells, "stage": self.rooms.stage_html or shells["stage"].replace(hole("votes"), "")}, pieces

    def ballot(self, _seat):
        return self.rooms.ballot_html or f'<section id="ballot">{self.own_key}</section>'


class FormRooms(Rooms):
    """Fragments with forms in them, as the product has."""

    stage_html = ""
    ballot_html = ""

    loaded = FormsLoaded


class Site:
    """The page, its scripts, the stream, the state and one form; each can be told to fail."""

    def __init__(self) -> None:
        self.rooms = FormRooms()
        self.rooms.open(ROOM, {INES: "participant"})
        self.hub = Hub(self.rooms)
        self.stream = StreamApp(self.hub, self.admit)
        self.stream_up = True
        self.admitted = True
        self.posts: list[dict[str, list[str]]] = []
        self.answers: list[tuple[int, str, list[tuple[bytes, bytes]]]] = []
        self.tokens: list[bytes | None] = []
        self.opened = 0
        self.origin = ""
        self.kept_awake = False  # as the big screen is
        self.whose = "1"  # the seat whose page it is
        self.answering = asyncio.Event()  # cleared, answers to forms wait
        self.answering.set()

    def admit(self, public_id, cookies):
        return Admission(ROOM, INES, "participant") if self.admitted else None

    def answer_now(self) -> None:
        """Let the answers go that were held back by clearing `answering`."""
        self.loop.call_soon_threadsafe(self.answering.set)

    def change(self, stage: str, round_key: str | None = None, ballot: str = "") -> None:
        self.rooms.stage_html, self.rooms.ballot_html = stage, ballot
        version = self.rooms.change(ROOM, stage, round_key)
        self.hub.heard_from_thread(ROOM, version)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            self.hub.start()
            self.loop = asyncio.get_running_loop()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
        path = scope["path"]
        if STREAM_PATH.fullmatch(path):
            self.opened += 1
            if not self.stream_up:
                return await self.reply(send, 503, "", "text/plain")
            # any cookie will do: admission is somebody else's story
            headers = [*scope["headers"], (b"cookie", b"seat=1")]
            return await self.stream({**scope, "headers": headers}, receive, send)
        if path.startswith("/static/"):
            return await self.reply(send, 200, (STATIC / path[1:]).read_text(), "text/javascript")
        if path.endswith("/state/"):
            if not self.admitted:
                return await self.reply(send, 404, "", "text/plain")
            loaded = self.rooms.load_room(ROOM)
            shared, _pieces = loaded.draw("participant")
            found = {**shared, "ballot": loaded.ballot(INES)}
            return await self.reply(
                send, 200, "".join(partial(name, html) for name, html in found.items()), "text/html"
            )
        if scope["method"] == "POST":
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            self.posts.append(parse_qs(body.decode()))
            self.tokens.append(dict(scope["headers"]).get(b"x-csrftoken"))
            await self.answering.wait()
            status, html, headers = self.answers.pop(0) if self.answers else (204, "", [])
            return await self.reply(send, status, html, "text/html", headers)
        awake = ' hx-config="sse.pauseOnBackground:false"' if self.kept_awake else ""
        ballot = self.rooms.ballot_html or '<section id="ballot"></section>'
        await self.reply(
            send, 200, PAGE.format(path=PATH, config=CONFIG, awake=awake, whose=self.whose, ballot=ballot), "text/html"
        )

    async def reply(self, send, status, text, kind, more=()):
        body = text.encode()
        headers = [
            (b"content-type", f"{kind}; charset=utf-8".encode()),
            (b"content-length", b"%d" % len(body)),
            (b"content-security-policy", POLICY.encode()),
            *([(b"vary", b"HX-Request")] if kind == "text/html" else []),
            *more,
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if status == 204 else body})

    @contextmanager
    def served(self):
        """Serve on a free port; can be stopped and served again on the same one."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port = re.search(r":(\d+)", self.origin)
            probe.bind(("127.0.0.1", int(port[1]) if port else 0))
            self.origin = f"http://127.0.0.1:{probe.getsockname()[1]}"
            server = uvicorn.Server(uvicorn.Config(self, log_level="warning", timeout_graceful_shutdown=1))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [probe]}, daemon=True)
            thread.start()
            while not server.started:
                time.sleep(0.01)
            try:
                yield self.origin + PATH
            finally:
                self.hub.close_streams_from_thread()
                server.should_exit = True
                thread.join(10)
