"""Races of one room on PostgreSQL, each with its proof that the lock is needed.

The lock is the workshop's row (`workshops.actions.act`). With it, everything below holds in every trial; with it taken
away, each race is lost in some trial, so the lock is not decoration. `RACE_TRIALS` sets how many are held (80 unless told; a
long run holds 500).
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection
from django.db.models import Count, QuerySet

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from tests import people
from tests.rooms import AUDIT, CHURN
from workshops import actions
from workshops.actions import people as seat_acts
from workshops.actions import single_statement
from workshops.models import Ballot, Minute, Phase, Role, Round, RoundState, Seat, SeatInvitation, Workshop

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TRIALS = int(os.environ.get("RACE_TRIALS", "80"))
LOST_WITHIN = 500  # trials, without the lock; the first that is lost is the last
ACKNOWLEDGED = "acknowledged"


class Crowd:
    """Threads that keep their connections and start their acts at the same moment."""

    def __init__(self, size: int) -> None:
        self.pool = ThreadPoolExecutor(size)
        self.barrier = threading.Barrier(size)
        self.dice = random.Random(20261118)

    def together(self, *acts):
        """Run the acts at once; each answers with its result, or with the refusal it met."""

        def one(act, pause):
            self.barrier.wait()
            if pause:
                time.sleep(pause)
            try:
                return act()
            except (Conflict, IntegrityError, NotAllowed) as refusal:
                return refusal

        return [
            future.result()
            for future in [self.pool.submit(one, act, self.dice.choice((0, 0, 0.0005, 0.001))) for act in acts]
        ]


@contextmanager
def crowd(size: int):
    """A crowd whose connections are closed at the end: else the test database could not be dropped."""
    them = Crowd(size)
    try:
        yield them
    finally:
        them.together(*[lambda: connection.close()] * size)  # each thread its own
        them.pool.shutdown()


@pytest.fixture
def no_lock(monkeypatch):
    """The product with its row locks taken away."""
    monkeypatch.setattr(sys.modules[__name__], "TRIALS", LOST_WITHIN)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_args, **_more: self)


def rooms(state: str = RoundState.OPEN, criterion: str = CHURN, facilitators: int = 1):
    """As many rooms as trials, each with one round and Felix, Flora (when two lead), Ines and Sam."""
    cast = people.cast()
    asked = people.decision(cast.team)
    workshops = Workshop.objects.bulk_create(
        Workshop(decision=asked, phase=Phase.SCORING, created_by=cast.felix) for _ in range(TRIALS)
    )
    rounds = Round.objects.bulk_create(
        Round(workshop=workshop, criterion=criterion, number=1, state=state) for workshop in workshops
    )
    names = {"Felix": True, "Flora": facilitators > 1, "Ines": False, "Sam": False}
    seats = Seat.objects.bulk_create(
        Seat(workshop=workshop, name=name, role=Role.PRODUCT, is_facilitator=leads)
        for workshop in workshops
        for name, leads in names.items()
    )
    for at, (workshop, round_) in enumerate(zip(workshops, rounds, strict=True)):
        yield workshop, round_, seats[4 * at : 4 * at + 4]


def trials(size: int, acts, **more):
    """Hold one trial a room: yields the workshop, its round and what each of the acts was answered."""
    with crowd(size) as them:
        for workshop, round_, seats in rooms(**more):
            yield workshop, round_, them.together(*acts(workshop, round_, *seats))


def counted(rows, by: str) -> dict[int, int]:
    """How many rows there are for each workshop or round."""
    return dict(rows.order_by().values_list(by).annotate(Count("pk")))


def cast(round_, seat, score=1):
    """A vote that answers ACKNOWLEDGED when it was taken."""
    given = {"score": score, "confidence": "sure", "reason": ""}

    def vote():
        actions.cast_ballot(workshop_id=round_.workshop_id, round_id=round_.pk, by=seat, **given)
        return ACKNOWLEDGED

    return vote


def cast_by_statement(round_, seat, score=1):
    """The same in one statement; what it refuses, the ordinary act does or refuses in words."""
    given = {"score": score, "confidence": "sure", "reason": ""}
    public_id = round_.workshop.public_id

    def vote():
        if actions.vote(public_id=public_id, held=(seat.pk, seat.key), round_id=round_.pk, cast=given):
            return ACKNOWLEDGED
        return cast(round_, seat, score)()

    return vote


both_ways = pytest.mark.parametrize("way", [cast, cast_by_statement])


# --- a vote against the reveal


def two_votes_and_the_reveal(way):
    def acts(workshop, round_, felix, _flora, ines, sam):
        yield way(round_, ines)
        yield way(round_, sam)
        yield lambda: actions.reveal(workshop_id=workshop.pk, round_id=round_.pk, by=felix, stage=workshop.stage)

    return acts


def said_at_the_reveal() -> dict[int, int]:
    """How many ballots each room's reveal has shown, by the room's minutes."""
    return {line.workshop_id: line.detail["ballots"] for line in Minute.objects.filter(act="revealed")}


@both_ways
def test_a_vote_at_the_moment_of_the_reveal_is_counted_or_refused_never_acknowledged_and_uncounted(way):
    held = list(trials(3, two_votes_and_the_reveal(way)))
    said, stored = said_at_the_reveal(), counted(Ballot.objects, "round_id")
    outcomes = Counter()
    for workshop, round_, (*votes, revealed) in held:
        assert isinstance(revealed, Round)
        acknowledged = votes.count(ACKNOWLEDGED)
        assert all(vote == ACKNOWLEDGED or isinstance(vote, Conflict) for vote in votes)
        assert said[workshop.pk] == acknowledged == stored.get(round_.pk, 0)
        outcomes[acknowledged] += 1
    assert sum(outcomes.values()) == TRIALS
    assert len(outcomes) > 1, "the acts never met: this would prove nothing"


def loses_votes_at_the_reveal(way) -> bool:
    """Whether some reveal shows fewer ballots than were acknowledged."""
    return any(
        votes.count(ACKNOWLEDGED) > Minute.objects.get(workshop=workshop, act="revealed").detail["ballots"]
        for workshop, _round, (*votes, _revealed) in trials(3, two_votes_and_the_reveal(way))
    )


def test_without_the_lock_acknowledged_votes_are_lost_at_the_reveal(no_lock):
    assert loses_votes_at_the_reveal(cast)


WEAKER_LOCKS = {
    "none on seat and round": "FOR NO KEY UPDATE OF w",
    "key share": "FOR NO KEY UPDATE OF w FOR KEY SHARE OF s, r",
}


@pytest.mark.parametrize("locks", WEAKER_LOCKS.values(), ids=WEAKER_LOCKS)
def test_with_a_weaker_lock_the_statement_loses_acknowledged_votes_at_the_reveal(locks, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "TRIALS", LOST_WITHIN)
    monkeypatch.setattr(single_statement, "LOCKS", locks)
    assert loses_votes_at_the_reveal(cast_by_statement)


def vote_and_removal(way):
    def acts(workshop, round_, felix, _flora, ines, _sam):
        yield way(round_, ines)
        yield lambda: actions.remove_seat(workshop_id=workshop.pk, seat_id=ines.pk, by=felix)

    return acts


@both_ways
def test_a_vote_at_the_moment_of_a_removal_is_withdrawn_or_refused_and_never_left_behind(way):
    answers = Counter(str(answer[0]) for *_room, answer in trials(2, vote_and_removal(way)))
    assert Ballot.objects.count() == 0
    assert len(answers) == 2, "the acts never met: this would prove nothing"


@pytest.mark.parametrize("locks", WEAKER_LOCKS.values(), ids=WEAKER_LOCKS)
def test_with_a_weaker_lock_the_statement_leaves_a_ballot_of_a_removed_seat_behind(locks, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "TRIALS", LOST_WITHIN)
    monkeypatch.setattr(single_statement, "LOCKS", locks)
    assert any(
        Ballot.objects.filter(round=round_).exists()
        for _w, round_, _a in trials(2, vote_and_removal(cast_by_statement))
    )


# --- a changed mind against the start of the session


def change_and_start(way):
    """Ines changes her mind on what she scored ahead; said in time, her criterion is the one to differ most on."""

    def acts(workshop, round_, felix, _flora, ines, sam):
        Workshop.objects.filter(pk=workshop.pk).update(scored_ahead=True)
        other = Round.objects.create(workshop=workshop, criterion=AUDIT)
        for one, hers, his in ((round_, -2, -2), (other, -2, 0)):
            for seat, score in ((ines, hers), (sam, his)):
                Ballot.objects.create(round=one, seat=seat, role=seat.role, score=score)
        yield way(round_, ines, 2)
        yield lambda: actions.start_session(workshop_id=workshop.pk, by=felix, stage=workshop.stage)

    return acts


def changes_at_the_start(way):
    """For each room whether the change was acknowledged, whether it stands, and whether the order knows of it."""
    for _workshop, round_, (change, _started) in trials(2, change_and_start(way)):
        stands = Ballot.objects.get(round=round_, seat__name="Ines").score == 2
        yield change == ACKNOWLEDGED, stands, Round.objects.get(pk=round_.pk).place == 0


@both_ways
def test_a_change_at_the_start_of_the_session_counts_for_the_order_or_is_refused(way):
    outcomes = Counter(changes_at_the_start(way))
    assert set(outcomes) == {(True, True, True), (False, False, False)}, "or the acts never met"


def test_without_the_lock_an_acknowledged_change_is_unknown_to_the_order(no_lock):
    assert any(acknowledged and not ordered for acknowledged, _stands, ordered in changes_at_the_start(cast))


@pytest.mark.parametrize("locks", WEAKER_LOCKS.values(), ids=WEAKER_LOCKS)
def test_with_a_weaker_lock_the_statement_changes_a_frozen_ballot(locks, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "TRIALS", LOST_WITHIN)
    monkeypatch.setattr(single_statement, "LOCKS", locks)
    assert any(stands and not ordered for _acknowledged, stands, ordered in changes_at_the_start(cast_by_statement))


# --- two facilitators


def settle_at_both_ends(workshop, round_, felix, flora, _ines, _sam):
    for seat, lean in ((felix, -2), (flora, 2)):
        yield lambda seat=seat, lean=lean: actions.settle(
            workshop_id=workshop.pk, round_id=round_.pk, lean=lean, why=seat.name, by=seat, stage=workshop.stage
        )


def test_of_two_facilitators_one_settles_and_the_other_is_told():
    held = list(trials(2, settle_at_both_ends, state=RoundState.REVEALED, facilitators=2))
    stored = Round.objects.in_bulk()
    for _workshop, round_, answers in held:
        (won,) = (answer for answer in answers if isinstance(answer, Round))
        (refused,) = (answer for answer in answers if isinstance(answer, Conflict))
        assert (stored[round_.pk].lean, stored[round_.pk].settled_by) == (won.lean, won.settled_by)
        assert "The workshop has moved on." in str(refused)
    assert len(held) == TRIALS


def test_without_the_lock_both_facilitators_are_told_that_they_settled(no_lock):
    held = trials(2, settle_at_both_ends, state=RoundState.REVEALED, facilitators=2)
    assert any(all(isinstance(answer, Round) for answer in answers) for *_room, answers in held)


def open_different_criteria(workshop, _round, felix, flora, _ines, _sam):
    for seat, criterion in ((felix, CHURN), (flora, AUDIT)):
        yield lambda seat=seat, criterion=criterion: actions.open_round(
            workshop_id=workshop.pk, criterion=criterion, by=seat, stage=workshop.stage
        )


BEFORE = {"state": RoundState.CONTESTED, "criterion": "task_stability", "facilitators": 2}


def test_two_facilitators_open_one_criterion_not_two():
    held = list(trials(2, open_different_criteria, **BEFORE))
    for *_room, answers in held:
        assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Round"]
    open_now = counted(Round.objects.filter(state=RoundState.OPEN), "workshop_id")
    assert Counter(open_now.values()) == {1: TRIALS}


def test_without_the_lock_two_criteria_stand_open(no_lock):
    held = trials(2, open_different_criteria, **BEFORE)
    assert any(workshop.rounds.filter(state=RoundState.OPEN).count() == 2 for workshop, *_rest in held)


# --- the same thing twice, and two things at once


def vote_twice(way):
    """A double submit of one ballot, with different scores as after a hasty correction."""

    def acts(_workshop, round_, _felix, _flora, ines, _sam):
        yield way(round_, ines, -1)
        yield way(round_, ines, 2)

    return acts


@both_ways
def test_a_double_submit_makes_one_row_and_one_line_of_minutes(way):
    held = list(trials(2, vote_twice(way)))
    stored = {ballot.round_id: ballot for ballot in Ballot.objects.all()}
    assert Ballot.objects.count() == len(stored) == TRIALS
    assert Minute.objects.filter(act="voted").count() == TRIALS
    versions = dict(Workshop.objects.values_list("pk", "version"))
    for workshop, _round, answers in held:
        assert answers == [ACKNOWLEDGED] * 2
        assert versions[workshop.pk] == workshop.version + 1
    assert set(Counter(ballot.score for ballot in stored.values())) == {-1, 2}, "either may be the later one"


def test_without_the_lock_a_double_submit_fails(no_lock):
    held = trials(2, vote_twice(cast))
    assert any(isinstance(answer, IntegrityError) for *_room, answers in held for answer in answers)


def two_votes(way):
    def acts(_workshop, round_, _felix, _flora, ines, sam):
        yield way(round_, ines)
        yield way(round_, sam)

    return acts


@both_ways
def test_each_of_two_votes_at_once_raises_the_version(way):
    began = {workshop.pk: workshop.version for workshop, *_rest in trials(2, two_votes(way))}
    raised = Counter(one.version - began[one.pk] for one in Workshop.objects.all())
    assert raised == {2: TRIALS}


def test_without_the_lock_two_votes_share_one_version_and_a_screen_may_miss_the_second(no_lock):
    held = trials(2, two_votes(cast))
    assert any(Workshop.objects.get(pk=workshop.pk).version == workshop.version + 1 for workshop, *_rest in held)


# --- seats


def both_leave(workshop, _round, felix, flora, _ines, _sam):
    for seat in (felix, flora):
        yield lambda seat=seat: actions.leave(workshop_id=workshop.pk, by=seat)


def leading():
    return Seat.objects.filter(is_facilitator=True, removed_at=None)


def test_the_last_two_facilitators_do_not_both_leave():
    assert len(list(trials(2, both_leave, facilitators=2))) == TRIALS
    assert Counter(counted(leading(), "workshop_id").values()) == {1: TRIALS}


def test_without_the_lock_a_room_is_left_without_a_facilitator(no_lock):
    held = trials(2, both_leave, facilitators=2)
    assert any(not leading().filter(workshop=workshop).exists() for workshop, *_rest in held)


def join_on_two_devices(workshop, *_rest):
    olga = workshop.decision.team.members.get(name="Olga")
    for _device in range(2):
        yield lambda: actions.join(workshop_id=workshop.pk, name="Olga", role="legal", is_observer=False, user=olga)


def test_one_account_on_two_devices_gets_one_seat():
    held = list(trials(2, join_on_two_devices))
    assert len(held) == TRIALS
    assert all(len({seat.pk for seat in seats}) == 1 for *_room, seats in held)


def test_without_the_lock_the_second_device_fails(no_lock):
    held = trials(2, join_on_two_devices)
    assert any(isinstance(answer, IntegrityError) for *_room, answers in held for answer in answers)


def two_for_the_last_chair(workshop, *_rest):
    for name in ("Lu", "Li"):
        yield lambda name=name: actions.join(
            workshop_id=workshop.pk, name=name, role="legal", is_observer=False, user=None
        )


def test_a_full_room_stays_full(monkeypatch):
    monkeypatch.setattr(seat_acts, "MOST_SEATS", 5)
    for *_room, answers in trials(2, two_for_the_last_chair):
        assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Seat"]
    assert Counter(counted(Seat.objects, "workshop_id").values()) == {5: TRIALS}


def test_without_the_lock_a_full_room_takes_one_more(monkeypatch, no_lock):
    monkeypatch.setattr(seat_acts, "MOST_SEATS", 5)
    assert any(workshop.seats.count() == 6 for workshop, *_rest in trials(2, two_for_the_last_chair))


def one_link_in_two_browsers(workshop, *_rest):
    token = f"link-of-{workshop.pk}"
    SeatInvitation.objects.create(
        workshop=workshop,
        email="lena@example.org",
        name="Lena",
        role=Role.LEGAL,
        invited_by="Felix",
        token_hash=token_hash(token),
    )
    for _browser in range(2):
        yield lambda: actions.take_invited_seat(token=token, user=None)


def test_a_personal_link_followed_in_two_browsers_at_once_takes_one_seat():
    held = list(trials(2, one_link_in_two_browsers))
    assert len(held) == TRIALS
    assert all(len({seat.pk for seat in seats}) == 1 for *_room, seats in held)
    assert Counter(counted(Seat.objects.filter(name="Lena"), "workshop_id").values()) == {1: TRIALS}


def test_without_the_lock_a_personal_link_takes_two_seats(no_lock):
    held = trials(2, one_link_in_two_browsers)
    assert any(workshop.seats.filter(name="Lena").count() == 2 for workshop, *_rest in held)
