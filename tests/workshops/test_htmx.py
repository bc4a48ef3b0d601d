"""What the room answers to htmx: where it leads on, what it keeps, and what goes into the place of what."""

import json
import re

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests.rooms import outcome, room, scoring
from workshops import actions
from workshops.models import Seat, SeatInvitation
from workshops.seats import cookie_name

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def test_whoever_takes_a_seat_is_led_into_the_room_and_has_it():
    r = scoring()
    browser = Client()
    link = reverse("workshops:join_link", args=[r.workshop.join_token])
    answer = browser.post(link, {"name": "Lena", "role": "legal"}, **HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, r.url("room"))
    assert cookie_name(r.workshop.public_id) in answer.cookies
    assert browser.get(r.url("room")).context["seat"] == Seat.objects.get(name="Lena")


def test_whoever_follows_a_mailed_link_takes_the_seat_and_is_led_in(mailoutbox):
    r = scoring()
    actions.invite(
        workshop_id=r.id, by=r.felix, email="lena@helio.example", name="Lena", role="legal", is_observer=False
    )
    link = re.search(r"/i/[\w-]+/", mailoutbox[-1].body)[0]
    browser = Client()
    answer = browser.post(link, **HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, r.url("room"))
    assert browser.get(r.url("room")).context["seat"].name == "Lena"


def test_a_busy_server_says_when_to_ask_again(monkeypatch):
    r = scoring()
    opened = r.open()

    def away(**_ballot):
        raise OperationalError("the database is away")

    monkeypatch.setattr(actions, "vote", away)  # which PostgreSQL is asked for
    monkeypatch.setattr(actions, "cast_ballot", away)
    ines = r.client("ines", raise_request_exception=False)
    answer = ines.post(r.url("ballot", round_id=opened.pk), {"score": "1"}, **HTMX)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


# --- acts that save before they move on


def answers(r, **more):
    """What Felix' form of the precheck sends, with two answers that were not kept yet."""
    return {"stage": r.now().stage, "documents_drive": "yes", "pre_check": ["clearer_tools"], **more}


@pytest.fixture
def precheck():
    r = room()
    r.go("precheck")
    return r


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_the_button_that_moves_on_keeps_the_answers_in_the_same_request(precheck, headers):
    r = precheck
    answer = r.client("felix").post(r.url("situation"), answers(r, phase="scoring"), **headers)
    assert answer.status_code == (204 if headers else 302)
    now = r.now()
    assert (now.phase, now.situation["documents_drive"], now.situation["pre_check"]) == (
        "scoring",
        True,
        ["clearer_tools"],
    )
    assert r.minutes()[-2:] == [("Felix", "answered_situation"), ("Felix", "moved")]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_wrong_answers_come_back_with_what_is_wrong_and_the_meeting_stays(precheck, headers):
    r = precheck
    wrong = answers(r, phase="scoring", pre_check=["perhaps"])
    answer = r.client("felix").post(r.url("situation"), wrong, **headers)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "perhaps is not one of the available choices" in html
    assert "Precheck: question 1 of" in html, "the question that was answered wrongly is shown"
    if headers:
        assert answer["HX-Retarget"] == "#stage"
    now = r.now()
    assert (now.phase, now.situation) == ("precheck", {})


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_who_comes_too_late_to_move_on_keeps_nothing_either(precheck, headers):
    r = precheck
    seen = answers(r, phase="scoring")
    actions.give_lead(workshop_id=r.id, seat_id=r.ines.pk, keep=True, by=r.felix)
    answer = r.client("felix").post(r.url("situation"), seen, **headers)
    assert answer.status_code == 409
    assert "The workshop has moved on" in answer.content.decode()
    now = r.now()
    assert (now.phase, now.situation, now.precheck) == ("precheck", {}, {})


def test_answers_are_not_kept_where_the_meeting_cannot_go(precheck):
    r = precheck
    r.go("scoring")
    r.open()
    answer = r.client("felix").post(r.url("situation"), answers(r, phase="outcome"), **HTMX)
    assert answer.status_code == 409
    assert "Finish the open criterion first" in answer.content.decode()
    assert r.now().situation == {}
    assert ("Felix", "answered_situation") not in r.minutes()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_what_a_starting_point_suggests_is_not_kept_by_moving_on(headers):
    r = room(starting_point="support_copilot")
    r.go("precheck")
    felix = r.client("felix")
    page = felix.get(r.url("room"))
    form = page.context["situation_form"]
    shown = {name: form[name].value() for name in form.fields}
    assert not any(shown.values()), "nothing is chosen before somebody answers"
    assert "suggests yes" in form["documents_drive"].help_text
    sent = {**shown, "stage": r.now().stage, "phase": "scoring"}
    assert felix.post(r.url("situation"), sent, **headers).status_code < 400
    assert (r.now().phase, r.now().situation) == ("scoring", {})


