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


# --- frozen when the session starts


def test_from_the_start_of_the_session_nobody_changes_a_ballot_and_who_has_none_may_add_one():
    r, rounds = ahead()
    r.vote("ines", rounds[CHURN], -2)
    r.vote("ines", rounds[CHURN], -1)
    start(r)
    with pytest.raises(Conflict, match="can't change any more"):
        r.vote("ines", rounds[CHURN], 2)
    with pytest.raises(Conflict, match="can't change any more"):
        actions.withdraw_ballot(workshop_id=r.id, round_id=rounds[CHURN].pk, by=r.ines)
    r.vote("sam", rounds[CHURN], 1)
    with pytest.raises(Conflict):
        r.vote("sam", rounds[CHURN], 0)
    assert sorted(rounds[CHURN].ballots.values_list("score", flat=True)) == [-1, 1]
    r.reveal(rounds[CHURN])
    with pytest.raises(Conflict, match="after the reveal"):
        r.vote("daria", rounds[CHURN], 0)


@pytest.mark.parametrize("late", [{}, {"daria": 2}])
def test_the_order_is_computed_once_from_what_was_frozen(late):
    r, rounds = ahead()
    r.votes(rounds[CHURN], ines=-1, sam=-1)
    r.votes(rounds[AUDIT], ines=-2, sam=1)
    r.votes(rounds[STABILITY], ines=0, sam=1)
    start(r)
    for name, score in late.items():  # on which they would now differ most
        r.vote(name, rounds[CHURN], score)
    order = []
    for _five in range(5):
        shown = r.reveal()
        order.append(shown.criterion)
        r.settle(shown, 0)
    assert order == [AUDIT, STABILITY, CHURN, COST, SENSITIVITY]


def test_voting_again_in_the_session_is_voting_as_in_any_meeting():
    r, rounds = ahead()
    r.votes(rounds[CHURN], ines=-2, sam=2)
    start(r)
    r.reveal(rounds[CHURN])
    again = actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    r.vote("ines", again, 0)
    r.vote("ines", again, 1)
    assert r.reveal().pk == again.pk, "what is voted on again comes before what waits"


def test_a_frozen_ballot_stays_when_its_voter_leaves():
    r, rounds = ahead()
    r.votes(rounds[CHURN], ines=-2, sam=2)
    actions.leave(workshop_id=r.id, by=r.sam)
    assert rounds[CHURN].ballots.count() == 1, "before the session it leaves with its voter"
    start(r)
    actions.remove_seat(workshop_id=r.id, seat_id=r.ines.pk, by=r.felix)
    assert rounds[CHURN].ballots.count() == 1
    assert r.reveal(rounds[CHURN]).ballots.get().score == -2


def test_a_ballot_that_stays_is_shown_as_such_and_a_missing_one_is_cast_by_its_button():
    r, rounds = ahead()
    r.vote("ines", rounds[CHURN], -2, reason="Weekly changes.")
    start(r)
    browser = r.client("ines")
    page = browser.get(r.url("room")).content.decode()
    assert "Vote saved: strongly RAG. The meeting has started, so you can't change it." in page
    assert r.url("ballot", round_id=rounds[CHURN].pk) not in page
    form = page[page.index(r.url("ballot", round_id=rounds[AUDIT].pk)) :]
    assert "hx-trigger='submit'" in form[: form.index("</form>")], "no choice casts it by itself"
    sent = {"score": "1", "frozen": "1"}
    answer = browser.post(r.url("ballot", round_id=rounds[AUDIT].pk), sent, HTTP_HX_REQUEST="true")
    assert "so you can't change it" in answer.content.decode()
    assert browser.post(r.url("ballot", round_id=rounds[AUDIT].pk), sent, HTTP_HX_REQUEST="true").status_code == 409


# --- before the first reveal


def press(r, **more):
    return r.client("felix").post(r.url("reveal_next"), {"stage": r.now().stage, **more})


def test_who_has_not_voted_is_asked_about_first_for_every_criterion_that_could_come():
    r, rounds = ahead()
    r.votes(rounds[CHURN], ines=-2, sam=2, daria=0)
    r.votes(rounds[AUDIT], ines=-2)
    actions.answer_situation(workshop_id=r.id, situation={"update_owner": True}, precheck={}, by=r.felix)
    start(r)
    asked = press(r).content.decode()
    assert "11 people haven't voted" in asked
    assert all(str(one.criterion.name) in asked for one in shared_board(r.id).criteria), "not which one comes next"
    assert "1 of 3 has voted" in asked
    assert "precheck" not in asked.lower()
    assert not Round.objects.exclude(state="open").exists()
    assert press(r, anyway="1").status_code == 302
    assert Round.objects.get(state="revealed").criterion == CHURN


def test_the_precheck_is_asked_before_the_first_reveal_or_said_to_be_not_asked():
    r, rounds = ahead()
    for one in rounds.values():
        r.votes(one, ines=-1, sam=-1, daria=-1)
    start(r)
    asked = press(r).content.decode()
    assert "No one was asked the precheck questions" in asked
    assert "Ask the precheck first" in asked
    r.go("precheck")
    r.client("felix").post(
        r.url("situation"), {"stage": r.now().stage, "phase": "scoring", "evaluation_set_locked": "no"}
    )
    assert press(r).status_code == 302, "asked, and everybody has voted"
    assert ("Felix", "precheck_not_asked") not in r.minutes()


def test_revealing_without_it_stands_in_the_minutes():
    r, _rounds = ahead()
    start(r)
    r.reveal()
    assert r.minutes()[-2:] == [("Felix", "precheck_not_asked"), ("Felix", "revealed")]
