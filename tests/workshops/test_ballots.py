"""Voting, changing one's mind, taking a ballot back: blind, and only one's own."""

import pytest
from django.db import IntegrityError, transaction

from decisions.base.errors import Conflict, NotAllowed
from tests.rooms import CHURN, scoring
from workshops import actions
from workshops.board import own_boards, shared_board
from workshops.models import Ballot

pytestmark = pytest.mark.django_db


def cast(r, name, opened, score=0, reason=""):
    return r.vote(name, opened, score, "sure", reason)


def withdraw(r, name, opened):
    actions.withdraw_ballot(workshop_id=r.id, round_id=opened.pk, by=r.seats[name])


def test_ines_votes_and_the_room_learns_that_she_has_but_not_what():
    r = scoring()
    opened = r.open()
    before = r.now()
    cast(r, "ines", opened, -2, "The price list changes weekly.")
    board = shared_board(r.id)
    assert [seat.name for seat in board.seats if seat.has_voted] == ["Ines"]
    assert board.current.round.cast == 1
    assert board.current.round.results is None
    assert "price list" not in repr(board)
    assert r.now().version == before.version + 1
    assert r.now().stage == before.stage, "a vote makes no facilitator's form stale"
    assert r.minutes()[-1] == ("Ines", "voted")


def test_only_her_own_board_holds_her_ballot():
    r = scoring()
    opened = r.open()
    cast(r, "ines", opened, -2, "The price list changes weekly.")
    boards = own_boards(shared_board(r.id), [seat.pk for seat in r.seats.values()])
    assert boards[r.ines.pk].rounds[0].ballot.score == -2
    others = [seat.pk for name, seat in r.seats.items() if name != "ines"]
    assert [boards[pk].rounds[0].ballot for pk in others] == [None] * len(others)


def test_changing_a_ballot_keeps_one_and_tells_nobody():
    r = scoring()
    opened = r.open()
    cast(r, "ines", opened, -2, "first thought")
    before, minutes = r.now().version, r.minutes()
    cast(r, "ines", opened, 2, "second thought")
    ballot = Ballot.objects.get(round=opened)
    assert (ballot.score, ballot.reason) == (2, "second thought")
    assert (r.now().version, r.minutes()) == (before, minutes)


def test_a_ballot_taken_back_is_gone_and_the_room_sees_that_it_is():
    r = scoring()
    opened = r.open()
    cast(r, "ines", opened)
    before = r.now().version
    withdraw(r, "ines", opened)
    assert not Ballot.objects.exists()
    assert not any(seat.has_voted for seat in shared_board(r.id).seats)
    assert r.now().version == before + 1
    assert r.minutes()[-1] == ("Ines", "withdrew")


def test_taking_back_what_is_not_there_changes_nothing():
    r = scoring()
    opened = r.open()
    before, minutes = r.now().version, r.minutes()
    withdraw(r, "ines", opened)
    assert (r.now().version, r.minutes()) == (before, minutes)


def test_after_the_reveal_ballots_stay_as_they_are():
    r = scoring()
    opened = r.open()
    cast(r, "ines", opened, -1, "kept")
    r.reveal(opened)
    for act in (
        lambda: cast(r, "ines", opened, 2),
        lambda: cast(r, "sam", opened),
        lambda: withdraw(r, "ines", opened),
    ):
        with pytest.raises(Conflict):
            act()
    r.settle(opened, 0)
    for act in (lambda: cast(r, "ines", opened, 2), lambda: withdraw(r, "ines", opened)):
        with pytest.raises(Conflict):
            act()
    ballot = Ballot.objects.get()
    assert (ballot.score, ballot.reason) == (-1, "kept")


def test_a_closed_room_takes_no_ballot_even_in_a_round_left_open():
    r = scoring()
    opened = r.open()
    cast(r, "ines", opened, -1)
    actions.close(workshop_id=r.id, by=r.felix)
    for act in (
        lambda: cast(r, "ines", opened, 2),
        lambda: cast(r, "sam", opened),
        lambda: withdraw(r, "ines", opened),
    ):
        with pytest.raises(Conflict):
            act()
    assert Ballot.objects.get().score == -1


@pytest.mark.parametrize("who", ["otto", "felix"])
def test_observers_and_a_facilitator_who_does_not_vote_own_no_ballots(who):
    r = scoring()
    opened = r.open()
    with pytest.raises(NotAllowed):
        cast(r, who, opened)
    with pytest.raises(NotAllowed):
        withdraw(r, who, opened)
    assert not Ballot.objects.exists()


def test_somebody_removed_or_gone_does_not_vote_with_an_old_page():
    r = scoring()
    opened = r.open()
    actions.remove_seat(workshop_id=r.id, seat_id=r.sam.pk, by=r.felix)
    actions.leave(workshop_id=r.id, by=r.ines)
    for name in ("sam", "ines"):
        with pytest.raises(NotAllowed):
            cast(r, name, opened)
    assert not Ballot.objects.exists()


def test_a_seat_of_another_room_does_not_vote_here():
    ours = scoring()
    theirs = scoring(cast=ours.people)
    opened = ours.open()
    with pytest.raises(NotAllowed):
        actions.cast_ballot(
            workshop_id=ours.id, round_id=opened.pk, score=0, confidence="sure", reason="", by=theirs.ines
        )
    foreign = theirs.open()
    with pytest.raises(Conflict):
        cast(ours, "ines", foreign)
    assert not Ballot.objects.exists()


def test_the_database_itself_keeps_one_ballot_a_seat_and_scores_on_the_axis():
    r = scoring()
    opened = r.open()
    cast(r, "ines", opened)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(round=opened, seat=r.ines, score=1)
    for score in (-3, 3):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ballot.objects.create(round=opened, seat=r.sam, score=score)


def test_a_ballots_own_text_for_logs_names_no_score():
    r = scoring()
    ballot = cast(r, "ines", r.open(CHURN), -2, "secret reason")
    assert "-2" not in str(ballot)
    assert "secret" not in str(ballot)


def test_a_ballot_keeps_the_role_it_was_cast_for():
    r = scoring(shown="roles")
    for name in ("ida", "ilse", "ivo"):
        r.join(name, "product")
    opened = r.open()
    r.votes(opened, ines=2, ida=-1, ilse=-1, ivo=-1, sam=0, daria=0)
    r.reveal(opened)
    r.settle(opened, 0)
    before = shared_board(r.id).current.round.results
    actions.change_role(workshop_id=r.id, seat_id=r.ines.pk, role="legal", is_observer=False, by=r.ines)
    after = shared_board(r.id).current.round.results
    assert after == before, "what changed would be her ballot"
