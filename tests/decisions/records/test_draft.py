"""A record is drafted from a room's readings, or from nothing."""

import uuid

import pytest

from decisions import records
from decisions.base.errors import NotAllowed
from decisions.ledger.canonical import payload_hash
from decisions.models import Record
from tests import people
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


def test_the_room_hands_over_and_the_rest_is_filled_in(cast):
    record = stories.drafted(cast)

    assert record.state == "draft"
    assert (record.content["approach"], record.content["clause"]) == ("rag", "majority_rag")
    assert record.content["recommendation_status"] == "final"
    assert [item["lean"] for item in record.content["criteria"]] == [-2, -2, 1, 0, -1]
    assert record.content["flip_signals"][1]["then"] == "score cost again"
    assert record.content["revisit"]["cadence"] == "monthly"  # churn is strongly RAG
    assert record.content_hash == payload_hash(record.content)
    assert record.revisions.get().content_hash == record.content_hash
    assert "ines@example.org" not in record.canonical
    assert record.owner_contacts["product"]["email"] == "ines@example.org"


def test_a_fresh_draft_has_its_own_salt(cast):
    first, second = stories.drafted(cast), stories.drafted(cast)

    assert first.content["salt"] != second.content["salt"]
    assert len(first.content["salt"]) == 32


def test_the_room_that_scores_again_updates_its_draft_and_keeps_what_people_wrote(cast):
    decision, room = people.decision(cast.team, starting_point="support_copilot"), uuid.uuid4()
    record = records.draft(decision=decision, readings=stories.readings(), by=cast.felix, workshop_ref=room)
    records.edit(
        record=record, section="fallback", changes={"fallback": {"text": "Decline."}}, version=0, by=cast.felix
    )
    tuned = {"knowledge_churn": 1, "audit_trust": 0, "task_stability": 2, "latency_cost": 1, "data_sensitivity": 0}

    again = records.draft(
        decision=decision,
        readings=stories.readings(answers={"leans": tuned, "contested": {}, "situation": {}}),
        by=cast.felix,
        workshop_ref=room,
    )

    assert again.pk == record.pk
    assert Record.objects.count() == 1
    assert again.content["approach"] == "fine_tuning"
    assert again.content["fallback"]["text"] == "Decline."
    assert again.revisions.count() == 3
    # what nobody touched speaks for the new answer
    assert again.content["title"] == "Support copilot: Fine-tune the behaviour"
    assert not any("passages" in one for one in again.content["guardrails"])
    assert {"fallback": 1, "guardrails": 1, "metrics": 1}.items() <= again.section_versions.items()


def test_without_a_workshop_the_answer_stays_open_until_leans_are_typed_in(cast):
    decision = people.decision(cast.team)
    record = records.draft_without_workshop(decision=decision, approach="rag", title="Retrieval first", by=cast.felix)

    assert record.content["title"] == "Retrieval first"
    assert record.content["approach"] == "rag"
    assert "open_criteria" in {problem.key for problem in records.problems(record)}

    criteria = [{**item, "lean": stories.LEANS[item["key"]], "state": "settled"} for item in record.content["criteria"]]
    record = records.edit(record=record, section="criteria", changes={"criteria": criteria}, version=0, by=cast.felix)

    assert record.content["recommended_approach"] == "rag"
    assert "open_criteria" not in {problem.key for problem in records.problems(record)}


def test_a_draft_without_a_workshop_puts_no_words_into_anybody_s_mouth(cast):
    decision = people.decision(cast.team)
    for approach, name in (("rag", "RAG"), ("fine_tuning", "fine-tuning"), ("hybrid", "hybrid")):
        content = records.draft_without_workshop(decision=decision, approach=approach, by=cast.felix).content
        assert content["title"].startswith("Support copilot: ")
        assert content["rationale"] == ""
        assert len(content["flip_signals"]) == 2
        assert not any(flip["then"].endswith(f"it would become {name}.") for flip in content["flip_signals"])


def test_proposals_follow_the_answers_until_somebody_touches_them(cast):
    decision = people.decision(cast.team)
    record = records.draft_without_workshop(decision=decision, approach="rag", by=cast.felix)
    guardrails = [*record.content["guardrails"], "Our own"]
    record = records.edit(
        record=record, section="guardrails", changes={"guardrails": guardrails}, version=0, by=cast.felix
    )
    strict = {**stories.LEANS, "audit_trust": -2}
    criteria = [{**item, "lean": strict[item["key"]], "state": "settled"} for item in record.content["criteria"]]

    record = records.edit(record=record, section="criteria", changes={"criteria": criteria}, version=0, by=cast.olga)

    gates = {metric["key"]: metric["gate"] for metric in record.content["metrics"]}
    assert gates["grounded_correctness"] == ">= 95 %"  # an audit asks for more
    assert record.content["rationale"] == ""  # why, only people can say
    assert record.content["guardrails"] == guardrails
    with pytest.raises(records.SectionConflict):  # whoever had the metrics open sees that they changed
        records.edit(record=record, section="metrics", changes={"metrics": []}, version=0, by=cast.felix)


def test_another_approach_brings_its_proposals_but_leaves_the_form_that_was_saved(cast):
    record = stories.drafted(cast)
    before = record.content

    record = records.edit(
        record=record, section="decision", changes={"approach": "fine_tuning"}, version=0, by=cast.felix
    )

    assert record.content["fallback"]["label"] == "Back to the prompted base model"
    assert [record.content[key] for key in ("title", "rationale")] == [before["title"], before["rationale"]]
    assert record.content["flip_signals"] == before["flip_signals"]  # the room chose those


def test_a_member_who_only_reads_drafts_nothing(cast):
    with pytest.raises(NotAllowed):
        records.draft_without_workshop(decision=people.decision(cast.team), approach="rag", by=cast.mina)


HOSTILE = [
    "a\x00b",
    "lone \ud800 surrogate",
    "x" * 1_048_576,
    "\u202eevil\u202c",
    "<script>alert(1)</script>",
    "e\u0301" * 50,
    "=1+1",
    "\r\n\r\nSubject: spam",
]


@pytest.mark.parametrize("said", HOSTILE, ids=ascii)
def test_whatever_the_room_says_is_stored_alike_on_every_database(cast, said):
    record = stories.drafted(
        cast,
        attendees=[{"name": said, "role": "product"}],
        risks=[said, {"key": said, "text": said, "owner": said}],
        minutes=[{"at": said, "who": said, "what": said}],
    )

    stored = Record.objects.get(pk=record.pk)
    assert stored.content == record.content
    assert payload_hash(stored.content) == stored.content_hash
    assert "\x00" not in stored.canonical
    assert len(stored.content["risks"][0]["text"]) <= 10_000


def test_lists_are_cut_at_forty_and_junk_is_dropped(cast):
    record = stories.drafted(cast, risks=[f"risk {number}" for number in range(60)], assumptions=[None, 3, {}, "yes"])

    assert len(record.content["risks"]) == 40
    assert [row["text"] for row in record.content["assumptions"]] == ["3", "yes"]
