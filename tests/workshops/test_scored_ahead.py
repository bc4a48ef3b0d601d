"""Scoring before the meeting: five rounds at once, blind, then revealed one by one, most disagreement first."""

import pytest

from decisions.base.errors import Conflict, NotAllowed
from tests.rooms import AUDIT, CHURN, COST, CRITERIA, SENSITIVITY, STABILITY, room, scoring
from workshops import actions
from workshops.board import own_boards, shared_board
from workshops.models import Round

pytestmark = pytest.mark.django_db


def ahead(**more):
    r = room(**more)
    actions.open_ahead(workshop_id=r.id, by=r.felix)
    return r, {one.criterion: one for one in Round.objects.filter(workshop=r.workshop)}


def start(r):
    actions.start_session(workshop_id=r.id, by=r.felix)


def test_everybody_votes_on_all_five_in_their_own_time():
    r, rounds = ahead()
    assert set(rounds) == set(CRITERIA)
    assert {one.state for one in rounds.values()} == {"open"}
    assert r.now().phase == "scoring"
    for score, criterion in enumerate(CRITERIA, start=-2):
        r.vote("ines", rounds[criterion], score)
    board = shared_board(r.id)
    own = own_boards(board, [r.ines.pk])
    assert [one.ballot.score for one in own[r.ines.pk].rounds] == [-2, -1, 0, 1, 2]
    assert [one.cast for one in board.open_rounds] == [1] * 5
    assert all(one.results is None for one in board.open_rounds)


def test_most_disagreement_comes_first_and_the_rest_in_order():
    r, rounds = ahead()
    r.votes(rounds[CHURN], ines=-1, sam=-1, daria=-2)
    r.votes(rounds[AUDIT], ines=-1, sam=1, daria=-1)
    r.votes(rounds[STABILITY], ines=-2, sam=0, daria=2)
    r.votes(rounds[COST], ines=-2, sam=2, daria=-1)
    start(r)
    order = []
    for _five in range(5):
        shown = r.reveal()
        order.append(shown.criterion)
        r.settle(shown, 0)
    assert order == [STABILITY, COST, AUDIT, CHURN, SENSITIVITY]
    with pytest.raises(Conflict):
        r.reveal()


def test_the_facilitator_may_pick_a_criterion_instead():
    r, rounds = ahead()
    r.votes(rounds[STABILITY], ines=-2, sam=0, daria=2)
    start(r)
    assert r.reveal(rounds[COST]).criterion == COST


def test_nothing_is_revealed_before_the_session_starts():
    r, rounds = ahead()
    for asked in (None, rounds[CHURN]):
        with pytest.raises(Conflict):
            r.reveal(asked)
    assert not Round.objects.exclude(state="open").exists()


def test_one_at_a_time_also_here():
    r, rounds = ahead()
    start(r)
    r.reveal(rounds[CHURN])
    for asked in (None, rounds[AUDIT]):
        with pytest.raises(Conflict):
            r.reveal(asked)


def test_the_others_stay_blind_while_one_is_talked_about_and_still_take_votes():
    r, rounds = ahead()
    r.vote("ines", rounds[AUDIT], 2, reason="still secret")
    start(r)
    r.reveal(rounds[CHURN])
    board = shared_board(r.id)
    assert board.current.key == CHURN
    assert "still secret" not in repr(board)
    r.vote("sam", rounds[AUDIT], 1)
    assert shared_board(r.id).criteria[1].round.cast == 2


def test_a_criterion_scored_ahead_can_be_asked_again():
    r, rounds = ahead()
    start(r)
    r.reveal(rounds[CHURN])
    again = actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    assert again.number == 2
    assert shared_board(r.id).criteria[0].state == "open"


def test_opening_ahead_and_starting_happen_once():
    r, _rounds = ahead()
    with pytest.raises(Conflict):
        actions.open_ahead(workshop_id=r.id, by=r.felix)
    assert Round.objects.count() == 5
    start(r)
    with pytest.raises(Conflict):
        start(r)
    assert r.minutes().count(("Felix", "session_started")) == 1


def test_both_are_the_facilitators():
    r = room()
    for who in ("ines", "otto"):
        with pytest.raises(NotAllowed):
            actions.open_ahead(workshop_id=r.id, by=r.seats[who])
        with pytest.raises(NotAllowed):
            actions.start_session(workshop_id=r.id, by=r.seats[who])


def test_a_meeting_that_scores_live_has_nothing_to_start_and_nothing_to_open_ahead():
    r = scoring()
    with pytest.raises(Conflict):
        start(r)
    r.open()
    with pytest.raises(Conflict):
        actions.open_ahead(workshop_id=r.id, by=r.felix)


def test_no_outcome_while_rounds_scored_ahead_are_unrevealed():
    r, _rounds = ahead()
    with pytest.raises(Conflict):
        r.go("outcome")
