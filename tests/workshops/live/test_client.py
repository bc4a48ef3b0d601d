"""The scripts of a live page, in Chromium: nothing typed is lost, and the page finds its way back."""

import time

import pytest
from playwright.sync_api import expect

from tests.workshops.live.page import INES, ROOM, Site

pytestmark = pytest.mark.browser
LOADS = 100

BALLOT = """<section id="ballot" data-key="{key}"><form method="post" action="ballot/" hx-post="ballot/" hx-target="#ballot" hx-swap="outerMorph">
<label><input type="radio" name="score" value="-2"> RAG</label><label><input type="radio" name="score" value="2"> Tuning</label>
<textarea name="reason"></textarea><button>Vote</button></form></section>"""
NOTES = """<section id="stage"><h2>{title}</h2>{warning}<form method="post" action="note/" hx-post="note/">
<label>Note <input name="note"></label><select name="who"><option>Ines</option><option>Sam</option></select>
<button>Keep</button></form><details id="more"><summary>More</summary>{title}</details></section>"""


@pytest.fixture
def site():
    return Site()


def stage(text: str) -> str:
    return f'<section id="stage"><p>{text}</p></section>'


def test_a_hundred_loads_all_connect_and_show_the_state_under_the_strict_policy(site, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with site.served() as address:
        for number in range(LOADS):
            site.change(stage(f"load {number}"))
            page.goto(address)
            expect(page.locator("#stage")).to_have_text(f"load {number}", timeout=3000)
        site.change(stage("and still live"))
        expect(page.locator("#stage")).to_have_text("and still live")
    assert site.opened == LOADS, "every load connected at its first try"
    assert complaints == []


def test_what_is_typed_survives_every_push_with_caret_and_focus(site, page):
    with site.served() as address:
        site.change(NOTES.format(title="one", warning=""))
        page.goto(address)
        field = page.locator("input[name=note]")
        field.fill("half a thou")
        page.locator("select").select_option("Sam")
        page.locator("summary").click()
        field.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        for number in range(20):
            # what stands before the form comes and goes while somebody types
            site.change(NOTES.format(title=f"push {number}", warning="<p>Sam has joined</p>" * (number % 3)))
            expect(page.locator("h2")).to_have_text(f"push {number}")
        page.keyboard.type("X")
        assert field.input_value() == "hXalf a thou"
        assert page.locator("select").input_value() == "Sam"
        assert page.locator("details").get_attribute("open") is not None


def test_an_unfocused_draft_survives_too_and_an_untouched_field_follows_the_server(site, page):
    with site.served() as address:
        pattern = '<section id="stage"><h2>{0}</h2><textarea name="mine"></textarea><input name="theirs" value="{0}"></section>'
        site.change(pattern.format("one"))
        page.goto(address)
        expect(page.locator("input[name=theirs]")).to_have_value("one")
        page.locator("textarea").fill("my draft")
        page.locator("h2").click()
        site.change(pattern.format("two"))
        expect(page.locator("input[name=theirs]")).to_have_value("two")
        expect(page.locator("textarea")).to_have_value("my draft")


def test_a_ballot_is_left_alone_until_its_round_changes_and_then_what_was_typed_is_kept(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT.format(key="churn 1"))
        page.goto(address)
        page.get_by_label("RAG").check()
        page.locator("textarea[name=reason]").fill("documents change weekly")
        site.change(stage("Sam has voted"))
        expect(page.locator("#stage")).to_have_text("Sam has voted")
        expect(page.get_by_label("RAG")).to_be_checked()
        site.change(
            stage("revealed"), "churn 1 revealed", '<section id="ballot" data-key="r">You had no ballot</section>'
        )
        expect(page.locator("#ballot")).to_have_text("You had no ballot")
        expect(page.locator(".kept textarea")).to_have_value("documents change weekly")


def test_a_pushed_form_is_posted_with_the_pages_own_token(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT.format(key="churn 1"))
        site.answers = [(200, '<section id="ballot" data-key="churn 1"><p>Saved.</p></section>', [])]
        page.goto(address)
        page.get_by_label("RAG").check()
        page.get_by_role("button", name="Vote").click()
        expect(page.locator("#ballot")).to_have_text("Saved.")
        assert site.posts == [{"score": ["-2"]}]
        assert site.tokens == [b"page-token"]


def test_a_ballot_sent_while_the_server_is_away_is_delivered_when_it_is_back(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT.format(key="churn 1"))
        page.goto(address)
        page.get_by_label("Tuning").check()
        page.locator("textarea[name=reason]").fill("stable for years")
    page.get_by_role("button", name="Vote").click()
    expect(page.locator("[data-send-status]")).to_have_text("Not sent yet, trying again")
    expect(page.locator("[data-stream-status]")).to_have_text("The line is down.")
    with site.served():
        expect(page.locator("[data-send-status]")).to_be_hidden(timeout=15000)
        assert site.posts[-1]["reason"] == ["stable for years"]
        expect(page.locator("[data-stream-status]")).to_be_hidden(timeout=15000)


def test_a_busy_server_is_asked_again_and_a_refusal_is_shown_with_the_text_kept(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT.format(key="churn 1"))
        notice = '<div class="notice">Revealed before your ballot arrived</div>'
        site.answers = [
            (503, "", [(b"retry-after", b"1")]),
            (409, notice, [(b"hx-retarget", b"#notices"), (b"hx-reswap", b"afterbegin")]),
        ]
        page.goto(address)
        page.locator("textarea[name=reason]").fill("late")
        page.get_by_role("button", name="Vote").click()
        expect(page.locator("#notices")).to_contain_text("Revealed before your ballot arrived", timeout=10000)
        expect(page.locator("textarea[name=reason]")).to_have_value("late")
        assert len(site.posts) == 2


def test_without_a_stream_the_page_is_at_most_five_seconds_behind(site, page):
    site.stream_up = False
    with site.served() as address:
        site.change(stage("one"))
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one", timeout=8000)
        site.change(stage("two"))
        began = time.monotonic()
        expect(page.locator("#stage")).to_have_text("two", timeout=5500)
        assert time.monotonic() - began < 5.5
        site.stream_up = True
        expect(page.locator("[data-stream-status]")).to_be_hidden(timeout=12000)
        site.change(stage("three"))
        expect(page.locator("#stage")).to_have_text("three", timeout=1500)


def test_a_page_that_was_offline_is_right_again_soon_after_it_is_back(site, page, context):
    with site.served() as address:
        site.change(stage("one"))
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        context.set_offline(True)
        site.change(stage("meanwhile"))
        page.wait_for_timeout(4000)
        context.set_offline(False)
        expect(page.locator("#stage")).to_have_text("meanwhile", timeout=3000)


def test_tabs_of_one_room_share_one_stream_and_the_next_takes_over(site, context):
    with site.served() as address:
        site.change(stage("one"))
        tabs = [context.new_page() for _ in range(8)]  # over HTTP/1.1 a seventh stream would hang
        for tab in tabs:
            tab.goto(address)
            expect(tab.locator("#stage")).to_have_text("one")
        assert site.opened == 1
        assert len(site.hub.rooms[ROOM].streams) == 1
        tabs[0].close()
        site.change(stage("two"))
        for tab in tabs[1:]:
            expect(tab.locator("#stage")).to_have_text("two")
        assert site.opened == 2


def test_a_removed_person_is_told_and_the_page_asks_no_more(site, page):
    with site.served() as address:
        site.change(stage("one"))
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        site.admitted = False
        del site.rooms.seats[ROOM][INES]
        site.change(stage("secret"))
        expect(page.locator("[data-stream-status]")).to_have_text("You are no longer in this room.", timeout=8000)
        expect(page.locator("#stage")).to_have_text("one")
        asked = site.opened
        page.wait_for_timeout(6000)
        assert site.opened == asked
