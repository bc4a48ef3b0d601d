"""The bus over one SQLite file: SQLite itself tells whether anybody else has written."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

from django.db import connection

from workshops.live.bus import Bus

POLL_SECONDS = 0.025


class SqliteBus(Bus):
    """Polls `PRAGMA data_version`, which costs microseconds, and compares versions only after somebody's write.

    Within one process the hub has heard the signal already; this hears other processes on the same file.
    """

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """One poll a process."""
        return (self._poll,)

    async def _poll(self) -> None:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)) as link:
            seen = None
            self.healthy = True
            while True:
                if self.listener.watched():
                    (now,) = link.execute("PRAGMA data_version").fetchone()
                    if now != seen:
                        seen = now
                        await self.listener.compare_versions()
                await asyncio.sleep(POLL_SECONDS)
