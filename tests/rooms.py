"""Rooms for the stories that tests tell: three owners who vote, a facilitator who leads, an observer, and outsiders.

Felix leads and does not vote; Ines speaks for product, Sam for security, Daria for data; Otto only watches. Of the
team beside Felix, Olga owns it and Mina is a member; Xaver belongs to another team.
"""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse

from decisions.models import User
from tests import people
from workshops import actions
from workshops.models import Ballot, Round, Seat, Workshop
from workshops.seats import cookie_name, set_seat_cookie

CHURN, AUDIT, STABILITY, COST, SENSITIVITY = CRITERIA = (
    "knowledge_churn",
    "audit_trust",
    "task_stability",
    "latency_cost",
    "data_sensitivity",
)


@dataclass
class Room:
    """One workshop with its people; the acts here are the product's own, only shorter to write."""

    workshop: Workshop
    people: people.Cast
    seats: dict[str, Seat] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Seat:
        """`room.ines` is her seat."""
        try:
            return self.__dict__["seats"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def id(self) -> int:
        return self.workshop.pk

    def now(self) -> Workshop:
        """The workshop as it is in the database now."""
        return Workshop.objects.get(pk=self.workshop.pk)

    def seat(self, name: str) -> Seat:
        """A seat as it is in the database now."""
        return Seat.objects.get(pk=self.seats[name].pk)

    def join(self, name: str, role: str = "engineering", *, observer: bool = False, user: User | None = None) -> Seat:
        """Somebody takes a seat; from then on `room.<name>` is theirs."""
        taken = actions.join(
            workshop_id=self.id, name=name.capitalize(), role=role, is_observer=observer, user=user, email=""
        )
        self.seats[name] = taken
        return taken

    def go(self, phase: str) -> None:
        """Felix takes the meeting to a phase."""
        actions.move_phase(workshop_id=self.id, phase=phase, by=self.felix)

    def open(self, criterion: str = CHURN) -> Round:
        """Felix opens a criterion."""
        return actions.open_round(workshop_id=self.id, criterion=criterion, by=self.felix)

    def vote(self, name: str, round_: Round, score: int, confidence: str = "fairly", reason: str = "") -> Ballot:
        """Somebody votes; the stored ballot."""
        actions.cast_ballot(
            workshop_id=self.id,
            round_id=round_.pk,
            score=score,
            confidence=confidence,
            reason=reason,
            by=self.seats[name],
        )
        return Ballot.objects.get(round=round_, seat=self.seats[name])

    def votes(self, round_: Round, **scores: int) -> None:
        """Several vote: `room.votes(round, ines=-2, sam=1)`."""
        for name, score in scores.items():
            self.vote(name, round_, score)

    def reveal(self, round_: Round | None = None) -> Round:
        """Felix reveals."""
        return actions.reveal(workshop_id=self.id, round_id=round_.pk if round_ else None, by=self.felix)

    def settle(self, round_: Round, lean: int, why: str = "Agreed in the talk.") -> Round:
        """Felix settles, with a reason for leans that need one."""
        return actions.settle(workshop_id=self.id, round_id=round_.pk, lean=lean, why=why, by=self.felix)

    def score(self, criterion: str, lean: int | None, **scores: int) -> Round:
        """A criterion from opening to its end: settled at `lean`, or left contested without one."""
        opened = self.open(criterion)
        self.votes(opened, **scores)
        self.reveal(opened)
        if lean is None:
            return actions.leave_contested(workshop_id=self.id, round_id=opened.pk, why="", by=self.felix)
        return self.settle(opened, lean)

    def minutes(self) -> list[tuple[str, str]]:
        """Who did what, in order."""
        return list(self.workshop.minutes.values_list("who", "act"))

    def client(self, name: str | None = None, **more: Any) -> Client:
        """A browser: of somebody's seat, or of a stranger."""
        browser = Client(**more)
        if name is not None:
            sit(browser, self.seats[name])
        return browser

    def url(self, name: str, **arguments: Any) -> str:
        """An address of this room."""
        return reverse(f"workshops:{name}", kwargs={"workshop_id": self.workshop.public_id, **arguments})


class _Jar:
    """Takes the cookie that the product sets."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser

    def set_cookie(self, name: str, value: str, **_attributes: Any) -> None:
        self.browser.cookies[name] = value


def sit(browser: Client, seat: Seat) -> None:
    """Give a browser a seat, as joining does; the seat of an account comes with being signed in."""
    if seat.user is not None:
        browser.force_login(seat.user, backend="django.contrib.auth.backends.ModelBackend")
    set_seat_cookie(_Jar(browser), seat, seat.workshop.public_id)  # type: ignore[arg-type]
    assert cookie_name(seat.workshop.public_id) in browser.cookies


def room(*, shown: str = "names", cast: people.Cast | None = None, **decision: Any) -> Room:
    """A workshop in its lobby with Felix, Ines, Sam, Daria and Otto."""
    cast = cast or people.cast()
    asked = people.decision(cast.team, **decision)
    workshop, felix = actions.create_workshop(
        decision=asked, by=cast.felix, name="Felix", role="other", is_observer=True, shown=shown
    )
    made = Room(workshop, cast, {"felix": felix})
    made.join("ines", "product")
    made.join("sam", "security")
    made.join("daria", "data")
    made.join("otto", "engineering", observer=True)
    return made


def scoring(**more: Any) -> Room:
    """The same room, ready to score."""
    made = room(**more)
    made.go("precheck")
    made.go("scoring")
    return made


def outcome(leans: tuple[int | None, ...] = (-2, -1, 0, -1, -2), **more: Any) -> Room:
    """The same room with all five criteria scored, at its outcome; None leaves a criterion contested."""
    made = scoring(**more)
    for criterion, lean in zip(CRITERIA, leans, strict=True):
        score = 0 if lean is None else lean
        made.score(criterion, lean, ines=score, sam=1 if lean is None else score, daria=-1 if lean is None else score)
    made.go("outcome")
    return made
