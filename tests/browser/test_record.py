"""A record in real browsers: two people write it, three sign it - one dissents -, it is accepted, replaced and verified."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from decisions import records
from decisions.models import Record
from tests import people
from tests.decisions.records import stories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


def sign_in(page, user, address):
    """Give a browser somebody's session."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return page


def write(page, section):
    """Open a section where it stands."""
    page.locator(f"#open-{section}").click()
    page.locator(f"#form-{section}").wait_for()


def saved(page, section):
    """Wait until the page says that the section is stored."""
    page.locator(f'#{section} [data-status][data-state="saved"]').wait_for()


def say(page, word, note=""):
    page.get_by_label(word, exact=True).check()
    if note:
        page.get_by_label("Condition or reason").fill(note)
    page.get_by_role("button", name="Sign record").click()


def last_link(mails, address):
    return re.findall(r"https?://\S+/sign/\S+", mails(address)[-1])[-1]


def clean(page):
    """No fault that axe knows, and no complaint in the console but refusals that the story asked for."""
    problems = Axe().run(page, options=RULES).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:160]) for one in problems]
    assert not [said for said in page.complaints if "409" not in said and "422" not in said]


def ask_and_sign(felix, mina, person, mails, record_page, *, dissent=""):
    """The owners are asked; Ines and Jonas sign by their links, Mina in the app."""
    felix.goto(record_page)
    felix.get_by_role("button", name="Request sign-off").click()
    felix.get_by_text("Waiting for 3 owners.").wait_for()
    ines, jonas = person(), person()
    ines.goto(last_link(mails, "ines@example.org"))
    say(ines, "I agree")
    ines.get_by_role("heading", name="Thank you").wait_for()
    jonas.goto(last_link(mails, "jonas@example.org"))
    say(jonas, "I dissent" if dissent else "I agree", dissent)
    jonas.get_by_role("heading", name="Thank you").wait_for()
    clean(jonas)
    mina.goto(record_page)
    say(mina, "I agree")
    mina.get_by_text("Thank you. Your response is recorded.").wait_for()


@pytest.mark.story
def test_four_people_write_sign_accept_replace_and_verify(product, person, mails, tmp_path):
    cast = people.cast()
    owners = [*stories.readings()["owners"][:2], {"role": "data", "name": "Mina", "email": "mina@example.org"}]
    record = stories.ready(stories.drafted(cast, owners=owners), cast.felix)
    record_page = f"{product}/t/helio-desk/r/{record.pk}/"
    felix, olga, mina = (sign_in(person(), user, product) for user in (cast.felix, cast.olga, cast.mina))

    # two write at once: different sections, and then the same one
    felix.goto(f"{record_page}edit/")  # where all sections stood once
    olga.goto(record_page)
    write(felix, "decision")
    write(olga, "guardrails")
    felix.get_by_label("Title").fill("Answer runbook questions from retrieval")
    olga.locator("#guardrails textarea").first.fill("No answer without a source that the asker may open")
    saved(felix, "decision")
    saved(olga, "guardrails")
    write(felix, "fallback")
    write(olga, "fallback")
    felix.locator("#fallback textarea").fill("Felix: hand over to the desk.")
    olga.locator("#fallback textarea").fill("Olga: open a ticket.")
    loser = None
    for _try in range(100):
        loser = next((one for one in (felix, olga) if one.locator("#fallback [role=alert]").count()), None)
        if loser:
            break
        felix.wait_for_timeout(100)
    assert loser is not None
    shown = loser.locator("#fallback").inner_text()
    # both versions stand there, and the form still holds one of them
    assert "Felix: hand over" in shown
    assert "Olga: open" in shown
    loser.locator("#fallback textarea").fill("Open a ticket, then hand over to the desk.")
    loser.get_by_role("button", name="Replace theirs with mine").click()
    saved(loser, "fallback")
    clean(loser)
    loser.get_by_role("button", name="Done").click()
    loser.locator("#fallback .prose").get_by_text("Open a ticket, then hand over to the desk.").wait_for()
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Open a ticket, then hand over to the desk."
    assert record.content["title"] == "Answer runbook questions from retrieval"
    assert "No answer without a source that the asker may open" in record.content["guardrails"]

    # everybody signs; one edit makes every signature void, and all sign again, one with a dissent
    ask_and_sign(felix, mina, person, mails, record_page)
    felix.goto(record_page)
    olga.goto(record_page)
    write(olga, "decision")
    olga.get_by_text("This record is in sign-off").wait_for()
    olga.locator("#decision textarea").first.fill("Runbooks change weekly, and each answer must cite its source.")
    saved(olga, "decision")
    olga.get_by_text("all signatures were cancelled and it's a draft again").wait_for()
    felix.get_by_role("button", name="Request sign-off").wait_for()  # by itself
    assert felix.get_by_role("button", name="Accept record").count() == 0
    assert "no longer counts" in mails("ines@example.org")[-1]
    ask_and_sign(felix, mina, person, mails, record_page, dissent="A tuned model was better in 2025.")
    felix.once("dialog", lambda dialog: dialog.accept())
    felix.get_by_role("button", name="Accept record").click()  # it came by itself
    felix.get_by_text("DR-0001 accepted.").wait_for()
    assert felix.locator("[data-opens]").count() == 0
    clean(felix)
    assert "A tuned model was better in 2025." in felix.locator(".paper").inner_text()
    assert "entry 1" in felix.locator(".paper-foot").inner_text()

    # a stranger finds the PDF in a drawer
    with felix.expect_download() as download:
        felix.get_by_role("link", name="PDF, A4").click()
    pdf = tmp_path / "drawer.pdf"
    download.value.save_as(pdf)
    stranger = person()

    def verify():
        stranger.goto(f"{product}/verify/")
        stranger.get_by_label("A PDF or a record.json").set_input_files(pdf)
        stranger.get_by_role("button", name="Verify").click()
        return stranger.locator("#verdict").inner_text()

    assert verify() == "Genuine, and in force"
    clean(stranger)

    # a new record replaces it; the paper in the drawer is still genuine, and no longer in force
    felix.get_by_role("button", name="Write a replacement").click()
    write(felix, "decision")
    felix.get_by_label("Title").fill("Tune the tone on top of retrieval")
    felix.get_by_role("button", name="Done").click()
    felix.get_by_role("heading", name="Tune the tone on top of retrieval").wait_for()
    second = Record.objects.get(state="draft")
    ask_and_sign(felix, mina, person, mails, f"{product}/t/helio-desk/r/{second.pk}/")
    felix.once("dialog", lambda dialog: dialog.accept())
    felix.get_by_role("button", name="Accept record").click()
    felix.get_by_text("DR-0002 accepted.").wait_for()
    felix.goto(record_page)
    felix.get_by_text("Superseded by DR-0002. Kept for reference.").wait_for()
    assert verify() == "Genuine, but superseded by a newer record"


