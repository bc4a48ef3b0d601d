"""The room under people's hands: one tap votes, keys do what the buttons say, and nothing typed is lost."""

import pytest
from playwright.sync_api import expect

from tests import rooms
from tests.browser.test_looks import take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture
def meeting(product, person):
    """A room that scores, with Felix at a laptop and Ines and Sam at their phones."""
    room = rooms.scoring()
    pages = {}
    for name, viewport in (("felix", LAPTOP), ("ines", PHONE), ("sam", PHONE)):
        pages[name] = person(viewport=viewport)
        take(pages[name], product, room.seats[name])
        pages[name].goto(product + room.url("room"))
        expect(pages[name].locator("html[data-live=on]")).to_be_attached()
    return room, pages


def test_one_tap_votes_and_another_changes(meeting):
    room, pages = meeting
    room.open()
    ines = pages["ines"]
    ines.locator("label.target").nth(0).click()
    expect(ines.locator(".saved")).to_contain_text("Vote saved: strongly RAG")
    expect(pages["felix"].get_by_role("button", name="Reveal 1 of 3")).to_be_visible()
    ines.locator("label.target").nth(3).click()
    expect(ines.locator(".saved")).to_contain_text("Vote saved: leans fine-tuning")
    expect(pages["felix"].get_by_role("button", name="Reveal 1 of 3")).to_be_visible()


def test_the_lead_goes_from_screen_to_screen_without_a_reload(meeting):
    _room, pages = meeting
    felix, ines = pages["felix"], pages["ines"]
    felix.get_by_text("Manage people").click()
    felix.on("dialog", lambda dialog: dialog.accept())
    felix.get_by_role("button", name="Hand over to Ines").click()
    expect(ines.get_by_role("heading", name="Facilitator controls")).to_be_visible()
    expect(felix.get_by_role("heading", name="Facilitator controls")).to_be_hidden()
    ines.get_by_role("button", name="Next: ").click()
    expect(felix.get_by_text("Votes stay hidden until the reveal")).to_be_visible()


def test_keys_vote_and_move_and_rest_while_somebody_types(meeting):
    room, pages = meeting
    opened = room.open()
    ines, felix = pages["ines"], pages["felix"]
    expect(ines.locator("form[data-ballot]")).to_be_visible()
    ines.keyboard.press("2")
    expect(ines.locator(".saved")).to_contain_text("Vote saved: leans RAG")
    ines.keyboard.press("ArrowDown")
    expect(ines.locator(".saved")).to_contain_text("Vote saved: either way")
    ines.locator("textarea[name=reason]").click()
    ines.keyboard.type("5 reasons, r and n")
    expect(ines.locator("textarea[name=reason]")).to_have_value("5 reasons, r and n")
    expect(ines.locator("input[name=score]:checked")).to_have_value("0")
    room.votes(opened, sam=0, daria=0)
    expect(felix.get_by_role("button", name="Reveal 3 of 3")).to_be_visible()
    felix.keyboard.press("r")
    expect(felix.locator(".spread-words")).to_contain_text("Everyone agrees")
    felix.locator("textarea[name=why]").click()
    felix.keyboard.type("none")
    expect(felix.locator("textarea[name=why]")).to_have_value("none")
    felix.locator("h1").click()
    felix.keyboard.press("n")
    expect(felix.get_by_role("button", name="Next: Audit and trust")).to_be_visible()


def test_a_reason_is_kept_when_it_is_left_and_saved_with_the_ballot(meeting):
    room, pages = meeting
    opened = room.open()
    ines = pages["ines"]
    ines.locator("label.target").nth(1).click()
    expect(ines.locator(".saved")).to_contain_text("RAG")
    ines.locator("textarea[name=reason]").fill("Pages change weekly.")
    ines.locator("h1").click()
    expect(ines.locator("textarea[name=reason]")).to_have_js_property("defaultValue", "Pages change weekly.")
    assert opened.ballots.get().reason == "Pages change weekly."


def test_what_is_being_typed_outlives_votes_of_others_and_the_reveal(meeting):
    room, pages = meeting
    opened = room.open()
    ines = pages["ines"]
    expect(ines.locator("form[data-ballot]")).to_be_visible()
    ines.locator("textarea[name=reason]").click()
    ines.keyboard.type("half a thou")
    room.votes(opened, sam=1, daria=2)
    expect(ines.locator("#stage")).to_contain_text("2 of 3")
    ines.keyboard.type("ght")  # focus and caret are where they were
    expect(ines.locator("textarea[name=reason]")).to_have_value("half a thought")
    room.reveal(opened)
    expect(ines.locator(".kept textarea")).to_have_value("half a thought")


def test_the_reveal_asks_first_while_ballots_are_missing(meeting):
    room, pages = meeting
    opened = room.open()
    room.votes(opened, sam=1)
    felix = pages["felix"]
    asked = []
    felix.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    felix.get_by_role("button", name="Reveal 1 of 3").click()
    opened.refresh_from_db()
    assert asked == ["Only 1 of 3 has voted. Reveal anyway?"]
    assert opened.state == "open"


def test_a_criterion_is_left_contested_only_after_a_question(meeting):
    room, pages = meeting
    opened = room.open()
    room.votes(opened, ines=-2, sam=2)
    room.reveal(opened)
    felix = pages["felix"]
    asked = []
    for answer in ("dismiss", "accept"):
        felix.once("dialog", lambda dialog, do=answer: (asked.append(dialog.message), getattr(dialog, do)()))
        felix.get_by_role("button", name="Leave contested").click()
        if answer == "dismiss":
            opened.refresh_from_db()
            assert opened.state == "revealed"
    expect(felix.get_by_role("button", name="Next: Audit and trust")).to_be_visible()
    opened.refresh_from_db()
    assert opened.state == "contested"
    assert asked == ["Leave this contested? The outcome will test every score that was given."] * 2


def test_the_whole_round_works_without_scripts(product, person):
    room = rooms.scoring()
    pages = {}
    for name in ("felix", "ines"):
        pages[name] = person(viewport=PHONE, java_script_enabled=False)
        take(pages[name], product, room.seats[name])
        pages[name].goto(product + room.url("room"))
    felix, ines = pages["felix"], pages["ines"]
    felix.get_by_role("button", name="Next: Knowledge churn").click()
    ines.reload()
    ines.locator("label.target").nth(1).click()
    ines.locator("textarea[name=reason]").fill("Runbooks change.")
    ines.get_by_role("button", name="Submit vote").click()
    expect(ines.locator(".saved")).to_contain_text("Vote saved: leans RAG")
    felix.reload()
    felix.get_by_role("button", name="Reveal 1 of 3").click()
    expect(felix.get_by_role("heading", name="2 people haven't voted")).to_be_visible()
    felix.get_by_role("button", name="Reveal anyway").click()
    expect(felix.locator("#stage")).to_contain_text("Runbooks change.")
    felix.locator("textarea[name=why]").fill("One voice is enough here.")
    felix.get_by_role("button", name="Settle").click()
    expect(felix.get_by_role("button", name="Next: Audit and trust")).to_be_visible()
