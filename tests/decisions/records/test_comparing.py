"""Two texts side by side: whatever the hash covers shows as a difference, and no text makes the comparison endless."""

import copy

import pytest
from django.urls import reverse

from decisions import records
from decisions.records import comparing
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


def differing(before, after):
    return [part.title for part in comparing.compare(before, after) if part.differs]


@pytest.mark.parametrize(
    ("path", "value", "title"),
    [
        (("criteria", 0, "ballots", 0, "score"), 2, "Votes"),
        (("criteria", 0, "ballots", 1, "reason"), "Said anew.", "Votes"),
        (("criteria", 0, "rounds"), 2, "Criteria"),
        (("situation", "documents_drive", "value"), False, "Situation"),
        (("decision", "context"), "The desk moved.", "Question"),
        (("reasons",), ["Something else."], "What the rule says"),
        (("flags",), ["phase_zero_eval_first"], "What the rule says"),
        (("recommended_approach",), "hybrid", "What the rule says"),
        (("risks", 0, "key"), "opaque_answers", "Risks accepted"),
        (("framework", "rule_version"), "2.0", "Team and framework"),
        (("team",), "Helios Desk", "Team and framework"),
    ],
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else None,
)
def test_whatever_the_hash_covers_is_a_difference(cast, path, value, title):
    before = stories.drafted(cast).content
    after = copy.deepcopy(before)
    place = after
    for key in path[:-1]:
        place = place[key]
    assert place[path[-1]] != value
    place[path[-1]] = value

    assert differing(before, after) == [title]
    assert differing(before, copy.deepcopy(before)) == []


def test_a_room_that_scored_again_is_not_called_the_same_word_for_word(client, cast):
    record = stories.drafted(cast)
    again = stories.readings()
    again["criteria"][0]["ballots"][0]["score"] = -1
    record.workshop_ref = record.pk
    record.save()
    record = records.draft(decision=record.decision, readings=again, by=cast.felix, workshop_ref=record.pk)
    client.force_login(cast.mina)

    address = reverse("decisions:record_compare", kwargs={"slug": "helio-desk", "record_id": record.pk})
    page = client.get(address).content.decode()

    assert record.revision == 2
    assert "The two versions are identical." not in page
    assert "Votes" in page


def test_repetitions_are_shown_whole_instead_of_being_matched_for_minutes(cast):
    before = stories.drafted(cast).content
    words, lines = "again and " * 900, "a\nb\n" * 2_000
    before = {**before, "guardrails": [words + str(number) for number in range(40)], "rationale": lines}
    after = {**before, "guardrails": [f"Not {line}" for line in before["guardrails"]], "rationale": "b\n" + lines}

    parts = {part.title: part for part in comparing.compare(before, after)}

    assert [len(line.before) for line in parts["Guardrails"].lines] == [1] * 40
    assert all(len(line.before) <= 1 for line in parts["Rationale"].lines)
    assert parts["Rationale"].lines[-1].after[0].text == "b"


def test_a_sentence_is_still_compared_word_by_word(cast):
    before = stories.finish(stories.drafted(cast), cast.felix).content
    after = {**before, "rationale": before["rationale"].rstrip(".") + ", it seems."}
    (part,) = [part for part in comparing.compare(before, after) if part.differs]

    assert [piece.changed for piece in part.lines[0].after].count(False) >= 1
    assert "".join(piece.text for piece in part.lines[0].after) == after["rationale"]


def test_a_record_is_compared_with_one_of_another_decision(client, cast):
    first, second = stories.accepted(cast), stories.accepted(cast)
    client.force_login(cast.mina)
    kwargs = {"slug": "helio-desk", "record_id": second.pk}

    history = client.get(reverse("decisions:record_history", kwargs=kwargs)).content.decode()
    assert f'<option value="{first.pk}">DR-0001' in history
    page = client.get(reverse("decisions:record_compare", kwargs=kwargs), {"with": str(first.pk)})
    assert "DR-0001 and DR-0002" in page.content.decode()
