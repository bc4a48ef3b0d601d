"""A team saves its own starting points: from scratch, from a decision, or from one of ours."""

import pytest

from decisions.base.errors import Conflict, NotAllowed
from decisions.framework.own_starting_points import starting_point_as_dict
from decisions.framework.starting_points import STARTING_POINTS
from decisions.models import OwnStartingPoint
from decisions.team_framework import acts as frameworks
from decisions.team_framework.forms import StartingPointForm
from tests import people
from tests.decisions.records import stories
from tests.decisions.team_framework.rewording import OWN, POINT, reworded

pytestmark = pytest.mark.django_db
NEW = "/t/helio-desk/starting-points/new/"


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def felix(client, cast):
    client.force_login(cast.felix)
    return client


def typed(drawn=POINT, **changes):
    """What a browser sends for this starting point."""
    form = StartingPointForm(drawn=drawn, version=changes.pop("version", 0))
    sent = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            sent[name] = "on"
        elif value is not None and value is not False and value != "":
            sent[name] = value
    return {**sent, **changes}


def test_felix_keeps_one_and_it_is_offered_first(felix, cast):
    answer = felix.post(NEW, typed())
    assert answer.status_code == 302
    row = OwnStartingPoint.objects.get()
    assert row.key == "own-returns-desk"
    assert row.content == {**POINT, "key": row.key}
    assert [point.key for point in frameworks.offered(cast.team.pk)][:2] == ["own-returns-desk", "support_copilot"]
    page = felix.get("/t/helio-desk/decisions/new/").content.decode()
    assert "Returns desk" in page
    assert "Internal support copilot" in page


def test_a_new_decision_begins_with_its_words(felix, cast):
    felix.post(NEW, typed())
    form = felix.get("/t/helio-desk/decisions/new/?starting_point=own-returns-desk").context["form"]
    assert form["title"].value() == "Returns assistant"
    assert form["question"].value() == POINT["question"]
    assert form["context"].value() == POINT["context"]
    sent = {"title": "Returns", "question": "Which?", "starting_point": "own-returns-desk"}
    assert felix.post("/t/helio-desk/decisions/new/", sent).status_code == 302
    assert cast.team.decisions.get().starting_point == "own-returns-desk"


@pytest.mark.parametrize("point", STARTING_POINTS, ids=lambda point: point.key)
def test_each_of_ours_fills_a_new_decision_and_can_be_taken_over(felix, point):
    form = felix.get(f"/t/helio-desk/decisions/new/?starting_point={point.key}").context["form"]
    assert form["context"].value() == str(point.context)
    drawn = felix.get(f"{NEW}?like={point.key}").context["form"]
    assert drawn["name"].value() == str(point.name)
    assert felix.post(NEW, typed(starting_point_as_dict(point))).status_code == 302
    taken = frameworks.read_point(OwnStartingPoint.objects.get())
    assert dict(taken.situation) == dict(point.situation)
    assert taken.guides == point.guides
    assert taken.assumptions == tuple((str(text), role) for text, role in point.assumptions)


@pytest.mark.parametrize("key", ["nowhere", "", "own-\x00", "\ud800".encode("utf-8", "surrogatepass"), "x" * 5000])
def test_a_starting_point_that_does_not_exist_fills_nothing(felix, key):
    answer = felix.get("/t/helio-desk/decisions/new/", {"starting_point": key})
    assert answer.status_code == 200
    assert not answer.context["form"]["title"].value()


def test_one_drawn_from_a_decision_brings_what_its_record_came_to_say(felix, cast):
    stories.finish(stories.drafted(cast), cast.felix)
    form = felix.get(f"{NEW}?decision=1").context["form"]
    assert form["title"].value() == "Support copilot"
    assert form["situation-documents_drive"].value() == "yes"
    assert form["metric-grounded_correctness"].value() is True
    assert form["gate-grounded_correctness"].value() == "≥ 85 %"
    assert form["assumption0-text"].value() == "Runbooks are updated within a day"
    assert form["assumption0-role"].value() == "data"
    assert felix.get(f"{NEW}?decision=9").status_code == 404


