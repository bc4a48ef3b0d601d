"""Answers that go wrong, in a real browser: what Felix typed stays, he is told, and pressing again works."""

import pytest
from playwright.sync_api import expect

from tests import rooms
from tests.browser.test_looks import take

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
    expect(felix.get_by_role("button", name="Open: Audit and trust")).to_be_visible()
    assert felix.room.now().rounds.get().why == "Pages change weekly."


@pytest.mark.parametrize(
    ("status", "body"),
    [(413, ""), (413, "<html><body><h1>413 Request Entity Too Large</h1></body></html>"), (500, "Internal error")],
    ids=["the server's own limit", "a proxy's page", "a fault"],
)
def test_a_strangers_answer_takes_no_forms_place(felix, status, body):
    felix.route("**/settle/", lambda route: route.fulfill(status=status, content_type="text/html", body=body))
    felix.get_by_role("button", name="Settle").click()
    expect(felix.locator("#controls [data-send-status]")).to_have_text(
        "Not sent. Your text is still here; send it again."
    )
    expect(felix.locator("textarea[name=why]")).to_have_value("Pages change weekly.")
    assert "Entity" not in felix.locator("body").inner_text()
    felix.unroute("**/settle/")
    settles(felix)


def test_a_page_whose_token_was_lost_gets_a_new_one(felix):
    felix.context.clear_cookies(name="csrftoken")
    felix.get_by_role("button", name="Settle").click()
    expect(felix.locator("#notices")).to_contain_text("Please send that again")
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
