"""The precheck asks one question at a time, and everybody in the room is at the same one."""

import pytest

from tests.rooms import room
from workshops import actions
from workshops.models import Workshop

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


class Precheck:
    """A room in its precheck, with Felix' buttons."""

    def __init__(self, **decision):
        self.room = room(**decision)
        self.room.go("precheck")
        self.felix = self.room.client("felix")

    def page(self, who="ines"):
        return self.room.client(who).get(self.room.url("room"))

    @property
    def at(self):
        now = self.page().context["asking"].now
        return now.name if now else "summary"

    def press(self, go="next", **answer):
        stage = Workshop.objects.values_list("stage", flat=True).get(pk=self.room.id)
        sent = {"stage": stage, "asked": self.at, "go": go, **answer}
        return self.felix.post(self.room.url("precheck"), sent, **HTMX)

    @property
    def said(self):
        now = self.room.now()
        return {**now.situation, **now.precheck}


@pytest.fixture
def asked():
    return Precheck()


def test_each_answer_is_kept_and_leads_everybody_to_the_next_question(asked):
    first = asked.page().content.decode()
    assert "Precheck: question 1 of 18" in first
    assert asked.press(pre_check=["none"]).status_code == 204
    assert asked.at == "room_baseline_measured"
    for who in ("ines", "otto", "felix"):
        page = asked.page(who).content.decode()
        assert "Precheck: question 2 of 18" in page
        assert "Measure it before you sign. A day of work can save a quarter." in page, "what follows from “tried”"
    asked.press(room_baseline_measured="tried")
    assert asked.said == {"pre_check": [], "baseline_measured": "tried", "prompt_baseline_sufficient": False}
    assert asked.room.minutes()[-1] == ("Felix", "answered_situation")


def test_the_prompted_baseline_is_asked_once(asked):
    questions = asked.page().context["asking"].questions
    names = [one.name for one in questions]
    assert "room_baseline_measured" in names
    assert "prompt_baseline_sufficient" not in names
    assert "labelled_examples" not in names
    assert len(names) == len(set(names))


def test_what_is_skipped_was_not_asked_and_an_answer_can_be_taken_back_by_skipping(asked):
    asked.press(pre_check=["clearer_tools"])
    asked.press(room_baseline_measured="meets")
    asked.press("back")
    asked.press("skip")
    assert asked.said == {"pre_check": ["clearer_tools"]}
    asked.press("back")
    asked.press("back")
    assert asked.at == "pre_check"
    asked.press("back")
    assert asked.at == "pre_check", "there is nothing before the first"
    asked.press("skip")
    assert asked.said == {}


def test_skip_the_rest_leads_to_the_summary_from_where_each_answer_can_be_changed(asked):
    asked.press(pre_check=["none"])
    asked.press("rest")
    assert asked.at == "summary"
    for who, buttons in (("felix", 18), ("ines", 0)):
        page = asked.page(who).content.decode()
        assert page.count("Not asked") >= 17
        assert page.count('class="link-button"') == buttons
    assert "Confirm and start scoring" in asked.page("felix").content.decode()
    asked.press("documents_drive")
    assert asked.at == "documents_drive"
    asked.press(documents_drive="yes")
    assert asked.said == {"pre_check": [], "documents_drive": True}


def test_the_precheck_is_skipped_whole_with_one_button(asked):
    page = asked.page("felix").content.decode()
    assert "Skip precheck" in page
    assert "Skip precheck" not in asked.page().content.decode()
    asked.felix.post(asked.room.url("phase"), {"stage": asked.room.now().stage, "phase": "scoring"})
    assert (asked.room.now().phase, asked.said) == ("scoring", {})


def test_a_wrong_answer_is_told_beside_the_question_and_nobody_moves(asked):
    answer = asked.press(pre_check=["none", "clearer_tools"])
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Tick what applies, or “None of these”." in html
    assert html.count(" checked") == 2
    assert (asked.at, asked.said) == ("pre_check", {})


def test_a_second_press_of_a_button_answers_no_question_that_was_not_seen(asked):
    stage = asked.room.now().stage
    sent = {"stage": stage, "asked": "pre_check", "pre_check": ["none"]}
    assert asked.felix.post(asked.room.url("precheck"), sent, **HTMX).status_code == 204
    assert asked.felix.post(asked.room.url("precheck"), sent, **HTMX).status_code == 409
    assert asked.at == "room_baseline_measured"


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_only_who_leads_asks(asked, who):
    stage = asked.room.now().stage
    answer = asked.room.client(who).post(asked.room.url("precheck"), {"stage": stage, "asked": "pre_check"}, **HTMX)
    assert answer.status_code == 403


def test_a_question_that_does_not_exist_leads_to_the_summary(asked):
    answer = asked.felix.post(
        asked.room.url("precheck"), {"stage": asked.room.now().stage, "asked": "\x00", "go": "elsewhere"}, **HTMX
    )
    assert answer.status_code == 204
    assert asked.at == "summary"


def test_the_early_end_is_offered_as_soon_as_it_is_known(asked):
    asked.press(pre_check=["document_quality"])
    page = asked.page("felix").content.decode()
    assert "Something here needs fixing before any model work." in page
    assert "Go to the outcome" in page
    assert "Precheck: question 2 of" in page


def test_an_answer_that_came_with_another_form_stays_while_others_are_asked(asked):
    actions.answer_situation(
        workshop_id=asked.room.id, situation={"labelled_examples": True}, precheck={}, by=asked.room.felix
    )
    asked.press(pre_check=["none"])
    assert asked.said == {"labelled_examples": True, "pre_check": []}
