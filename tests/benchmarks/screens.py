"""Screens: they note when each version came and how many bytes, and put together what they show only when asked.

Bare protocols instead of streams and tasks: two hundred screens in this one process must not cost more than the server.
"""

import asyncio
import base64
import json
import os
import random
import time
from contextlib import suppress

from tests.wire import PARTIAL, Actor, put_together


class Screen(asyncio.Protocol):
    """One event stream over HTTP/1.1, as uvicorn sends it: chunk by chunk."""

    accept = "text/event-stream"

    def __init__(self, port: int, path: str, cookies: str = "", audience: str = "participant") -> None:
        self.port, self.path, self.cookies, self.audience = port, path, cookies, audience
        self.arrivals: list[tuple[int, float]] = []
        self.version = self.bytes = self.pushes = self.status = 0
        self.opened = self.last_event = self.ballot_at = 0.0
        self.kept: list[bytes] = []
        self.transport: asyncio.Transport | None = None
        self.stopped = False
        self.coming_back: asyncio.Task[None] | None = None

    async def start(self) -> "Screen":
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.port)
        return self

    async def stop(self) -> None:
        self.stopped = True
        if self.coming_back is not None:
            self.coming_back.cancel()
        if self.transport is not None:
            self.transport.close()

    def connection_lost(self, _reason: Exception | None) -> None:
        if not self.stopped:
            self.coming_back = asyncio.get_running_loop().create_task(self.come_back())

    async def come_back(self) -> None:
        """As a browser does: soon, and not all in the same moment."""
        while True:
            await asyncio.sleep(random.uniform(0.1, 0.7))
            with suppress(OSError):
                await self.start()
                return

    @property
    def connected(self) -> bool:
        return self.status == 200 and self.transport is not None and not self.transport.is_closing()

    def forget(self) -> None:
        """Count and show from here on."""
        self.bytes = self.pushes = 0

    # --- the wire

    def head(self) -> str:
        return f"Cookie: {self.cookies}\r\nAccept: {self.accept}\r\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.opened = self.opened or time.perf_counter()
        self._rest = self._message = b""
        self._in_body = False
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.head()}\r\n"
        self.transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self._in_body:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            self.status, self._in_body = int(head.split(b" ", 2)[1]), True
        self._rest = self.body(data)

    def body(self, data: bytes) -> bytes:
        """Take the whole chunks; what is left waits for more."""
        at = 0
        while (end := data.find(b"\r\n", at)) >= 0:
            size = int(data[at:end] or b"0", 16)
            if len(data) < end + size + 4:
                break
            if size:
                self.chunk(data[end + 2 : end + 2 + size])
            elif self.transport is not None:  # the server has ended the stream; the connection would stay open
                self.transport.close()
            at = end + size + 4
        return data[at:]

    def chunk(self, chunk: bytes) -> None:
        self._message += chunk
        if self._message.endswith(b"\n\n"):
            message, self._message = self._message, b""
            self.take(message)

    # --- what came

    def take(self, message: bytes) -> None:
        self.note(message, self.version_in(message))
        self.kept.append(message)
        if not self.ballot_at and b'id="ballot"' in message:
            self.ballot_at = self.last_event

    @property
    def state_at(self) -> float:
        """When it first had the room's state, zero until then."""
        return self.arrivals[0][1] if self.arrivals else 0.0

    @property
    def whole_at(self) -> float:
        """When it first had the room's state and its viewer's own ballot, zero until then."""
        if self.audience == "screen":
            return self.state_at
        return max(self.state_at, self.ballot_at) if self.state_at and self.ballot_at else 0.0

    def note(self, message: bytes, version: int) -> None:
        self.last_event = time.perf_counter()
        self.bytes += len(message)
        self.pushes += 1
        # a later state counts: whoever is told in another order shows the latest
        if version > self.version:
            self.version = version
            self.arrivals.append((version, self.last_event))

    def version_in(self, message: bytes) -> int:
        """The last one in the message, zero without any."""
        at = message.rfind(b"id: ")
        while at > 0 and message[at - 1 : at] != b"\n":
            at = message.rfind(b"id: ", 0, at)
        return int(message[at + 4 : message.index(b"\n", at)]) if at >= 0 else 0

    @property
    def fragments(self) -> dict[str, str]:
        """The latest HTML of each fragment with its pieces in place."""
        return put_together(self.kept, {})


