"""A decision's own page under somebody's hands: its words are changed where they stand, and a field is checked when left."""

import pytest
from playwright.sync_api import expect

from decisions.models import Decision, Record
from tests import people
from tests.browser.test_log import assert_stayed, stay
from tests.browser.test_record import clean, sign_in
from tests.decisions.records import stories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture
def felix(product, person):
    """Felix at the page of a decision that has a draft."""
    cast = people.cast()
    stories.drafted(cast)
    page = sign_in(person(viewport=LAPTOP), cast.felix, product)
    page.address = f"{product}/t/helio-desk/d/1/"
    page.goto(page.address)
    stay(page)
    page.cast = cast
    return page


def test_felix_rewords_a_decision_where_it_stands(felix):
    felix.get_by_role("link", name="Edit", exact=True).press("Enter")
    expect(felix.get_by_label("Title")).to_be_focused()
    felix.get_by_label("Title").fill("Runbook copilot")
    felix.get_by_role("button", name="Save").click()
    expect(felix.get_by_role("heading", level=1)).to_have_text("1 Runbook copilot")
    expect(felix).to_have_title("1 · Runbook copilot · Helio Desk · Groundwork")
    expect(felix.locator("#notices")).to_contain_text("Decision updated.")
    expect(felix.locator("#decision-words")).to_be_focused()
    felix.get_by_text("Context", exact=True).click()
    felix.get_by_role("link", name="Edit context").click()
    felix.get_by_label("Context").fill("Runbooks change weekly.")
    felix.get_by_role("button", name="Save").click()
    expect(felix.locator("#decision-context")).to_contain_text("Runbooks change weekly.")
    felix.locator("#decision-owner").get_by_role("link", name="Change").click()
    felix.get_by_label("Person responsible").select_option(label="Mina")
    felix.get_by_role("button", name="Save").click()
    expect(felix.locator("#decision-owner")).to_contain_text("Responsible: Mina")
    expect(felix).to_have_url(felix.address)
    assert_stayed(felix)
    clean(felix)
    words = Decision.objects.get()
    assert (words.title, words.context, words.owner) == ("Runbook copilot", "Runbooks change weekly.", felix.cast.mina)
    assert words.question.startswith("Retrieve, tune"), "what was not edited stays"


def test_a_part_is_left_as_it_was(felix):
    felix.get_by_role("link", name="Edit", exact=True).click()
    felix.get_by_label("Title").fill("Never mind")
    felix.get_by_role("link", name="Cancel").click()
    expect(felix.get_by_role("heading", level=1)).to_have_text("1 Support copilot")
    assert_stayed(felix)
    felix.get_by_role("link", name="Edit", exact=True).press("Enter")
    expect(felix.get_by_label("Title")).to_have_value("Support copilot")
    felix.keyboard.type("!")
    felix.keyboard.press("Escape")
    expect(felix.get_by_label("Title")).to_have_value("!Support copilot")  # what is written is not thrown away by a key
    felix.keyboard.press("Backspace")
    felix.keyboard.press("Escape")
    expect(felix.get_by_role("heading", level=1)).to_have_text("1 Support copilot")
    expect(felix.locator("#decision-words")).to_be_focused()


def test_two_reword_at_once_and_neither_loses_a_word(felix):
    felix.get_by_role("link", name="Edit", exact=True).click()
    felix.get_by_label("Title").fill("Felix's words")
    Decision.objects.update(title="Olga's words", version=2)
    felix.get_by_role("button", name="Save").click()
    expect(felix.get_by_role("alert")).to_contain_text("Olga's words")
    expect(felix.get_by_label("Title")).to_have_value("Felix's words")
    felix.get_by_role("button", name="Save my version").click()
    expect(felix.get_by_role("heading", level=1)).to_have_text("1 Felix's words")
    assert_stayed(felix)


def test_a_day_to_look_at_it_again_is_named_on_the_decisions_page(felix):
    felix.locator("#decision-revisit").get_by_role("link", name="Change").click()
    felix.get_by_role("textbox", name="Revisit date optional").fill("2020-01-01")
    felix.get_by_role("button", name="Save").click()
    expect(felix.locator(".errorlist")).to_contain_text("Enter a date in the future")
    felix.get_by_role("textbox", name="Revisit date optional").fill("2031-05-02")
    felix.get_by_role("button", name="Save").click()
    expect(felix.locator("#decision-revisit")).to_contain_text("2 May 2031")
    assert Record.objects.get().content["revisit"]["on"] == "2031-05-02"
    assert_stayed(felix)


def test_a_field_is_checked_when_it_is_left_and_nobody_is_disturbed(felix):
    felix.goto(felix.address.replace("d/1/", "decisions/new/"))
    stay(felix)
    tags = felix.get_by_label("Tags")
    tags.fill("a-word-that-is-longer-than-a-tag-may-ever-be-here, eu")
    tags.press("Tab")
    felix.get_by_label("Person responsible").press("ArrowDown")
    expect(felix.locator(".field", has=tags).locator(".errorlist")).to_contain_text("longer than 40 characters")
    expect(felix.get_by_label("Person responsible")).to_be_focused()
    expect(tags).to_have_attribute("aria-invalid", "true")
    expect(felix.locator(".errorlist")).to_have_count(1)
    clean(felix)
    tags.fill("eu")
    felix.get_by_label("Title").click()
    expect(felix.locator(".errorlist")).to_have_count(0)
    felix.get_by_label("Title").fill("Support copilot, again")
    felix.get_by_label("Question").fill("Retrieve or tune?")
    felix.get_by_role("button", name="Create decision").click()
    expect(felix.get_by_role("heading", level=1)).to_have_text("2 Support copilot, again")
    assert Decision.objects.count() == 2


def test_a_slow_check_takes_no_letter_and_stops_nobody_who_sends_the_form(felix):
    felix.goto(felix.address.replace("d/1/", "decisions/new/"))
    stay(felix)
    held = []
    felix.route("**/*check=*", lambda route: held.append(route))
    title = felix.get_by_label("Title")
    title.fill("\u0007")
    felix.get_by_label("Question").click()
    felix.wait_for_timeout(1200)
    assert len(held) == 1
    expect(felix.get_by_text("Sending…")).to_have_count(0)  # nothing is sent: it is looked at only
    title.click()
    title.press_sequentially(" copilot")
    held[0].continue_()
    expect(felix.locator(".field", has=title).locator(".errorlist")).to_contain_text("control characters")
    expect(title).to_have_value("\u0007 copilot")
    expect(title).to_be_focused()
    title.fill("Runbook copilot")
    felix.get_by_label("Question").fill("Retrieve or tune?")
    felix.get_by_label("Context").click()
    felix.wait_for_timeout(600)
    assert len(held) >= 2, "a check is under way, and is not waited for"
    felix.get_by_role("button", name="Create decision").click()
    expect(felix.get_by_role("heading", level=1)).to_have_text("2 Runbook copilot")
    assert Decision.objects.filter(title="Runbook copilot").count() == 1
