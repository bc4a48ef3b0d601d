"""The log and the guide under somebody's hands: found while one types, back as it was, older lines when they are reached."""

import re

import pytest
from playwright.sync_api import expect

from tests import people
from tests.browser.test_record import clean, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NUMBERS = "() => [...document.querySelectorAll('#log-lines .cell-number')].map((cell) => Number(cell.textContent))"


def stay(page):
    """Mark the page, so that a reload would be seen."""
    page.evaluate("window.isTheSame = true")


def assert_stayed(page):
    assert page.evaluate("window.isTheSame"), "the page was loaded anew"


@pytest.fixture
def mina(product, person):
    """Mina before a log of seventy decisions."""
    cast = people.cast()
    for number in range(1, 71):
        title = f"{'Billing' if number % 10 else 'Support'} copilot {number}"
        people.decision(cast.team, title=title, question="Retrieve or tune?", owner=cast.olga)
    page = sign_in(person(viewport={"width": 1280, "height": 800}), cast.mina, product)
    page.goto(f"{product}/t/helio-desk/")
    stay(page)
    page.address = f"{product}/t/helio-desk/"
    return page


def test_mina_finds_a_decision_while_she_types_and_comes_back_to_all_of_them(mina):
    search = mina.get_by_role("searchbox", name="Search")
    search.press_sequentially("supp", delay=20)
    expect(mina.locator("#log-count")).to_have_text("7 decisions.")
    assert mina.evaluate(NUMBERS) == [70, 60, 50, 40, 30, 20, 10]
    expect(mina).to_have_url(mina.address + "?q=supp")
    expect(search).to_be_focused()
    search.press_sequentially("ort 7", delay=20)
    expect(mina.locator("#log-count")).to_have_text("1 decision.")
    expect(mina).to_have_url(mina.address + "?q=support+7")
    expect(search).to_have_value("support 7")
    assert_stayed(mina)
    clean(mina)
    mina.go_back()  # one step: the letters of one search are none of their own
    expect(mina).to_have_url(mina.address)
    expect(mina.locator("#log-count")).to_have_text("More than 30 decisions.")
    expect(search).to_have_value("")
    mina.go_forward()
    expect(search).to_have_value("support 7")
    expect(mina.locator("#log-count")).to_have_text("1 decision.")
    assert_stayed(mina)
    search.fill("nowhere")
    expect(mina.get_by_role("heading", name="No decisions match")).to_be_visible()
    mina.get_by_role("link", name="Show all").click()
    expect(mina.locator("#log-count")).to_have_text("More than 30 decisions.")
    expect(search).to_have_value("")
    expect(mina).to_have_url(mina.address)
    assert_stayed(mina)


def test_mina_filters_without_a_reload_and_learns_what_she_wrote_wrong(mina):
    mina.get_by_text("Filters", exact=True).click()
    mina.get_by_label("Revisit").select_option("none")
    expect(mina).to_have_url(mina.address + "?revisit=none")
    mina.get_by_label("Status").select_option("accepted")
    expect(mina.locator("#log-count")).to_have_text("No decisions match.")
    expect(mina.get_by_label("Status")).to_be_visible()
    mina.go_back()
    expect(mina).to_have_url(mina.address + "?revisit=none")
    expect(mina.get_by_label("Status")).to_have_value("")
    expect(mina.get_by_label("Revisit")).to_have_value("none")
    expect(mina.locator("#log-count")).to_have_text("More than 30 decisions.")
    mina.get_by_label("Tag").fill("\u0007x")
    expect(mina.locator(".errorlist")).to_contain_text("control characters")
    expect(mina.get_by_label("Tag")).to_have_value("\u0007x")
    assert_stayed(mina)
    assert mina.complaints == [said for said in mina.complaints if "422" in said]


def test_older_lines_come_when_they_are_reached(mina):
    expect(mina.locator("#log-lines tr")).to_have_count(30)
    mina.get_by_role("link", name="Older").scroll_into_view_if_needed()
    expect(mina.locator("#log-count")).to_have_text("More than 60 decisions.")
    mina.get_by_role("link", name="Older").scroll_into_view_if_needed()
    expect(mina.locator("#log-count")).to_have_text("70 decisions.")
    assert mina.evaluate(NUMBERS) == list(range(70, 0, -1))
    expect(mina.get_by_role("link", name="Older")).to_have_count(0)
    expect(mina).to_have_url(mina.address)
    expect(mina.get_by_role("link", name="Download all decisions (CSV)")).to_have_attribute(
        "href", re.compile(r"\.csv$")
    )
    assert_stayed(mina)
    clean(mina)


def test_a_search_begun_meanwhile_is_not_mixed_with_older_lines(mina):
    held = []
    mina.route("**/*shown=30*", lambda route: held.append(route))
    mina.get_by_role("link", name="Older").scroll_into_view_if_needed()
    for _ in range(100):
        if held:
            break
        mina.wait_for_timeout(50)
    assert len(held) == 1
    mina.get_by_role("searchbox", name="Search").fill("support")
    expect(mina.locator("#log-count")).to_have_text("7 decisions.")
    mina.wait_for_timeout(100)
    held[0].continue_()
    mina.wait_for_timeout(200)
    assert mina.evaluate(NUMBERS) == [70, 60, 50, 40, 30, 20, 10]


def test_a_search_without_an_answer_says_so_until_there_is_one(mina):
    mina.route("**/*q=support*", lambda route: route.abort())
    search = mina.get_by_role("searchbox", name="Search")
    search.fill("support")
    expect(mina.locator("#log-filters [role=status]")).to_have_text("No answer. Try again in a moment.")
    expect(search).to_have_value("support")
    mina.unroute("**/*q=support*")
    search.press("Enter")
    expect(mina.locator("#log-count")).to_have_text("7 decisions.")
    expect(mina.locator("#log-filters [role=status]")).to_be_hidden()
    assert_stayed(mina)


def test_a_visitor_finds_pages_of_the_guide_while_typing(product, person):
    page = person(viewport={"width": 390, "height": 844})
    page.goto(f"{product}/guide/")
    stay(page)
    search = page.get_by_role("searchbox", name="Search the guide")
    search.press_sequentially("acquisition", delay=20)
    expect(page.locator("#guide-count")).to_contain_text(re.compile(r"^\d+ results?$"))
    expect(page).to_have_url(f"{product}/guide/?q=acquisition")
    expect(search).to_be_focused()
    clean(page)
    page.go_back()
    expect(page.locator("#guide-found a")).to_have_count(0)
    expect(search).to_have_value("")
    search.fill("zzzz")
    expect(page.locator("#guide-found")).to_contain_text("Nothing matches.")
    assert_stayed(page)