def test_a_suggestion_is_kept_with_the_answer_that_was_given_beside_it():
    r = room(starting_point="support_copilot")
    r.go("precheck")
    r.client("felix").post(r.url("situation"), answers(r, phase="scoring"), **HTMX)
    assert r.now().situation["documents_drive"] is True
    assert r.now().situation["pre_check"] == ["clearer_tools"]


def test_answers_without_the_stage_they_were_given_at_move_nothing(precheck):
    r = precheck
    sent = answers(r, phase="scoring")
    del sent["stage"]
    assert r.client("felix").post(r.url("situation"), sent, **HTMX).status_code == 409
    assert (r.now().phase, r.now().situation) == ("precheck", {})


def test_a_participant_neither_answers_nor_moves_on(precheck):
    r = precheck
    assert r.client("ines").post(r.url("situation"), answers(r, phase="scoring"), **HTMX).status_code == 403
    assert (r.now().phase, r.now().situation) == ("precheck", {})


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_at_the_outcome_wrong_answers_come_back_where_their_form_is(headers):
    r = outcome()
    answer = r.client("felix").post(r.url("situation"), answers(r, pre_check=["perhaps"]), **headers)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "perhaps is not one of the available choices" in html
    if headers:
        assert answer["HX-Retarget"] == "#controls"
    assert html.partition("Change precheck answers")[0].rstrip().endswith("<details open>\n      <summary>")


# --- one's own seat


def test_a_changed_role_is_shown_on_ones_own_seat():
    r = room()
    answer = r.client("ines").post(
        r.url("seat_role", seat_id=r.ines.pk), {"role": "legal", "is_observer": "on"}, **HTMX
    )
    assert answer.status_code == 200
    html = answer.content.decode()
    assert html.lstrip().startswith('<section id="own_seat"')
    assert "Legal" in html
    assert "observ" in html
    assert r.seat("ines").role == "legal"


def test_a_facilitator_who_changes_somebody_elses_role_gets_nothing_put_on_their_own_seat():
    r = room()
    answer = r.client("felix").post(r.url("seat_role", seat_id=r.ines.pk), {"role": "legal"}, **HTMX)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_role_that_is_none_is_refused_beside_the_field(headers):
    r = room()
    answer = r.client("ines").post(r.url("seat_role", seat_id=r.ines.pk), {"role": "wizard"}, **headers)
    assert answer.status_code == 422
    assert "wizard is not one of the available choices" in answer.content.decode()
    if headers:
        assert answer["HX-Retarget"] == "#own_seat"
    assert r.seat("ines").role == "product"


def test_who_takes_the_lead_is_not_asked_again_to_take_it():
    r = room()
    r.join("olga", user=r.people.olga)
    page = r.client("olga").get(r.url("room")).content.decode()
    assert "Become facilitator" in page
    answer = r.client("olga").post(r.url("take_over"), **HTMX)
    assert answer.status_code == 200
    assert "Become facilitator" not in answer.content.decode()
    assert r.seat("olga").is_facilitator


def test_who_leaves_is_led_out_and_has_no_seat_any_more():
    r = room()
    ines = r.client("ines")
    answer = ines.post(r.url("leave"), **HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/join/")
    assert ines.cookies[cookie_name(r.workshop.public_id)].value == ""


# --- invitations


def test_an_invitation_by_htmx_shows_the_page_again_in_place_with_its_row():
    r = room()
    felix, url = r.client("felix"), r.url("invitations")
    on_page = {**HTMX, "HTTP_HX_CURRENT_URL": f"http://testserver{url}"}
    form = {"email": "lena@helio.example", "name": "Lena", "role": "legal"}
    answer = felix.post(url, form, **on_page)
    assert answer.status_code == 200
    where = json.loads(answer["HX-Location"])
    assert (where["path"], where["target"], where["swap"]) == (url, "#content", "outerMorph")
    page = felix.get(url, **on_page).content.decode()
    assert "Invitation sent to Lena." in page
    assert f'<tr id="invitation-{SeatInvitation.objects.get().pk}">' in page


def test_a_wrong_invitation_by_htmx_comes_back_with_what_is_wrong():
    r = room()
    url = r.url("invitations")
    answer = r.client("felix").post(url, {"email": "lena", "name": "Lena", "role": "legal"}, **HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#content")
    assert "Enter an email address, like name@example.org" in answer.content.decode()


def test_a_wrong_code_by_htmx_is_said_beside_the_field():
    answer = Client().post("/join/", {"code": "2" * 8}, **HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#content")
    assert "No open workshop has this code" in answer.content.decode()
