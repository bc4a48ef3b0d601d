"""Asking a decision, rewording it, and reading its page."""

import pytest

from decisions.base.errors import Conflict
from decisions.log import acts
from decisions.models import Decision, DecisionSummary
from tests.people import cast, decision

pytestmark = pytest.mark.django_db

ASKED = {
    "title": "Support copilot",
    "question": "Retrieve, tune, both or neither?",
    "context": "Runbooks change weekly.\r\nTickets are in two systems.",
    "starting_point": "support_copilot",
    "tags": "Support, EU , support",
    "owner": "",
}


@pytest.fixture
def world():
    return cast()


def test_a_facilitator_asks_a_decision_and_reads_its_page(client, world):
    client.force_login(world.felix)
    answer = client.post("/t/helio-desk/decisions/new/", {**ASKED, "owner": str(world.mina.pk)})
    assert answer.url == "/t/helio-desk/d/1/workshops/new/", "the next step is the first thing"
    asked = Decision.objects.get()
    assert (asked.number, asked.owner, asked.created_by) == (1, world.mina, world.felix)
    assert asked.context == "Runbooks change weekly.\nTickets are in two systems."
    assert [tag.name for tag in asked.tags.all()] == ["eu", "support"]
    page = client.get("/t/helio-desk/d/1/").content.decode()
    assert "Retrieve, tune, both or neither?" in page
    assert "Not decided yet." in page
    assert "Support copilot" in client.get("/t/helio-desk/").content.decode()


def test_numbers_are_counted_by_team_and_without_gaps(world):
    for _number in range(3):
        acts.create_decision(team=world.team, title="A", question="B?", by=world.olga)
    acts.create_decision(team=world.other_team, title="A", question="B?", by=world.xaver)
    assert list(world.team.decisions.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert world.other_team.decisions.get().number == 1


def test_members_read_and_do_not_ask(client, world):
    decision(world.team)
    client.force_login(world.mina)
    assert client.get("/t/helio-desk/d/1/").status_code == 200
    assert "decisions/new" not in client.get("/t/helio-desk/").content.decode()
    assert client.post("/t/helio-desk/decisions/new/", ASKED).status_code == 403
    assert client.post("/t/helio-desk/d/1/edit/", {**ASKED, "version": 1}).status_code == 403


def test_another_teams_decision_does_not_exist(client, world):
    decision(world.team)
    client.force_login(world.xaver)
    for path in ("/t/helio-desk/", "/t/helio-desk/d/1/", "/t/helio-desk/d/1/edit/", "/t/elsewhere/d/1/"):
        assert client.get(path).status_code == 404


def test_the_slower_of_two_writers_sees_both_versions_and_loses_nothing(client, world):
    asked = decision(world.team)
    client.force_login(world.felix)
    first = {**ASKED, "title": "Felix was first", "version": 1}
    assert client.post("/t/helio-desk/d/1/edit/", first).status_code == 302
    client.force_login(world.olga)
    answer = client.post("/t/helio-desk/d/1/edit/", {**ASKED, "title": "Olga was second", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Felix was first" in page
    assert 'value="Olga was second"' in page
    assert 'name="version" value="2"' in page
    assert client.post("/t/helio-desk/d/1/edit/", {**ASKED, "title": "Olga again", "version": 2}).status_code == 302
    asked.refresh_from_db()
    assert (asked.title, asked.version) == ("Olga again", 3)


def test_a_stale_version_is_a_conflict(world):
    asked = decision(world.team)
    words = {"title": "A", "question": "B?", "context": "", "by": world.olga}
    acts.reword(decision=asked, version=1, **words)
    with pytest.raises(Conflict):
        acts.reword(decision=asked, version=1, **words)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 161),
        ("title", "nul\x00"),
        ("question", "\u0085"),
        ("question", "q" * 401),
        ("context", "c" * 10_001),
        ("context", "bell\x07"),
        ("starting_point", "no-such"),
        ("tags", ",".join(str(number) for number in range(13))),
        ("tags", "t" * 41),
        ("owner", "999999"),
        ("owner", "x"),
        ("version", "0"),
        ("version", "99999999999999999999"),
        ("version", "one"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(client, world, field, value):
    asked = decision(world.team)
    client.force_login(world.felix)
    answer = client.post("/t/helio-desk/d/1/edit/", {**ASKED, "version": 1, field: value})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.version == 1


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=cmd()", "\u202eright to left", "e\u0301", "🧭" * 20])
def test_odd_text_is_kept_and_shown_escaped(client, world, text):
    client.force_login(world.felix)
    path = client.post("/t/helio-desk/decisions/new/", {**ASKED, "title": text}).url
    page = client.get(path).content.decode()
    assert "<script>alert" not in page
    assert Decision.objects.get().title == text.replace("e\u0301", "\u00e9")


def test_a_huge_text_is_refused_and_no_fault(client, world):
    client.force_login(world.felix)
    answer = client.post("/t/helio-desk/decisions/new/", {**ASKED, "title": "x" * 2**20, "context": "y" * 2**20})
    assert answer.status_code == 422
    assert not DecisionSummary.objects.exists()


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999", "9" * 5000])
def test_numbers_that_are_none_are_not_found(client, world, number):
    client.force_login(world.felix)
    assert client.get(f"/t/helio-desk/d/{number}/").status_code == 404
