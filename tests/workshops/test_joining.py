"""Getting into a room: by code, by link, again; and getting no further by guessing."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.rooms import room, scoring, sit
from workshops import actions
from workshops.models import CODE_ALPHABET, Seat, Workshop
from workshops.seats import cookie_name, read_seat_cookie

pytestmark = pytest.mark.django_db
CODE = "/join/"
NAMED = {"name": "Lena", "role": "legal"}


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()
    yield
    cache.clear()


def link(r) -> str:
    return reverse("workshops:join_link", args=[r.workshop.join_token])


def mask(response) -> tuple:
    """What a stranger can tell apart."""
    # the address that was asked for is known to who asked; so is one's own token
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|\?next=[^"]*', "", response.content.decode())
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, headers, body


# --- by code


def test_the_code_from_the_screen_leads_to_the_link():
    r = room()
    code = r.workshop.join_code
    for typed in (code, code.lower(), f"{code[:4]} {code[4:]}", f" {code[:4]}-{code[4:]} "):
        answer = Client().post(CODE, {"code": typed})
        assert answer.status_code == 302
        assert answer["Location"] == link(r)


def test_wrong_and_closed_codes_get_the_same_answer():
    r, closed = room(), None
    closed = room(cast=r.people)
    actions.close(workshop_id=closed.id, by=closed.felix)
    wrong = "2" * 8
    assert not Workshop.objects.filter(join_code=wrong).exists()
    # the same code typed, in a world where it is closed and in one where it never was
    Workshop.objects.filter(pk=closed.id).update(join_code=wrong)
    for_closed = Client().post(CODE, {"code": wrong})
    Workshop.objects.filter(pk=closed.id).update(join_code="3" * 8)
    for_wrong = Client().post(CODE, {"code": wrong})
    assert for_closed.status_code == for_wrong.status_code == 422
    assert mask(for_closed) == mask(for_wrong)
    assert b"222" in for_wrong.content, "what was typed is kept"


@pytest.mark.parametrize(
    "typed", ["", "ABC", "O0O0O0O0", "ABCDEFGHJ", "\x00" * 8, "АБВГДЕЖЗ", "٢٢٢٢٢٢٢٢", "A" * 100_000]
)
def test_what_cannot_be_a_code_is_said_beside_the_field(typed):
    answer = Client().post(CODE, {"code": typed})
    assert answer.status_code == 422
    assert len(answer.content) < 400_000


def test_ten_wrong_codes_a_minute_then_wait():
    r = room()
    for _try in range(10):
        assert Client().post(CODE, {"code": "2" * 8}).status_code == 422
    refused = Client().post(CODE, {"code": "2" * 8})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    right = Client().post(CODE, {"code": r.workshop.join_code})
    assert right.status_code == 429, "else guessing could go on"
    assert Client(REMOTE_ADDR="192.0.2.7").post(CODE, {"code": r.workshop.join_code}).status_code == 302


def test_a_hundred_wrong_codes_a_minute_from_everywhere_then_all_who_were_wrong_wait():
    for number in range(100):
        somewhere = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert somewhere.post(CODE, {"code": "2" * 8}).status_code == 422
    assert Client(REMOTE_ADDR="192.0.2.0").post(CODE, {"code": "2" * 8}).status_code == 429
    clean = Client(REMOTE_ADDR="198.51.100.1")  # is heard, once
    assert [clean.post(CODE, {"code": "2" * 8}).status_code for _try in range(2)] == [422, 429]


def test_a_minute_later_one_may_try_again(monkeypatch):
    import time_machine

    with time_machine.travel("2026-11-18T10:00:30Z", tick=False):
        for _try in range(11):
            last = Client().post(CODE, {"code": "2" * 8})
        assert last.status_code == 429
    with time_machine.travel("2026-11-18T10:01:30Z", tick=False):
        assert Client().post(CODE, {"code": "2" * 8}).status_code == 422


def test_forged_forwarding_headers_do_not_reset_the_count():
    for number in range(10):
        Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").post(CODE, {"code": "2" * 8})
    assert Client(HTTP_X_FORWARDED_FOR="203.0.113.99").post(CODE, {"code": "2" * 8}).status_code == 429


def test_a_whole_office_joins_from_one_address_in_one_minute():
    r = room()
    for number in range(40):
        browser = Client()
        assert browser.post(CODE, {"code": r.workshop.join_code})["Location"] == link(r)
        assert browser.get(link(r)).status_code == 200
        assert browser.post(link(r), {**NAMED, "name": f"Guest {number}"}).status_code == 302
    assert r.now().seats.count() == 45


def test_codes_are_eight_signs_that_can_be_read_aloud():
    codes = {room_.join_code for room_ in (Workshop(), Workshop(), Workshop())}
    assert len(codes) == 3
    assert all(len(code) == 8 and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert len(CODE_ALPHABET) == len(set(CODE_ALPHABET)) == 31
    assert not set("01OIL") & set(CODE_ALPHABET)
    assert len(Workshop().join_token) >= 22


# --- by link


def test_a_guest_names_themselves_and_sits():
    r = room()
    browser = Client()
    page = browser.get(f"{link(r)}?role=legal")
    assert page.status_code == 200
    assert r.workshop.decision.title in page.content.decode()
    answer = browser.post(link(r), NAMED)
    assert (answer.status_code, answer["Location"]) == (302, r.url("room"))
    seat = Seat.objects.get(name="Lena")
    assert (seat.role, seat.is_observer, seat.is_facilitator, seat.user) == ("legal", False, False, None)
    cookie = answer.cookies[cookie_name(r.workshop.public_id)]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert read_seat_cookie({cookie.key: cookie.value}, r.workshop.public_id) == (seat.pk, seat.key)


def test_whoever_sits_already_is_led_to_the_room():
    r = room()
    browser = r.client("ines")
    for answer in (browser.get(link(r)), browser.post(link(r), NAMED)):
        assert (answer.status_code, answer["Location"]) == (302, r.url("room"))
    assert r.now().seats.count() == 5


def test_a_member_signed_in_gets_the_same_seat_on_a_second_device():
    r = room()
    first, second = Client(), Client()
    for browser in (first, second):
        browser.force_login(r.people.mina)
    first.post(link(r), {"name": "Mina", "role": "legal"})
    answer = second.get(link(r))
    assert answer["Location"] == r.url("room")
    assert second.get(r.url("state")).status_code == 200
    assert Seat.objects.filter(user=r.people.mina).count() == 1


def test_the_personal_link_brings_a_seat_back_on_another_browser():
    r = room()
    browser = Client()
    link_to_seat = r.url("rejoin", seat_id=r.ines.pk, key=r.ines.key)
    assert "joins the workshop as Ines" in browser.get(link_to_seat).content.decode()
    assert cookie_name(r.workshop.public_id) not in browser.cookies
    assert browser.post(link_to_seat)["Location"] == r.url("room")
    assert read_seat_cookie({key: morsel.value for key, morsel in browser.cookies.items()}, r.workshop.public_id) == (
        r.ines.pk,
        r.ines.key,
    )
    assert browser.get(link_to_seat)["Location"] == r.url("room"), "whoever sits there is not asked again"


def test_wrong_closed_and_odd_links_get_the_same_404():
    r, other = room(), None
    other = room(cast=r.people)
    closed_link = link(other)
    actions.close(workshop_id=other.id, by=other.felix)
    actions.leave(workshop_id=r.id, by=r.sam)
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{place}").get(address)
        for place, address in enumerate(
            [
                "/j/nonsense/",
                closed_link,
                "/j/%00/",
                "/j/%ED%A0%80/",
                f"/j/{'a' * 5000}/",
                r.url("rejoin", seat_id=r.ines.pk, key="wrong"),
                r.url("rejoin", seat_id=r.sam.pk, key=r.sam.key),
                r.url("rejoin", seat_id=10**30, key=r.ines.key),
                r.url("rejoin", seat_id=r.ines.pk, key="\x00"),
                other.url("rejoin", seat_id=r.ines.pk, key=r.ines.key),
            ]
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({mask(answer)[2] for answer in answers}) == 1


def test_guessing_links_ends_in_429_and_right_links_still_work():
    r = room()
    for number in range(10):
        assert Client().get(f"/j/nonsense{number}/").status_code == 404
    refused = Client().get("/j/nonsense/")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert Client().get(r.url("rejoin", seat_id=r.ines.pk, key="wrong")).status_code == 429
    assert Client().get(link(r)).status_code == 200
    assert Client().post(r.url("rejoin", seat_id=r.ines.pk, key=r.ines.key)).status_code == 302


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": "", "role": "legal"}, "name"),
        ({"name": "   ", "role": "legal"}, "name"),
        ({"name": "Le\x00na", "role": "legal"}, "name"),
        ({"name": "Le\x1bna", "role": "legal"}, "name"),
        ({"name": "L" * 61, "role": "legal"}, "name"),
        ({"name": "L" * 1_000_000, "role": "legal"}, "name"),
        ({"name": "Lena"}, "role"),
        ({"name": "Lena", "role": "astronaut"}, "role"),
        ({"name": "Lena", "role": "\x00"}, "role"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(typed, wrong):
    r = room()
    answer = Client().post(link(r), typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    if 3 < len(typed["name"]) < 100 and typed["name"].isprintable():
        assert typed["name"] in answer.content.decode()
    assert r.now().seats.count() == 5


def test_names_are_kept_in_one_normal_form_and_shown_as_text():
    r = room()
    browser = Client()
    browser.post(link(r), {"name": "  Rene\u0301  <script>alert(1)</script>  ", "role": "legal"})
    assert Seat.objects.latest("pk").name == "Ren\u00e9 <script>alert(1)</script>"
    page = browser.get(r.url("room")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- what a seat's cookie is worth


def test_a_seat_of_one_room_is_nothing_in_another():
    ours = room()
    theirs = room(cast=ours.people)
    browser = ours.client("ines")
    browser.cookies[cookie_name(theirs.workshop.public_id)] = browser.cookies[
        cookie_name(ours.workshop.public_id)
    ].value
    assert browser.get(theirs.url("room")).status_code == 404


@pytest.mark.parametrize("value", ["", "nonsense", "a:b:c", "W10:1:1", "\x00", "é" * 50, "x" * 4000])
def test_a_forged_cookie_is_no_seat(value):
    r = room()
    browser = Client()
    browser.cookies[cookie_name(r.workshop.public_id)] = value
    for name in ("room", "screen", "state", "minutes"):
        assert browser.get(r.url(name)).status_code == 404


def test_a_removed_seat_gets_nothing_more():
    r = scoring()
    browser = r.client("sam")
    assert browser.get(r.url("state")).status_code == 200
    actions.remove_seat(workshop_id=r.id, seat_id=r.sam.pk, by=r.felix)
    opened = r.open()
    for name in ("room", "screen", "state", "minutes"):
        assert browser.get(r.url(name)).status_code == 404
    assert browser.post(r.url("ballot", round_id=opened.pk), {"score": "1"}).status_code == 404


def test_leaving_gives_the_seat_up_and_forgets_the_cookie():
    r = room()
    browser = r.client("ines")
    answer = browser.post(r.url("leave"))
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    assert browser.get(r.url("room")).status_code == 404
    assert browser.post(r.url("leave")).status_code == 404


def test_a_seat_is_not_given_by_being_a_member_of_the_team():
    r = room()
    browser = Client()
    browser.force_login(r.people.olga)
    assert "Join to vote" in browser.get(r.url("room")).content.decode(), "they read along, and join as everybody does"
    assert browser.get(r.url("state")).status_code == 404
    sit(browser, r.ines)
    assert browser.get(r.url("state")).status_code == 200
