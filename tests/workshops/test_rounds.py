"""A criterion is opened, revealed, talked about, settled or left contested, and perhaps asked again."""

import pytest

from decisions.base.errors import Conflict, NotAllowed
from tests.rooms import AUDIT, CHURN, COST, room, scoring
from workshops import actions
from workshops.board import shared_board
from workshops.models import Ballot, Round

pytestmark = pytest.mark.django_db


# --- opening


def test_felix_opens_a_criterion_and_everybody_sees_that_it_is_open():
    r = scoring()
    before = r.now()
    opened = r.open(CHURN)
    assert (opened.criterion, opened.number, opened.state) == (CHURN, 1, "open")
    board = shared_board(r.id)
    assert board.current.key == CHURN
    assert board.current.round.results is None
    assert [(one.role, one.cast, one.expected) for one in board.current.round.by_role] == [
        ("product", 0, 1),
        ("security", 0, 1),
        ("data", 0, 1),
    ]
    assert r.now().version > before.version
    assert r.now().stage > before.stage
    assert r.minutes()[-1] == ("Felix", "opened")


@pytest.mark.parametrize("phase", ["lobby", "precheck"])
def test_nothing_opens_before_scoring(phase):
    r = room()
    if phase != "lobby":
        r.go(phase)
    with pytest.raises(Conflict):
        r.open(CHURN)
    assert not Round.objects.exists()


@pytest.mark.parametrize("who", ["ines", "sam", "daria", "otto"])
def test_only_a_facilitator_opens(who):
    r = scoring()
    with pytest.raises(NotAllowed):
        actions.open_round(workshop_id=r.id, criterion=CHURN, by=r.seats[who])
    assert not Round.objects.exists()


def test_one_criterion_at_a_time_whether_open_or_revealed():
    r = scoring()
    first = r.open(CHURN)
    for criterion in (CHURN, AUDIT):
        with pytest.raises(Conflict):
            r.open(criterion)
    r.reveal(first)
    with pytest.raises(Conflict):
        r.open(AUDIT)
    r.settle(first, 0)
    assert r.open(AUDIT).number == 1


@pytest.mark.parametrize("criterion", ["", "nonsense", "knowledge_churn\x00", "KNOWLEDGE_CHURN"])
def test_a_criterion_that_does_not_exist_is_not_opened(criterion):
    r = scoring()
    with pytest.raises(Conflict):
        r.open(criterion)


def test_opening_twice_with_the_same_form_opens_once():
    r = scoring()
    stage = r.now().stage
    actions.open_round(workshop_id=r.id, criterion=CHURN, by=r.felix, stage=stage)
    with pytest.raises(Conflict, match="moved on"):
        actions.open_round(workshop_id=r.id, criterion=CHURN, by=r.felix, stage=stage)
    assert Round.objects.count() == 1


# --- revealing


def test_the_reveal_shows_all_ballots_at_once_and_who_did_not_vote():
    r = scoring()
    opened = r.open()
    r.vote("ines", opened, -2, "sure", "Runbooks change every Tuesday.")
    r.vote("sam", opened, 1, "unsure", "")
    r.reveal(opened)
    shown = shared_board(r.id).current.round
    assert [(dot.name, dot.score, dot.confidence, dot.reason) for dot in shown.results.dots] == [
        ("Ines", -2, "sure", "Runbooks change every Tuesday."),
        ("Sam", 1, "unsure", ""),
    ]
    assert shown.no_ballot == ("Daria",)
    assert (shown.cast, shown.expected) == (2, 3)
    assert [(one.role, one.cast, one.expected) for one in shown.by_role] == [
        ("product", 1, 1),
        ("security", 1, 1),
        ("data", 0, 1),
    ]
    assert [dot.name for dot in shown.results.speak_first] == ["Ines", "Sam"]


def test_two_people_of_one_name_are_two_people():
    r = scoring()
    r.seats["second_ines"] = actions.join(workshop_id=r.id, name="Ines", role="legal", is_observer=False, user=None)
    opened = r.open()
    r.vote("ines", opened, -2)
    r.reveal(opened)
    assert shared_board(r.id).current.round.no_ballot == ("Sam", "Daria", "Ines")


def test_who_joins_after_the_reveal_did_not_miss_it():
    r = scoring()
    opened = r.open()
    r.votes(opened, ines=1, sam=1, daria=1)
    r.reveal(opened)
    r.join("late", "legal")
    shown = shared_board(r.id).current.round
    assert shown.no_ballot == ()
    assert (shown.cast, shown.expected) == (3, 3)


def test_a_round_is_revealed_once():
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    with pytest.raises(Conflict):
        r.reveal(opened)


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_only_a_facilitator_reveals(who):
    r = scoring()
    opened = r.open()
    with pytest.raises(NotAllowed):
        actions.reveal(workshop_id=r.id, round_id=opened.pk, by=r.seats[who])
    opened.refresh_from_db()
    assert opened.state == "open"


def test_a_reveal_asked_for_on_an_old_page_is_refused():
    r = scoring()
    stage = r.now().stage
    opened = r.open()
    with pytest.raises(Conflict, match="moved on"):
        actions.reveal(workshop_id=r.id, round_id=opened.pk, by=r.felix, stage=stage)
    opened.refresh_from_db()
    assert opened.state == "open"


def test_votes_do_not_make_the_facilitators_form_stale():
    r = scoring()
    opened = r.open()
    stage = r.now().stage
    r.votes(opened, ines=0, sam=2)
    actions.reveal(workshop_id=r.id, round_id=opened.pk, by=r.felix, stage=stage)


def test_a_round_of_another_room_is_not_revealed_from_here():
    ours = scoring()
    theirs = scoring(cast=ours.people)
    foreign = theirs.open()
    with pytest.raises(Conflict):
        ours.reveal(foreign)
    foreign.refresh_from_db()
    assert foreign.state == "open"


