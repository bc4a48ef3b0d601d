"""Following a room through its votes by pieces: whatever happens, everybody is shown what a page drawn anew shows."""

import random
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions.base.errors import Conflict
from tests.rooms import AUDIT, CHURN, CRITERIA, room, scoring
from tests.workshops.followed import Followed
from workshops import actions, fragments
from workshops.live import Vote
from workshops.models import Round

pytestmark = pytest.mark.django_db


def test_votes_are_followed_without_a_query():
    made = scoring()
    opened = made.open()
    followed = Followed(made.id)
    for name, score in (("ines", -2), ("sam", 1), ("daria", 0)):
        made.vote(name, opened, score)
        version = made.now().version
        with CaptureQueriesContext(connection) as queries:
            assert followed.tell(version, [Vote(made.seats[name].pk, opened.pk, True)])
        assert len(queries) == 0
        followed.check()
    actions.withdraw_ballot(workshop_id=made.id, round_id=opened.pk, by=made.sam)
    assert followed.tell(made.now().version, [Vote(made.sam.pk, opened.pk, False)])
    followed.check()
    assert [seat.name for seat in followed.loaded.board.seats if seat.has_voted] == ["Ines", "Daria"]


def test_a_vote_sends_little_whatever_the_size_of_the_room():
    made = scoring()
    for number in range(40):
        made.join(f"guest{number}")
    opened = made.open()
    followed = Followed(made.id)
    before = {name: audience.revision for name, audience in followed.audiences.items()}
    made.vote("ines", opened, 2)
    followed.go_on()
    sizes = {name: len(audience.since(before[name])) for name, audience in followed.audiences.items()}
    assert sizes["participant"] <= 1200
    assert sizes["screen"] <= 1200
    assert sizes["facilitator"] <= 2200


def test_anything_else_loads_the_room_anew():
    made = scoring()
    opened = made.open()
    followed = Followed(made.id)

    def go_on():
        followed.go_on()
        followed.check()
        return followed.loaded.board

    made.vote("ines", opened, 2)
    made.join("lena", "legal")
    assert any(seat.name == "Lena" for seat in go_on().seats)
    actions.remove_seat(workshop_id=made.id, seat_id=made.ines.pk, by=made.felix)
    assert all(seat.name != "Ines" for seat in go_on().seats)
    made.vote("sam", opened, -1)
    assert go_on().current.round.results is None
    made.reveal(opened)
    assert go_on().current.round.results is not None
    assert followed.loads == 4, "only Sam's vote was followed"


def test_a_vote_that_has_no_place_on_the_board_is_not_followed():
    made = scoring()
    opened = made.open()
    followed = Followed(made.id)
    for vote in (Vote(10**6, opened.pk, True), Vote(made.ines.pk, 10**6, True), Vote(made.otto.pk, opened.pk, True)):
        assert followed.loaded.after(99, [vote]) is None
    followed.check()


def test_a_vote_that_a_newer_board_knows_already_is_not_counted_twice():
    made = scoring()
    opened = made.open()
    made.vote("ines", opened, 2)
    followed = Followed(made.id)
    followed.loaded.after(made.now().version, [Vote(made.ines.pk, opened.pk, True)])
    followed.check()


def test_a_room_that_is_gone_is_nothing():
    made = room()
    assert fragments.load_room(made.id + 1000) is None


def test_votes_while_the_room_is_back_at_the_precheck_are_followed_like_any_other():
    made = scoring()
    opened = made.open()
    made.go("precheck")
    followed = Followed(made.id)
    made.vote("ines", opened, 1)
    followed.go_on()
    followed.check()
    made.go("scoring")
    followed.go_on()
    followed.check()
    assert followed.loads == 2


@pytest.mark.parametrize("seed", range(15))
def test_any_course_of_a_meeting_is_followed(seed):
    chance = random.Random(seed)
    made = scoring()
    voters = ["ines", "sam", "daria"]
    opened = made.open(chance.choice([CHURN, AUDIT]))
    followed = Followed(made.id)
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
            followed.go_on()
            followed.check()
    followed.go_on()
    followed.check()


@pytest.mark.parametrize("seed", range(3))
def test_five_rounds_that_are_scored_ahead_are_followed(seed):
    chance = random.Random(seed)
    made = room()
    actions.open_ahead(workshop_id=made.id, by=made.felix)
    rounds = {one.criterion: one for one in Round.objects.filter(workshop=made.id)}
    followed = Followed(made.id)
    for _ in range(20):
        name, this = chance.choice(["ines", "sam", "daria"]), rounds[chance.choice(CRITERIA)]
        if chance.random() < 0.7:
            made.vote(name, this, chance.randint(-2, 2))
        else:
            actions.withdraw_ballot(workshop_id=made.id, round_id=this.pk, by=made.seats[name])
        followed.go_on()
        followed.check()
    assert followed.loads == 1
