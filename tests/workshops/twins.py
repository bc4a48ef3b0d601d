"""Twin worlds: one schedule of acts run twice, differing only in other people's scores, confidences and reasons.

The first world is run with one set of values. From what happened there follows which ballots a reveal has shown;
those are the same in the second world, all others differ. Whatever an observer receives must then be the same.
"""

import hashlib
import logging
import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from decisions.models import User
from tests import people
from tests.rooms import CRITERIA, Room, room, sit
from tests.workshops.followed import Followed
from workshops import actions, fragments
from workshops.board import own_boards, shared_board
from workshops.live import bus
from workshops.models import Seat, SeatInvitation, Workshop
from workshops.presence import Notes

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
CONFIDENCES = ("unsure", "fairly", "sure")
ROLES = ("product", "security", "data", "engineering", "legal", "other")
PERSONAL = "personal-link-of-a-watcher"
LINK = re.compile("/i/[A-Za-z0-9_-]+/")  # of the mails: new with each of them
Act = tuple[Any, ...]
Value = tuple[int, str, str]


@dataclass(frozen=True)
class Schedule:
    """What happens, and to whom it is shown."""

    seed: int
    shown: str
    ahead: bool
    voters: tuple[str, ...]
    viewer: str  # the one voter whose own ballots are the same in both worlds
    acts: tuple[Act, ...]
    looks: frozenset[int]  # the acts after which pages are fetched


def schedule(seed: int) -> Schedule:
    """A schedule that is mostly possible: acts that come at a wrong time are part of it."""
    dice = random.Random(seed)
    voters = tuple(f"voter{place}" for place in range(dice.randint(2, 5)))
    ahead = dice.random() < 0.25
    acts: list[Act] = [("ahead",)] if ahead else [("phase", "precheck"), ("phase", "scoring")]
    started = False
    at = dice.choice(CRITERIA)
    state = "open" if ahead else "none"
    for _step in range(dice.randint(10, 26)):
        what = dice.random()
        one = at if dice.random() < 0.85 and not ahead else dice.choice(CRITERIA)
        if state == "none" and what < 0.7:
            acts.append(("open", at))
            state = "open"
        elif what < 0.55:
            acts.append(("cast", dice.choice(voters), one, dice.random()))
        elif what < 0.60:
            acts.append(("withdraw", dice.choice(voters), one))
        elif what < 0.68:
            if ahead and not started:
                acts.append(("start",))
                started = True
            acts.append(("reveal", one))
            state, at = "revealed", one
        elif what < 0.75:
            acts.append((dice.choice(("settle", "contest")), at))
            if state == "revealed":
                state = "open" if ahead else "none"
                at = dice.choice(CRITERIA)
        elif what < 0.79:
            acts.append(("reopen", one))
            state, at = "open", one
        elif what < 0.82:
            acts.append(("note", dice.choice(voters), one))
        elif what < 0.84:
            acts.append((dice.choice(("leave", "remove")), dice.choice(voters)))
        elif what < 0.87:
            acts.append(("join", dice.choice(ROLES), dice.random() < 0.3))
        elif what < 0.89:
            acts.append(("role", dice.choice(voters), dice.choice(ROLES)))
        elif what < 0.91:
            acts.append(("lead", dice.choice(voters)))
        elif what < 0.93:
            acts.append(("nudge",))
        elif what < 0.95:
            acts.append(("timer",))
        elif what < 0.97:
            acts.append(("invalid", one))
        else:
            acts.append(("phase", dice.choice(("precheck", "scoring", "outcome", "close"))))
    looks = frozenset(dice.sample(range(len(acts)), 1))
    return Schedule(
        seed, dice.choice(("names", "roles", "counts")), ahead, voters, dice.choice(voters), tuple(acts), looks
    )


