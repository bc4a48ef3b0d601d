"""A team words the framework its own way: versions that only grow, one rule for everybody, and no reach into the past."""

import pytest
from django.db import DatabaseError, connection, transaction

from decisions.base.errors import Conflict, NotAllowed
from decisions.framework.answers import AnswerError
from decisions.framework.criteria import CRITERIA
from decisions.framework.customise import Framework
from decisions.models import FrameworkVersion
from decisions.team_framework import acts as frameworks
from tests import people
from tests.decisions.team_framework.rewording import OWN, reworded, typed

pytestmark = pytest.mark.django_db
PAGE = "/t/helio-desk/framework/"


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def felix(client, cast):
    client.force_login(cast.felix)
    return client


def test_a_team_without_words_of_its_own_reads_ours(felix, cast):
    page = felix.get(PAGE).content.decode()
    assert "Groundwork five criteria, version 1" in page
    for criterion in CRITERIA:
        assert str(criterion.name) in page
    assert "your team's wording" not in page


def test_felix_rewords_a_criterion_and_the_page_says_which_words_are_theirs(felix, cast):
    answer = felix.post(
        f"{PAGE}edit/",
        typed(
            cast.team.pk,
            **{
                "knowledge_churn-name": "Shelf life",
                "knowledge_churn-a0": "Before lunch.",
                "why": "Nobody says churn",
                "q0-question": "Which regions use it?",
                "asked": [key for key in typed(cast.team.pk)["asked"] if key != "situation:clean_task_data"],
            },
        ),
        follow=True,
    )
    assert answer.redirect_chain == [(PAGE, 302)]
    page = answer.content.decode()
    assert "Shelf life" in page
    assert "Before lunch." in page
    assert page.count("your team's wording") == 2
    assert "Which regions use it?" in page
    assert "Five criteria of Helio Desk, version 1" in page
    assert "Nobody says churn" in page
    version = cast.team.framework_versions.get()
    assert version.saved_by == "Felix"
    assert version.content["criteria"] == {
        "knowledge_churn": {"name": "Shelf life", "anchors": {"-2": "Before lunch."}}
    }
    assert version.content["questions"][0]["key"] == "q_which_regions_use_it"
    assert version.content["hidden"] == ["situation:clean_task_data"]


def test_only_what_differs_is_kept_so_that_our_own_words_can_grow(cast):
    reworded(cast)
    framework = frameworks.framework_of(cast.team.pk)
    assert str(framework.criteria[0].name) == "Shelf life"
    assert framework.criteria[0].ft_end == CRITERIA[0].ft_end
    assert framework.criteria[1] == CRITERIA[1]
    assert framework.criteria[0].anchors[-1] == CRITERIA[0].anchors[-1]


def test_a_look_beforehand_saves_nothing(felix, cast):
    page = felix.post(f"{PAGE}edit/", typed(cast.team.pk, **{"audit_trust-name": "Proof", "act": "preview"}))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Preview" in text
    assert "Five criteria of Helio Desk, version 1. Not saved yet." in text
    assert text.count("Proof") >= 2
    assert not FrameworkVersion.objects.exists()


def test_each_save_is_a_version_and_old_ones_stay_readable(felix, cast):
    reworded(cast)
    felix.post(f"{PAGE}edit/", typed(cast.team.pk, **{"knowledge_churn-name": "Half-life"}))
    assert [one.number for one in cast.team.framework_versions.all()] == [2, 1]
    assert "Shelf life" in felix.get(f"{PAGE}1/").content.decode()
    assert "Half-life" in felix.get(PAGE).content.decode()
    begun = felix.get(f"{PAGE}edit/?from=1")
    assert begun.context["form"]["knowledge_churn-name"].value() == "Shelf life"
    assert felix.get(f"{PAGE}7/").status_code == 404


def test_an_emptied_field_goes_back_to_our_own_words(felix, cast):
    reworded(cast)
    felix.post(f"{PAGE}edit/", typed(cast.team.pk, **{"knowledge_churn-name": ""}))
    criterion = frameworks.framework_of(cast.team.pk).criteria[0]
    assert str(criterion.name) == "Knowledge churn"
    assert str(criterion.question) == "When does an answer go off?"


