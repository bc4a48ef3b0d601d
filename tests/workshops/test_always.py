"""What must always hold in a room, whatever people do in whatever order (hypothesis plays the people).

`STATEFUL_EXAMPLES` sets how many courses of a meeting are played (12 unless told).
"""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from decisions.base.errors import Conflict, NotAllowed
from tests import people
from tests.rooms import CRITERIA, room
from tests.workshops.followed import Followed
from workshops import actions
from workshops.board import own_boards, shared_board
from workshops.models import Ballot, Phase, Round, Seat
from workshops.states import PHASE_MOVES, REVEALED, ROUND_MOVES, may_move
from workshops.tally import Dot, shown_as, tally

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "12"))
CONFIDENCES = st.sampled_from(["unsure", "fairly", "sure"])
PEOPLE = st.integers(0, 9)
REFUSALS = (Conflict, NotAllowed)


class Meeting(RuleBasedStateMachine):
    """A room, a model of it that is kept beside, and people who try everything."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.clock = time_machine.travel("2026-11-18T09:00:00Z", tick=False)
        self.now = self.clock.start()
        self.secrets = 0

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @initialize(shown=st.sampled_from(["names", "roles", "counts"]), ahead=st.booleans())
    def begin(self, shown, ahead):
        self.room = room(shown=shown)
        self.followed = Followed(self.room.id)
        self.names = ["ines", "sam", "daria", "otto", "felix"]
        self.ballots: dict[tuple[int, int], tuple[int, str, str]] = {}  # (round, seat) -> what was acknowledged last
        self.frozen: dict[int, list[tuple]] = {}  # round -> its ballots as they were when it was revealed
        self.hidden: dict[int, set[str]] = {}  # round -> reasons that nobody else may read yet
        self.foreign = room(cast=self._elsewhere())
        actions.move_phase(workshop_id=self.foreign.id, phase="precheck", by=self.foreign.felix)
        actions.move_phase(workshop_id=self.foreign.id, phase="scoring", by=self.foreign.felix)
        self.foreign.score(CRITERIA[0], 2, ines=2, sam=2)
        self.foreign_version = self.foreign.now().version
        self.foreigners = {seat.id for seat in shared_board(self.foreign.id).seats}
        if ahead:
            actions.open_ahead(workshop_id=self.room.id, by=self.room.felix)
        else:
            self.room.go("precheck")
            self.room.go("scoring")
        self.board = shared_board(self.room.id, with_minutes=True)
        self.before = self._seen()

    def _elsewhere(self) -> people.Cast:
        ours = self.room.people
        return replace(ours, team=ours.other_team, felix=ours.xaver)

    # --- what people do

    def who(self, number: int) -> str:
        return self.names[number % len(self.names)]

    def seat(self, name: str) -> Seat:
        return self.room.seat(name)

    def last(self, criterion: str) -> Round | None:
        return Round.objects.filter(workshop=self.room.workshop, criterion=criterion).order_by("-number").first()

    def attempt(self, act, **arguments):
        """Try an act; a refusal must leave everything as it was."""
        self.now.shift(timedelta(seconds=31))
        before = self._everything()
        try:
            with transaction.atomic():
                return act(workshop_id=self.room.id, **arguments), True
        except REFUSALS:
            assert self._everything() == before
            return None, False

    @rule(number=PEOPLE, criterion=st.sampled_from(CRITERIA), score=st.integers(-2, 2), confidence=CONFIDENCES)
    def cast(self, number, criterion, score, confidence):
        name, target = self.who(number), self.last(criterion)
        if target is None:
            return
        self.secrets += 1
        reason = f"secret-{self.secrets}-"
        seat = self.seat(name)
        _ballot, done = self.attempt(
            actions.cast_ballot,
            round_id=target.pk,
            score=score,
            confidence=confidence,
            reason=reason,
            by=self.room.seats[name],
        )
        phase = self.room.now().phase
        may = seat.votes and target.state == "open" and phase in {"scoring", "precheck"}
        assert done == may
        if done:
            self.ballots[target.pk, seat.pk] = (score, confidence, reason)
            self.hidden.setdefault(target.pk, set()).add(reason)

    @rule(number=PEOPLE, criterion=st.sampled_from(CRITERIA))
    def withdraw(self, number, criterion):
        name, target = self.who(number), self.last(criterion)
        if target is None:
            return
        _none, done = self.attempt(actions.withdraw_ballot, round_id=target.pk, by=self.room.seats[name])
        if done:
            self.ballots.pop((target.pk, self.room.seats[name].pk), None)

    @rule(number=st.just(4) | PEOPLE, criterion=st.sampled_from(CRITERIA))
    def open(self, number, criterion):
        self.attempt(actions.open_round, criterion=criterion, by=self.room.seats[self.who(number)])

    @rule(number=st.just(4) | PEOPLE, criterion=st.sampled_from(CRITERIA) | st.none())
    def reveal(self, number, criterion):
        target = self.last(criterion) if criterion else None
        if criterion and target is None:
            return
        acknowledged = dict(self.ballots)
        shown, done = self.attempt(
            actions.reveal, round_id=target.pk if target else None, by=self.room.seats[self.who(number)]
        )
        if done:
            expected = sorted(
                (seat, *values) for (round_id, seat), values in acknowledged.items() if round_id == shown.pk
            )
            assert self._ballots_of(shown.pk) == expected, "exactly the ballots acknowledged before"
            said = self.room.workshop.minutes.filter(act="revealed").last().detail["ballots"]
            assert said == len(expected)
            self.frozen[shown.pk] = expected
            self.hidden.pop(shown.pk, None)

    @rule(number=st.just(4) | PEOPLE, criterion=st.sampled_from(CRITERIA), lean=st.integers(-2, 2) | st.none())
    def settle(self, number, criterion, lean):
        target = self.last(criterion)
        if target is None:
            return
        by = self.room.seats[self.who(number)]
        if lean is None:
            self.attempt(actions.leave_contested, round_id=target.pk, why="", by=by)
        else:
            self.attempt(actions.settle, round_id=target.pk, lean=lean, why="", by=by)

    @rule(number=st.just(4) | PEOPLE, criterion=st.sampled_from(CRITERIA))
    def reopen(self, number, criterion):
        before = self.last(criterion)
        kept = self._ballots_of(before.pk) if before else []
        again, done = self.attempt(actions.reopen_round, criterion=criterion, by=self.room.seats[self.who(number)])
        if done:
            assert (again.number, again.state) == (before.number + 1, "open")
            assert self._ballots_of(before.pk) == kept
            assert Round.objects.get(pk=before.pk).state in {"settled", "contested"}

    @rule(number=PEOPLE, criterion=st.sampled_from(CRITERIA))
    def note(self, number, criterion):
        if target := self.last(criterion):
            self.attempt(actions.add_note, round_id=target.pk, text="said", by=self.room.seats[self.who(number)])

    @rule(number=PEOPLE, role=st.sampled_from(["product", "legal"]), observer=st.booleans(), other=PEOPLE)
    def change_role(self, number, role, observer, other):
        open_now = Round.objects.filter(workshop=self.room.workshop, state="open").exists()
        seat = self.room.seats[self.who(other)]
        as_it_is = (self.seat(self.who(other)).role, self.seat(self.who(other)).is_observer)
        _seat, done = self.attempt(
            actions.change_role, seat_id=seat.pk, role=role, is_observer=observer, by=self.room.seats[self.who(number)]
        )
        assert not (done and open_now) or as_it_is == (role, observer), "roles stay while a round is open"

    @precondition(lambda self: len(self.names) < 10)
    @rule(role=st.sampled_from(["product", "security", "legal"]), observer=st.booleans())
    def join(self, role, observer):
        name = f"guest{len(self.names)}"
        self.now.shift(timedelta(seconds=31))
        if self.room.now().phase == Phase.CLOSED:
            with pytest.raises(Conflict):
                self.room.join(name, role, observer=observer)
        else:
            self.room.join(name, role, observer=observer)
            self.names.append(name)

    @rule(number=PEOPLE, other=PEOPLE, leave=st.booleans())
    def go(self, number, other, leave):
        name = self.who(number if leave else other)
        seat = self.room.seats[name]
        # what was cast ahead is frozen once the session has started, and stays
        unfrozen = Round.objects.filter(workshop=self.room.workshop, state="open", place=None)
        open_rounds = set(unfrozen.values_list("pk", flat=True))
        if leave:
            _none, done = self.attempt(actions.leave, by=seat)
        else:
            _none, done = self.attempt(actions.remove_seat, seat_id=seat.pk, by=self.room.seats[self.who(number)])
        if done:
            withdrawn = [key for key in self.ballots if key[1] == seat.pk and key[0] in open_rounds]
            for key in withdrawn:
                del self.ballots[key]
            assert self.room.workshop.minutes.last().detail["withdrawn_ballots"] == len(withdrawn), "never silently"

    @rule(number=st.just(4) | PEOPLE, other=PEOPLE, keep=st.booleans())
    def give_lead(self, number, other, keep):
        seats = self.room.seats
        self.attempt(actions.give_lead, seat_id=seats[self.who(other)].pk, keep=keep, by=seats[self.who(number)])

    @rule(number=st.just(4) | PEOPLE, phase=st.sampled_from(["lobby", "precheck", "scoring", "scoring", "outcome"]))
    def move(self, number, phase):
        was = self.room.now().phase
        _none, done = self.attempt(actions.move_phase, phase=phase, by=self.room.seats[self.who(number)])
        if done:
            assert may_move(PHASE_MOVES, was, phase)

    @rule(number=st.just(4) | PEOPLE)
    def start(self, number):
        self.attempt(actions.start_session, by=self.room.seats[self.who(number)])

    @rule(number=st.just(4) | PEOPLE, seconds=st.integers(-5, 10**6))
    def timer(self, number, seconds):
        self.attempt(actions.set_timer, seconds=seconds, by=self.room.seats[self.who(number)])

    @rule(number=PEOPLE)
    def nudge(self, number):
        self.attempt(actions.nudge, by=self.room.seats[self.who(number)])

    @precondition(lambda self: self.secrets > 12)
    @rule(number=PEOPLE)
    def close(self, number):
        self.attempt(actions.close, by=self.room.seats[self.who(number)])

    # --- what must hold after every step

    def _ballots_of(self, round_id: int) -> list[tuple]:
        return sorted(Ballot.objects.filter(round=round_id).values_list("seat_id", "score", "confidence", "reason"))

    def _everything(self) -> tuple:
        room = self.room
        return (
            list(type(room.workshop).objects.filter(pk=room.id).values_list()),
            sorted(Round.objects.filter(workshop=room.id).values_list()),
            sorted(Ballot.objects.filter(round__workshop=room.id).values_list()),
            sorted(
                Seat.objects.filter(workshop=room.id).values_list(
                    "pk", "role", "is_observer", "is_facilitator", "removed_at"
                )
            ),
            room.workshop.minutes.count(),
        )

    def _seen(self) -> tuple[str, int, dict[int, str]]:
        """What the room shows apart from the time, who is here and the version, the version, and each round's state."""
        board = self.board
        version = board.workshop.version
        states = dict(Round.objects.filter(workshop=self.room.id).values_list("pk", "state"))
        seats = tuple(replace(seat, is_here=True) for seat in board.seats)
        still = replace(board, now=None, dropped=None, seats=seats, workshop=replace(board.workshop, version=0))
        return repr(still), version, states

    @invariant()
    def everything_holds(self):
        self.board = shared_board(self.room.id, with_minutes=True)
        self.the_version_counts_visible_changes()
        self.ballots_are_what_was_acknowledged()
        self.one_open_round_a_criterion()
        self.nobody_sees_more_than_they_may()
        self.results_are_a_pure_recomputation()
        self.rooms_know_nothing_of_each_other()
        self.what_is_pushed_is_what_a_fresh_page_shows()

    def the_version_counts_visible_changes(self):
        seen, version, states = self._seen()
        was_seen, was_version, was_states = self.before
        assert version >= was_version
        assert seen == was_seen or version > was_version
        for pk, state in states.items():
            was = was_states.get(pk, "open")
            assert state == was or may_move(ROUND_MOVES, was, state), "only edges of the table"
        assert set(was_states) <= set(states), "no round is ever lost"
        self.before = (seen, version, states)

    def ballots_are_what_was_acknowledged(self):
        stored = Ballot.objects.filter(round__workshop=self.room.id)
        found = {(one.round_id, one.seat_id): (one.score, one.confidence, one.reason) for one in stored}
        assert len(stored) == len(found), "one ballot a round and seat"
        assert found == self.ballots
        for round_id, ballots in self.frozen.items():
            assert self._ballots_of(round_id) == ballots, "ballots never change once revealed"
        assert not stored.filter(seat__is_observer=True).exists()

    def what_is_pushed_is_what_a_fresh_page_shows(self):
        """What a process carries on from push to push is what a page would load and draw."""
        self.followed.go_on()
        self.followed.check()

    def one_open_round_a_criterion(self):
        open_now = list(Round.objects.filter(workshop=self.room.id, state="open").values_list("criterion", flat=True))
        assert len(open_now) == len(set(open_now))
        assert Round.objects.filter(workshop=self.room.id, state="revealed").count() <= 1

    def nobody_sees_more_than_they_may(self):
        board, text = self.board, repr(self.board)
        for reasons in self.hidden.values():
            assert not any(reason in text for reason in reasons)
        for criterion in board.criteria:
            for one in filter(None, (criterion.round, *criterion.history)):
                assert (one.results is None) == (one.state == "open")
        owns = own_boards(board, [seat.pk for seat in self.room.seats.values()])
        for seat_id, own in owns.items():
            shown = [one.ballot for one in own.rounds if one.ballot is not None]
            assert all(ballot.seat_id == seat_id for ballot in [*shown, *filter(None, [own.revealed])])
        assert set(owns) == set(
            Seat.objects.filter(workshop=self.room.id, removed_at=None).values_list("pk", flat=True)
        ), "who has left gets nothing"

    def results_are_a_pure_recomputation(self):
        board = self.board
        by_id = {
            one.id: one
            for criterion in board.criteria
            for one in filter(None, (criterion.round, *criterion.history))
            if one.state in REVEALED
        }
        for round_id, view in by_id.items():
            dots = [
                Dot(ballot.score, ballot.role, ballot.seat.name, ballot.confidence, ballot.reason)
                for ballot in Ballot.objects.filter(round=round_id).select_related("seat").order_by("pk")
            ]
            assert view.results == tally(shown_as(dots, board.workshop.shown))
            assert view.cast == len(dots)

    def rooms_know_nothing_of_each_other(self):
        assert not {seat.id for seat in self.board.seats} & self.foreigners
        assert self.foreign.now().version == self.foreign_version
        assert "Elsewhere" not in repr(self.board)


def test_a_meeting_keeps_its_promises_whatever_happens():
    run_state_machine_as_test(
        Meeting,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