@dataclass
class World:
    """One run of a schedule, and everything that was received in it."""

    plan: Schedule
    values: Callable[[int, str], Value]
    full: bool = False
    received: list[tuple[str, Any]] = field(default_factory=list)
    happened: list[bool] = field(default_factory=list)

    def run(self) -> "World":
        """Live through the schedule and leave no trace in the database."""
        with _nothing_stays(), time_machine.travel(START, tick=False) as clock, _log_lines() as lines:
            mail.outbox = []
            fragments.empty_ballot.cache_clear()  # each world is a process of its own
            cache.clear()  # and counts the tries at its links for itself
            self.room = _room(self.plan)
            self.notes = Notes()
            self.followed = Followed(self.room.id)
            self.browsers: dict[str, Client] = {}
            for step, act in enumerate(self.plan.acts):
                clock.move_to(START + timedelta(seconds=30 * (step + 1)))
                self.happened.append(self._do(step, act))
                self._look(step)
            self.received.append(("log", list(lines)))
            letters = [(letter.to, letter.subject, LINK.sub("/i/TOKEN/", letter.body)) for letter in mail.outbox]
            self.received.append(("mail", letters))
        return self

    # --- acting

    def _do(self, step: int, act: Act) -> bool:
        """Whether the act was possible; refusals to the observers are part of what they receive."""
        try:
            with transaction.atomic():
                return getattr(self, f"_{act[0]}")(step, *act[1:])
        except (Conflict, NotAllowed) as refusal:
            self.received.append((f"{step} refused", (type(refusal).__name__, str(refusal))))
            return False

    def _by(self, who: str) -> dict[str, Any]:
        return {"workshop_id": self.room.id, "by": self.room.seats[who]}

    def _post(self, step: int, who: str, name: str, data: dict[str, Any], **arguments: Any) -> bool:
        """An act of an observer over HTTP, so that its answer is among what is received."""
        browser = self.browser(who)
        htmx = {"HTTP_HX_REQUEST": "true"} if step % 2 else {}
        answer = browser.post(self.room.url(name, **arguments), data, **htmx)
        self.received.append((f"{step} {who} posts {name}", received(answer)))
        return answer.status_code < 400

    def _lead_post(self, step: int, name: str, data: dict[str, Any] | None = None, **arguments: Any) -> bool:
        stage = Workshop.objects.values_list("stage", flat=True).get(pk=self.room.id)
        return self._post(step, "felix", name, {"stage": stage, **(data or {})}, **arguments)

    def _round(self, criterion: str) -> int:
        last = self.room.workshop.rounds.filter(criterion=criterion).order_by("-number").first()
        if last is None:
            raise Conflict("never opened")
        return last.pk

    def _phase(self, step: int, phase: str) -> bool:
        return self._lead_post(step, "close") if phase == "close" else self._lead_post(step, "phase", {"phase": phase})

    def _ahead(self, step: int) -> bool:
        return self._lead_post(step, "open_ahead")

    def _start(self, step: int) -> bool:
        return self._lead_post(step, "start_session")

    def _open(self, step: int, criterion: str) -> bool:
        return self._lead_post(step, "open_round", {"criterion": criterion})

    def _cast(self, step: int, who: str, criterion: str, _chance: float) -> bool:
        score, confidence, reason = self.values(step, who)
        at = self._round(criterion)
        if who == self.plan.viewer:
            data = {"score": score, "confidence": confidence, "reason": reason}
            return self._post(step, who, "ballot", data, round_id=at)
        actions.cast_ballot(round_id=at, score=score, confidence=confidence, reason=reason, **self._by(who))
        return True

    def _withdraw(self, step: int, who: str, criterion: str) -> bool:
        actions.withdraw_ballot(round_id=self._round(criterion), **self._by(who))
        return True

    def _reveal(self, step: int, criterion: str) -> bool:
        asked = self._lead_post(step, "reveal", round_id=self._round(criterion))  # perhaps asks: really?
        return self._lead_post(step, "reveal", {"anyway": "1"}, round_id=self._round(criterion)) or asked

    def _settle(self, step: int, criterion: str) -> bool:
        return self._lead_post(step, "settle", {"lean": "1", "why": "so"}, round_id=self._round(criterion))

    def _contest(self, step: int, criterion: str) -> bool:
        return self._lead_post(step, "settle", {"contested": "1", "why": ""}, round_id=self._round(criterion))

    def _reopen(self, step: int, criterion: str) -> bool:
        return self._lead_post(step, "reopen", {"criterion": criterion})

    def _note(self, step: int, who: str, criterion: str) -> bool:
        actions.add_note(round_id=self._round(criterion), text="as was said", **self._by(who))
        return True

    def _leave(self, step: int, who: str) -> bool:
        actions.leave(**self._by(who))
        return True

    def _remove(self, step: int, who: str) -> bool:
        return self._lead_post(step, "remove_seat", seat_id=self.room.seats[who].pk)

    def _join(self, step: int, role: str, observer: bool) -> bool:
        seat = self.room.join(f"guest{step}", role, observer=observer)
        _name_key(seat)
        return True

    def _role(self, step: int, who: str, role: str) -> bool:
        actions.change_role(seat_id=self.room.seats[who].pk, role=role, is_observer=False, **self._by(who))
        return True

    def _lead(self, step: int, who: str) -> bool:
        return self._lead_post(step, "share_lead", seat_id=self.room.seats[who].pk)

    def _nudge(self, step: int) -> bool:
        return self._lead_post(step, "nudge")

    def _remind(self, step: int) -> bool:
        return self._lead_post(step, "remind")

    def _timer(self, step: int) -> bool:
        return self._lead_post(step, "timer", {"seconds": 120})

    def _invalid(self, step: int, criterion: str) -> bool:
        at = self._round(criterion)
        return self._post(step, self.plan.viewer, "ballot", {"score": "7", "reason": "typed"}, round_id=at)

    # --- looking

    def _look(self, step: int) -> None:
        """What the observers could see after this act: the boards always, pages and streams now and then."""
        kept = [self.room.seats[name].pk for name in (self.plan.viewer, "felix", "otto")]
        board = shared_board(self.room.id, with_minutes=True)
        self.received.append((f"{step} board", repr(board)))
        self.received.append((f"{step} presence", repr(self.notes.bring({self.room.id: kept}))))
        self.received.append((f"{step} own boards", repr(own_boards(board, kept))))
        self.received.append((f"{step} signals", self._signals()))
        self.followed.go_on()
        self.received.append((f"{step} hub's board", repr(self.followed.loaded.board)))
        self.received.append((f"{step} hub's screens", masked(repr(self.followed.audiences))))
        if step not in self.plan.looks and not (self.full and step == len(self.plan.acts) - 1):
            return
        loaded = fragments.load_room(self.room.id)
        for audience in fragments.SHARED:
            self.received.append((f"{step} stream of {audience}", masked(repr(loaded.draw(audience)))))
        self.received.append((f"{step} own stream", masked(repr(loaded.draw_own(kept)))))
        dice = random.Random(self.plan.seed * 1000 + step)
        for who, address in dice.sample(sorted(self.channels()), 4) if not self.full else sorted(self.channels()):
            self.received.append((f"{step} {who} gets {address}", received(self.browser(who).get(address))))

    def _signals(self) -> list[str]:
        """What has been said on the bus until now, word for word; other jobs for after the commit are only counted."""
        said: list[str] = []
        with patch.object(bus, "_send_without_hub", said.append):
            for _savepoints, job, _robust in connection.run_on_commit:
                if "publish" in getattr(getattr(job, "__code__", None), "co_names", ()):
                    job()
                else:
                    said.append("a job")
        return said

    def browser(self, who: str) -> Client:
        """The browser of one of the observers."""
        if who not in self.browsers:
            browser = self.browsers[who] = Client()
            if who in self.room.seats:
                sit(browser, self.room.seats[who])
            if who == "admin":
                browser.force_login(User.objects.create_superuser("admin@example.org", "secret", name="Admin"))
            elif who in {"mina", "olga", "xaver"}:
                browser.force_login(getattr(self.room.people, who))
        return self.browsers[who]

    def channels(self) -> set[tuple[str, str]]:
        """Every address that can be asked for, by everybody who is no other voter."""
        known = {
            "slug": self.room.people.team.slug,
            "number": self.room.workshop.decision.number,
            "workshop_id": self.room.workshop.public_id,
            "round_id": self.room.workshop.rounds.values_list("pk", flat=True).last() or 1,
            "token": self.room.workshop.join_token,
            "what": "remove",
        }
        found: set[tuple[str, str]] = set()
        for name, needs in routes():
            if needs <= set(known):
                at = {**known, "token": PERSONAL} if name == "workshops:personal_link" else known
                address = reverse(name, kwargs={key: at[key] for key in needs})
                inside = name.startswith("workshops:")
                found |= {(who, address) for who in (self.plan.viewer, "felix", "otto") if inside}
                found |= {(who, address) for who in ("mina", "olga")}
                found |= {(who, address) for who in ("xaver", "stranger") if inside}
        for model in ("workshop", "round", "seat", "ballot", "minute", "talknote"):
            for part, arguments in (("changelist", []), ("change", [1])):
                found.add(("admin", _admin(model, part, arguments)))
        found.add(("felix", self.room.url("state") + "?view=screen"))
        return {(who, address) for who, address in found if address}


