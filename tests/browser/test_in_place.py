"""The paper under writers' hands: sections open and close where they stand, and no word is lost on the way."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import people
from tests.browser.test_record import saved, sign_in, write
from tests.decisions.records import stories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture
def draft(product, person):
    """A finished draft, and a way to its paper for whoever writes it."""
    cast = people.cast()
    record = stories.finish(stories.drafted(cast), cast.felix)

    def enter(user, **options):
        page = sign_in(person(viewport=LAPTOP, **options), user, product)
        page.goto(f"{product}/t/helio-desk/r/{record.pk}/")
        return page

    return cast, record, enter


def content(record):
    record.refresh_from_db()
    return record.content


def ask_for_news(page):
    """What is asked for every eight seconds, now."""
    with page.expect_response("**/news/"):
        page.evaluate("document.dispatchEvent(new Event('moved'))")


def looks_well(page):
    found = Axe().run(page, options=RULES).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:160]) for one in found]
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_one_section_is_open_at_a_time_and_the_next_press_saves_the_first(draft):
    cast, record, enter = draft
    felix = enter(cast.felix)

    write(felix, "fallback")
    expect(felix.locator("#id_fallback-label")).to_be_focused()
    felix.locator("#fallback textarea").fill("Say so, then **open a ticket**.")
    felix.locator("#open-risks").click()  # at once, before anything was saved

    expect(felix.locator("#risks form textarea").first).to_be_focused()
    expect(felix.locator("form[data-autosave]")).to_have_count(1)
    expect(felix.locator("#fallback strong").get_by_text("open a ticket")).to_be_visible()
    assert content(record)["fallback"]["text"] == "Say so, then **open a ticket**."

    felix.keyboard.type("Index lag: ")
    felix.keyboard.press("Escape")
    expect(felix.locator("#open-risks")).to_be_focused()
    expect(felix.locator("#risks")).to_contain_text("Index lag:")
    expect(felix.locator("form[data-autosave]")).to_have_count(0)
    assert content(record)["risks"][0]["text"].startswith("Index lag:")
    assert felix.complaints == []


def test_done_pressed_while_a_save_is_under_way_counts_and_is_no_conflict_with_oneself(draft):
    cast, record, enter = draft
    felix = enter(cast.felix)
    write(felix, "fallback")
    held = []
    felix.route("**/edit/fallback/", lambda route: route.continue_() if held else held.append(route))
    text = felix.locator("#fallback textarea")
    text.fill("Open a ticket")
    expect(felix.locator("#fallback [data-status]")).to_have_text("Saving…")
    text.press_sequentially(" and call.")
    felix.get_by_role("button", name="Done").click()
    held[0].continue_()

    expect(felix.locator("#fallback .prose")).to_have_text("Open a ticket and call.")
    assert content(record)["fallback"]["text"] == "Open a ticket and call."
    assert record.section_versions["fallback"] == 3  # once by the story, then twice here
    assert felix.complaints == []


def test_nothing_is_sent_that_has_not_changed(draft):
    cast, _record, enter = draft
    felix = enter(cast.felix)
    write(felix, "fallback")
    before = len(felix.received)
    text = felix.locator("#fallback textarea")
    same = text.input_value()
    text.fill("Something")
    text.fill(same)
    felix.locator("#id_fallback-label").focus()
    felix.wait_for_timeout(2500)

    assert not [one.url for one in felix.received[before:] if one.request.method == "POST" and "/edit/" in one.url]


def test_rows_are_added_where_one_writes_and_removed_ones_go(draft):
    cast, record, enter = draft
    felix = enter(cast.felix)
    write(felix, "plan")
    rows = felix.locator(".rows-phase_one .row-form")
    expect(rows).to_have_count(3)  # two, and a blank one

    rows.nth(2).locator("textarea").fill("Grade 200 answers")
    felix.locator(".rows-phase_one").get_by_role("button", name="Add a row").click()
    expect(rows).to_have_count(4)
    expect(rows.nth(3).locator("textarea")).to_be_focused()
    expect(rows.nth(2).locator("textarea")).to_have_value("Grade 200 answers")
    felix.keyboard.type("Publish the figures")
    rows.nth(0).get_by_label("Remove").check()
    expect(rows.nth(0)).to_be_hidden()
    saved(felix, "plan")

    felix.get_by_role("button", name="Done").click()
    expect(felix.locator("#plan .part-block").first.locator("li")).to_have_text(
        ["Cite every answer", "Grade 200 answers", "Publish the figures"]
    )
    assert content(record)["phase_one"] == ["Cite every answer", "Grade 200 answers", "Publish the figures"]


def test_what_is_wrong_stands_beside_its_field_while_one_types_on_elsewhere(draft):
    cast, _record, enter = draft
    felix = enter(cast.felix)
    write(felix, "owners")
    felix.locator("#id_owners-owners-0-email").fill("not an address")
    other = felix.locator("#id_owners-owners-1-name")
    other.click()
    expect(felix.locator("#owners .field", has=felix.locator("#id_owners-owners-0-email"))).to_contain_text(
        "like name@example.org"
    )
    felix.keyboard.press("End")
    felix.keyboard.type(" the Second")

    expect(other).to_be_focused()
    expect(other).to_have_value("Jonas Lind the Second")
    expect(felix.locator("#id_owners-owners-0-email")).to_have_value("not an address")
    felix.get_by_role("button", name="Done").click()
    expect(felix.locator("#id_owners-owners-0-email")).to_be_focused()  # pressed by hand: what is wrong comes first
    looks_well(felix)
    # neither another section nor another act on the page takes it away
    felix.locator("#open-risks").click()
    felix.get_by_role("button", name="Request sign-off").click()
    felix.get_by_text("Sign-off requested. We've emailed the owners.").wait_for()
    expect(other).to_have_value("Jonas Lind the Second")
    felix.locator("#id_owners-owners-0-email").fill("ines@example.org")
    felix.get_by_role("button", name="Save mine and cancel signatures").click()
    saved(felix, "owners")
    felix.get_by_role("button", name="Done").click()
    expect(felix.locator("#signatures")).to_contain_text("Jonas Lind the Second")


def test_what_others_save_comes_in_but_never_over_what_is_being_written(draft):
    cast, record, enter = draft
    felix = enter(cast.felix)
    stories.save(record, cast.olga, "guardrails", guardrails=["No answer without a source"])
    ask_for_news(felix)
    expect(felix.locator("#guardrails")).to_contain_text("No answer without a source")

    # open and left alone: it comes in; with the caret in it or words of one's own: it waits
    write(felix, "fallback")
    text = felix.locator("#fallback textarea")
    felix.locator("h1").click()
    stories.save(record, cast.olga, "fallback", fallback={"label": "", "text": "Olga: open a ticket."})
    ask_for_news(felix)
    expect(text).to_have_value("Olga: open a ticket.")
    text.click()
    stories.save(record, cast.olga, "fallback", fallback={"label": "", "text": "Olga: call the desk."})
    ask_for_news(felix)
    expect(text).to_have_value("Olga: open a ticket.")
    felix.keyboard.press("End")
    felix.keyboard.type(" At once.")

    felix.locator("#fallback [role=alert]").wait_for()
    looks_well(felix)
    ask_for_news(felix)
    expect(text).to_have_value("Olga: open a ticket. At once.")
    felix.keyboard.press("Escape")  # decides nothing
    felix.locator("#open-risks").click()  # nor does this, and it takes nothing away
    expect(felix.get_by_role("button", name="Replace theirs with mine")).to_be_focused()
    felix.wait_for_timeout(1500)
    assert content(record)["fallback"]["text"] == "Olga: call the desk."
    felix.get_by_role("link", name="Discard my changes").click()
    expect(text).to_have_value("Olga: call the desk.")
    expect(felix.locator("#fallback [role=alert]")).to_have_count(0)
    assert [said for said in felix.complaints if "409" not in said] == []


def test_two_see_where_the_other_writes(draft):
    cast, _record, enter = draft
    felix, olga = enter(cast.felix), enter(cast.olga)
    with olga.expect_response("**/news/"):
        write(olga, "risks")
    ask_for_news(felix)
    expect(felix.locator("#people-risks")).to_have_text("editing: Olga")
    write(felix, "risks")
    expect(felix.locator("#people-risks")).to_have_text("editing: Olga")
    with olga.expect_response("**/news/"):
        olga.keyboard.press("Escape")
    ask_for_news(felix)
    expect(felix.locator("#people-risks")).to_have_text("")


def test_an_expired_login_in_the_middle_of_writing_loses_nothing(draft, product):
    cast, record, enter = draft
    felix = enter(cast.felix)
    write(felix, "fallback")
    cookies = felix.context.cookies()
    felix.context.clear_cookies(name="sessionid")
    text = felix.locator("#fallback textarea")
    text.fill("Hand over, even signed out.")
    expect(felix.locator("#notices")).to_contain_text("You're signed out")
    expect(felix.locator("#fallback [data-status]")).to_have_text("Not sent. Your text is still here. Try again.")
    expect(text).to_have_value("Hand over, even signed out.")

    felix.context.add_cookies(cookies)  # signed in again, in another tab
    felix.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(felix, "fallback")
    assert content(record)["fallback"]["text"] == "Hand over, even signed out."


def test_a_lost_csrf_cookie_loses_nothing(draft):
    cast, record, enter = draft
    felix = enter(cast.felix)
    write(felix, "fallback")
    felix.context.clear_cookies(name="csrftoken")
    text = felix.locator("#fallback textarea")
    text.fill("Hand over")
    expect(felix.locator("#notices")).to_contain_text("Send that again")
    expect(text).to_have_value("Hand over")
    text.press_sequentially(" at once.")
    saved(felix, "fallback")
    assert content(record)["fallback"]["text"] == "Hand over at once."


def test_offline_and_back(draft):
    cast, record, enter = draft
    felix = enter(cast.felix)
    write(felix, "fallback")
    felix.context.set_offline(True)
    text = felix.locator("#fallback textarea")
    text.fill("Written in a tunnel.")
    expect(felix.locator("#fallback [data-status]")).to_have_text("Not saved yet. We'll keep trying.")
    asked = []
    felix.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    felix.evaluate("location.reload()")
    felix.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    felix.context.set_offline(False)
    saved(felix, "fallback")
    assert content(record)["fallback"]["text"] == "Written in a tunnel."
    felix.evaluate("location.reload()")
    expect(felix.locator("#fallback .prose")).to_have_text("Written in a tunnel.")
    assert asked == ["beforeunload"]  # nothing is unsaved any more


def test_the_paper_with_an_open_section_reads_well_in_both_themes(draft):
    cast, record, enter = draft
    stories.save(record, cast.olga, "risks", risks=[])
    for theme in ("light", "dark"):
        for viewport in (LAPTOP, {"width": 390, "height": 844}):
            felix = enter(cast.felix, color_scheme=theme, reduced_motion="reduce")
            felix.set_viewport_size(viewport)
            looks_well(felix)
            for section in ("decision", "metrics", "risks", "owners"):
                write(felix, section)
                looks_well(felix)
            assert felix.complaints == []


def test_without_scripts_a_section_is_written_on_a_page_of_its_own(draft):
    cast, record, enter = draft
    felix = enter(cast.felix, java_script_enabled=False)
    paper = felix.url
    felix.locator("#open-owners").click()
    assert felix.url == f"{paper}edit/owners/"
    felix.get_by_role("button", name="Add a row").click()
    row = felix.locator(".row-form").nth(4)
    row.get_by_label("Role").fill("Works council")
    row.get_by_label("Name").fill("Rosa")
    row.get_by_label("Email").fill("not an address")
    felix.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("like name@example.org")
    row.get_by_label("Email").fill("rosa@example.org")
    felix.get_by_role("button", name="Save").click()
    assert felix.url == f"{paper}#owners"
    expect(felix.locator("#signatures")).to_contain_text("Rosa")
    assert content(record)["owners"][-1] == {"role": "Works council", "name": "Rosa"}


def test_a_whole_record_is_written_by_keyboard_alone(draft, product, person):
    cast, _record, _enter = draft
    record = stories.ready(stories.drafted(cast), cast.felix)
    for section, changes in (("fallback", {"fallback": {}}), ("plan", {"phase_one": [], "backlog": []})):
        stories.save(record, cast.olga, section, **changes)
    page = sign_in(person(viewport=LAPTOP), cast.felix, product)
    page.goto(f"{product}/t/helio-desk/r/{record.pk}/")

    def go(selector):
        """Tab on until the focus is there; round the page at most once."""
        for _step in range(300):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached with the Tab key")

    def open_at(section):
        go(f"#open-{section}")
        page.keyboard.press("Enter")
        expect(page.locator(f"#form-{section} :focus")).to_be_attached()

    def close(section):
        page.keyboard.press("Escape")
        expect(page.locator(f"#open-{section}")).to_be_focused()

    open_at("decision")
    page.keyboard.press("Control+a")
    page.keyboard.type("Answer support questions from retrieval first")
    go("#id_decision-rationale")
    page.keyboard.press("Control+a")
    page.keyboard.type("Runbooks change every week.")
    close("decision")
    open_at("fallback")
    page.keyboard.press("Tab")
    page.keyboard.type("No hit: say so and open a ticket.")
    close("fallback")
    open_at("metrics")
    go("#id_metrics-metrics-0-gate")
    page.keyboard.press("Control+a")
    page.keyboard.type("≥ 85 %")
    close("metrics")
    open_at("plan")
    page.keyboard.type("Index the runbooks")
    go(".rows-phase_one button")
    page.keyboard.press("Enter")
    expect(page.locator("#id_plan-phase_one-1-text")).to_be_focused()
    page.keyboard.type("Cite every answer")
    close("plan")
    open_at("revisit")
    page.keyboard.type("02182031")
    close("revisit")
    expect(page.locator("#next")).to_contain_text("Request sign-off")
    go("#next button")
    page.keyboard.press("Enter")
    page.get_by_text("Waiting for 3 owners.").wait_for()

    written = content(record)
    assert (record.state, written["title"]) == ("in_sign_off", "Answer support questions from retrieval first")
    assert written["phase_one"] == ["Index the runbooks", "Cite every answer"]
    assert written["revisit"]["on"] == "2031-02-18"
    assert not [said for said in page.complaints if "422" not in said]  # a year of which half was typed has passed
