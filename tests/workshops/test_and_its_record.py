"""A room and the record that was drafted in it: neither goes on without the other hearing of it, and the room reads it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from decisions import records
from decisions.models import Record
from tests.decisions.records import stories
from tests.rooms import CHURN, outcome
from workshops import actions
from workshops.board import shared_board

pytestmark = pytest.mark.django_db


def write(r, flips=(), risks=(), kept=None):
    return actions.write_record(
        workshop_id=r.id, flips=list(flips), risks=list(risks), by=r.felix, user=r.people.felix, kept=kept
    )


def settle_again(r, lean):
    """Felix reopens knowledge churn, and the room settles elsewhere."""
    r.go("scoring")
    again = actions.reopen_round(workshop_id=r.id, criterion=CHURN, by=r.felix)
    r.votes(again, ines=lean, sam=lean, daria=lean)
    r.reveal(again)
    r.settle(again, lean)
    r.go("outcome")


def accepted(r, **more):
    """The room's record, signed by everybody and accepted."""
    record = stories.ready(write(r, (0, 1), ("stale_knowledge",)), r.people.felix)
    contacts = {role: {"email": f"{role}@example.org"} for role in ("product", "security", "data")}
    owners = record.content["owners"]
    record = records.edit(
        record=record, section="owners", changes={"owners": owners}, contacts=contacts,
        version=record.section_versions.get("owners", 0), by=r.people.felix,
    )  # fmt: skip
    record = records.open_sign_off(record=record, by=r.people.felix)
    stories.everybody_signs(record)
    return records.accept(record=record, by=r.people.felix, content_hash=record.content_hash)


def page_of(client, record):
    return client.get(f"/t/{record.team.slug}/r/{record.pk}/").content.decode()


def test_what_the_room_changes_is_said_in_the_room_and_on_the_record(client):
    r = outcome()
    record = write(r, (0, 1))
    client.force_login(r.people.olga)
    assert shared_board(r.id).record.moved == ()
    assert "has moved on since" not in page_of(client, record)

    settle_again(r, 1)
    actions.answer_situation(workshop_id=r.id, situation={"explainability_required": True}, precheck={}, by=r.felix)

    told = ("Knowledge churn was settled: leans fine-tuning.", "Now: yes.")
    room = r.client("ines").get(r.url("room")).content.decode()
    for page in (room, page_of(client, record)):
        assert "has moved on since" in page
        assert all(line in page for line in told)


def test_the_readings_are_taken_whole_with_flips_risks_and_people():
    r = outcome()
    record = write(r, (0, 1), ("stale_knowledge",))
    before = record.content
    r.join("noor", "legal")
    settle_again(r, -1)

    record = write(r, (2, 3), ("opaque_answers",))

    assert record.content["criteria"][0]["lean"] == -1
    assert [one["key"] for one in record.content["risks"]] == ["opaque_answers"]
    assert record.content["flip_signals"] != before["flip_signals"]
    assert {"name": "Noor", "role": "legal"} in record.content["attendees"]
    assert {one["kind"] for one in record.content["provenance"]["risks"]} == {"said"}
    assert shared_board(r.id).record.moved == ()


def test_what_was_edited_in_the_record_stays_and_is_named():
    r = outcome()
    record = write(r, (0, 1), ("stale_knowledge",))
    mine = [{"signal": "Volume above 9,000 a day", "then": "score cost again"}] * 2
    stories.save(record, r.people.olga, "flip_signals", flip_signals=mine)
    kept = []

    record = write(r, (2, 3), ("opaque_answers",), kept)

    assert record.content["flip_signals"] == mine
    assert kept == ["Flip signals"]
    browser = r.client("felix")
    answer = browser.post(r.url("write_record"), {"stage": r.now().stage, "flip": ["2", "3"]}, follow=True)
    assert "Not taken over, because someone edited it in the record: Flip signals." in answer.content.decode()