def test_nothing_is_revealed_while_the_room_is_back_at_the_precheck_or_closed():
    r = scoring()
    opened = r.open()
    r.go("precheck")
    with pytest.raises(Conflict):
        r.reveal(opened)
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(Conflict):
        r.reveal(opened)
    opened.refresh_from_db()
    assert opened.state == "open"


# --- settling


def test_felix_settles_with_the_reason_why():
    r = scoring()
    done = r.score(CHURN, -1, ines=-2, sam=-1, daria=0)
    assert (done.state, done.lean, done.settled_by) == ("settled", -1, "Felix")
    view = shared_board(r.id).criteria[0]
    assert (view.state, view.lean) == ("settled", -1)


@pytest.mark.parametrize("act", [actions.settle, actions.leave_contested])
def test_an_open_round_cannot_be_ended_unseen(act):
    r = scoring()
    opened = r.open()
    more = {"lean": 0} if act is actions.settle else {}
    with pytest.raises(Conflict):
        act(workshop_id=r.id, round_id=opened.pk, why="", by=r.felix, **more)
    opened.refresh_from_db()
    assert opened.state == "open"


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_only_a_facilitator_settles_or_contests(who):
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    with pytest.raises(NotAllowed):
        actions.settle(workshop_id=r.id, round_id=opened.pk, lean=0, why="", by=r.seats[who])
    with pytest.raises(NotAllowed):
        actions.leave_contested(workshop_id=r.id, round_id=opened.pk, why="", by=r.seats[who])


def test_settling_twice_keeps_the_first():
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    stage = r.now().stage
    actions.settle(workshop_id=r.id, round_id=opened.pk, lean=-2, why="first", by=r.felix, stage=stage)
    with pytest.raises(Conflict):
        actions.settle(workshop_id=r.id, round_id=opened.pk, lean=2, why="second", by=r.felix, stage=stage)
    with pytest.raises(Conflict):
        r.settle(opened, 2)
    opened.refresh_from_db()
    assert (opened.lean, opened.why) == (-2, "first")


def test_a_contested_criterion_keeps_its_ballots_and_can_still_be_settled():
    r = scoring()
    done = r.score(CHURN, None, ines=-2, sam=2)
    assert done.state == "contested"
    assert len(shared_board(r.id).criteria[0].round.results.dots) == 2
    assert r.settle(done, 1, "Sam's numbers came in.").state == "settled"


def test_a_contested_criterion_can_be_settled_at_the_outcome_but_not_after_the_end():
    r = scoring()
    done = r.score(CHURN, None, ines=-2, sam=2)
    other = r.score(AUDIT, None, ines=-2, sam=2)
    r.go("outcome")
    assert r.settle(done, 1).state == "settled"
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(Conflict):
        r.settle(other, 1)


@pytest.mark.parametrize("lean", [-3, 3, 99, None])
def test_the_database_itself_refuses_a_lean_off_the_axis(lean):
    from django.db import IntegrityError, transaction

    r = scoring()
    opened = r.open()
    r.reveal(opened)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=opened.pk).update(state="settled", lean=lean)


# --- asking again


def test_asking_again_makes_the_next_round_and_keeps_this_one():
    r = scoring()
    first = r.score(CHURN, 1, ines=2, sam=0)
    again = actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    assert (again.number, again.state) == (2, "open")
    first.refresh_from_db()
    assert (first.state, first.lean, first.ballots.count()) == ("settled", 1, 2)
    view = shared_board(r.id).criteria[0]
    assert view.round.number == 2
    assert view.round.results is None
    assert [one.number for one in view.history] == [1]
    assert [dot.score for dot in view.history[0].results.dots] == [0, 2]


def test_a_revealed_round_that_is_asked_again_stands_as_contested():
    r = scoring()
    opened = r.open()
    r.reveal(opened)
    again = actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    opened.refresh_from_db()
    assert (opened.state, again.number) == ("contested", 2)


def test_an_open_round_or_one_never_begun_cannot_be_asked_again():
    r = scoring()
    with pytest.raises(Conflict):
        actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    r.open(CHURN)
    with pytest.raises(Conflict):
        actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    assert Round.objects.count() == 1


def test_another_criterion_is_not_asked_again_while_one_is_open():
    r = scoring()
    r.score(CHURN, 1, ines=2)
    r.open(AUDIT)
    with pytest.raises(Conflict):
        actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)


@pytest.mark.parametrize("criterion", ["", "nonsense", "knowledge\x00churn", "\ud800"])
def test_asking_again_what_does_not_exist(criterion):
    r = scoring()
    with pytest.raises(Conflict):
        actions.reopen_round(workshop_id=r.id, criterion=criterion, by=r.felix)


def test_asking_again_twice_with_the_same_form_asks_once():
    r = scoring()
    r.score(CHURN, 1, ines=2)
    stage = r.now().stage
    actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix, stage=stage)
    with pytest.raises(Conflict):
        actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix, stage=stage)
    assert Round.objects.count() == 2


def test_reopening_is_part_of_scoring_and_of_leading():
    r = scoring()
    r.score(CHURN, 1, ines=2)
    with pytest.raises(NotAllowed):
        actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.ines)
    r.go("outcome")
    with pytest.raises(Conflict):
        actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)


# --- ballots of the rounds before


def test_a_new_round_begins_without_ballots():
    r = scoring()
    r.score(COST, 1, ines=2, sam=1, daria=0)
    again = actions.reopen_round(workshop_id=r.id, criterion=COST, by=r.felix)
    assert not Ballot.objects.filter(round=again).exists()
    r.vote("ines", again, -1)
    assert Ballot.objects.filter(seat=r.ines).count() == 2
