"""The scripts of a live page, in Chromium: nothing typed is lost, and the page finds its way back.

`LIVE_LOADS` sets how often a page is loaded in a row (20 unless told; a long run loads it a hundred times).
"""

import os
import time

import pytest
from playwright.sync_api import expect

from tests.workshops.live.page import INES, ROOM, Site

pytestmark = pytest.mark.browser
LOADS = int(os.environ.get("LIVE_LOADS", "20"))

BALLOT = """<section id="ballot"><form method="post" action="ballot/" hx-post="ballot/" hx-target="#ballot" hx-swap="outerMorph">
<label><input type="radio" name="score" value="-2"> RAG</label><label><input type="radio" name="score" value="2"> Tuning</label>
<textarea name="reason"></textarea><button>Vote</button></form></section>"""
NOTES = """<section id="stage"><h2>{title}</h2>{warning}<form method="post" action="note/" hx-post="note/">
<label>Note <input name="note"></label><select name="who"><option>Ines</option><option>Sam</option></select>
<button>Keep</button></form><details id="more"><summary>More</summary>{title}</details></section>"""


# A headless browser shows every tab; so a page is told that it is hidden.
HIDING = "Object.defineProperty(document, 'hidden', {get: () => Boolean(window.isAway), configurable: true});"


def hide(page) -> None:
    page.evaluate(HIDING + "window.isAway = true; document.dispatchEvent(new Event('visibilitychange'))")


def show(page) -> None:
    page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")


