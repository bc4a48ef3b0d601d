"""The meeting's own course: phases, the situation, timer, reminder, notes, the outcome and the end."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from decisions.base.errors import Conflict, NotAllowed
from decisions.models import Record
from tests.rooms import AUDIT, CHURN, outcome, room, scoring
from workshops import actions
from workshops.board import shared_board
from workshops.minutes import minute_line, sentence
from workshops.models import Minute, Phase
from workshops.readings import readings
from workshops.situation_form import SituationForm
from workshops.states import PHASE_MOVES, PHASES, ROUND_MOVES, ROUND_STATES, may_move

pytestmark = pytest.mark.django_db


# --- phases


def test_the_meeting_goes_forward_and_back_to_score_again():
    r = room()
    for phase in ("precheck", "scoring", "outcome", "scoring", "outcome"):
        before = r.now()
        r.go(phase)
        assert r.now().phase == phase
        assert r.now().version == before.version + 1
        assert r.now().stage == before.stage + 1
    assert r.minutes()[-1] == ("Felix", "moved")


@pytest.mark.parametrize("now", PHASES)
@pytest.mark.parametrize("then", PHASES)
def test_only_the_edges_of_the_table_happen(now, then):
    r = room()
    r.workshop.phase = now
    r.workshop.save()
    act = (lambda: actions.close(workshop_id=r.id, by=r.felix)) if then == Phase.CLOSED else (lambda: r.go(then))
    if may_move(PHASE_MOVES, now, then):
        act()
        assert r.now().phase == then
    else:
        with pytest.raises(Conflict):
            act()
        assert r.now().phase == now


def test_the_tables_name_only_phases_and_states_that_exist():
    assert set(PHASE_MOVES) == set(PHASES) == set(Phase.values)
    assert set(ROUND_MOVES) == set(ROUND_STATES)
    assert set().union(*PHASE_MOVES.values()) <= set(PHASES)
    assert set().union(*ROUND_MOVES.values()) <= set(ROUND_STATES)
    assert not PHASE_MOVES["closed"]
    assert not may_move(PHASE_MOVES, "nonsense", "lobby")


@pytest.mark.parametrize("phase", ["closed", "nonsense", ""])
def test_moving_is_no_way_to_close_or_to_get_lost(phase):
    r = room()
    with pytest.raises(Conflict):
        r.go(phase)


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_only_a_facilitator_moves_or_closes(who):
    r = room()
    with pytest.raises(NotAllowed):
        actions.move_phase(workshop_id=r.id, phase="precheck", by=r.seats[who])
    with pytest.raises(NotAllowed):
        actions.close(workshop_id=r.id, by=r.seats[who])
    assert r.now().phase == "lobby"


def test_moving_twice_with_the_same_form_moves_once():
    r = room()
    stage = r.now().stage
    actions.move_phase(workshop_id=r.id, phase="precheck", by=r.felix, stage=stage)
    with pytest.raises(Conflict):
        actions.move_phase(workshop_id=r.id, phase="lobby", by=r.felix, stage=stage)
    assert r.now().phase == "precheck"


@pytest.mark.parametrize("revealed", [False, True])
def test_no_outcome_while_a_criterion_is_unfinished(revealed):
    r = scoring()
    opened = r.open()
    if revealed:
        r.reveal(opened)
    with pytest.raises(Conflict):
        r.go("outcome")


# --- the situation


def test_felix_keeps_what_is_true_beside_the_leans():
    r = room()
    r.go("precheck")
    actions.answer_situation(
        workshop_id=r.id, situation={"sources_matter": True}, precheck={"baseline_tried": "yes"}, by=r.felix
    )
    assert r.now().situation == {"sources_matter": True}
    assert r.now().precheck == {"baseline_tried": "yes"}
    assert r.minutes()[-1] == ("Felix", "answered_situation")


def test_the_same_answers_again_say_nothing():
    r = room()
    r.go("precheck")
    for _twice in range(2):
        actions.answer_situation(workshop_id=r.id, situation={"sources_matter": True}, precheck={}, by=r.felix)
    assert r.minutes().count(("Felix", "answered_situation")) == 1


def test_an_answer_can_be_taken_back_to_not_asked():
    r = room()
    r.go("precheck")
    actions.answer_situation(workshop_id=r.id, situation={}, precheck={"a": "yes", "b": "no"}, by=r.felix)
    actions.answer_situation(workshop_id=r.id, situation={}, precheck={"a": ""}, by=r.felix)
    assert r.now().precheck == {"b": "no"}
    minutes = r.minutes()
    actions.answer_situation(workshop_id=r.id, situation={}, precheck={"a": ""}, by=r.felix)
    assert r.minutes() == minutes


def test_an_empty_situation_form_is_a_situation_the_rule_can_read():
    form = SituationForm({})
    assert form.is_valid(), form.errors
    r = room()
    r.go("precheck")
    actions.answer_situation(workshop_id=r.id, situation=form.situation(), precheck=form.precheck(), by=r.felix)
    r.go("outcome")
    assert shared_board(r.id).outcome is not None


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_only_a_facilitator_answers_for_the_room(who):
    r = room()
    r.go("precheck")
    with pytest.raises(NotAllowed):
        actions.answer_situation(workshop_id=r.id, situation={"sources_matter": True}, precheck={}, by=r.seats[who])


def test_the_situation_is_asked_from_the_precheck_to_the_outcome():
    r = room()
    with pytest.raises(Conflict):
        actions.answer_situation(workshop_id=r.id, situation={"sources_matter": True}, precheck={}, by=r.felix)
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(Conflict):
        actions.answer_situation(workshop_id=r.id, situation={"sources_matter": True}, precheck={}, by=r.felix)


# --- timer and reminder


def timer(r, seconds, by="felix"):
    actions.set_timer(workshop_id=r.id, seconds=seconds, by=r.seats[by])
    return r.now().timer_ends_at


def test_the_timer_counts_in_the_servers_time_extends_and_stops():
    r = scoring()
    with time_machine.travel("2026-11-18T10:00:00Z", tick=False):
        assert timer(r, 180) == timezone.now() + timedelta(seconds=180)
        assert timer(r, 60) == timezone.now() + timedelta(seconds=240)
    with time_machine.travel("2026-11-18T10:10:00Z", tick=False):
        assert timer(r, 60) == timezone.now() + timedelta(seconds=60), "it had run out"
        assert timer(r, 10**9) == timezone.now() + timedelta(hours=2)
    assert timer(r, 0) is None
    assert timer(r, -5) is None


def test_the_timer_ends_with_the_round_it_was_for():
    r = scoring()
    opened = r.open()
    timer(r, 180)
    r.reveal(opened)
    assert r.now().timer_ends_at is None


def test_the_timer_is_the_facilitators():
    r = scoring()
    with pytest.raises(NotAllowed):
        timer(r, 60, by="ines")
    with pytest.raises(Conflict):
        timer(room(cast=r.people), 60)


def test_felix_reminds_the_room_but_not_twice_in_a_breath():
    r = scoring()
    with time_machine.travel("2026-11-18T09:58:00Z", tick=False):
        r.open()
    with time_machine.travel("2026-11-18T10:00:00Z", tick=False):
        actions.nudge(workshop_id=r.id, by=r.felix)
        assert shared_board(r.id).nudged_at == timezone.now()
    with time_machine.travel("2026-11-18T10:00:19Z", tick=False), pytest.raises(Conflict):
        actions.nudge(workshop_id=r.id, by=r.felix)
    with time_machine.travel("2026-11-18T10:00:21Z", tick=False):
        actions.nudge(workshop_id=r.id, by=r.felix)
    assert r.minutes().count(("Felix", "nudged")) == 2


def test_there_is_nothing_to_remind_of_without_an_open_criterion():
    r = scoring()
    with pytest.raises(Conflict):
        actions.nudge(workshop_id=r.id, by=r.felix)
    r.open()
    with pytest.raises(NotAllowed):
        actions.nudge(workshop_id=r.id, by=r.ines)
    r.go("precheck")
    with pytest.raises(Conflict):
        actions.nudge(workshop_id=r.id, by=r.felix)


# --- notes from the talk


def test_what_was_said_is_kept_by_anybody_in_the_room():
    r = scoring()
    done = r.score(CHURN, None, ines=-2, sam=2)
    for who, text in (("ines", "Prices change weekly."), ("otto", "Only in spring.")):
        actions.add_note(workshop_id=r.id, round_id=done.pk, text=text, by=r.seats[who])
    assert [(note.author, note.text) for note in shared_board(r.id).criteria[0].round.notes] == [
        ("Ines", "Prices change weekly."),
        ("Otto", "Only in spring."),
    ]
    assert r.minutes()[-1] == ("Otto", "noted")


def test_no_notes_before_the_reveal_after_the_end_or_in_another_room():
    r = scoring()
    opened = r.open()
    with pytest.raises(Conflict):
        actions.add_note(workshop_id=r.id, round_id=opened.pk, text="too early", by=r.ines)
    r.reveal(opened)
    other = scoring(cast=r.people)
    with pytest.raises(Conflict):
        actions.add_note(workshop_id=other.id, round_id=opened.pk, text="elsewhere", by=other.ines)
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(Conflict):
        actions.add_note(workshop_id=r.id, round_id=opened.pk, text="too late", by=r.ines)


# --- outcome and record


def test_the_outcome_says_what_the_rule_gives_for_the_settled_leans():
    r = outcome((-2, -1, 0, -1, -2))
    board = shared_board(r.id)
    assert board.outcome.approach == "rag"
    assert board.current is None
    assert {verdict.role for verdict in board.outcome.roles} == {"product", "security", "data"}


@pytest.mark.parametrize("shown", ["roles", "counts"])
def test_no_verdict_by_role_where_a_role_would_be_one_person(shown):
    assert shared_board(outcome((-2, -1, 0, -1, -2), shown=shown).id).outcome.roles == ()


def test_before_the_outcome_there_is_none():
    r = scoring()
    r.score(CHURN, -2, ines=-2)
    assert shared_board(r.id).outcome is None


def test_a_contested_criterion_keeps_the_outcome_honest():
    r = outcome((None, None, None, None, None))
    answers = shared_board(r.id).outcome.answers
    assert set(answers.contested) == {CHURN, AUDIT, "task_stability", "latency_cost", "data_sensitivity"}
    assert list(answers.contested[CHURN]) == [-1, 0, 1], "in order of score: the order of voting would tell whose"


def write(r, who="felix", **more):
    return actions.write_record(workshop_id=r.id, flips=[0, 1], risks=[], by=r.seats[who], user=r.people.felix, **more)


def test_the_record_is_drafted_with_what_the_room_said():
    r = outcome((-2, -1, 0, -1, -2))
    record = write(r)
    assert record.state == "draft"
    assert record.approach == "rag"
    first = record.content["criteria"][0]
    assert (first["key"], first["lean"], first["state"], first["settled_by"]) == (CHURN, -2, "settled", "Felix")
    assert [ballot["name"] for ballot in first["ballots"]] == ["Daria", "Ines", "Sam"]
    assert {owner["role"]: owner["name"] for owner in record.content["owners"]} == {
        "product": "Ines",
        "security": "Sam",
        "data": "Daria",
    }
    assert len(record.content["flip_signals"]) == 2
    assert any("drafted" not in line["what"] and line["who"] == "Ines" for line in record.minutes)


def test_written_twice_there_is_one_record():
    r = outcome((-2, -1, 0, -1, -2))
    stage = r.now().stage
    first = write(r, stage=stage)
    assert write(r, stage=stage).pk == first.pk
    assert Record.objects.count() == 1


def test_only_a_facilitator_writes_it_and_only_at_the_outcome():
    r = outcome((-2, -1, 0, -1, -2))
    for who in ("ines", "otto"):
        with pytest.raises(NotAllowed):
            write(r, who)
    r.go("scoring")
    with pytest.raises(Conflict):
        write(r)
    assert not Record.objects.exists()


@pytest.mark.parametrize("shown", ["roles", "counts"])
def test_what_the_room_hid_stays_hidden_in_the_record(shown):
    r = scoring(shown=shown)
    opened = r.open()
    r.vote("ines", opened, -2, "sure", "Only I say this.")
    r.vote("sam", opened, 1, "unsure", "")
    r.reveal(opened)
    r.settle(opened, -1)
    told = readings(r.now(), flips=[], risks=[])["criteria"][0]["ballots"]
    assert [ballot["score"] for ballot in told] == [-2, 1]
    assert {ballot["name"] for ballot in told} == {""}
    assert {ballot["role"] for ballot in told} == {""}
    assert ("Only I say this." in str(told)) is (shown == "roles")


def test_ballots_of_a_round_never_revealed_reach_no_record():
    r = scoring()
    r.score(AUDIT, -1, ines=-1)
    opened = r.open(CHURN)
    r.vote("ines", opened, -2, "sure", "never revealed")
    assert "never revealed" not in str(readings(r.now(), flips=[], risks=[]))
    first = readings(r.now(), flips=[], risks=[])["criteria"][0]
    assert (first["state"], first["ballots"], first["lean"]) == ("unanswered", [], None)


# --- the end


def test_a_closed_room_stays_readable_and_still():
    r = outcome((-2, -1, 0, -1, -2))
    actions.close(workshop_id=r.id, by=r.felix)
    board = shared_board(r.id, with_minutes=True)
    assert board.workshop.phase == "closed"
    assert board.outcome.approach == "rag"
    assert board.minutes[-1].act == "closed"
    assert r.now().closed_at is not None
    before, minutes = r.now().version, r.minutes()
    for act in (
        lambda: actions.close(workshop_id=r.id, by=r.felix),
        lambda: r.go("outcome"),
        lambda: r.go("scoring"),
        lambda: r.open(CHURN),
        lambda: actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix),
        lambda: actions.open_ahead(workshop_id=r.id, by=r.felix),
        lambda: timer(r, 60),
        lambda: actions.nudge(workshop_id=r.id, by=r.felix),
    ):
        with pytest.raises(Conflict):
            act()
    assert (r.now().version, r.minutes()) == (before, minutes)
    assert write(r).state == "draft", "its record can still be written"


def test_a_workshop_may_end_anywhere_and_leaves_an_open_round_unseen():
    r = scoring()
    opened = r.open()
    r.vote("ines", opened, -2, reason="unseen")
    actions.close(workshop_id=r.id, by=r.felix)
    opened.refresh_from_db()
    assert opened.state == "open"
    assert shared_board(r.id).criteria[0].round.results is None
    assert "unseen" not in repr(shared_board(r.id))


# --- the minutes


def test_the_minutes_name_who_did_what_and_no_score_but_the_settled_one():
    r = scoring()
    r.score(CHURN, -1, ines=-2, sam=1)
    lines = [(line["who"], line["what"]) for line in map(minute_line, Minute.objects.filter(workshop=r.workshop))]
    assert lines[-5:] == [
        ("Felix", "opened Knowledge churn, round 1"),
        ("Ines", "voted on Knowledge churn"),
        ("Sam", "voted on Knowledge churn"),
        ("Felix", "revealed Knowledge churn: 2 votes"),
        ("Felix", "settled Knowledge churn at -1: Agreed in the talk."),
    ]


def test_an_act_of_a_later_version_and_a_name_with_percent_signs_are_readable():
    assert sentence("danced", {"how": "%(well)s"}) == "danced"
    assert sentence("removed", {"seat": "100 %s %(role)s"}) == "removed 100 %s %(role)s"
    assert sentence("left", {"withdrawn_ballots": 2}) == "left; votes in open rounds withdrawn: 2"
