"""HTTP for clients on the open internet: uvicorn's own protocol, which ends connections whose head does not arrive.

Start the server with `--http config.protocol:PunctualProtocol`.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0  # from the connection, or the first byte of a further request, to the end of its headers
HEAD_BYTES = 64 * 1024


class PunctualProtocol(HttpToolsProtocol):
    """A request's line and headers arrive in time and in measure, or the connection is closed.

    uvicorn waits for them without end: 600 half-sent heads held 600 connections.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.head_timer: asyncio.TimerHandle | None = None
        self.head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A head is awaited from here on."""
        super().connection_made(transport)
        self.await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self.head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Between two requests any byte begins the next head; uvicorn stops its own timer with it."""
        if self.head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self.await_head()
        if self.head_timer is not None:
            self.head_bytes += len(data)
        super().data_received(data)
        if self.head_timer is not None and self.head_bytes > HEAD_BYTES:
            self.give_up()

    def on_headers_complete(self) -> None:
        self.head_is_here()
        super().on_headers_complete()

    def await_head(self) -> None:
        """Begin to wait."""
        self.head_bytes = 0
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self.give_up)

    def head_is_here(self) -> None:
        """Wait no more."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def give_up(self) -> None:
        """Close without an answer: whoever sends like this reads none."""
        self.head_is_here()
        self.transport.abort()
