"""A room speaks its team's words from the lobby to the record, and keeps the ones it began with."""

import pytest

from decisions.models import Record
from decisions.team_framework import acts as frameworks
from tests import people, rooms
from tests.decisions.team_framework.rewording import OWN, POINT, reworded
from workshops import actions, board
from workshops.readings import framework_in
from workshops.situation_form import SituationForm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _inside_one_transaction(monkeypatch):
    monkeypatch.setattr("workshops.fragments.close_old_connections", lambda: None)


@pytest.fixture
def cast():
    return people.cast()


def page_of(room, name="ines"):
    return room.client(name).get(room.url("room")).content.decode()


def asked(room, question):
    """What the facilitator sees at a question of the precheck, or at the summary."""
    actions.ask(workshop_id=room.id, question=question, by=room.felix, answers=None)
    return page_of(room, "felix")


def test_the_room_asks_in_the_teams_words(cast):
    reworded(cast)
    room = rooms.scoring(cast=cast)
    room.open(rooms.CHURN)
    page = page_of(room)
    assert "Shelf life" in page
    assert "When does an answer go off?" in page
    assert "By Friday." in page
    assert "Before lunch." in page
    assert "Knowledge churn" not in page


def test_reasons_flips_verdicts_and_minutes_speak_them_too(cast):
    reworded(cast)
    room = rooms.outcome((-2, -1, 1, 0, -2), cast=cast)
    it = board.shared_board(room.id).outcome
    said = " ".join(str(one) for one in (*it.recommendation.reasons, *(flip.text for flip in it.recommendation.flips)))
    assert "Shelf life" in said
    assert "Knowledge churn" not in said
    assert "Knowledge churn" not in page_of(room, "felix")
    minutes = room.client("ines").get(room.url("minutes")).content.decode()
    assert "opened Shelf life, round 1" in minutes
    what_if = room.client("ines").get(room.url("what_if")).content.decode()
    assert "Shelf life" in what_if
    assert "Knowledge churn" not in what_if


def test_a_workshop_keeps_the_words_it_began_with(cast):
    reworded(cast)
    room = rooms.scoring(cast=cast)
    reworded(cast, {**OWN, "criteria": {"knowledge_churn": {"name": "Half-life"}}}, seen=1)
    assert str(framework_in(room.now()).criteria[0].name) == "Shelf life"
    assert "Shelf life" in page_of(room)
    assert "Half-life" in page_of(rooms.scoring(cast=cast), "ines")


def test_the_rule_does_not_care_what_it_is_called(cast):
    plain = board.shared_board(rooms.outcome((-2, 1, 2, 0, 1), cast=cast).id).outcome.recommendation
    reworded(cast)
    ours = board.shared_board(rooms.outcome((-2, 1, 2, 0, 1), cast=cast).id).outcome.recommendation
    assert (plain.approach, plain.path, plain.clause, plain.flags) == (
        ours.approach,
        ours.path,
        ours.clause,
        ours.flags,
    )


def test_the_precheck_asks_what_the_team_asks_and_leaves_out_what_it_does_not_need(cast):
    reworded(cast)
    room = rooms.room(cast=cast)
    room.go("precheck")
    page = "".join(asked(room, one) for one in ("asked_region", "asked_desk", "summary"))
    assert "Which regions use it?" in page
    assert "EU &amp; UK" in page
    assert 'name="asked_desk"' in page
    assert "room_tune_the_retriever" not in page
    assert "clean_task_data" not in page


def test_help_that_people_typed_is_text_and_never_markup(cast):
    reworded(cast, {**OWN, "questions": [{"key": "x", "question": "<b>Bold?</b>", "help": "<img src=x>"}]})
    room = rooms.room(cast=cast)
    room.go("precheck")
    page = page_of(room, "felix")
    assert "<img src=x>" not in page
    assert "<b>Bold?</b>" not in page