class BareScreen(Screen):
    """Of servers whose content is of no interest."""

    @property
    def state_at(self) -> float:
        return self.last_event if self.version or (self.bytes and self.path == "/stream/0") else 0.0

    whole_at = state_at

    def take(self, message: bytes) -> None:
        self.note(message, self.version_in(message))


class EventstreamScreen(BareScreen):
    """django-eventstream has no version of ours: it stands in the text."""

    def version_in(self, message: bytes) -> int:
        at = message.rfind(b"version ")
        return int(message[at + 8 : message.index(b" ", at + 8)]) if at >= 0 else 0


class SocketScreen(EventstreamScreen):
    """A websocket: what a server sends is not masked, and ours sends whole texts."""

    def head(self) -> str:
        key = base64.b64encode(os.urandom(16)).decode()
        return f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"

    @property
    def connected(self) -> bool:
        return self.status == 101

    def body(self, data: bytes) -> bytes:
        while len(data) >= 2:
            size, begin = data[1] & 127, 2
            if size == 126:
                size, begin = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, begin = int.from_bytes(data[2:10], "big"), 10
            if len(data) < begin + size:
                break
            if data[0] & 15 == 1:
                self.take(data[begin : begin + size])
            data = data[begin + size :]
        return data


class Poller:
    """Fetches the room's state every two seconds, or whenever its stream pokes."""

    def __init__(self, port: int, room: dict, cookies: str, poked: bool, first_after: float) -> None:
        self.actor = Actor(port, cookies)
        self.path = f"/w/{room['public_id']}/state/"
        self.arrivals: list[tuple[int, float]] = []
        self.poke = BareScreen(port, f"/w/{room['public_id']}/stream/", cookies) if poked else None
        self.first_after = first_after
        self.audience = "participant"
        self.version = self.bytes = self.pushes = 0

    async def start(self) -> "Poller":
        if self.poke is not None:
            await self.poke.start()
        self.task = asyncio.create_task(self._run())
        return self

    @property
    def connected(self) -> bool:
        return bool(self.version)

    def forget(self) -> None:
        self.bytes = self.pushes = 0

    async def _run(self) -> None:
        await asyncio.sleep(self.first_after)
        heard = -1
        while True:
            if self.poke is None:
                await asyncio.sleep(2)
            else:
                while self.poke.version == heard:
                    await asyncio.sleep(0.005)
                heard = self.poke.version
            try:
                answer = await self.actor.ask("GET", self.path)
            except (OSError, asyncio.IncompleteReadError):
                continue
            if answer.status == 200:
                self.bytes += len(answer.body)
                self.pushes += 1
                version = json.loads(answer.body)["version"]
                if version > self.version:
                    self.version = version
                    self.arrivals.append((version, time.perf_counter()))

    async def stop(self) -> None:
        self.task.cancel()
        self.actor.close()
        if self.poke is not None:
            await self.poke.stop()


async def fresh_fragments(port: int, public_id: str, cookies: str, audience: str) -> dict[str, str]:
    """What a page fetched now shows of the shared fragments."""
    actor = Actor(port, cookies)
    view = "?view=screen" if audience == "screen" else ""
    body = (await actor.ask("GET", f"/w/{public_id}/state/{view}")).body.decode()
    actor.close()
    found = json.loads(body)["fragments"] if body.startswith("{") else dict(PARTIAL.findall(body))
    return {name: html for name, html in found.items() if name != "ballot"}
