"""The stream of a room as a small ASGI app beside Django: no thread and no database connection for as long as it lasts."""

import asyncio
import logging
import random
import re
import socket
import uuid
from collections.abc import Awaitable, Callable, Hashable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from workshops.live.hub import Hub
from workshops.live.watching import Stream

log = logging.getLogger("groundwork.live")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

STREAM_PATH = re.compile(r"/w/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/stream/")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
ADMIT_THREADS = 2
WAITING_LIMIT = 1000
# Data that the peer has not acknowledged for so long ends the connection; with the heartbeat before it, within 40 s.
UNACKNOWLEDGED_MS = 22_000


@dataclass(frozen=True, slots=True)
class Admission:
    """A seat that may watch a workshop."""

    workshop_id: int
    seat_id: int
    audience: str
    sign_in: Hashable | None = None  # of the account that holds the seat; none of a guest
    device: int = 1  # as which of the seat's devices this one took it


Admit = Callable[[uuid.UUID, Mapping[str, str]], Admission | None]


def read_cookies(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The request's cookies; nonsense counts as none."""
    raw = "; ".join(value.decode("latin-1") for name, value in headers if name == b"cookie")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(raw).items()}
    except CookieError:
        return {}


class StreamApp:
    """Answers GET /w/<id>/stream/ with the room's present state and then every change of it."""

    def __init__(self, hub: Hub, admit: Admit) -> None:
        self.hub = hub
        self.admit = admit
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit or refuse, then stream until one side ends it."""
        if scope["method"] != "GET":
            return await answer(send, 405, (b"allow", b"GET"))
        if self.hub.closing or self._waiting >= WAITING_LIMIT:
            return await answer(send, 503, (b"retry-after", b"2"))
        match = STREAM_PATH.fullmatch(scope["path"])
        if match is None:
            return await answer(send, 404)
        try:
            admission = await self._check(uuid.UUID(match[1]), read_cookies(scope["headers"]))
        except Exception as error:
            log.warning("could not look up a seat: %s: %s", type(error).__name__, str(error).strip()[:200])
            return await answer(send, 503, (b"retry-after", b"2"))
        if admission is None:
            return await answer(send, 404)
        screen = parse_qs(scope["query_string"].decode("latin-1")).get("view") == ["screen"]
        audience = "screen" if screen else admission.audience
        stream = Stream(admission.seat_id, screen, audience, admission.sign_in, admission.device)
        await self._stream(stream, admission, receive, send)

    async def _check(self, public_id: uuid.UUID, cookies: Mapping[str, str]) -> Admission | None:
        if not cookies:
            return None
        if self._pool is None:
            self._pool = ThreadPoolExecutor(ADMIT_THREADS, "admit")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self.admit, public_id, cookies)
        finally:
            self._waiting -= 1

    async def _stream(self, stream: Stream, admission: Admission, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        own_task = asyncio.current_task()
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        guard_connection(transport)

        def kill() -> None:
            # an orderly close would wait for the client to take the rest, which is just what it does not do
            if transport is not None:
                transport.abort()
            if own_task is not None:
                own_task.cancel()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            stream.close()
            if stream.sending_since and own_task is not None:
                own_task.cancel()

        stream.kill = kill
        room = self.hub.enter(admission.workshop_id, stream)
        watcher = loop.create_task(watch())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            # for clients without our script; not all of them should come back in the same moment
            opening = b"retry: %d\n\n" % random.randint(500, 3000)  # noqa: S311
            await send({"type": "http.response.body", "body": opening, "more_body": True})
            while not stream.closed:
                if data := room.take(stream):
                    stream.sending_since = loop.time()
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                    stream.sending_since = 0.0
                    continue
                stream.waiter = loop.create_future()
                await stream.waiter
                stream.waiter = None
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except asyncio.CancelledError:
            if own_task is not None and not stream.closed:
                raise
        finally:
            watcher.cancel()
            self.hub.leave(room, stream)

    def stop(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def guard_connection(transport: Any) -> None:
    """Have the kernel give up on a peer that has silently gone, where the server lets us reach its socket."""
    link = transport.get_extra_info("socket") if transport is not None else None
    if link is None or link.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    try:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    except (OSError, AttributeError) as error:
        log.debug("no time-out for unacknowledged data: %s", error)


async def answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """An answer without a body; all refusals of one status look the same."""
    everything = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": everything})
    await send({"type": "http.response.body", "body": b""})
