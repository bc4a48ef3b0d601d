"""Answers that go wrong, in a real browser: what Felix typed stays, he is told, and pressing again works."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from decisions.models import Decision, Invitation, Membership
from tests import people, rooms
from tests.browser.test_looks import take
from tests.browser.test_record import RULES, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def felix(product, person):
    """Felix before a round that was revealed, about to settle it; and his page."""
    room = rooms.scoring()
    opened = room.open()
    room.votes(opened, ines=-2, sam=-2, daria=-2)
    room.reveal(opened)
    page = person(viewport={"width": 1280, "height": 800})
    take(page, product, room.felix)
    page.goto(product + room.url("room"))
    page.room = room
    page.locator("textarea[name=why]").fill("Pages change weekly.")
    return page


def settles(felix):
    """The second press counts, with the words of the first."""
    felix.get_by_role("button", name="Settle").click()
    expect(felix.get_by_role("button", name="Next: Audit and trust")).to_be_visible()
    assert felix.room.now().rounds.get().why == "Pages change weekly."


@pytest.mark.parametrize(
    ("status", "body"),
    [(413, ""), (413, "<html><body><h1>413 Request Entity Too Large</h1></body></html>"), (500, "Internal error")],
    ids=["the server's own limit", "a proxy's page", "a fault"],
)
def test_a_strangers_answer_takes_no_forms_place(felix, status, body):
    felix.route("**/settle/", lambda route: route.fulfill(status=status, content_type="text/html", body=body))
    felix.get_by_role("button", name="Settle").click()
    expect(felix.locator("#controls [data-send-status]")).to_have_text("Not sent. Your text is still here. Try again.")
    expect(felix.locator("textarea[name=why]")).to_have_value("Pages change weekly.")
    assert "Entity" not in felix.locator("body").inner_text()
    felix.unroute("**/settle/")
    settles(felix)


def test_a_page_whose_token_was_lost_gets_a_new_one(felix):
    felix.context.clear_cookies(name="csrftoken")
    felix.get_by_role("button", name="Settle").click()
    expect(felix.locator("#notices")).to_contain_text("Send that again")
    expect(felix.locator("textarea[name=why]")).to_have_value("Pages change weekly.")
    settles(felix)


def test_a_second_refusal_takes_the_place_of_the_first(felix):
    felix.context.clear_cookies(name="csrftoken")
    felix.get_by_role("button", name="Settle").click()
    expect(felix.locator("#notices .notice")).to_have_count(1)
    felix.context.clear_cookies(name="csrftoken")
    felix.get_by_role("button", name="Settle").click()
    felix.wait_for_timeout(500)
    expect(felix.locator("#notices .notice")).to_have_count(1)


@pytest.fixture
def olga(product, person):
    """Olga on the page of a decision, about to reword it."""
    cast = people.cast()
    people.decision(cast.team)
    EmailAddress.objects.create(user=cast.olga, email=cast.olga.email, verified=True, primary=True)
    page = sign_in(person(viewport={"width": 390, "height": 844}), cast.olga, product)
    page.cast = cast
    page.goto(f"{product}/t/helio-desk/d/1/edit/")
    page.get_by_label("Title").fill("Typed with care")
    page.evaluate("window.isTheSamePage = true")
    return page


def test_who_was_signed_out_signs_in_beside_it_and_goes_on(olga):
    olga.context.clear_cookies(name="sessionid")
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_role("alert")).to_contain_text("You're signed out")
    assert Axe().run(olga, options=RULES).response["violations"] == []
    with olga.context.expect_page() as opened:
        olga.get_by_role("link", name="Sign in again in a new tab").click()
    login = opened.value
    login.get_by_label("Email").fill("olga@example.org")
    login.get_by_label("Password").fill("secret-of-olga")
    login.locator("main form button[type=submit]").first.click()
    login.wait_for_url("**/t/helio-desk/d/1/edit/")
    # signing in gave the browser another token: the page gets it with the first press
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_role("alert")).to_contain_text("Send that again")
    assert olga.evaluate("window.isTheSamePage")
    expect(olga.get_by_label("Title")).to_have_value("Typed with care")
    olga.get_by_role("button", name="Save").click()
    olga.wait_for_url("**/t/helio-desk/d/1/")
    assert Decision.objects.get().title == "Typed with care"


def test_who_was_removed_meanwhile_is_told_and_keeps_her_words(olga):
    Membership.objects.filter(user=olga.cast.olga).delete()
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_role("alert")).to_contain_text("That isn't here any more")
    expect(olga.get_by_label("Title")).to_have_value("Typed with care")


@pytest.mark.parametrize("is_offline", [True, False], ids=["offline", "a fault"])
def test_what_did_not_arrive_says_so_on_every_page(olga, is_offline):
    olga.context.set_offline(is_offline)
    olga.route("**/edit/", lambda route: route.abort() if is_offline else route.fulfill(status=500, body="<html>"))
    olga.get_by_role("button", name="Save").click()
    expect(olga.locator("[data-send-status]")).to_have_text("Not sent. Your text is still here. Try again.")
    expect(olga.get_by_label("Title")).to_have_value("Typed with care")
    olga.context.set_offline(False)
    olga.unroute("**/edit/")
    olga.get_by_role("button", name="Save").click()
    olga.wait_for_url("**/t/helio-desk/d/1/")
    assert Decision.objects.get().title == "Typed with care"


def test_what_was_sent_by_enter_does_not_stay_in_its_field(olga, product):
    olga.goto(f"{product}/t/helio-desk/members/")
    field = olga.get_by_label("Email address")
    field.fill("ines@example.org")
    field.press("Enter")
    expect(olga.locator("#notices")).to_contain_text("ines@example.org")
    expect(field).to_have_value("")
    assert olga.evaluate("document.activeElement !== document.body")
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_ballot_that_was_taken_back_stays_back_also_on_a_slow_line(product, person, seconds):
    room = rooms.scoring()
    opened = room.open()
    ines = person(viewport={"width": 390, "height": 844})
    take(ines, product, room.ines)
    ines.goto(product + room.url("room"))
    ines.locator("label.target").nth(1).click()
    expect(ines.locator(".saved")).to_contain_text("RAG")
    posted = []

    def late(route):
        posted.append(route.request.url.split("/")[-2])
        time.sleep(seconds)
        route.continue_()

    ines.route(re.compile("/(ballot|withdraw)/$"), late)
    ines.locator("label.target").nth(0).click()
    ines.locator("textarea[name=reason]").fill("half a reason")
    ines.get_by_role("button", name="Withdraw vote").click()
    expect(ines.get_by_role("button", name="Withdraw vote")).to_be_hidden(timeout=15000)
    ines.wait_for_timeout(500)
    assert posted[-1] == "withdraw"
    assert not opened.ballots.exists()
    expect(ines.locator("textarea[name=reason]")).to_have_value("half a reason")