def test_a_question_whose_text_is_emptied_is_gone_and_the_others_keep_their_keys(felix, cast):
    reworded(cast)
    felix.post(f"{PAGE}edit/", typed(cast.team.pk, **{"q0-question": ""}))
    assert [one.key for one in frameworks.framework_of(cast.team.pk).questions] == ["works_council", "desk"]


def test_back_to_our_own_words_is_a_version_too(felix, cast):
    reworded(cast)
    felix.post(f"{PAGE}reset/", {"seen": "1"})
    assert frameworks.framework_of(cast.team.pk) == Framework()
    assert frameworks.framework_of(cast.team.pk).head()["name"] == "Groundwork five criteria"
    assert cast.team.framework_versions.count() == 2
    assert "Shelf life" in felix.get(f"{PAGE}1/").content.decode()


def test_words_of_ones_own_never_go_by_our_name(cast):
    version = reworded(cast, {**OWN, "name": "groundwork FIVE criteria"})
    assert version.content["name"] == "Five criteria of Helio Desk"


def test_two_people_saving_at_once_lose_nothing(felix, cast):
    sent = typed(cast.team.pk, **{"audit_trust-name": "Proof"})
    reworded(cast)
    answer = felix.post(f"{PAGE}edit/", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Someone else saved the framework" in page
    assert 'value="Proof"' in page
    assert 'name="seen" value="1"' in page
    assert cast.team.framework_versions.count() == 1


def test_saving_what_stands_already_says_so(felix, cast):
    reworded(cast)
    answer = felix.post(f"{PAGE}edit/", typed(cast.team.pk))
    assert answer.status_code == 409
    assert "Nothing to save" in answer.content.decode()
    assert felix.post(f"{PAGE}reset/", {"seen": "rubbish"}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("knowledge_churn-name", "x" * 61, "at most 60 characters"),
        ("knowledge_churn-rag_end", "a\x00b", "control characters"),
        ("q0-kind", "riddle", "not one of the available choices"),
        ("asked", "situation:documents_drive", "not one of the available choices"),
        ("seen", "-1", "greater than or equal to 0"),
        ("latency_cost-question", "y" * 1_000_000, "at most 600 characters"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field(felix, cast, field, value, says):
    answer = felix.post(f"{PAGE}edit/", typed(cast.team.pk, **{field: value, "q0-question": "Which regions?"}))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not FrameworkVersion.objects.exists()


def test_a_choice_needs_answers_and_says_so_beside_them(felix, cast):
    sent = typed(cast.team.pk, **{"q1-question": "Which desk?", "q1-kind": "choice", "q1-choices": "Billing"})
    answer = felix.post(f"{PAGE}edit/", sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"q1-choices": ["a choice needs two to twelve answers"]}


def test_what_the_rule_reads_can_never_be_left_out(cast):
    with pytest.raises(AnswerError, match="documents_drive"):
        reworded(cast, {**OWN, "hidden": ["situation:documents_drive"]})
    with pytest.raises(AnswerError, match="own_criterion"):
        reworded(cast, {**OWN, "criteria": {"own_criterion": {"name": "Mood"}}})


def test_members_read_and_editors_write(client, cast):
    reworded(cast)
    client.force_login(cast.mina)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Edit wording" not in page.content.decode()
    assert client.get(f"{PAGE}edit/").status_code == 403
    assert client.post(f"{PAGE}edit/", typed(cast.team.pk)).status_code == 403
    assert client.post(f"{PAGE}reset/", {"seen": "1"}).status_code == 403
    with pytest.raises(NotAllowed):
        frameworks.reset(team=cast.team, seen=1, by=cast.mina)
    client.force_login(cast.xaver)
    for path in (PAGE, f"{PAGE}edit/", f"{PAGE}1/"):
        assert client.get(path).status_code == 404


def test_a_stale_act_is_refused_below_the_page_too(cast):
    reworded(cast)
    with pytest.raises(Conflict):
        reworded(cast, {**OWN, "name": "Another"}, seen=0)


def test_the_database_keeps_versions_as_they_were(cast):
    version = reworded(cast)
    for act in (lambda: FrameworkVersion.objects.update(why="x"), version.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE decisions_frameworkversion")
    assert FrameworkVersion.objects.get().why == "Plain words"


def test_a_wording_that_a_later_release_cannot_read_shows_our_own_words():
    assert frameworks.read({"hidden": ["room_question:gone"]}) == Framework()
    assert frameworks.kept_in({"name": "Old", "custom": {"nonsense": 1}}) == Framework()
