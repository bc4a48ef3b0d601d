"""A workshop and a record without a mouse: nobody is ever thrown back to the top of the page."""

import re

import pytest
from playwright.sync_api import expect

from decisions import records
from decisions.base.links import token_hash
from tests import people, rooms
from tests.browser.test_looks import take
from tests.browser.test_record import sign_in
from tests.decisions.records import stories
from workshops.models import Phase

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHERE = "() => { const at = document.activeElement; return at === document.body ? '' : at.outerHTML.slice(0, 160); }"


class Hands:
    """Somebody who has a keyboard only, and looks where the focus is after everything that happens."""

    def __init__(self, page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def reach(self, selector: str) -> None:
        """Go on by Tab until the focus is there, once past the end of the page to its beginning at most."""
        target = self.page.locator(selector).first
        expect(target).to_be_visible()
        ends = 0
        while ends < 2:
            if target.evaluate("(one) => one === document.activeElement"):
                return
            self.press("Tab")
            ends += not self.page.evaluate(WHERE)
        raise AssertionError(f"no way to {selector} by Tab")

    def open(self, section: str) -> None:
        """Open a section of the paper as a form."""
        self.reach(f"#open-{section}")
        self.press("Enter")
        expect(self.page.locator(f"#form-{section}")).to_be_visible()
        self.page.wait_for_timeout(200)
        self.holds()

    def holds(self) -> str:
        """The focus is somewhere; where."""
        where = self.page.evaluate(WHERE)
        assert where, "the focus is lost"
        return where

    def sees(self, selector: str, text: str | re.Pattern[str]) -> None:
        """Something has come, by an act or a push, and the focus has stayed."""
        expect(self.page.locator(selector)).to_contain_text(text, timeout=15000)
        self.page.wait_for_timeout(100)
        self.holds()


@pytest.fixture
def hands(product, person):
    """Felix before his lobby, at the first stop of the page."""
    room = rooms.room()
    for name in ("ines", "sam", "daria", "otto"):
        room.seats.pop(name).delete()
    felix = Hands(person(viewport={"width": 1280, "height": 800}))
    take(felix.page, product, room.felix)
    felix.page.goto(product + room.url("room"))
    felix.press("Tab")
    felix.holds()
    ines = Hands(person(viewport={"width": 390, "height": 844}))
    ines.page.goto(f"{product}/join/")
    return room, felix, ines


def test_a_whole_workshop_by_keyboard(hands):
    room, felix, ines = hands
    sit_down(room, ines)
    felix.sees("#people", "Ines")

    felix.reach("#controls [data-press=n]")
    felix.press("Enter")
    felix.sees("#stage", "Precheck: question 1 of")
    ines.sees("#stage", "Precheck: question 1 of")
    felix.reach("#precheck-form input[type=checkbox]")
    felix.press("Space")
    felix.press("Space")
    felix.press("s")
    ines.sees("#stage", "Precheck: question 2 of")
    felix.press("4")
    ines.sees("#stage", "Precheck: question 3 of")
    felix.press("b")
    ines.sees("#stage", "Precheck: question 2 of")
    felix.reach("#skip-form button")
    felix.press("Enter")
    felix.sees("#stage", "Five criteria")
    ines.sees("#stage", "Five criteria")

    for place in range(5):
        vote(felix, ines, place)
    felix.press("n")
    felix.sees("#stage", "RAG")
    ines.sees("#stage", "RAG")
    assert room.now().phase == Phase.OUTCOME
    assert [one.lean for one in room.now().rounds.order_by("pk")] == [-2, -1, -1, -1, -1]
    assert felix.page.complaints == ines.page.complaints == []


def sit_down(room, ines) -> None:
    ines.reach("input[name=code]")
    ines.write(room.workshop.join_code)
    ines.press("Enter")
    ines.page.wait_for_url("**/j/**")
    ines.reach("input[name=name]")
    ines.write("Ines")
    ines.press("Tab", "ArrowDown", "ArrowUp")
    expect(ines.page.locator("input[name=role][value=product]")).to_be_checked()
    ines.reach("main form button[type=submit]")
    ines.press("Enter")
    ines.page.wait_for_url("**/w/**")
    ines.press("Tab")
    ines.sees("#people", "Ines")


def vote(felix, ines, place: int) -> None:
    """A round: opened by N, voted by a digit, revealed by R, settled by N or, the first time, at length."""
    felix.press("n")
    expect(ines.page.locator("form[data-ballot]")).to_be_visible()
    ines.holds()
    ines.press("2")
    ines.sees(".saved", "Vote saved")
    felix.sees("#controls", "Reveal 1 of 1")
    if place == 0:
        ines.press("ArrowUp")
        ines.sees(".saved", "strongly RAG")
        ines.reach("textarea[name=reason]")
        ines.write("Runbooks change every week, r and n.")
        ines.press("Tab")
        expect(ines.page.locator("textarea[name=reason]")).to_have_js_property(
            "defaultValue", "Runbooks change every week, r and n."
        )
        ines.holds()
    felix.press("r")
    felix.sees("#stage .spread-words", re.compile("."))
    ines.sees("#stage .spread-words", re.compile("."))
    if place == 0:
        felix.reach(".settle-form input[name=lean]:checked")
        felix.press("ArrowDown", "ArrowUp")
        felix.reach("textarea[name=why]")
        felix.write("One voice, in the end.")
        felix.reach(".settle-form button[type=submit]")
        felix.press("Space")
    else:
        felix.press("n")
    felix.sees("#controls", re.compile("Next: |Go to the outcome"))
    ines.holds()


def test_a_whole_record_by_keyboard(product, person):
    cast = people.cast()
    owners = [{"role": "product", "name": "Felix", "email": "felix@example.org"}, *stories.readings()["owners"][1:]]
    record = stories.finish(stories.drafted(cast, owners=owners), cast.felix)
    felix = Hands(sign_in(person(viewport={"width": 1280, "height": 800}), cast.felix, product))
    page = felix.page
    page.goto(f"{product}/t/helio-desk/r/{record.pk}/")

    felix.open("decision")
    felix.reach("#decision [name$=title]")
    felix.press("Control+a")
    felix.write("Answer runbook questions from retrieval")
    expect(page.locator("#decision [data-status]")).to_have_attribute("data-state", "saved")
    felix.holds()
    felix.write(" first")
    felix.press("Escape")
    felix.sees("#decision .paper-title, #decision", "Answer runbook questions from retrieval first")
    expect(page.locator("#open-decision")).to_be_focused()

    felix.open("guardrails")
    felix.reach("#guardrails button[value^=add]")
    rows = page.locator("#guardrails [data-row]").count()
    felix.press("Enter")
    expect(page.locator("#guardrails [data-row]")).to_have_count(rows + 1)
    page.wait_for_timeout(200)
    assert "input" in felix.holds() or "textarea" in felix.holds()
    felix.write("No answer without a source.")
    felix.open("fallback")  # what was typed is saved before another section opens
    felix.sees("#guardrails", "No answer without a source.")
    felix.reach("#fallback textarea")
    felix.write("Then hand over. ")
    felix.reach("#fallback button[value=done]")
    felix.press("Enter")
    felix.sees("#fallback", "Then hand over.")
    expect(page.locator("#open-fallback")).to_be_focused()

    felix.reach("form[action$='/sign-off/'] button")
    felix.press("Enter")
    felix.sees("#next", "You are signing as")
    felix.reach(".sign-form input[name=position]")
    felix.press("Space")
    felix.reach(".sign-form button")
    felix.press("Enter")
    felix.sees("#notices", "Thank you")
    record.refresh_from_db()
    for one in record.sign_offs.filter(position="pending"):
        one.token_hash = token_hash(f"token-of-{one.pk}")
        one.save()
        records.sign(
            sign_off=one,
            position="agree",
            note_text="",
            content_hash=record.content_hash,
            token=f"token-of-{one.pk}",
        )
    felix.sees("#next", "Accept record")  # by itself, within seconds
    felix.reach("form[action$='/accept/'] button")
    page.once("dialog", lambda dialog: dialog.accept())
    felix.press("Enter")
    felix.sees("#content", "DR-0001 accepted.")
    assert page.complaints == []
