"""Clients of a running server over real sockets: someone who acts, and someone who watches the stream.

Bare asyncio, no HTTP library: the benchmark's load must not cost more than what it measures.
"""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

TOKEN = "0123456789abcdefghijABCDEFGHIJ01"  # a CSRF token is good when cookie and header agree
PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.S)
IDS = re.compile(r' id="([^"]+)"')


def play(story: Coroutine[Any, Any, Any]) -> Any:
    """Run a story to its end, in a thread of its own: a browser test before it leaves its event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()


class Answer:
    """What came back: status, headers in lower case, and the body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for name, value in (line.split(": ", 1) for line in lines[1:] if ": " in line):
        # several cookies come as several lines
        headers[name.lower()] = f"{headers[name.lower()]}\n{value}" if name.lower() in headers else value
    return int(lines[0].split(" ")[1]), headers


class Actor:
    """One browser's kept-alive connection."""

    def __init__(self, port: int, cookies: str = "", host: str = "127.0.0.1") -> None:
        self.host, self.port = host, port
        self.cookies = f"{cookies}; csrftoken={TOKEN}" if cookies else f"csrftoken={TOKEN}"
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, form: dict[str, object] | None = None) -> Answer:
        """One request; a kept connection that was closed meanwhile is opened anew."""
        body = urlencode(form or {}).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {self.cookies}\r\n"
        if method == "POST":
            head += f"X-CSRFToken: {TOKEN}\r\nHX-Request: true\r\nContent-Length: {len(body)}\r\n"
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
        if self.writer is None or self.writer.is_closing() or self.reader.at_eof():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
        try:
            self.writer.write(head.encode() + b"\r\n" + body)
            status, headers = await read_head(self.reader)
            if "content-length" in headers:
                content = await self.reader.readexactly(int(headers["content-length"]))
            elif headers.get("transfer-encoding") == "chunked":
                content = b""
                while size := int((await self.reader.readline()).strip() or b"0", 16):
                    content += await self.reader.readexactly(size)
                    await self.reader.readline()
                await self.reader.readline()
            else:
                content = b""
        except BaseException:
            self.close()
            raise
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, content)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None


class Watcher:
    """Holds one stream, remembers the latest state of each fragment and when each version was first seen."""

    def __init__(self, port: int, path: str, cookies: str, *, reconnect: bool = True) -> None:
        self.port, self.path, self.cookies = port, path, cookies
        self.reconnect = reconnect
        self._kept: list[bytes] = []
        self._shown: dict[str, str] = {}
        self.arrivals: list[tuple[int, float]] = []
        self.version = 0
        self.status = 0
        self.opened = 0
        self.bytes = 0
        self.connected = False
        self.last_event = 0.0
        self.writer: asyncio.StreamWriter | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def fragments(self) -> dict[str, str]:
        """The latest HTML of each fragment with its pieces in place, put together only when somebody looks."""
        self._shown = put_together(self._kept, self._shown)
        self._kept = []
        return dict(self._shown)

    def forget(self) -> None:
        """Start over, as a browser that reloads."""
        self._kept, self._shown = [], {}

    def start(self) -> "Watcher":
        self.task = asyncio.get_running_loop().create_task(self._run())
        return self

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self.task
        if self.writer is not None:
            self.writer.close()

    async def _run(self) -> None:
        pause = 0.1
        while True:
            try:
                await self._hold()
                pause = 0.1
            except (OSError, asyncio.IncompleteReadError, ValueError, IndexError):
                pass
            self.connected = False
            if not self.reconnect:
                return
            await asyncio.sleep(pause * (0.25 + 0.75 * random.random()))
            pause = min(pause * 2, 2.0)

    async def _hold(self) -> None:
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        try:
            request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookies}\r\nAccept: text/event-stream\r\n\r\n"
            self.writer.write(request.encode())
            self.status, _headers = await read_head(reader)
            if self.status != 200:
                return
            self.opened += 1
            self.connected = True
            buffer = b""
            while True:
                size = int((await reader.readuntil(b"\r\n")).strip() or b"0", 16)
                if not size:
                    return
                data = await reader.readexactly(size + 2)
                buffer += data[:-2]
                if buffer.endswith(b"\n\n"):
                    self._take(buffer)
                    buffer = b""
        finally:
            self.writer.close()

    def _take(self, data: bytes) -> None:
        now = time.perf_counter()
        self.bytes += len(data)
        self.last_event = now
        at = data.rfind(b"\nid: ")
        at = 0 if at < 0 and data.startswith(b"id: ") else at + 1 if at >= 0 else -1
        if at >= 0:
            version = int(data[at + 4 : data.index(b"\n", at)])
            if version != self.version:
                self.version = version
                self.arrivals.append((version, now))
        self._kept.append(data)


def put_together(messages: list[bytes], shown: dict[str, str]) -> dict[str, str]:
    """The fragments after these messages: of whole fragments, named or as partials, and of pieces in them."""
    shown = dict(shown)
    home = {piece: name for name, html in shown.items() for piece in IDS.findall(html)}  # where an id stands

    def put(name: str, html: str) -> None:
        where = home.get(name, name)
        if where != name:
            with contextlib.suppress(ValueError):  # a browser, too, drops what has no place any more
                shown[where] = put_element(shown[where], name, html)
            return
        shown[name] = html
        home.update((piece, name) for piece in IDS.findall(html))

    for message in messages:
        for event in message.decode().split("\n\n"):
            lines = event.split("\n")
            named = next((line[7:] for line in lines if line.startswith("event: ")), "")
            text = "\n".join(line[6:] for line in lines if line.startswith("data: "))
            if named and named != "beat":  # as before htmx, for benchmarks of older checkouts
                put(named, text)
            elif not named:
                for name, html in PARTIAL.findall(text):
                    put(name, html)
    return shown


def put_element(html: str, name: str, element: str) -> str:
    """The HTML with the element of that id replaced, as a browser does it."""
    start = html.rindex("<", 0, html.index(f' id="{name}"'))
    tag = re.match(r"<([a-z0-9]+)", html[start:])[1]
    depth = 0
    for found in re.finditer(rf"<(/?){tag}\b[^>]*>", html[start:]):
        depth += -1 if found[1] else 1
        if not depth:
            return html[:start] + element + html[start + found.end() :]
    raise ValueError(name)


def patience() -> float:
    """How many times longer things take now than on a machine of one's own: 1 when it is idle.

    Limits in seconds are promises about the product, not about whatever else this machine is doing.
    """
    began, spent = time.perf_counter(), time.process_time()
    while time.process_time() - spent < 0.05:
        sum(range(1000))
    return max(1.0, 1.3 * (time.perf_counter() - began) / (time.process_time() - spent))


async def until(true, seconds: float = 10.0, what: str = "it") -> None:
    """Wait for something to become true; waiting in vain fails."""
    end, extended = time.monotonic() + seconds, False
    while not true():
        if time.monotonic() > end:
            assert not extended, f"waited in vain for {what}"
            end, extended = time.monotonic() + seconds * (2 * patience() - 1), True
        await asyncio.sleep(0.01)