def test_answers_reach_the_record_with_the_names_of_framework_and_rule(cast):
    reworded(cast)
    room = rooms.room(cast=cast, context="Two desks, one model.")
    room.go("precheck")
    felix = room.client("felix")
    answered = {
        "asked_region": "EU only",
        "asked_works_council": "yes",
        "asked_desk": "Returns",
        "room_fits_in_context": "no",
    }
    assert felix.post(room.url("situation"), answered).status_code == 302
    assert "EU only" in asked(room, "summary")
    room.go("scoring")
    for criterion, lean in zip(rooms.CRITERIA, (-2, -1, 0, -1, -2), strict=True):
        room.score(criterion, lean, ines=lean, sam=lean, daria=lean)
    room.go("outcome")
    record = actions.write_record(workshop_id=room.id, flips=[0, 1], risks=[], by=room.felix, user=cast.felix)
    content = record.content
    assert content["framework"] == {"name": "How Helio decides", "version": "1", "rule_version": "1.0"}
    assert content["criteria"][0]["name"] == "Shelf life"
    assert any("Shelf life" in reason for reason in content["reasons"])
    assert not any("Knowledge churn" in reason for reason in content["reasons"])
    assert content["decision"]["context"] == (
        "Two desks, one model.\n\nWhich regions use it?\nEU only\n\nHas the works council seen it?\nyes"
        "\n\nWhich desk?\nReturns"
    )
    hidden = content["situation"]["clean_task_data"]
    assert (hidden["value"], hidden["counted_as"]) == (None, True), "a hidden question is not asked"


def test_a_wrong_answer_keeps_what_was_typed(cast):
    reworded(cast)
    room = rooms.room(cast=cast)
    room.go("precheck")
    answer = room.client("felix").post(room.url("situation"), {"asked_desk": "Nowhere", "asked_region": "EU"})
    assert answer.status_code == 422
    assert "EU" in answer.context["situation_form"]["asked_region"].value()
    assert room.now().precheck == {}


# --- starting points in the room


def test_a_starting_point_says_what_to_look_at_first_and_suggests_answers(cast):
    row = frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)
    room = rooms.room(cast=cast, starting_point=row.key)
    assert "When is the knowledge" not in page_of(room)
    shown = board.shared_board(room.id)
    assert [page.slug for page in shown.guides] == ["knowledge-churn"]
    assert "/guide/knowledge-churn/" in page_of(room)
    room.go("precheck")
    form = SituationForm(situation={}, precheck={}, start=shown.start)
    assert (form["documents_drive"].value(), form["explainability_required"].value()) == ("", "")
    assert "“Returns desk” suggests yes." in form["documents_drive"].help_text
    assert "suggests" not in form["explainability_required"].help_text
    assert "Returns desk" in asked(room, "documents_drive")
    actions.answer_situation(workshop_id=room.id, situation={"documents_drive": False}, precheck={}, by=room.felix)
    answered = SituationForm(situation=room.now().situation, precheck={}, start=shown.start)
    assert answered["documents_drive"].value() == "no", "the room's own word"
    room.go("scoring")
    room.open(rooms.CHURN)
    assert "Count the campaigns of a year." in page_of(room)


def test_a_starting_point_sets_the_records_defaults(cast):
    row = frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)
    room = rooms.outcome(cast=cast, starting_point=row.key)
    record = actions.write_record(workshop_id=room.id, flips=[0, 1], risks=[], by=room.felix, user=cast.felix)
    content = Record.objects.get(pk=record.pk).content
    assert "Campaign pages carry a last day." in [one["text"] for one in content["assumptions"]]
    gates = {metric["key"]: (metric["gate"], metric["stop"]) for metric in content["metrics"]}
    assert gates["task_completion"] == (">= 77 %", "< 66 %")
    assert "tool_errors" in gates


def test_suggestions_of_our_own_starting_points_show_too(cast):
    room = rooms.scoring(cast=cast, starting_point="support_copilot")
    room.open(rooms.CHURN)
    assert "Count runbook edits" in page_of(room)
