"""A whole workshop without a mouse: Felix leads, Ines votes, and neither is ever thrown back to the top of the page."""

import re

import pytest
from playwright.sync_api import expect

from tests import rooms
from tests.browser.test_looks import take
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

    def holds(self) -> str:
        """The focus is somewhere; where."""
        where = self.page.evaluate(WHERE)
        assert where, "the focus is lost"
        return where

    def sees(self, selector: str, text: str | re.Pattern[str]) -> None:
        """Something has come, by an act or a push, and the focus has stayed."""
        expect(self.page.locator(selector)).to_contain_text(text)
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
    felix.sees("#stage", "Is it a model problem at all?")
    ines.sees("#stage", "Is it a model problem at all?")
    felix.reach("#situation-form input[type=checkbox]")
    felix.press("Space")
    felix.press("Space")
    felix.reach("#controls [data-press=n]")
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
    ines.sees(".saved", "Your ballot is in")
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
    felix.sees("#controls", re.compile("Open: |Go to the outcome"))
    ines.holds()
