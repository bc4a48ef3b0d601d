"""A room as the hub of a web process holds it, without a server: loaded, carried on through votes, loaded again."""

from dataclasses import replace

from workshops import fragments
from workshops.board import shared_board
from workshops.live import Vote
from workshops.live.audience import Audience
from workshops.models import Minute, Round, Seat, Workshop

VOTES = {"voted", "withdrew"}


class Followed:
    """What every audience is shown, brought up to date by votes alone whenever votes are all that has happened."""

    def __init__(self, workshop_id: int) -> None:
        self.workshop_id = workshop_id
        self.loads = 0
        self.audiences = {name: Audience() for name in fragments.SHARED}
        self.load()

    def load(self) -> None:
        """As after anything but votes."""
        self.loads += 1
        self.last = max(Minute.objects.filter(workshop=self.workshop_id).values_list("pk", flat=True), default=0)
        self.loaded = fragments.load_room(self.workshop_id)
        self.drawn_at = self.loaded.board.now  # what the shells say until the room is loaded again
        for name, audience in self.audiences.items():
            shells, pieces = self.loaded.draw(name)
            audience.change(self.loaded.version, pieces, shells)

    def go_on(self) -> None:
        """Look at what has happened since."""
        lines = list(Minute.objects.filter(workshop=self.workshop_id, pk__gt=self.last).order_by("pk"))
        version = Workshop.objects.values_list("version", flat=True).get(pk=self.workshop_id)
        only_votes = len(lines) == version - self.loaded.board.workshop.version and all(
            line.act in VOTES for line in lines
        )
        same_people = self.loaded.presence == shared_board(self.workshop_id).presence
        if only_votes and same_people and self.tell(version, [self._vote(line) for line in lines]):
            self.last = max((line.pk for line in lines), default=self.last)
        else:
            self.load()

    def tell(self, version: int, votes: list[Vote]) -> bool:
        """These votes are all that has happened; False when they cannot be shown so."""
        changed = self.loaded.after(version, votes)
        for name, audience in self.audiences.items():
            if changed is not None:
                audience.change(version, changed[name])
        return changed is not None

    def _vote(self, line: Minute) -> Vote:
        """Names are one's own in these stories."""
        seat = Seat.objects.filter(workshop=self.workshop_id, name=line.who).latest("pk")
        asked, number = line.detail["criterion"], line.detail["round"]
        one = Round.objects.get(workshop=self.workshop_id, criterion=asked, number=number)
        return Vote(seat.pk, one.pk, line.act == "voted")

    def shown(self, audience: str) -> dict[str, str]:
        """The fragments as a screen of that audience has them now."""
        here = self.audiences[audience]
        return {name: here.fill(shell) for name, shell in here.shells.items()}

    def check(self) -> None:
        """Board and screens are those of a page drawn anew, byte for byte."""
        loaded = shared_board(self.workshop_id)
        assert replace(self.loaded.board, now=loaded.now) == loaded
        for audience in fragments.SHARED:
            fresh = fragments.draw_shared(replace(loaded, now=self.drawn_at), audience)
            shown = self.shown(audience)
            for name, html in fresh.items():
                assert shown[name] == html, f"{name} for {audience}"