def test_changing_one_raises_its_version_and_a_stale_change_is_refused(felix, cast):
    row = frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)
    page = f"/t/helio-desk/starting-points/{row.key}/"
    assert felix.get(page).context["form"]["name"].value() == "Returns desk"
    assert felix.post(page, typed(version=1, summary="Newer.")).status_code == 302
    answer = felix.post(page, typed(version=1, summary="Older."))
    assert answer.status_code == 409
    assert "Older." in answer.content.decode()
    row.refresh_from_db()
    assert (row.version, row.content["summary"]) == (2, "Newer.")


def test_off_the_list_it_still_speaks_for_decisions_that_began_with_it(felix, cast):
    row = frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)
    decision = people.decision(cast.team, starting_point=row.key)
    felix.post(f"/t/helio-desk/starting-points/{row.key}/retire/")
    assert row.key not in [point.key for point in frameworks.offered(cast.team.pk)]
    assert frameworks.starting_point(cast.team.pk, row.key).name == "Returns desk"
    form = felix.get(f"/t/helio-desk/d/{decision.number}/edit/").context["form"]
    assert (row.key, "Returns desk") in form.fields["starting_point"].choices
    sent = {"title": "T", "question": "Q?", "starting_point": row.key, "version": "1"}
    assert felix.post(f"/t/helio-desk/d/{decision.number}/edit/", sent).status_code == 302


def test_two_of_one_name_get_keys_of_their_own(cast):
    keys = [frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix).key for _twice in range(3)]
    assert keys == ["own-returns-desk", "own-returns-desk-2", "own-returns-desk-3"]
    assert (
        frameworks.keep_starting_point(team=cast.team, raw={**POINT, "name": "返品"}, by=cast.felix).key == "own-case"
    )


def test_a_hidden_one_of_ours_is_not_offered(cast):
    reworded(cast, OWN)
    assert "healthcare" not in [point.key for point in frameworks.offered(cast.team.pk)]
    assert frameworks.starting_point(cast.team.pk, "healthcare"), "decisions that name it keep it"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "required"),
        ({"name": "a\x00b"}, "control characters"),
        ({"guides": ["nowhere"]}, "not one of the available choices"),
        ({"guides": ["hybrid", "faq", "glossary", "patterns", "security", "precheck"]}, "up to five"),
        ({"situation-documents_drive": "perhaps"}, "not one of the available choices"),
        ({"tier": "royal"}, "not one of the available choices"),
        ({"assumption0-text": "x" * 601}, "at most 600"),
        ({"version": "soon"}, "whole number"),
    ],
)
def test_what_cannot_be_kept_is_said(felix, changes, says):
    answer = felix.post(NEW, typed(**changes))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not OwnStartingPoint.objects.exists()


def test_a_team_has_no_end_of_them(cast, monkeypatch):
    monkeypatch.setattr(frameworks, "MOST_STARTING_POINTS", 1)
    frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)
    with pytest.raises(Conflict):
        frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)


def test_members_read_them_and_editors_write_them(client, cast):
    row = frameworks.keep_starting_point(team=cast.team, raw=POINT, by=cast.felix)
    page = f"/t/helio-desk/starting-points/{row.key}/"
    client.force_login(cast.mina)
    assert "Returns desk" in client.get("/t/helio-desk/framework/").content.decode()
    for refused in (client.get(page), client.get(NEW), client.post(NEW, typed()), client.post(f"{page}retire/")):
        assert refused.status_code == 403
    with pytest.raises(NotAllowed):
        frameworks.retire_starting_point(team=cast.team, key=row.key, by=cast.mina)
    client.force_login(cast.xaver)
    for missing in (client.get(page), client.get(NEW), client.post(f"{page}retire/")):
        assert missing.status_code == 404
