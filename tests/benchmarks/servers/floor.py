"""The floor: a bare ASGI broadcast with the same coalescing. No Django, no database, no seats.

What any server of ours must at least do: take a vote, tell everyone in the room. POST /vote/<room>, GET /stream/<room>.
PAYLOAD is the size of a push in bytes, COALESCE_MS how long a burst is waited out.
"""

import asyncio
import os

from server_life import freeze_gc

COALESCE = float(os.environ["COALESCE_MS"]) / 1000
PAYLOAD = int(os.environ["PAYLOAD"])
HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


class Room:
    """A number that votes raise, and the streams that wait for it."""

    def __init__(self) -> None:
        self.version = self.shown = 0
        self.event = self.make()
        self.waiting: list[asyncio.Future[None]] = []
        self.last = 0.0
        self.timer: asyncio.TimerHandle | None = None

    def make(self) -> bytes:
        head = b"id: %d\ndata: " % self.version
        return head + b"x" * (PAYLOAD - len(head) - 2) + b"\n\n"

    def vote(self) -> None:
        self.version += 1
        if self.timer is None:
            loop = asyncio.get_running_loop()
            wait = self.last + COALESCE - loop.time()
            if wait <= 0:  # the first of a burst goes at once, as the product's does
                self.push()
            else:
                self.timer = loop.call_later(wait, self.push)

    def push(self) -> None:
        self.timer, self.last = None, asyncio.get_running_loop().time()
        self.shown, self.event = self.version, self.make()
        waiting, self.waiting = self.waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


rooms: dict[str, Room] = {}


async def application(scope, receive, send):
    """One request."""
    if scope["type"] == "lifespan":
        await receive()
        freeze_gc()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return await send({"type": "lifespan.shutdown.complete"})
    _, what, name = (scope["path"] + "//").split("/")[:3]
    if what not in {"vote", "stream"}:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        return await send({"type": "http.response.body"})
    room = rooms.setdefault(name, Room())
    if what == "vote":
        while (await receive()).get("more_body"):
            pass
        room.vote()
        body = b"%d" % room.version
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        return await send({"type": "http.response.body", "body": body})

    task = asyncio.current_task()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        task.cancel()

    watching = asyncio.ensure_future(watch())
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        sent = -1
        while True:
            if sent != room.shown:
                sent = room.shown
                await send({"type": "http.response.body", "body": room.event, "more_body": True})
                continue
            future = asyncio.get_running_loop().create_future()
            room.waiting.append(future)
            await future
    except asyncio.CancelledError:
        pass
    finally:
        watching.cancel()