def test_an_accepted_record_is_replaced_by_new_results_and_by_the_same_ones_it_is_said_why_not():
    r = outcome()
    first = accepted(r)
    browser = r.client("felix")
    same = browser.post(r.url("write_record"), {"stage": r.now().stage}, follow=True)
    assert "DR-0001 already has these results." in same.content.decode()
    assert Record.objects.count() == 1
    assert "The workshop can be closed now." in browser.get(r.url("room")).content.decode()
    assert "Its workshop is still open." in page_of(browser, first)

    settle_again(r, 1)
    second = write(r)

    assert (second.state, second.supersedes) == ("draft", first)
    assert second.content["criteria"][0]["lean"] == 1


def test_guests_read_the_draft_by_their_seat_and_a_month_after_the_acceptance_no_more():
    r = outcome()
    ines, stranger = r.client("ines"), r.client()
    assert ines.get(r.url("record")).status_code == 404
    record = write(r)
    page = ines.get(r.url("record")).content.decode()
    assert record.content["title"] in page
    assert "Draft" in page
    assert f'href="{r.url("record")}"' in ines.get(r.url("room")).content.decode()
    assert stranger.get(r.url("record")).status_code == 404
    assert r.client("felix").get(r.url("record")).url == f"/t/{record.team.slug}/r/{record.pk}/"
    actions.close(workshop_id=r.id, by=r.felix)
    assert ines.get(r.url("record")).status_code == 200
    accepted(r)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert "DR-0001" in ines.get(r.url("record")).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert ines.get(r.url("record")).status_code == 404


@pytest.mark.parametrize("who", ["mina", "olga"])
def test_the_team_reads_rooms_without_a_seat_and_votes_in_none(client, who):
    r = outcome()
    client.force_login(getattr(r.people, who))
    for end in (lambda: None, lambda: actions.close(workshop_id=r.id, by=r.felix)):
        end()
        page = client.get(r.url("room")).content.decode()
        assert shared_board(r.id).outcome.approach_name in page
        assert "You're reading as a member of the team." in page
        assert "<form" not in page.partition("<main")[2]
        assert client.get(r.url("minutes")).status_code == 200
        assert client.get(r.url("what_if")).status_code == 200
    assert client.get(r.url("state")).status_code == 404
    client.force_login(r.people.xaver)
    assert client.get(r.url("room")).status_code == 404


def test_a_withdrawn_successor_leaves_the_standing_record_with_a_next_step(client):
    r = outcome()
    first = accepted(r)
    draft = records.begin_replacement(record=first, by=r.people.felix)
    client.force_login(r.people.felix)
    decision = f"/t/{first.team.slug}/d/{first.decision.number}/"
    assert "A replacement is being written:" in client.get(decision).content.decode()
    assert "Revisit in a workshop" not in client.get(decision).content.decode()

    draft = records.withdraw(record=draft, by=r.people.felix, why="Not now.")

    page = page_of(client, draft)
    assert "DR-0001 still stands." in page
    assert "Set up another workshop" in page
    for standing in (client.get(decision).content.decode(), page_of(client, first)):
        assert "Revisit in a workshop" in standing
    records.withdraw(record=first, by=r.people.felix, why="The vendor stopped.")
    for gone in (client.get(decision).content.decode(), page_of(client, first)):
        assert "No record is in force on this decision now." in gone
        assert "Set up another workshop" in gone


def test_another_workshop_is_always_offered_and_says_what_the_open_one_means(client):
    r = outcome()
    client.force_login(r.people.felix)
    decision = r.workshop.decision
    page = client.get(f"/t/{decision.team.slug}/d/{decision.number}/").content.decode()
    assert "Set up another workshop" in page
    assert "has its own votes and leads to its own record" in page
    new = client.get(f"/t/{decision.team.slug}/d/{decision.number}/workshops/new/").content.decode()
    assert "A workshop on this decision is open." in new
    client.force_login(r.people.mina)
    page = client.get(f"/t/{decision.team.slug}/d/{decision.number}/").content.decode()
    assert "Set up another workshop" not in page
