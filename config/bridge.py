"""Django as WSGI on a few persistent threads, inside the ASGI server.

Persistent threads keep their database connections; under Django's own ASGI handler each request gets a new thread and
needs a pool for its connection. Measured so (`tests.benchmarks.live --only pool`), the bridge lets four times as many
votes through with as many connections. A thread is occupied only while Django works: the body is read before, a file is
sent after.
"""

import asyncio
import contextvars
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any, NamedTuple
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

from decisions.api.problems import KIND, problem_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

IN_MEMORY = 256 * 1024
LARGEST_BODY = 64 * 1024 * 1024  # Django's own, smaller limits answer with a page; this one protects the disk
BODY_SECONDS = 15.0  # for a body to arrive, and a second more for each BODY_RATE of it
BODY_RATE = 16 * 1024
# what anybody may send anywhere; more needs a session, a seat or a token, or a route that takes it
STRANGERS_BODY = 64 * 1024
SEND_SECONDS = 45.0  # for each piece of a streamed answer to be taken
WAITING_LIMIT = 500  # requests in the queue beyond which it is kinder to say "come back"
PIECE = 128 * 1024


class Refused(Exception):
    """The request is answered without Django."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Answer(NamedTuple):
    """What Django gave back: the head, and the body or something to read it from."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: FileWrapper | None = None


def environ_of(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """The WSGI environ of an ASGI request, byte for byte."""
    root = scope.get("root_path", "").encode()
    path = unquote_to_bytes(scope.get("raw_path") or scope["path"].encode())
    server = scope.get("server") or ("localhost", 80)
    # without a client address the peer is on this machine: it came through a unix socket
    client = scope.get("client") or ("127.0.0.1", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root.decode("latin-1"),
        "PATH_INFO": path.removeprefix(root).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for raw_name, raw_value in scope["headers"]:
        # X_Forwarded_For and X-Forwarded-For would become one variable: only the proxy's own spelling counts
        if b"_" in raw_name or raw_name in {b"content-length", b"transfer-encoding"}:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if name != "CONTENT_TYPE":
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if name in environ:
            value = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value
    environ["CONTENT_LENGTH"] = str(length)
    return environ


class Bridge:
    """An ASGI app that runs a WSGI app on its own threads."""

    def __init__(
        self,
        wsgi: Callable[..., Iterable[bytes]],
        threads: int,
        largest: Callable[[Scope], int] = lambda scope: LARGEST_BODY,
    ) -> None:
        """`largest` says, in a thread, how large a body a request may have; it is asked for large ones only."""
        self.wsgi = wsgi
        self.threads = threads
        self.largest = largest
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, let Django answer it on a thread, send the answer."""
        try:
            if self._waiting >= WAITING_LIMIT:
                raise Refused(503)
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
                length = await self._read(scope, receive, body)
                if length is None:
                    return
                await self._answer(environ_of(scope, body, length), send)
        except Refused as refused:
            await self._refuse(refused.status, scope, send)

    async def _read(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int | None:
        """The whole body, or None when the client has gone; a slow client holds no thread meanwhile."""
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        limit = STRANGERS_BODY
        if declared.isdigit() and int(declared) > limit:
            limit = await self._limit(scope, int(declared))
        length, began = 0, asyncio.get_running_loop().time()
        while True:
            left = began + BODY_SECONDS + length / BODY_RATE - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(max(left, 0)):
                    message = await receive()
            except TimeoutError:
                raise Refused(408) from None
            if message["type"] == "http.disconnect":
                return None
            piece = message.get("body", b"")
            length += len(piece)
            if length > limit:
                limit = await self._limit(scope, length)
            body.write(piece)
            if not message.get("more_body"):
                body.seek(0)
                return length

    async def _limit(self, scope: Scope, length: int) -> int:
        """How much of this request's body is read, when it is more than strangers may send."""
        in_thread = partial(contextvars.copy_context().run, self.largest, scope)
        limit = min(LARGEST_BODY, await asyncio.get_running_loop().run_in_executor(self._threads(), in_thread))
        if length > limit:
            raise Refused(413)
        return limit

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads, "django")
        return self._pool

    async def _answer(self, environ: dict[str, Any], send: Send) -> None:
        loop = asyncio.get_running_loop()
        in_thread = partial(contextvars.copy_context().run, self._work, environ, loop, send)
        self._waiting += 1
        try:
            answer = await loop.run_in_executor(self._threads(), in_thread)
        finally:
            self._waiting -= 1
        if answer is None:
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.rest is None:
            await send({"type": "http.response.body", "body": answer.body})
            return
        try:
            piece = answer.body
            while piece:
                message = {"type": "http.response.body", "body": piece, "more_body": True}
                await asyncio.wait_for(send(message), SEND_SECONDS)
                piece = await loop.run_in_executor(self._pool, answer.rest.filelike.read, PIECE)
            await send({"type": "http.response.body", "body": b""})
        finally:
            await loop.run_in_executor(self._pool, answer.rest.filelike.close)

    def _work(self, environ: dict[str, Any], loop: asyncio.AbstractEventLoop, send: Send) -> Answer | None:
        """Run Django; in one of the pool's threads. None when it has sent its answer itself, piece by piece."""
        status, headers = 500, list[tuple[bytes, bytes]]()

        def start_response(line: str, fields: list[tuple[str, str]], exc_info: object = None) -> None:
            nonlocal status, headers
            status = int(line[:3])
            headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields]

        result = self.wsgi(environ, start_response)
        if isinstance(result, FileWrapper):
            first = result.filelike.read(2 * PIECE)
            if len(first) == 2 * PIECE:
                return Answer(status, headers, first, result)
            result.filelike.close()
            return self._whole(status, headers, first)
        try:
            if getattr(result, "streaming", True) is False or isinstance(result, list | tuple):
                return self._whole(status, headers, b"".join(result))
            self._send_pieces(status, headers, result, loop, send)
            return None
        finally:
            if close := getattr(result, "close", None):
                close()

    def _whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Answer:
        if status not in {204, 304} and all(name != b"content-length" for name, _value in headers):
            headers.append((b"content-length", b"%d" % len(body)))
        return Answer(status, headers, body)

    def _send_pieces(
        self,
        status: int,
        headers: list[tuple[bytes, bytes]],
        pieces: Iterable[bytes],
        loop: asyncio.AbstractEventLoop,
        send: Send,
    ) -> None:
        """Send a generated answer from its thread, because its queries must stay on that thread's connection."""

        def give(message: dict[str, Any]) -> None:
            asyncio.run_coroutine_threadsafe(_within(send(message)), loop).result()

        give({"type": "http.response.start", "status": status, "headers": headers})
        for piece in pieces:
            if piece:
                give({"type": "http.response.body", "body": piece, "more_body": True})
        give({"type": "http.response.body", "body": b""})

    async def _refuse(self, status: int, scope: Scope, send: Send) -> None:
        body = b""
        headers = [(b"connection", b"close")]
        if scope["path"].startswith("/api/"):
            body = problem_of(status).content
            headers.append((b"content-type", KIND.encode()))
        headers.append((b"content-length", b"%d" % len(body)))
        if status == 503:
            headers.append((b"retry-after", b"2"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def stop(self) -> None:
        """Let the threads go once they have finished what they do."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None


async def _within(sending: Awaitable[None]) -> None:
    await asyncio.wait_for(sending, SEND_SECONDS)
