"""The room, its forms and the pages around it: acts change what they concern, and nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests import people, rooms
from tests.browser.test_looks import take
from tests.browser.test_record import clean, sign_in
from tests.workshops.live.test_client import hide, show

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}

# What a screen reader is told: each text that a live region comes to say.
HEARD = """() => {
  window.heard = [];
  const regions = () => document.querySelectorAll("[role=status], [role=alert], [role=alertdialog], [aria-live]");
  const read = () => [...regions()].filter((one) => !one.parentElement.closest("[role=status], [aria-live]"))
    .map((one) => [one, one.textContent.replace(/\\s+/g, " ").trim()]);
  let before = new Map(read());
  new MutationObserver(() => {
    const now = read();
    for (const [one, text] of now) if (text && before.get(one) !== text) window.heard.push(text);
    before = new Map(now);
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def enter(page, product, room, name):
    """Somebody is in the room, and the page is marked so that a reload would show."""
    take(page, product, room.seats[name])
    page.goto(product + room.url("room"))
    expect(page.locator("html[data-live=on]")).to_be_attached()
    page.evaluate("window.isTheSamePage = true")
    return page


def assert_same_page(page) -> None:
    assert page.evaluate("window.isTheSamePage") is True


@pytest.fixture
def scoring(product, person):
    """A room with an open round, Felix at a laptop and Ines at her phone."""
    room = rooms.scoring()
    opened = room.open()
    pages = [
        enter(person(viewport=PHONE), product, room, "ines"),
        enter(person(viewport=LAPTOP), product, room, "felix"),
    ]
    return room, opened, *pages


def test_every_change_is_announced_once(scoring):
    room, opened, ines, _felix = scoring
    ines.evaluate(HEARD)
    ines.locator("label.target").nth(0).click()
    expect(ines.locator(".saved")).to_contain_text("Vote saved: strongly RAG")
    room.votes(opened, sam=2, daria=1)
    expect(ines.locator("#stage")).to_contain_text("3 of 3")
    room.reveal(opened)
    expect(ines.locator(".spread-words")).to_be_visible()
    words = ines.locator(".spread-words").inner_text()
    room.settle(opened, -1)
    expect(ines.locator("#announcement")).to_have_text("Knowledge churn settled: leans RAG.")
    assert ines.evaluate("window.heard") == [
        "Vote saved: strongly RAG. You can change it until the reveal.",
        f"Knowledge churn is revealed. {words}",
        "Knowledge churn settled: leans RAG.",
    ]


def test_a_typed_reason_outlives_a_reload_and_is_kept_with_a_ballot_that_is_in(scoring):
    _room, opened, ines, _felix = scoring
    reason = ines.locator("textarea[name=reason]")
    reason.fill("Pages change weekly.")
    ines.reload()
    expect(reason).to_have_value("Pages change weekly.")
    ines.locator("label.target").nth(0).click()
    expect(ines.locator(".saved")).to_contain_text("strongly RAG")
    assert opened.ballots.get().reason == "Pages change weekly."
    reason.fill("Pages change daily.")
    ines.reload()
    # as if it had been left: a ballot that is in says what its form says
    expect(reason).to_have_js_property("defaultValue", "Pages change daily.")
    assert opened.ballots.get().reason == "Pages change daily."
    assert ines.evaluate("sessionStorage.length") == 0


def test_a_typed_note_outlives_a_reload_until_it_is_kept(scoring):
    room, opened, ines, _felix = scoring
    room.votes(opened, ines=-2, sam=2, daria=1)
    room.reveal(opened)
    note = ines.locator("textarea[name=text]")
    note.fill("Sam means the archive.")
    ines.reload()
    expect(note).to_have_value("Sam means the archive.")
    ines.get_by_role("button", name="Save note").click()
    expect(ines.locator(".notes")).to_contain_text("Sam means the archive.")
    expect(note).to_have_value("")
    ines.reload()
    expect(ines.locator(".notes")).to_contain_text("Sam means the archive.")
    expect(note).to_have_value("")


def test_a_second_tap_while_the_first_is_under_way_counts(scoring):
    _room, opened, ines, _felix = scoring
    slow = []
    ines.route("**/ballot/", lambda route: slow.append(route), times=1)
    ines.locator("label.target").nth(0).click()
    ines.locator("label.target").nth(4).click()
    ines.wait_for_timeout(200)
    assert len(slow) == 1
    slow[0].continue_()
    expect(ines.locator(".saved")).to_contain_text("Vote saved: strongly fine-tuning")
    expect(ines.locator("input[name=score]:checked")).to_have_value("2")
    assert opened.ballots.get().score == 2


def test_every_press_on_the_timer_counts(scoring):
    room, _opened, ines, felix = scoring
    felix.get_by_text("Timer", exact=True).click()
    held = []
    felix.route("**/timer/", lambda route: held.append(route), times=1)
    for _press in range(3):
        felix.get_by_role("button", name="Add 1 minute").click()
    felix.wait_for_timeout(100)
    held[0].continue_()
    expect(ines.locator(".timer")).to_contain_text(re.compile("^2:5"))
    assert [act for _who, act in room.minutes()].count("timer") == 3


def test_a_phone_that_was_in_a_pocket_is_right_when_it_is_looked_at(scoring):
    room, opened, ines, felix = scoring
    screen = felix.context.new_page()
    screen.goto(felix.url + "screen/")
    expect(screen.locator("html[data-live=on]")).to_be_attached()
    ines.locator("textarea[name=reason]").fill("half a thou")
    for page in (ines, screen):
        hide(page)
    room.votes(opened, sam=1, daria=2)
    expect(screen.locator("#stage")).to_contain_text("2 of 3")  # a big screen is live behind other windows too
    ines.wait_for_timeout(500)
    expect(ines.locator("#stage")).to_contain_text("0 of 3")
    show(ines)
    expect(ines.locator("#stage")).to_contain_text("2 of 3", timeout=1000)
    expect(ines.locator("textarea[name=reason]")).to_have_value("half a thou")


def test_a_seat_that_has_ended_in_the_middle_of_an_act_takes_no_text_along(scoring):
    _room, opened, ines, _felix = scoring
    ines.locator("textarea[name=reason]").fill("Pages change weekly.")
    ines.context.clear_cookies(name=re.compile("^seat-"))
    ines.locator("label.target").nth(4).click()
    expect(ines.get_by_text("Your text is still here")).to_be_in_viewport()
    expect(ines.locator("textarea[name=reason]")).to_have_value("Pages change weekly.")
    assert not opened.ballots.exists()
    assert_same_page(ines)


def test_the_reveal_is_asked_about_once(scoring):
    room, opened, _ines, felix = scoring
    room.votes(opened, sam=1)
    expect(felix.get_by_role("button", name="Reveal 1 of 3")).to_be_visible()
    asked = []
    felix.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    felix.get_by_role("button", name="Reveal 1 of 3").click()
    expect(felix.locator(".spread-words")).to_be_visible()
    assert asked == ["Only 1 of 3 has voted. Reveal anyway?"]
    assert_same_page(felix)


def test_who_joins_before_the_press_is_asked_about_by_the_server(scoring):
    """Somebody joins between the page and the press: the question comes from the server, and is where the eyes are."""
    room, opened, _ines, felix = scoring
    room.votes(opened, ines=-2, sam=1, daria=1)
    expect(felix.get_by_role("button", name="Reveal 3 of 3")).to_be_visible()
    felix.route("**/stream/**", lambda route: route.abort())
    felix.context.set_offline(True)
    felix.wait_for_timeout(200)
    room.join("lena", "legal")
    felix.context.set_offline(False)
    felix.set_viewport_size(PHONE)
    felix.evaluate("scrollTo(0, document.body.scrollHeight)")
    felix.evaluate("document.querySelector('#reveal-form').requestSubmit()")
    question = felix.get_by_role("alertdialog", name="1 person hasn't voted")
    expect(question).to_be_in_viewport()
    expect(question.get_by_role("link", name="Keep waiting")).to_be_focused()
    felix.unroute("**/stream/**")
    expect(felix.get_by_role("button", name="Reveal 3 of 4")).to_be_visible(timeout=15000)
    felix.complaints.clear()  # of the line that was cut
    clean(felix)
    question.get_by_role("button", name="Reveal anyway").click()
    expect(felix.locator(".spread-words")).to_be_visible()


def test_wrong_answers_of_the_precheck_are_shown_where_they_are_and_the_meeting_stays(product, person):
    room = rooms.room()
    room.go("precheck")
    felix = enter(person(viewport=LAPTOP), product, room, "felix")
    first = felix.locator("[name=pre_check]").first
    first.check()
    felix.evaluate("document.querySelector('[name=pre_check]').value = 'perhaps'")
    felix.get_by_role("button", name="Next question").click()
    expect(felix.locator("#stage .errorlist")).to_contain_text("perhaps is not one of the available choices")
    clean(felix)
    assert (room.now().phase, room.now().situation) == ("precheck", {})
    # his page is not told in time
    first.uncheck()
    felix.locator("[name=pre_check]").last.check()
    felix.evaluate("for (const field of document.querySelectorAll('[name=stage]')) field.value = '1'")
    felix.get_by_role("button", name="Next question").click()
    expect(felix.locator("#notices")).to_contain_text("The workshop has moved on")
    expect(felix.locator("[name=pre_check]").last).to_be_checked()
    assert room.now().situation == {}
    assert_same_page(felix)


def test_ones_own_seat_changes_in_place(product, person):
    room = rooms.room()
    ines = enter(person(viewport=PHONE), product, room, "ines")
    mine = ines.locator("#own_seat")
    mine.get_by_text("Change name or role, switch device or leave").click()
    mine.get_by_label("Role you represent").select_option("legal")
    mine.get_by_label("Observe only").check()
    mine.get_by_role("button", name="Change role").click()
    expect(mine.locator("p").first).to_contain_text("Legal")
    expect(mine.locator("p").first).to_contain_text("observer")
    expect(mine.get_by_role("button", name="Change role")).to_be_focused()
    expect(ines.locator("#people")).to_contain_text("observer")
    clean(ines)
    assert_same_page(ines)
    ines.on("dialog", lambda dialog: dialog.accept())
    mine.get_by_role("button", name="Leave workshop").click()
    ines.wait_for_url("**/join/")
    ines.goto(product + room.url("room"))
    expect(ines.get_by_role("heading", name="Ines")).to_have_count(0)
    assert room.seat("ines").removed_at is not None


def test_what_if_answers_at_once_and_goes_back(product, person):
    room = rooms.outcome((2, 2, 1, 2, 2))
    ines = person(viewport=LAPTOP)
    take(ines, product, room.ines)
    ines.goto(product + room.url("what_if"))
    ines.evaluate("window.isTheSamePage = true")
    said = ines.locator(".what-if-result")
    first = said.inner_text()
    for criterion in ("audit_trust", "knowledge_churn", "data_sensitivity"):
        ines.locator(f"#what-if-{criterion} label:has([value='-2'])").click()
        expect(ines.locator(f"#what-if-{criterion} .tag")).to_have_text("changed")
    expect(said).to_contain_text("The recommendation would change to")
    clean(ines)
    expect(ines).to_have_url(re.compile("knowledge_churn=-2"))
    assert_same_page(ines)
    for _step in range(3):
        ines.go_back()
    expect(said).to_have_text(first, use_inner_text=True)
    expect(ines.locator("#what-if-knowledge_churn .tag")).to_have_count(0)


def test_invitations_change_row_by_row(product, person, mails):
    room = rooms.room()
    felix = person(viewport=LAPTOP)
    take(felix, product, room.felix)
    felix.goto(product + room.url("invitations"))
    felix.evaluate("window.isTheSamePage = true")
    felix.get_by_label("Their name").fill("Lena")
    felix.get_by_label("Email address").fill("lena")
    felix.get_by_label("Role they represent").select_option("legal")
    felix.get_by_role("button", name="Send invitation").click()
    expect(felix.get_by_text("Enter an email address, like name@example.org")).to_be_visible()
    expect(felix.get_by_label("Their name")).to_have_value("Lena")
    expect(felix.get_by_label("Email address")).to_be_focused()
    clean(felix)
    felix.get_by_label("Email address").fill("lena@helio.example")
    felix.get_by_role("button", name="Send invitation").click()
    row = felix.get_by_role("row", name="Lena")
    expect(row).to_contain_text("Invited, not joined yet")
    expect(felix.locator("#notices")).to_contain_text("Invitation sent to Lena.")
    expect(felix.get_by_label("Their name")).to_have_value("")
    felix.get_by_label("Their name").fill("Otto, half")
    row.get_by_role("button", name="Withdraw").click()
    expect(felix.locator("#notices")).to_contain_text("Invitation to Lena withdrawn.")
    expect(row).to_have_count(0)
    expect(felix.get_by_label("Their name")).to_have_value("Otto, half")
    assert_same_page(felix)
    assert felix.evaluate("history.length") == 2, "one page, one step back"


def test_a_wrong_code_is_said_beside_the_field(product, person):
    room = rooms.room()
    lena = person(viewport=PHONE)
    lena.goto(product + "/join/")
    lena.evaluate("window.isTheSamePage = true")
    lena.get_by_label("Join code").fill("2222 2222")
    lena.get_by_role("button", name="Join").click()
    expect(lena.get_by_text("No open workshop has this code.")).to_be_visible()
    expect(lena.get_by_label("Join code")).to_have_value("2222 2222")
    assert_same_page(lena)
    lena.get_by_label("Join code").fill(room.workshop.join_code)
    lena.get_by_role("button", name="Join").click()
    lena.get_by_label("Your name").fill("Lena")
    lena.get_by_label("Legal").check()
    lena.get_by_role("button", name="Join workshop").click()
    expect(lena.locator("#people")).to_contain_text("Lena")


def test_a_login_that_has_ended_while_a_workshop_is_prepared_loses_nothing(product, person):
    cast = people.cast()
    asked = people.decision(cast.team)
    felix = sign_in(person(viewport=LAPTOP), cast.felix, product)
    felix.goto(f"{product}/t/{cast.team.slug}/d/{asked.number}/workshops/new/")
    felix.get_by_label("Your name").fill("Felix, who leads")
    felix.context.clear_cookies(name="sessionid")
    felix.get_by_role("button", name="Create workshop").click()
    expect(felix.locator("#notices")).to_contain_text("You're signed out")
    expect(felix.get_by_label("Your name")).to_have_value("Felix, who leads")
    with felix.context.expect_page() as opened:
        felix.get_by_role("link", name="Sign in again in a new tab").click()
    # signing in gives the browser another token; the page gets it with the refusal
    felix.context.clear_cookies(name="csrftoken")
    sign_in(opened.value, cast.felix, product)
    felix.get_by_role("button", name="Create workshop").click()
    expect(felix.locator("#notices")).to_contain_text("Send that again")
    felix.get_by_role("button", name="Create workshop").click()
    expect(felix.get_by_role("heading", name="Join this workshop")).to_be_visible()
    expect(felix.locator("#people")).to_contain_text("Felix, who leads")