def routes() -> Iterator[tuple[str, frozenset[str]]]:
    """The names of all routes of the rooms and decisions with the arguments they need, whoever adds them."""

    def walk(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
            elif isinstance(entry, URLPattern) and entry.name and spaces and spaces[0] != "admin":
                yield ":".join((*spaces, entry.name)), frozenset(entry.pattern.regex.groupindex)

    yield from walk(get_resolver(), ())


def _admin(model: str, part: str, arguments: list[int]) -> str:
    from django.urls import NoReverseMatch

    try:
        return reverse(f"admin:workshops_{model}_{part}", args=arguments)
    except NoReverseMatch:
        return ""  # the admin does not show it at all


def _room(plan: Schedule) -> Room:
    """The room before the schedule begins, with everything random in it pinned."""
    made = room(shown=plan.shown, cast=people.cast(), context="What the team knows.")
    for name in ("ines", "sam", "daria"):
        made.seats[name].delete()
        del made.seats[name]
    for place, name in enumerate(plan.voters):
        made.join(name, ROLES[place % 4])
    pinned = {"public_id": UUID(int=4711), "join_code": "ABCDEFGH", "join_token": "join-token"}
    Workshop.objects.filter(pk=made.id).update(**pinned)
    made.workshop = made.now()
    made.seats = {name: Seat.objects.get(pk=seat.pk) for name, seat in made.seats.items()}
    for seat in made.seats.values():
        _name_key(seat)
    _invite(made, "Watcher", PERSONAL, is_observer=True)
    _invite(made, "Absent", "sent to somebody who has not come")
    _invite(made, "Voter1", "sent to a voter", seat=made.seats["voter1"])
    return made


def _invite(made: Room, name: str, token: str, **more: Any) -> None:
    SeatInvitation.objects.create(
        workshop=made.workshop,
        email=f"{name.lower()}@example.org",
        name=name,
        role="data",
        invited_by="Felix",
        token_hash=token_hash(token),
        **more,
    )


def _name_key(seat: Seat) -> None:
    seat.key = f"key-of-{seat.name}"
    seat.save(update_fields=["key"])


@contextmanager
def _nothing_stays() -> Iterator[None]:
    """A transaction that is rolled back, in which numbers of rows begin at one again."""
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        tables = [{"table": model._meta.db_table, "column": "id"} for model in _numbered()]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_by_name_sql(no_style(), tables):
                cursor.execute(statement)
        already = len(connection.run_on_commit)
        yield
        transaction.set_rollback(True)
    del connection.run_on_commit[already:]


def _numbered() -> list[Any]:
    from django.apps import apps
    from django.db.models import AutoField

    models = [*apps.get_app_config("workshops").get_models(), *apps.get_app_config("decisions").get_models()]
    return [model for model in models if isinstance(model._meta.pk, AutoField)]


@contextmanager
def _log_lines() -> Iterator[list[str]]:
    """Every line that any logger writes meanwhile."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith("markdown_it"):  # the guide is read once a process
                lines.append(masked(f"{record.name} {record.getMessage()}"))

    root, keeper = logging.getLogger(), Keep(logging.DEBUG)
    before = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keeper)
        root.setLevel(before)


# Sixty-four signs in a form or a header for htmx, thirty-two in the cookie: new with each browser.
TOKEN = re.compile(
    r"(csrfmiddlewaretoken\W+value\W+|CSRFToken\W+(?:quot;\W*)?|csrftoken=)[A-Za-z0-9]{32,64}", re.IGNORECASE
)


def masked(text: str) -> str:
    """Without what differs between any two runs: CSRF tokens. Everything else is pinned."""
    return TOKEN.sub(r"\1TOKEN", text)


def received(answer: Any) -> tuple[int, str, str]:
    """Everything that one answer carries: status, headers and cookies, and body (whole, so also its length)."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items())
    cookies = sorted(f"{name}={morsel.OutputString()}" for name, morsel in answer.cookies.items())
    return (
        answer.status_code,
        masked("\n".join([*headers, *cookies])),
        masked(body.decode("utf-8", "replace")),
    )


# --- the two worlds


def value(seed: int, world: str, step: int, who: str) -> Value:
    """A ballot's values, different in different worlds in every part, length included."""
    dice = random.Random(f"{seed} {world} {step} {who}")
    reason = f"{world} " + hashlib.sha256(f"{seed}{world}{step}{who}".encode()).hexdigest() * dice.randint(1, 3)
    return dice.randint(-2, 2), dice.choice(CONFIDENCES), reason if dice.random() < 0.8 else ""


def shown_by_a_reveal(plan: Schedule, happened: list[bool]) -> set[int]:
    """The casts whose ballot a later reveal has shown: those must be the same in both worlds."""
    standing: dict[tuple[str, str], int] = {}
    shown: set[int] = set()
    frozen: set[str] = set()  # criteria scored ahead, once the session has started
    for step, (act, ok) in enumerate(zip(plan.acts, happened, strict=True)):
        if not ok:
            continue
        if act[0] == "cast":
            standing[act[1], act[2]] = step
        elif act[0] == "withdraw":
            standing.pop((act[1], act[2]), None)
        elif act[0] == "start":
            frozen = set(CRITERIA)
        elif act[0] in {"leave", "remove"}:
            standing = {key: at for key, at in standing.items() if key[0] != act[1] or key[1] in frozen}
        elif act[0] in {"reveal", "reopen"}:
            mine = act[1]
            frozen -= {mine}
            if act[0] == "reveal":
                shown |= {at for (_who, criterion), at in standing.items() if criterion == mine}
            standing = {key: at for key, at in standing.items() if key[1] != mine}
    return shown


def twins(plan: Schedule, *, full: bool = False) -> tuple[World, World, int]:
    """Both worlds, and how many ballots differed between them."""
    one = World(plan, lambda step, who: value(plan.seed, "one", step, who), full).run()
    same = shown_by_a_reveal(plan, one.happened)
    differed = 0

    def other(step: int, who: str) -> Value:
        nonlocal differed
        if who == plan.viewer or step in same:
            return value(plan.seed, "one", step, who)
        differed += 1
        return value(plan.seed, "two", step, who)

    return one, World(plan, other, full).run(), differed


def difference(one: World, two: World) -> str:
    """The first thing that was received differently, empty when the worlds look the same."""
    for (what, first), (again, second) in zip(one.received, two.received, strict=False):
        if what != again:
            return f"one world has {what}, the other {again}"
        if first != second:
            return f"{what}: {_apart(str(first), str(second))}"
    return "" if len(one.received) == len(two.received) else "one world received more"


def _apart(first: str, second: str) -> str:
    at = next(
        (place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    return f"...{first[max(0, at - 80) : at + 120]!r} is not ...{second[max(0, at - 80) : at + 120]!r}"
