"""The backend that `DATABASES["default"]["ENGINE"]` names; see the package."""

import select
from time import monotonic

from django.db.backends.postgresql import base

ASKED_AT_LEAST_EVERY = 5.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server `SELECT 1` only when there is something to be suspicious of.

    A server that stops, restarts or crashes ends its connections, and the socket then has something to read: its last
    message, or the end. While nothing waits there the connection is as good as the one question would find it, and every
    vote is spared a round trip. Now and then the server is asked all the same.
    """

    _asked_at = 0.0

    def is_usable(self) -> bool:
        """Whether the connection can be used for the next request."""
        now = monotonic()
        if self.connection is not None and now - self._asked_at < ASKED_AT_LEAST_EVERY and self._is_quiet():
            return True
        usable: bool = super().is_usable()
        self._asked_at = now if usable else 0.0
        return usable

    def _is_quiet(self) -> bool:
        if self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLPRI)
        return not poll.poll(0)
