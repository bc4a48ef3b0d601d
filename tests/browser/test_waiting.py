"""Pages that wait for somebody else say what has happened by themselves, and take nothing from who writes on them."""

import pytest
from playwright.sync_api import expect

from decisions import records
from decisions.base.links import token_hash
from decisions.models import ArchiveState
from tests import people
from tests.browser.test_record import sign_in
from tests.decisions.records import stories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def ten_seconds(page) -> None:
    """They pass at once for the page's own timers: what it asks for every ten seconds, it asks for now."""
    page.clock.fast_forward(10_000)


def enter(page, address):
    page.clock.install()
    page.goto(address)
    return page


@pytest.fixture
def asked(product):
    """A record in sign-off, and a way to sign for each of its owners."""
    cast = people.cast()
    record = stories.in_sign_off(cast)
    tokens = {}
    for one in record.sign_offs.all():
        tokens[one.role] = records.new_link_token()
        one.token_hash = token_hash(tokens[one.role])
        one.save()

    def signs(role, position="agree", note=""):
        one = record.sign_offs.get(role=role, voided_at=None)
        records.sign(
            sign_off=one, position=position, note_text=note, content_hash=record.content_hash, token=tokens[role]
        )

    return cast, record, {role: f"{product}/sign/{token}/" for role, token in tokens.items()}, signs


def test_who_signs_by_link_sees_the_others_sign_and_keeps_a_half_written_reason(asked, person):
    _cast, _record, links, signs = asked
    ines = enter(person(), links["product"])
    ines.get_by_label("I dissent").check()
    ines.get_by_label("Condition or reason").fill("Nobody has measured")
    signs("security", "dissent", "The index has no owner.")

    ten_seconds(ines)
    expect(ines.locator("#signatures")).to_contain_text("The index has no owner.")
    expect(ines.get_by_label("I dissent")).to_be_checked()
    expect(ines.get_by_label("Condition or reason")).to_have_value("Nobody has measured")
    ines.get_by_label("Condition or reason").press_sequentially(" it.")
    ines.get_by_role("button", name="Sign record").click()
    ines.get_by_role("heading", name="Thank you").wait_for()
    expect(ines.locator("#signatures")).to_contain_text("Nobody has measured it.")
    assert ines.complaints == []


def test_who_signs_by_link_hears_once_that_the_text_has_changed(asked, person):
    cast, record, links, _signs = asked
    ines = enter(person(), links["product"])
    ines.get_by_label("Condition or reason").fill("Nobody has measured")
    stories.save(record, cast.olga, "fallback", fallback={"label": "", "text": "Another one."})

    ten_seconds(ines)
    expect(ines.locator("#notices")).to_contain_text("That isn't here any more")
    before = len(ines.received)
    ten_seconds(ines)
    ten_seconds(ines)
    ines.wait_for_timeout(300)
    assert len(ines.received) == before  # and asks no more
    expect(ines.get_by_label("Condition or reason")).to_have_value("Nobody has measured")


def test_the_button_to_accept_comes_with_the_last_word(asked, person, product):
    cast, record, _links, signs = asked
    felix = enter(sign_in(person(), cast.felix, product), f"{product}/t/helio-desk/r/{record.pk}/")
    expect(felix.get_by_text("Waiting for 3 owners.")).to_be_visible()
    for role in ("product", "security", "data"):
        signs(role)
    ten_seconds(felix)
    expect(felix.get_by_role("button", name="Accept record")).to_be_visible()
    expect(felix.locator("#signatures .state-agree")).to_have_count(3)
    # somebody else presses it first
    records.accept(record=record, by=cast.olga, content_hash=record.content_hash)
    ten_seconds(felix)
    expect(felix.locator("#paper-number")).to_contain_text("DR-0001")
    expect(felix.get_by_role("button", name="Accept record")).to_have_count(0)
    assert felix.complaints == []


def test_an_archive_grows_before_ones_eyes_and_is_asked_for_no_longer_when_it_is_there(product, person):
    cast = people.cast()
    stories.accepted(cast)
    felix = sign_in(person(), cast.felix, product)
    felix.goto(f"{product}/t/helio-desk/archive/")
    felix.get_by_role("button", name="Create archive").click()
    expect(felix.get_by_role("button", name="Create archive")).to_be_disabled()
    expect(felix.locator("#notices")).to_contain_text("Creating the archive.")
    expect(felix.locator("#archives a")).to_be_visible(timeout=60_000)
    archive = cast.team.archives.get()
    assert archive.state == ArchiveState.DONE
    expect(felix.locator("#archives a")).to_have_text(archive.file)
    expect(felix.get_by_role("button", name="Create archive")).to_be_enabled()
    before = len(felix.received)
    felix.wait_for_timeout(2500)
    assert len(felix.received) == before
    assert felix.complaints == []
