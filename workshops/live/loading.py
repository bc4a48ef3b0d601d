"""Where the hub gets the states of rooms from."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, Protocol

from workshops.live.audience import Pieces
from workshops.live.bus import Vote


class LoadedRoom(Protocol):
    """A room as it was loaded: its version was read first, so the label may be older than the content, never newer."""

    version: int
    seats: Mapping[int, str]  # seat and its audience; whoever is not in it is out
    devices: Mapping[int, int]  # of guests' seats, by how many browsers each was taken
    presence: Hashable  # changes with what is shown of who is there
    own_key: str  # changes when the fragments that depend on the viewer must be drawn again

    @property
    def news(self) -> str:
        """What the devices are told that had a seat before another one took it."""

    def draw(self, audience: str) -> tuple[Mapping[str, str], Pieces]:
        """The shells of an audience and all of its pieces; called in a thread."""

    def draw_own(self, seat_ids: Collection[int]) -> Mapping[int, Mapping[str, str]]:
        """The fragments that depend on the viewer, for these seats; called in a thread."""

    def voted_elsewhere(self, vote: Vote) -> Iterable[str]:
        """What another window of the same seat is told of its vote, in the event loop."""

    def after(self, version: int, votes: Iterable[Vote]) -> Mapping[str, Pieces] | None:
        """The room after further votes, in the event loop: for each audience the pieces to show; None when it must be loaded anew."""


class Loader(Protocol):
    """Where the hub gets its states from; called in a thread, one call at a time."""

    def load_room(self, workshop_id: int) -> LoadedRoom | None:
        """The room as it is now, or None when there is no such workshop any more."""

    def versions(self, workshop_ids: Collection[int]) -> Mapping[int, int]:
        """The versions of the workshops that still exist."""

    def presence(self, rooms: Mapping[int, Collection[int]]) -> Mapping[int, tuple[Hashable, Collection[int]]]:
        """Note the seats whose streams this process holds in each room; the presence to be shown there, and which
        seats have streams in several processes."""

    def ended(self, sign_ins: Collection[Any]) -> Collection[Any]:
        """Which of these sessions no longer hold a seat."""
