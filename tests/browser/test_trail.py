"""The trail under somebody's hands: filtered, asked and compared without a reload, the ticked entries kept."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from decisions.models import Configuration, Decision
from tests import people
from tests.browser.test_log import assert_stayed, stay
from tests.browser.test_record import clean, sign_in
from tests.decisions.trail.configurations import put_live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NUMBERS = "() => [...document.querySelectorAll('#trail-lines tr')].map((row) => Number(row.id.slice(6)))"


@pytest.fixture
def trail(product, person):
    """Felix before a trail of sixty entries in two environments."""
    cast = people.cast()
    asked = people.decision(cast.team)
    for number in range(60):
        where = "staging" if number % 3 else "production"
        put_live(asked, environment=where, live_from=timezone.now() - timedelta(days=70 - number))
    page = sign_in(person(viewport={"width": 1280, "height": 800}), cast.felix, product)
    page.address = f"{product}/t/helio-desk/d/1/trail/"
    page.goto(page.address)
    stay(page)
    return page


def tick(page, number, side):
    page.locator(f"#entry-{number}").get_by_label(f"entry {number} on the {side}").check()


def ticked(page, side):
    return page.evaluate(f"document.querySelector('[name={side}]:checked')?.closest('tr').id")


def test_felix_filters_by_environment_and_his_ticks_stay(trail):
    tick(trail, 55, "left")
    trail.get_by_role("link", name="production", exact=True).last.click()
    expect(trail).to_have_url(trail.address + "?environment=production")
    expect(trail.locator("#trail-lines tr")).to_have_count(20)
    assert (ticked(trail, "before"), ticked(trail, "after")) == ("entry-55", "entry-58")
    trail.get_by_role("link", name="all", exact=True).click()
    expect(trail).to_have_url(trail.address)
    expect(trail.locator("#trail-lines tr")).to_have_count(50)
    assert (ticked(trail, "before"), ticked(trail, "after")) == ("entry-55", "entry-58")
    trail.go_back()
    expect(trail.locator("#trail-lines tr")).to_have_count(20)
    assert_stayed(trail)
    clean(trail)


def test_felix_compares_two_entries_beside_the_list(trail):
    tick(trail, 40, "left")
    trail.get_by_role("button", name="Compare selected").click()
    expect(trail.get_by_role("heading", name="Entries 40 and 60")).to_be_focused()
    expect(trail.locator("#comparison")).to_contain_text("No recorded fields differ.")
    assert "/trail/compare/?" in trail.url
    assert (ticked(trail, "before"), ticked(trail, "after")) == ("entry-40", "entry-60")
    tick(trail, 59, "left")
    trail.get_by_role("button", name="Compare selected").click()
    expect(trail.get_by_role("heading", name="Entries 59 and 60")).to_be_visible()
    assert_stayed(trail)
    clean(trail)
    trail.reload()
    expect(trail.get_by_role("heading", level=1)).to_have_text("Compare two entries")
    trail.get_by_label("Entry on the left").fill("77")
    trail.get_by_role("button", name="Compare").click()
    expect(trail.locator(".errorlist")).to_contain_text("no entry with that number")


def test_older_entries_come_when_they_are_reached(trail):
    trail.get_by_role("link", name="Older").scroll_into_view_if_needed()
    expect(trail.locator("#trail-lines tr")).to_have_count(60)
    assert trail.evaluate(NUMBERS) == list(range(60, 0, -1))
    assert (ticked(trail, "before"), ticked(trail, "after")) == ("entry-59", "entry-60")
    expect(trail).to_have_url(trail.address)
    tick(trail, 1, "left")
    trail.get_by_role("button", name="Compare selected").click()
    expect(trail.get_by_role("heading", name="Entries 1 and 60")).to_be_visible()
    assert_stayed(trail)


@pytest.mark.parametrize("place", ["", "../"], ids=["the trail", "the decision"])
def test_felix_asks_what_was_live_and_is_answered_where_he_asks(trail, place):
    if place:
        trail.goto(trail.address.removesuffix("trail/"))
        stay(trail)
        trail.get_by_role("heading", name="Live now").click()
        trail.get_by_text("Find what was live at another time", exact=True).click()
    when = trail.get_by_label("Date and time")
    where = trail.get_by_label("Environment")
    where.fill("")
    where.press("Enter")
    expect(trail.locator("#at-form .errorlist")).to_contain_text("required")
    where.fill("production")
    when.fill((timezone.localtime() - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%S"))
    trail.get_by_role("button", name="Find").click()
    expect(trail.locator("#at-answer")).to_contain_text("production ran")
    assert "/trail/at/?" in trail.url
    assert_stayed(trail)
    assert [said for said in trail.complaints if "422" not in said] == []
    trail.get_by_role("link", name="View details and complaints").click()
    expect(trail.get_by_role("heading", name="Another time")).to_be_visible()


def test_a_whole_history_comes_as_it_is_read(trail):
    for number in range(45):
        put_live(Decision.objects.get(), live_from=timezone.now() - timedelta(days=9, minutes=number))
    trail.goto(trail.address.replace("trail/", "history/"))
    stay(trail)
    events = trail.locator("#timeline > li")
    expect(events).to_have_count(100)
    trail.get_by_role("link", name="Earlier", exact=True).scroll_into_view_if_needed()
    expect(events).to_have_count(106)
    expect(events.last).to_contain_text("First release")
    expect(trail.get_by_role("link", name="Earlier", exact=True)).to_have_count(0)
    assert_stayed(trail)
    clean(trail)


def test_an_entry_is_checked_field_by_field_and_written(trail):
    trail.goto(trail.address + "new/")
    stay(trail)
    trail.get_by_label("From", exact=True).fill("2099-01-01T10:00:00")
    trail.get_by_label("Why", exact=True).focus()
    expect(trail.locator(".errorlist")).to_contain_text("less than a year ahead")
    trail.get_by_label("From", exact=True).fill(
        (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    )
    trail.get_by_label("Why", exact=True).focus()
    expect(trail.locator(".errorlist")).to_have_count(0)
    trail.get_by_label("Why", exact=True).fill("A better index")
    trail.get_by_role("button", name="Add entry").click()
    expect(trail.locator("#notices")).to_contain_text("Live in production from ")
    assert Configuration.objects.count() == 61
