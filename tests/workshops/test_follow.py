"""Following a room through its votes: whatever happens, the board is the one that loading all of it gives."""

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions.errors import Conflict
from tests.rooms import AUDIT, CHURN, room, scoring
from workshops import actions, board, follow, fragments

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known():
    follow._known.clear()
    yield
    follow._known.clear()


def check(made):
    """The followed board equals the loaded one in everything but the moment it was made."""
    frame = fragments.render_room(made.id, fragments.SHARED)
    followed, loaded = follow.known_board(made.id), board.shared_board(made.id)
    assert replace(followed, now=loaded.now) == loaded
    for audience, drawn in frame.fragments.items():
        context = fragments.shared_context(loaded, audience)
        for name, html in drawn.items():
            assert html == fragments.draw(name, context), f"{name} for {audience}"
    return followed


def test_votes_are_followed_for_three_queries():
    made = scoring()
    opened = made.open()
    check(made)
    for name, score in (("ines", -2), ("sam", 1), ("daria", 0)):
        made.vote(name, opened, score)
        with CaptureQueriesContext(connection) as queries:
            follow.current_board(made.id)
        assert len(queries) == 3
        check(made)
    actions.withdraw_ballot(workshop_id=made.id, round_id=opened.pk, by=made.sam)
    followed = check(made)
    assert [seat.name for seat in followed.seats if seat.has_voted] == ["Ines", "Daria"]


def test_anything_else_loads_the_board_anew():
    made = scoring()
    opened = made.open()
    check(made)
    made.vote("ines", opened, 2)
    made.join("lena", "legal")
    assert any(seat.name == "Lena" for seat in check(made).seats)
    actions.remove_seat(workshop_id=made.id, seat_id=made.ines.pk, by=made.felix)
    assert all(seat.name != "Ines" for seat in check(made).seats)
    made.vote("sam", opened, -1)
    assert check(made).current.round.results is None
    made.reveal(opened)
    assert check(made).current.round.results is not None


def test_a_version_that_no_minute_explains_is_not_followed():
    made = scoring()
    made.open()
    check(made)
    made.workshop.refresh_from_db()
    made.workshop.timer_ends_at = None
    made.workshop.version += 1
    made.workshop.save()
    assert check(made).workshop.version == made.workshop.version


def test_a_room_that_is_gone_is_nothing():
    made = room()
    check(made)
    assert follow.current_board(made.id + 1000) is None


@pytest.mark.parametrize("seed", range(15))
def test_any_course_of_a_meeting_is_followed(seed):
    chance = random.Random(seed)
    made = scoring()
    voters = ["ines", "sam", "daria"]
    opened = made.open(chance.choice([CHURN, AUDIT]))
    for step in range(25):
        act = chance.choices(["vote", "withdraw", "join", "note", "nudge", "again"], [10, 4, 1, 1, 1, 1])[0]
        if act == "vote":
            made.vote(chance.choice(voters), opened, chance.randint(-2, 2))
        elif act == "withdraw":
            seat = made.seats[chance.choice(voters)]
            actions.withdraw_ballot(workshop_id=made.id, round_id=opened.pk, by=seat)
        elif act == "join":
            made.join(f"guest{step}", "engineering")
            voters.append(f"guest{step}")
        elif act == "nudge":
            with suppress(Conflict):  # at most one in 20 seconds
                actions.nudge(workshop_id=made.id, by=made.felix)
        elif act == "again":
            criterion = opened.criterion
            made.reveal(opened)
            opened = actions.reopen_round(workshop_id=made.id, criterion=criterion, by=made.felix, stage=None)
        if chance.random() < 0.6:
            check(made)


def test_the_own_ballot_is_the_same_with_and_without_a_known_board():
    made = scoring()
    opened = made.open()
    made.vote("ines", opened, -2, reason="documents change weekly")
    follow.current_board(made.id)

    def both_ways():
        seat = made.seat("ines")
        known = board.own_board(seat, follow.known_board(made.id))
        assert known == board.own_board(seat)
        return known

    assert both_ways().rounds[0].ballot.score == -2
    made.reveal(opened)
    assert both_ways().revealed.score == -2, "an old board is not relied upon"
    again = actions.reopen_round(workshop_id=made.id, criterion=opened.criterion, by=made.felix)
    follow.current_board(made.id)
    assert [one.round_id for one in both_ways().rounds] == [again.pk]
