"""The other pages of a team, and the page for everybody's paper: each answers in its place and says what it made."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from decisions.models import ApiToken, FrameworkVersion, OwnStartingPoint
from tests import people
from tests.browser.test_log import assert_stayed, stay
from tests.browser.test_record import clean, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture
def olga(product, person):
    """Olga, who owns the team."""
    cast = people.cast()
    page = sign_in(person(viewport=LAPTOP), cast.olga, product)
    page.team = f"{product}/t/helio-desk/"
    return page


def test_a_token_is_shown_once_and_revoked_after_a_question(olga):
    olga.goto(olga.team + "connections/")
    stay(olga)
    olga.get_by_text("Create a token", exact=True).click()
    name = olga.locator("#id_token-name")
    name.press("Enter")
    expect(olga.locator(".errorlist")).to_contain_text("required")
    expect(name).to_be_focused()
    name.fill("deploy pipeline")
    olga.get_by_role("button", name="Create token").click()
    shown = olga.locator(".notice-success")
    expect(shown).to_contain_text("shown only once")
    expect(shown).to_be_focused()
    expect(name).to_have_value("")
    clean(olga)
    olga.once("dialog", lambda dialog: dialog.accept())
    olga.get_by_role("button", name="Revoke deploy pipeline").click()
    expect(olga.locator("#notices")).to_contain_text("Token revoked.")
    expect(olga.locator(".secret").first).to_have_count(0)
    assert ApiToken.objects.get().revoked_at is not None
    assert_stayed(olga)


def test_the_framework_is_looked_at_before_it_is_saved_and_given_back_after_a_question(olga):
    olga.goto(olga.team + "framework/edit/")
    stay(olga)
    olga.locator("#id_knowledge_churn-question").fill("When does an answer go off?")
    olga.get_by_role("button", name="Preview").click()
    expect(olga.get_by_role("heading", name="Preview")).to_be_in_viewport()
    expect(olga.locator(".preview")).to_contain_text("When does an answer go off?")
    expect(olga.locator("#id_knowledge_churn-question")).to_have_value("When does an answer go off?")
    assert_stayed(olga)
    clean(olga)
    olga.get_by_role("button", name="Save as version 1").click()
    expect(olga.locator("#notices")).to_contain_text("Saved as version 1.")
    stay(olga)
    asked = []
    olga.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    olga.get_by_role("button", name="Restore standard wording").click()
    expect(olga.locator("#notices")).to_contain_text("Standard wording restored. New workshops will use it.")
    assert asked == ["Restore the standard wording? New workshops will use it."]
    assert FrameworkVersion.objects.count() == 2
    assert_stayed(olga)


def test_a_starting_point_is_kept_and_taken_off_the_list(olga):
    olga.goto(olga.team + "starting-points/new/?like=support_copilot")
    olga.locator("#id_name").fill("Runbooks first")
    olga.get_by_role("button", name="Save starting point").click()
    expect(olga.locator("#notices")).to_contain_text("Starting point saved.")
    stay(olga)
    olga.once("dialog", lambda dialog: dialog.accept())
    olga.get_by_role("button", name="Remove Runbooks first").click()
    expect(olga.locator("#notices")).to_contain_text("Starting point removed.")
    assert OwnStartingPoint.objects.get().retired_at is not None
    assert_stayed(olga)


def test_a_stranger_verifies_a_file_in_place(product, person, tmp_path):
    page = person(viewport={"width": 390, "height": 844})
    page.goto(f"{product}/verify/")
    stay(page)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator(".errorlist")).to_contain_text("Choose a file or paste a hash.")
    paper = Path(tmp_path / "record.json")
    paper.write_text('{"schema": "made up"}')
    page.get_by_label("A PDF or a record.json").set_input_files(paper)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator(".errorlist")).to_contain_text("not a Groundwork record")
    page.get_by_label("Or paste a printed hash").fill(hashlib.sha256(b"nothing").hexdigest())
    page.get_by_label("A PDF or a record.json").set_input_files([])
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", name="Not issued by this server")).to_be_visible()
    expect(page.locator("#verdict")).to_be_focused()
    assert_stayed(page)
    clean(page)
