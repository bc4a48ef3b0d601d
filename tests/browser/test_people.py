"""The team's people under an owner's hands: row by row, without a reload, and asked before somebody is gone."""

import pytest
from playwright.sync_api import expect

from decisions.models import Invitation
from tests import people
from tests.browser.test_log import assert_stayed, stay
from tests.browser.test_record import clean, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def olga(product, person):
    """Olga before the people of her team."""
    cast = people.cast()
    page = sign_in(person(viewport={"width": 1280, "height": 800}), cast.olga, product)
    page.goto(f"{product}/t/helio-desk/members/")
    stay(page)
    page.cast = cast
    return page


def roles(cast):
    return dict(cast.team.memberships.values_list("user__name", "role"))


def test_olga_changes_a_role_and_removes_somebody_after_being_asked(olga):
    asked = []
    olga.get_by_label("Role of Mina").select_option("facilitator")
    olga.get_by_role("row", name="Mina").get_by_role("button", name="Save role for Mina").click()
    expect(olga.locator("#notices")).to_contain_text("Role changed: Mina, facilitator.")
    expect(olga.get_by_label("Role of Mina")).to_have_value("facilitator")
    olga.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    olga.get_by_role("button", name="Remove Mina").click()
    assert roles(olga.cast)["Mina"] == "facilitator"
    olga.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    olga.get_by_role("button", name="Remove Mina").click()
    expect(olga.get_by_role("row", name="Mina")).to_have_count(0)
    expect(olga.locator("#notices")).to_contain_text("Mina removed from the team.")
    expect(olga.locator("#people")).to_be_focused()
    assert asked == ["Remove Mina from Helio Desk? They lose access at once."] * 2
    assert set(roles(olga.cast)) == {"Olga", "Felix"}
    assert_stayed(olga)
    clean(olga)


def test_the_last_owner_is_told_and_stays(olga):
    olga.get_by_label("Role of Olga").select_option("member")
    olga.get_by_role("row", name="Olga").get_by_role("button", name="Save role for Olga").click()
    expect(olga.locator("#notices")).to_contain_text("A team needs at least one owner.")
    assert roles(olga.cast)["Olga"] == "owner"
    assert_stayed(olga)


def test_olga_invites_sends_again_and_withdraws(olga, mails):
    email = olga.get_by_label("Email address")
    email.fill("nobody")
    email.press("Enter")
    expect(olga.locator(".errorlist")).to_contain_text("like name@example.org")
    expect(email).to_have_value("nobody")
    expect(email).to_be_focused()
    email.fill("ines@example.org")
    email.press("Enter")
    expect(olga.locator("#invited")).to_contain_text("ines@example.org")
    expect(olga.locator("#notices")).to_contain_text("Invitation sent to ines@example.org.")
    expect(email).to_have_value("")
    expect(olga.locator(".errorlist")).to_have_count(0)
    olga.get_by_role("button", name="Send the invitation to ines@example.org again").click()
    expect(olga.locator("#invited li")).to_have_count(1)
    expect(olga.locator("#notices")).to_contain_text("was sent an invitation a short time ago")
    assert len(mails("ines@example.org")) == 1
    clean(olga)
    olga.once("dialog", lambda dialog: dialog.accept())
    olga.get_by_role("button", name="Withdraw invitation for ines@example.org").click()
    expect(olga.locator("#notices")).to_contain_text("Invitation withdrawn.")
    expect(olga.locator("#invited")).to_be_hidden()
    assert not Invitation.objects.exists()
    assert_stayed(olga)
