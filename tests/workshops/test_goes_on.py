"""A room forgives: closed by mistake, a name mistyped, a reveal missed; and it says dates, plurals and places right."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from decisions.base.errors import Conflict, NotAllowed
from tests.rooms import CHURN, room, scoring
from workshops import actions, fragments
from workshops.board import own_boards, shared_board
from workshops.minutes import sentence

pytestmark = pytest.mark.django_db


def page(r, who):
    return r.client(who).get(r.url("room")).content.decode()


def test_a_workshop_closed_by_mistake_goes_on_where_it_was_and_the_log_stays_true():
    r = scoring()
    first = r.score(CHURN, -1, ines=-1, sam=-1, daria=-1)
    opened = r.open("audit_trust")
    r.vote("ines", opened, 1)
    actions.close(workshop_id=r.id, by=r.felix)
    assert "Open the workshop again" in page(r, "felix")
    assert "Open the workshop again" not in page(r, "ines")
    r.client("felix").post(r.url("open_again"), {"stage": r.now().stage})
    assert (r.now().phase, r.now().closed_at) == ("scoring", None)
    assert r.minutes()[-1] == ("Felix", "opened_again")
    call_command("verify_log")
    r.votes(opened, sam=1, daria=1)
    r.reveal(opened)
    call_command("verify_log")
    r.settle(opened, 1)
    actions.rename(workshop_id=r.id, name="Samira", by=r.sam)
    call_command("verify_log")
    actions.close(workshop_id=r.id, by=r.felix)
    call_command("verify_log")
    assert first.ballots.count() == opened.ballots.count() == 3


def test_a_closed_workshop_is_opened_again_for_a_day_and_by_who_led_it():
    r = room()
    with pytest.raises(Conflict):
        actions.open_again(workshop_id=r.id, by=r.felix)
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(NotAllowed):
        actions.open_again(workshop_id=r.id, by=r.ines)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "Open the workshop again" not in page(r, "felix")
        with pytest.raises(Conflict, match="for a day"):
            actions.open_again(workshop_id=r.id, by=r.felix)
    actions.open_again(workshop_id=r.id, by=r.felix)
    assert r.now().phase == "lobby"


def test_everybody_corrects_their_own_name_and_what_was_said_stays():
    r = scoring()
    r.score(CHURN, -1, ines=-1, sam=-1, daria=-1)
    ines = r.client("ines")
    wrong = ines.post(r.url("rename"), {"name": "In\x07es"})
    assert wrong.status_code == 422
    assert "control characters" in wrong.content.decode()
    answer = ines.post(r.url("rename"), {"name": "Inès"}, HTTP_HX_REQUEST="true")
    assert 'value="Inès"' in answer.content.decode()
    assert r.seat("ines").name == "Inès"
    line = r.workshop.minutes.last()
    assert (line.who, sentence(line.act, line.detail)) == ("Ines", "changed their name to Inès")
    assert "Inès" in page(r, "sam")
    call_command("verify_log")


def test_who_missed_the_reveal_is_told_so_and_nobody_else_is():
    r = scoring()
    opened = r.open()
    r.votes(opened, ines=-1, sam=1)
    r.reveal(opened)
    late = r.join("lena", "legal")
    told = "The votes were revealed before you voted"
    assert told in page(r, "daria")
    for who in ("ines", "otto", "felix", "lena"):
        assert told not in page(r, who)
    own = own_boards(shared_board(r.id), [r.daria.pk, late.pk])
    assert (own[r.daria.pk].missed, own[late.pk].missed) == (True, False)
    r.settle(opened, -1)
    assert told not in page(r, "daria")


def test_the_reasons_of_round_one_stay_in_view_while_round_two_is_open():
    r = scoring()
    opened = r.open()
    r.vote("ines", opened, -2, reason="Pages change weekly.")
    r.vote("sam", opened, 2, reason="The archive never does.")
    r.reveal(opened)
    actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    shown = fragments.draw_shared(shared_board(r.id), fragments.PARTICIPANT)["history"]
    assert "Round 1: Split: 1 leans RAG, 1 leans fine-tuning." in shown
    assert "Pages change weekly." in shown
    assert "The archive never does." in shown


def test_the_first_thing_that_is_said_of_scoring_is_that_it_has_started():
    r = scoring()
    said = fragments.draw_shared(shared_board(r.id), fragments.PARTICIPANT)["announcement"]
    assert "Scoring has started." in said
    assert "Waiting for the workshop" not in said


def test_lobby_and_screen_say_where_the_code_is_typed(settings):
    settings.PUBLIC_URL = "https://example.org"
    r = room()
    code = f"{r.workshop.join_code[:4]} {r.workshop.join_code[4:]}"
    for address in (r.url("room"), r.url("screen")):
        shown = r.client("felix").get(address).content.decode()
        assert ">example.org/join</" in shown
        assert code in shown


def test_minutes_have_dates_and_count_right():
    r = room()
    shown = r.client("ines").get(r.url("minutes")).content.decode()
    created = r.workshop.minutes.first().at
    assert f"{created:%Y-%m-%d %H:%M:%S}</time>" in shown
    revealed = {"criterion": CHURN, "round": 1}
    assert sentence("revealed", {**revealed, "ballots": 1}) == "revealed Knowledge churn: 1 vote"
    assert sentence("revealed", {**revealed, "ballots": 2}) == "revealed Knowledge churn: 2 votes"
    assert sentence("reminded", {"people": 1}) == "emailed a reminder to vote to 1 person"
    assert sentence("settled", {"criterion": CHURN, "lean": 1, "against": 1, "ballots": 1}).endswith("1 of 1 vote")


@pytest.mark.parametrize(
    ("cast", "said"), [(0, "0 of 3</strong> have"), (1, "1 of 3</strong> has"), (2, "2 of 3</strong> have")]
)
def test_one_has_voted_and_two_have(cast, said):
    r = scoring()
    opened = r.open()
    for who in ("ines", "sam")[:cast]:
        r.vote(who, opened, 1)
    assert said in " ".join(fragments.draw_shared(shared_board(r.id), fragments.PARTICIPANT)["stage"].split())