def test_the_page_saves_nothing_over_a_conflict_and_says_when_nothing_can_be_saved(product, person):
    cast = people.cast()
    record = stories.finish(stories.drafted(cast), cast.felix)
    record_page = f"{product}/t/helio-desk/r/{record.pk}/"
    felix = sign_in(person(), cast.felix, product)
    felix.goto(record_page)
    write(felix, "fallback")
    text = felix.locator("#fallback textarea")

    # Felix' save hangs on the way while Olga's arrives, and he types on
    held = []
    felix.route("**/edit/fallback/", lambda route: route.continue_() if held else held.append(route))
    text.fill("Felix: hand over")
    for _try in range(100):
        if held:
            break
        felix.wait_for_timeout(100)
    record.refresh_from_db()
    version = record.section_versions["fallback"]
    changes = {"fallback": {"text": "Olga: open a ticket."}}
    records.edit(record=record, section="fallback", changes=changes, version=version, by=cast.olga)
    text.press_sequentially(" to the desk.")
    held[0].continue_()
    felix.locator("#fallback [role=alert]").wait_for()
    text.press_sequentially(" Today.")
    felix.evaluate("window.dispatchEvent(new Event('online'))")
    felix.wait_for_timeout(3000)

    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Olga: open a ticket."
    assert "Olga: open a ticket." in felix.locator("#fallback [role=alert]").inner_text()
    assert text.input_value() == "Felix: hand over to the desk. Today."
    felix.get_by_role("button", name="Replace theirs with mine").click()
    saved(felix, "fallback")
    record.refresh_from_db()
    assert record.content["fallback"]["text"] == "Felix: hand over to the desk. Today."

    # what is missing is told as it comes and goes
    nothing = felix.get_by_role("button", name="Request sign-off")
    nothing.wait_for()
    write(felix, "decision")
    why = felix.get_by_label("Rationale")
    before = why.input_value()
    why.fill("")
    felix.get_by_role("link", name="Add the rationale.").wait_for()
    assert not nothing.is_visible()
    why.fill(before)
    nothing.wait_for()
    assert not felix.get_by_role("heading", name="Before sign-off").is_visible()

    # the owners are asked while he writes: he is asked before their signatures go
    record.refresh_from_db()
    record = records.open_sign_off(record=record, by=cast.felix)
    why.fill(f"{before} And more.")
    felix.get_by_role("button", name="Save mine and cancel signatures").wait_for()
    record.refresh_from_db()
    assert record.state == "in_sign_off"

    # and when it is frozen the page does not pretend that it will be saved later
    records.withdraw(record=record, by=cast.olga, why="Not now.")
    felix.get_by_role("button", name="Save mine and cancel signatures").click()
    felix.get_by_text("Not saved. The record is locked").wait_for()
