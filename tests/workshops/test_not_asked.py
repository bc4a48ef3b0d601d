"""The third answer: what nobody was asked is stored as nothing, and said to be not asked wherever answers are told."""

import re

import pytest
from django.http import QueryDict

from decisions import records
from decisions.exports.markdown import render_markdown
from tests.rooms import room
from workshops import actions
from workshops.board import shared_board
from workshops.situation_form import SituationForm

pytestmark = pytest.mark.django_db

LOCKED = "Is there a locked, labelled evaluation set?"


@pytest.mark.parametrize("start", ["", "support_copilot", "healthcare"])
def test_the_form_begins_with_nothing_chosen(start):
    r = room(starting_point=start)
    r.go("precheck")
    asked = r.client("felix").get(r.url("room")).context["asking"].questions
    assert len(asked) > 10
    assert not any(choice.chosen for one in asked for choice in one.choices)
    assert not any(one.answer for one in asked)


def to_the_record(r, **sent):
    """The precheck as its form is sent, and on to the record's draft."""
    r.go("precheck")
    r.client("felix").post(r.url("situation"), {"stage": r.now().stage, "phase": "outcome", **sent})
    return actions.write_record(workshop_id=r.id, flips=[], risks=[], by=r.felix, user=r.people.felix)


def test_a_precheck_that_was_skipped_is_told_as_not_asked_from_the_outcome_to_every_file():
    r = room()
    record = to_the_record(r)
    assert (r.now().situation, ("Felix", "answered_situation") in r.minutes()) == ({}, False)
    line = record.content["situation"]["evaluation_set_locked"]
    assert line == {"value": None, "counted_as": True, "by": "", "at": None}
    assert all(one["value"] is None for one in record.content["situation"].values())
    said = "not asked (counted as yes)"
    outcome = r.client("otto").get(r.url("room")).content.decode()
    assert re.search(rf"{re.escape(LOCKED)}\s*</dt>\s*<dd>\s*<strong>{re.escape(said)}", outcome)
    browser = r.client()
    browser.force_login(r.people.felix)
    page = browser.get(f"/t/{r.people.team.slug}/r/{record.pk}/").content.decode()
    assert f"{LOCKED} <strong>{said}" in page
    assert f"* {LOCKED} **{said}**" in render_markdown(records.document_of(record))


def test_an_answer_says_who_noted_it_and_when():
    r = room()
    record = to_the_record(r, evaluation_set_locked="yes", content_owner="no", pre_check=["none"])
    lines = record.content["situation"]
    at = f"{r.workshop.minutes.get(act='answered_situation').at:%Y-%m-%dT%H:%M:%SZ}"
    assert lines["evaluation_set_locked"] == {"value": True, "counted_as": True, "by": "Felix", "at": at}
    assert lines["content_owner"] == {"value": False, "counted_as": False, "by": "Felix", "at": at}
    assert lines["pre_check"] == {"value": [], "counted_as": [], "by": "Felix", "at": at}
    assert lines["labelled_examples"]["value"] is None
    said = next(line["what"] for line in record.minutes if line["what"].startswith("saved the precheck answers"))
    assert f"{LOCKED} yes" in said
    assert "What should be fixed before any model work? nothing" in said


def test_an_answer_that_was_taken_back_is_not_asked_again():
    r = room()
    r.go("precheck")
    actions.answer_situation(workshop_id=r.id, situation={"update_owner": True}, precheck={}, by=r.felix)
    r.client("felix").post(r.url("situation"), {"update_owner": ""})
    assert r.now().situation == {}


def test_nothing_and_something_to_repair_contradict_each_other():
    form = SituationForm(QueryDict("pre_check=none&pre_check=clearer_tools"))
    assert form.errors["pre_check"] == ["Tick what applies, or “None of these”."]
    kept = SituationForm(QueryDict("pre_check=clearer_tools"))
    assert kept.is_valid()
    assert kept.situation()["pre_check"] == ["clearer_tools"]


def test_explainability_that_nobody_was_asked_about_is_not_said_to_be_unneeded():
    r = room()
    r.go("precheck")
    r.go("outcome")
    for name in ("otto", "felix"):
        page = r.client(name).get(r.url("room")).content.decode()
        assert "Not asked" in page
        assert "Not required by legal or public relations" not in page
    r.client("felix").post(r.url("explainability"), {"required": "no"})
    assert "Not required by legal or public relations" in r.client("otto").get(r.url("room")).content.decode()


def test_a_what_if_can_leave_a_question_unasked():
    r = room()
    r.go("precheck")
    r.go("outcome")
    page = r.client("otto").get(r.url("what_if")).content.decode()
    drive = page[page.index('id="what-if-documents_drive"') :]
    assert re.search(r'value="open" checked> <span>Not asked: counts as no<', drive[: drive.index("</fieldset>")])
    assert shared_board(r.id).outcome.answers.situation.documents_drive is None


def test_no_signal_and_no_risk_is_chosen_before_somebody_chooses():
    r = room()
    r.go("precheck")
    r.go("outcome")
    page = r.client("felix").get(r.url("room")).content.decode()
    form = page[page.index('id="record-form"') :]
    assert 'name="risk"' in form
    assert " checked" not in form[: form.index("</form>")]
