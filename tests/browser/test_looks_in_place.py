"""What comes into a page without a reload reads as well as the page itself: forms, errors, notices, answers."""

import pytest
from playwright.sync_api import expect

from decisions import records
from decisions.models import User
from tests import people, rooms
from tests.browser.test_looks import WAYS, check, take
from tests.browser.test_record import sign_in
from tests.decisions.records import stories
from tests.decisions.trail.configurations import put_live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[way.values for way in WAYS], ids=[way.id for way in WAYS])
def enter(request, product, person):
    """Opens somebody's browser at an address, on a phone in the light and on a laptop in the dark."""
    viewport, theme = request.param

    def opened(who, path):
        page = person(viewport=viewport, color_scheme=theme, reduced_motion="reduce")
        if isinstance(who, User):
            sign_in(page, who, product)
        else:
            take(page, product, who)
        page.goto(product + path)
        return page

    return opened


def test_a_record_while_it_is_written(enter):
    cast = people.cast()
    record = stories.finish(stories.drafted(cast), cast.felix)
    felix = enter(cast.felix, f"/t/helio-desk/r/{record.pk}/")
    for section in ("decision", "criteria", "metrics", "plan", "flip_signals", "revisit", "owners"):
        felix.locator(f"#open-{section}").click()
        expect(felix.locator(f"#form-{section}")).to_be_visible()
        check(felix)
    felix.locator("#owners button[value^=add]").click()
    check(felix)
    felix.locator("#open-decision").click()
    felix.get_by_label("Title").fill("")
    felix.get_by_role("button", name="Done").click()
    expect(felix.locator("#decision .errorlist").first).to_be_visible()
    check(felix)
    felix.get_by_label("Title").fill("Mine")
    record.refresh_from_db()
    version = record.section_versions.get("decision", 0)
    records.edit(record=record, section="decision", changes={"title": "Theirs"}, version=version, by=cast.olga)
    felix.get_by_role("button", name="Done").click()
    expect(felix.locator("#problem-decision")).to_contain_text("Theirs")
    check(felix)


def test_a_room_that_asks_refuses_and_corrects(enter):
    room = rooms.scoring()
    opened = room.open()
    room.votes(opened, ines=-2)
    felix = enter(room.felix, room.url("room"))
    expect(felix.locator("html[data-live=on]")).to_be_attached()
    felix.context.clear_cookies(name="csrftoken")
    felix.on("dialog", lambda dialog: dialog.accept())
    felix.get_by_role("button", name="Reveal 1 of 3").click()
    expect(felix.locator("#notices")).to_contain_text("Send that again")
    check(felix)
    room.votes(opened, sam=2)
    room.reveal(opened)
    expect(felix.locator("textarea[name=why]")).to_be_visible()
    felix.locator("textarea[name=why]").evaluate(
        "(field) => { field.maxLength = 9999; field.value = 'long '.repeat(900); }"
    )
    felix.get_by_role("button", name="Settle").click()
    expect(felix.locator("#controls .errorlist").first).to_be_visible()
    check(felix)
    ines = enter(room.ines, room.url("room"))
    ines.get_by_text("Change name or role, switch device or leave").click()
    check(ines)


def test_a_trail_that_is_asked_and_compared(enter):
    cast = people.cast()
    asked = people.decision(cast.team)
    for place in ("staging", "production", "production"):
        put_live(asked, environment=place)
    olga = enter(cast.olga, "/t/helio-desk/d/1/trail/")
    check(olga)
    olga.get_by_role("button", name="Compare selected").click()
    expect(olga.locator("#comparison")).to_contain_text("Entry")
    check(olga)
    olga.goto(olga.url.partition("/d/1/")[0] + "/d/1/trail/new/")
    olga.locator("main form").last.locator("button[type=submit]").last.click()
    expect(olga.locator(".errorlist").first).to_be_visible()
    check(olga)
    olga.goto(olga.url.partition("/d/1/")[0] + "/connections/")
    olga.get_by_text("Create a token").click()
    olga.get_by_role("button", name="Create token").click()
    expect(olga.locator(".errorlist").first).to_be_visible()
    check(olga)


def test_a_team_that_is_searched_and_invited_into(enter):
    cast = people.cast()
    people.decision(cast.team)
    olga = enter(cast.olga, "/t/helio-desk/")
    olga.locator("input[name=q]").press_sequentially("nothing like it")
    expect(olga.locator("#log-count")).to_contain_text("No decisions match")
    check(olga)
    olga.goto(olga.url.partition("?")[0] + "members/")
    olga.get_by_label("Email address").fill("nobody")
    olga.get_by_role("button", name="Send invitation").click()
    expect(olga.locator(".errorlist").first).to_be_visible()
    check(olga)
    olga.get_by_label("Email address").fill("ines@example.org")
    olga.get_by_role("button", name="Send invitation").click()
    expect(olga.locator("#notices")).to_contain_text("ines@example.org")
    check(olga)
