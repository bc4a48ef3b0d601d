"""One sitting: from sign-up to signatures on four people's own devices without an email, and a laptop that closes midway."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import expect

from decisions.models import Record, User
from tests import rooms
from tests.browser.test_room import LAPTOP, PHONE, enter
from tests.decisions.records import stories
from workshops.models import Presence, Seat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GUESTS = {"security": "Sam", "data": "Daria", "engineering": "Erik"}


class Lead:
    """Ada at her laptop, whose clicks and typed fields are counted."""

    def __init__(self, page):
        self.page, self.clicks, self.fields = page, 0, 0

    def click(self, role, name):
        self.page.locator("main").get_by_role(role, name=re.compile(name)).first.click()
        self.clicks += 1

    def fill(self, label, text):
        self.page.get_by_label(label, exact=True).fill(text)
        self.fields += 1


def sign_up_and_prepare(ada, product, mails):
    """Nine clicks and five fields to the first reveal; here all of them but the last three clicks."""
    ada.page.goto(product)
    ada.click("link", "^Create a team")
    ada.fill("Your name", "Ada")
    ada.fill("Email", "ada@example.org")
    ada.fill("Password", "a-long-enough-password")
    ada.click("button", "^Create account")
    expect(ada.page.locator("main")).to_contain_text("ada@example.org")
    (mail,) = mails("ada@example.org")
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mail, re.MULTILINE)[1]
    ada.page.locator("main input[name=code]").fill(code)
    ada.fields += 1
    ada.click("button", "^Confirm")
    ada.click("button", "^Create team")
    ada.fill("Title", "Runbook answers")
    ada.click("button", "^Create decision")
    ada.click("button", "^Create workshop")
    expect(ada.page.get_by_role("heading", name="Join this workshop")).to_be_visible()


def test_four_people_from_sign_up_to_signatures_without_an_email(product, person, mails):
    ada = Lead(person(viewport=LAPTOP))
    sign_up_and_prepare(ada, product, mails)
    link = ada.page.locator("#stage a[href*='/j/']").get_attribute("href")
    guests = {}
    for role, name in GUESTS.items():
        guest = guests[role] = person(viewport=PHONE, has_touch=True)
        guest.goto(f"{link}?role={role}")
        guest.get_by_label("Your name").fill(name)
        guest.get_by_role("button", name="Join workshop").click()
        expect(ada.page.locator("#people")).to_contain_text(name)
    ada.click("button", "^Skip precheck and vote")
    for page in (ada.page, *guests.values()):
        page.locator("label.target").nth(0).click()
        expect(page.get_by_text("Vote saved")).to_be_visible()
    ada.clicks += 1
    fits(ada.page, "#stage, .ballot-targets, #controls .now")
    ada.click("button", "^Reveal 4 of 4")
    expect(ada.page.locator(".spread-words")).to_be_visible()
    assert (ada.clicks, ada.fields) == (9, 5)
    fits(ada.page, ".axis-box, .said, #controls .now")

    ada.click("button", "^Settle")
    expect(ada.page.get_by_role("button", name=re.compile("^Next: "))).to_be_visible()
    seats = {seat.name.lower(): seat for seat in Seat.objects.select_related("workshop")}
    made = rooms.Room(seats["ada"].workshop, None, {**seats, "felix": seats["ada"]})
    for criterion in rooms.CRITERIA[1:]:
        made.score(criterion, -2, ada=-2, sam=-2, daria=-2, erik=-2)
    ada.click("button", "^Go to the outcome")
    expect(ada.page.locator("#stage")).to_contain_text("Who signs for each role?")
    ada.click("button", "^Create decision record")
    ada.page.wait_for_url(re.compile("/r/"))
    stories.ready(Record.objects.get(), User.objects.get(email="ada@example.org"))
    ada.page.reload()
    ada.click("button", "^Request sign-off")
    expect(ada.page.locator("main")).to_contain_text("You are signing as Ada, product owner.")
    for role in ("security", "data"):
        page = guests[role]
        page.get_by_role("link", name="Read and sign").click()
        expect(page.locator("#paper")).to_contain_text("Answer from retrieval first")
        page.get_by_label("I agree", exact=True).check()
        page.get_by_role("button", name="Sign record").click()
        expect(page.locator("main")).to_contain_text("signed in the workshop, email not confirmed")
    expect(guests["engineering"].locator("#signing")).to_contain_text("Sam")
    ada.page.reload()
    ada.page.get_by_label("I agree", exact=True).check()
    ada.click("button", "^Sign record")
    ada.page.once("dialog", lambda dialog: dialog.accept())
    ada.click("button", "^Accept record")
    expect(ada.page.locator("main")).to_contain_text("DR-0001")
    main = ada.page.locator("main")
    expect(main).to_contain_text("member account")
    assert mails("") == mails("ada@example.org"), "nobody else was sent anything"
    for page in (ada.page, *guests.values()):
        assert page.complaints == []


def fits(page, selector):
    """All of it stands on a laptop's screen without scrolling."""
    page.evaluate("scrollTo(0, 0)")
    ends = page.locator(selector).evaluate_all("all => all.map((one) => one.getBoundingClientRect().bottom)")
    assert ends
    assert max(ends) <= LAPTOP["height"], f"{selector} ends at {max(ends)}"


def test_a_laptop_closes_mid_round_and_the_room_goes_on(product, person):
    room = rooms.scoring()
    opened = room.open()
    felix = enter(person(viewport=LAPTOP), product, room, "felix")
    phones = {name: enter(person(viewport=PHONE), product, room, name) for name in ("ines", "sam", "daria")}
    _noted(room, 4, felix)
    room.votes(opened, ines=-1, sam=-1, daria=-1)
    felix.context.close()
    _noted(room, 3, phones["ines"])
    # two minutes pass
    Seat.objects.filter(workshop=room.id).update(joined_at=F("joined_at") - timedelta(hours=1))
    gone = [room.felix.pk, room.otto.pk]
    Seat.objects.filter(pk__in=gone).update(seen_at=timezone.now() - timedelta(minutes=3))
    ines = phones["ines"]
    expect(ines.locator("#dropped")).to_contain_text("Felix (facilitator) isn't connected.", timeout=10_000)
    expect(ines.locator("#people .is-away", has_text="Felix")).to_be_visible()
    ines.get_by_role("button", name="Offer to lead").click()
    for name in ("sam", "daria"):
        phones[name].get_by_role("button", name="Confirm Ines").click()
    ines.get_by_role("button", name=re.compile("^Reveal 3 of 3")).click()
    for page in phones.values():
        expect(page.locator(".spread-words")).to_be_visible()
    ines.get_by_role("button", name=re.compile("^Settle N|^Settle$")).click()
    expect(ines.get_by_role("button", name=re.compile("^Next: "))).to_be_visible()
    opened.refresh_from_db()
    assert (opened.state, opened.settled_by) == ("settled", "Ines")
    for name in ("Close workshop", "Manage people"):
        expect(ines.get_by_text(name, exact=True)).to_have_count(0)
    for page in phones.values():
        assert page.complaints == []


def _noted(room, count, page):
    """Until the server has noted that so many seats are there."""
    for _fifth in range(100):
        noted = {seat for note in Presence.objects.filter(workshop=room.id) for seat in note.seats}
        if len(noted) == count:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{len(noted)} seats are noted")