def eventually(true, seconds: float = 4.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def site():
    return Site()


def let_pass(page, seconds: float) -> None:
    """So much time of the page's own timers, at once; and a moment for what they have begun."""
    page.clock.fast_forward(round(seconds * 1000))
    page.wait_for_timeout(200)


def stage(text: str) -> str:
    return f'<section id="stage"><p>{text}</p></section>'


def test_load_after_load_connects_and_shows_the_state_under_the_strict_policy(site, page):
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
        site.change(stage("open"), "churn 1", BALLOT)
        page.goto(address)
        page.get_by_label("RAG").check()
        page.locator("textarea[name=reason]").fill("documents change weekly")
        site.change(stage("Sam has voted"))
        expect(page.locator("#stage")).to_have_text("Sam has voted")
        expect(page.get_by_label("RAG")).to_be_checked()
        site.change(stage("revealed"), "churn 1 revealed", '<section id="ballot">You had no ballot</section>')
        expect(page.locator("#ballot")).to_have_text("You had no ballot")
        expect(page.locator(".kept textarea")).to_have_value("documents change weekly")


def test_a_pushed_form_is_posted_with_the_pages_own_token(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT)
        site.answers = [(200, '<section id="ballot"><p>Saved.</p></section>', [])]
        page.goto(address)
        page.get_by_label("RAG").check()
        page.get_by_role("button", name="Vote").click()
        expect(page.locator("#ballot")).to_have_text("Saved.")
        assert site.posts == [{"score": ["-2"]}]
        assert site.tokens == [b"page-token"]


def test_a_ballot_sent_while_the_server_is_away_is_delivered_when_it_is_back(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT)
        page.goto(address)
        page.get_by_label("Tuning").check()
        page.locator("textarea[name=reason]").fill("stable for years")
    page.get_by_role("button", name="Vote").click()
    expect(page.locator("[data-send-status]")).to_have_text("Not sent yet, trying again")
    expect(page.locator("[data-stream-status]")).to_have_text("You're offline.")
    with site.served():
        expect(page.locator("[data-send-status]")).to_be_hidden(timeout=15000)
        assert site.posts[-1]["reason"] == ["stable for years"]
        expect(page.locator("[data-stream-status]")).to_be_hidden(timeout=15000)


def test_a_busy_server_is_asked_again_and_a_refusal_is_shown_with_the_text_kept(site, page):
    with site.served() as address:
        site.change(stage("open"), "churn 1", BALLOT)
        notice = '<div class="notice">Your vote arrived after the reveal</div>'
        site.answers = [
            (503, "", [(b"retry-after", b"2")]),
            (409, notice, [(b"hx-retarget", b"#notices"), (b"hx-reswap", b"afterbegin")]),
        ]
        page.goto(address)
        page.locator("textarea[name=reason]").fill("late")
        page.get_by_role("button", name="Vote").click()
        page.wait_for_timeout(900)
        expect(page.locator("[data-send-status]")).to_have_text("Not sent yet, trying again")
        expect(page.locator("#notices")).to_contain_text("Your vote arrived after the reveal", timeout=10000)
        expect(page.locator("textarea[name=reason]")).to_have_value("late")
        assert len(site.posts) == 2


def test_without_a_stream_the_page_is_at_most_five_seconds_behind(site, page):
    site.stream_up = False
    with site.served() as address:
        site.change(stage("one"))
        page.clock.install()
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one", timeout=8000)
        expect(page.locator("[data-stream-status]")).to_be_visible(timeout=3000)
        site.change(stage("two"))
        page.clock.fast_forward(5000)
        expect(page.locator("#stage")).to_have_text("two", timeout=1000)
        site.stream_up = True
        page.clock.fast_forward(12_000)
        expect(page.locator("[data-stream-status]")).to_be_hidden(timeout=3000)
        site.change(stage("three"))
        expect(page.locator("#stage")).to_have_text("three", timeout=1500)


def test_a_page_that_was_offline_is_right_again_soon_after_it_is_back(site, page, context):
    with site.served() as address:
        site.change(stage("one"))
        page.clock.install()
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        context.set_offline(True)
        site.change(stage("meanwhile"))
        let_pass(page, 4)
        context.set_offline(False)
        expect(page.locator("#stage")).to_have_text("meanwhile", timeout=3000)


def streams(site) -> int:
    room = site.hub.rooms.get(ROOM)
    return len(room.streams) if room else 0


def test_a_hidden_tab_gives_its_stream_back_and_is_right_within_a_second_when_shown(site, page):
    with site.served() as address:
        site.change(stage("one"))
        page.clock.install()
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        hide(page)
        eventually(lambda: streams(site) == 0)
        site.change(stage("meanwhile"))
        let_pass(page, 60)
        assert streams(site) == 0, "it stays away while nobody looks"
        expect(page.locator("#stage")).to_have_text("one")
        show(page)
        expect(page.locator("#stage")).to_have_text("meanwhile", timeout=1000)
        assert streams(site) == 1
        expect(page.locator("[data-stream-status]")).to_be_hidden()


def test_a_tab_that_opens_in_the_background_holds_no_stream_before_it_is_shown(site, page):
    page.add_init_script("window.isAway = true;" + HIDING)
    with site.served() as address:
        site.change(stage("one"))
        page.clock.install()
        page.goto(address)
        let_pass(page, 60)
        assert site.opened == 0
        expect(page.locator("[data-stream-status]")).to_be_hidden()
        show(page)
        expect(page.locator("#stage")).to_have_text("one", timeout=1000)
        assert streams(site) == 1


def test_a_tab_that_is_hidden_while_its_line_is_coming_back_rests_too(site, page):
    with site.served() as address:
        site.change(stage("one"))
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        held = []
        page.route("**/stream/**", lambda route: held.append(route))
        site.hub.close_streams_from_thread()
        eventually(lambda: held or page.wait_for_timeout(20))
        site.hub.closing = False
        hide(page)
        held[0].continue_()
        page.unroute("**/stream/**")
        eventually(lambda: site.opened == 2)
        site.change(stage("meanwhile"))
        eventually(lambda: streams(site) == 0)
        show(page)
        expect(page.locator("#stage")).to_have_text("meanwhile", timeout=1000)


def test_a_big_screen_keeps_its_stream_while_another_window_is_before_it(site, page):
    site.kept_awake = True
    with site.served() as address:
        site.change(stage("one"))
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        hide(page)
        site.change(stage("two"))
        expect(page.locator("#stage")).to_have_text("two")
        assert (streams(site), site.opened) == (1, 1)


def test_two_visible_windows_of_one_room_are_both_live(site, context):
    with site.served() as address:
        site.change(stage("one"))
        windows = [context.new_page() for _ in range(2)]
        for window in windows:
            window.goto(address)
            expect(window.locator("#stage")).to_have_text("one")
        assert streams(site) == 2
        site.change(stage("two"))
        for window in windows:
            expect(window.locator("#stage")).to_have_text("two", timeout=1000)
        windows[0].close()
        site.change(stage("three"))
        expect(windows[1].locator("#stage")).to_have_text("three", timeout=1000)


def test_a_page_that_comes_back_from_the_browsers_history_is_live_again(site, browser_type, browser_type_launch_args):
    # playwright switches the cache off
    with browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    ) as browser:
        page = browser.new_page()
        page.add_init_script("addEventListener('pageshow', (event) => { window.cameBack = event.persisted; })")
        with site.served() as address:
            site.change(NOTES.format(title="one", warning=""))
            page.goto(address)
            page.locator("input[name=note]").fill("half a thought")
            page.goto(f"{address}elsewhere/")
            eventually(lambda: streams(site) <= 1)
            site.change(NOTES.format(title="two", warning=""))
            page.evaluate("history.back()")
            expect(page.locator("h2")).to_have_text("two", timeout=1000)
            expect(page.locator("input[name=note]")).to_have_value("half a thought")
            assert page.evaluate("window.cameBack") is True


def test_a_first_connection_that_is_refused_is_tried_again(site, page):
    refused = []
    with site.served() as address:
        page.route("**/stream/**", lambda route: (refused.append(1), route.abort("connectionrefused")), times=2)
        site.change(stage("one"))
        page.goto(address)
        expect(page.locator("html[data-live=on]")).to_be_attached(timeout=5000)
        assert len(refused) == 2
        site.change(stage("two"))
        expect(page.locator("#stage")).to_have_text("two", timeout=1000)


def test_a_removed_person_is_told_and_the_page_asks_no_more(site, page):
    with site.served() as address:
        site.change(stage("one"))
        page.clock.install()
        page.goto(address)
        expect(page.locator("#stage")).to_have_text("one")
        site.admitted = False
        del site.rooms.seats[ROOM][INES]
        site.change(stage("secret"))
        expect(page.locator("[data-stream-status]")).to_have_text("You are no longer in this room.", timeout=8000)
        expect(page.locator("#stage")).to_have_text("one")
        asked = site.opened
        let_pass(page, 60)
        assert site.opened == asked
