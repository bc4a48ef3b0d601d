"""What one process holds of the rooms that somebody watches here: each room's latest state, and who gets it.

Nothing is queued: a room holds its latest state only, and a stream remembers how far it has sent.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field

from workshops.live.audience import Audience
from workshops.live.bus import Vote
from workshops.live.loading import LoadedRoom


@dataclass(slots=True, eq=False)
class Stream:
    """One open connection: who it is for and how far it has got."""

    seat_id: int
    screen: bool
    audience: str
    sign_in: Hashable | None = None
    device: int = 1
    kill: Callable[[], None] = lambda: None
    revision: int = 0
    version: int = 0
    own: bytes = b""
    news: bytes = b""
    own_key: str = ""
    beat: bool = False
    closed: bool = False
    sending_since: float = 0.0
    waiter: asyncio.Future[None] | None = None

    def awaits_own(self, loaded: LoadedRoom) -> bool:
        """Whether its viewer has the own fragments of another round or phase; the big screen is nobody's."""
        return not self.screen and self.seat_id in loaded.seats and self.own_key != loaded.own_key

    def wake(self) -> None:
        """Let the stream look for something to send."""
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def close(self) -> None:
        """End after what is being sent now."""
        self.closed = True
        self.wake()


@dataclass(slots=True, eq=False)
class Room:
    """What this process holds of one workshop while somebody here watches it."""

    workshop_id: int
    wanted: int = 0
    version: int = 0
    loaded: LoadedRoom | None = None
    loaded_at: float = 0.0
    votes: dict[int, Vote] = field(default_factory=dict)  # not shown yet, by the version that each made
    audiences: dict[str, Audience] = field(default_factory=dict)
    streams: dict[Stream, None] = field(default_factory=dict)
    last_push: float = 0.0
    failures: int = 0
    timer: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None
    dirty: bool = False
    doubled: Collection[int] = ()  # seats that have streams in several processes
    anew: bool = False  # votes are not all that has happened
    waited: bool = False  # for a vote that is told late

    def take(self, stream: Stream) -> bytes:
        """What this stream should send now; empty when it is up to date."""
        data = b""
        shown = self.audiences.get(stream.audience)
        if shown is not None and stream.revision != shown.revision:
            data = shown.since(stream.revision)
            if not data and stream.version != shown.version:
                # A label may be older than its content; then the next one changes nothing but the label.
                data = b"id: %d\nevent: beat\ndata: \n\n" % shown.version
            stream.revision, stream.version = shown.revision, shown.version
        data, stream.own, stream.news = data + stream.own + stream.news, b"", b""
        if stream.beat:
            stream.beat = False
            data = data or b": still here\nevent: beat\ndata: \n\n"
        return data
