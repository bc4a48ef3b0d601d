"""Adding entries: what they hold, what is refused, and that nothing is ever changed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from decisions.base.errors import Conflict, NotAllowed
from decisions.ledger import append as ledger
from decisions.models import Configuration, LogEntry, Record
from decisions.trail import acts
from decisions.trail.entry import Refused, read
from tests.decisions.trail.configurations import HYBRID, NO_TUNING, RAG, at, draft, put_live
from tests.people import decision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("december")]


def refused(world, **more):
    with pytest.raises(Refused) as caught:
        put_live(world.decision, **more)
    assert not Configuration.objects.exists()
    assert not LogEntry.objects.exists()
    return caught.value.errors


def test_an_entry_stands_in_the_chain_with_the_five_first(world):
    row = put_live(world.decision, approver="Mara Okonkwo", approval_note="CAB 12")
    entry = read(row.entry)
    assert row.entry.type == "configuration.live"
    assert entry.fields == RAG
    assert entry.not_used == {"fine_tune_checkpoint_id"}
    assert (entry.reason, entry.approver, entry.approval_note) == ("First release", "Mara Okonkwo", "CAB 12")
    assert (entry.environment, entry.live_from, entry.actor) == ("production", at(2), "deploy pipeline")
    assert ledger.verify(row.entry.log).exit_code == 0
    assert entry.is_late


def test_not_used_is_no_gap_and_not_recorded_is_one(world):
    entry = read(put_live(world.decision).entry)
    assert entry.state_of("fine_tune_checkpoint_id") == "not_used"
    assert entry.state_of("training_set_version") == "not_used", "no checkpoint, no training set"
    assert entry.state_of("tuning_method") == "not_used"
    assert entry.state_of("top_k") == "not_recorded"
    assert entry.state_of("base_model_id") == "recorded"


@pytest.mark.parametrize("missing", ["retrieval_settings", "fine_tune_checkpoint_id"])
@pytest.mark.parametrize("how", ["absent", "empty", "not used"])
def test_a_hybrid_entry_needs_both_halves(world, missing, how):
    fields = {key: value for key, value in HYBRID.items() if key != missing}
    if how == "empty":
        fields[missing] = "   "
    errors = refused(world, approach="hybrid", fields=fields, not_used=[missing] if how == "not used" else [])
    assert "A hybrid configuration needs" in errors[missing]


def test_a_whole_hybrid_entry_is_taken(world):
    assert put_live(world.decision, approach="hybrid", fields=HYBRID, not_used=[]).kind == "live"


def test_tuning_with_a_thin_retrieval_layer_may_record_both(world):
    assert put_live(world.decision, approach="fine_tuning", fields=HYBRID, not_used=()).kind == "live"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("environment", {"environment": ""}),
        ("environment", {"environment": "x" * 41}),
        ("environment", {"environment": "prod\x00"}),
        ("environment", {"environment": "-"}),
        ("live_from", {"live_from": datetime(1999, 12, 30, tzinfo=UTC)}),
        ("live_from", {"live_from": datetime(2101, 1, 1, tzinfo=UTC)}),
        ("reason", {"reason": " "}),
        ("reason", {"reason": "x" * 501}),
        ("reason", {"reason": "bell\x07"}),
        ("approver", {"approval_note": "fine"}),
        ("approver", {"approver": "\ud800"}),
        ("approach", {"approach": ""}),
        ("approach", {"approach": "undecided"}),
        ("base_model_id", {"fields": {}}),
        ("base_model_id", {"fields": {"base_model_id": "x" * 401}}),
        ("base_model_id", {"fields": {"base_model_id": "a\x00b"}}),
        ("base_model_id", {"fields": {"base_model_id": "ask mara.okonkwo@example.org"}}),
        ("no_such", {"fields": {"no_such": "1"}}),
        ("own_flag", {"fields": {"own_flag": "1"}}),
        ("no_such", {"not_used": ["no_such"]}),
        ("base_model_id", {"not_used": ["base_model_id"]}),
        ("top_k", {"fields": {"top_k": "many"}}),
        ("top_k", {"fields": {"top_k": "-1"}}),
        ("temperature", {"fields": {"temperature": "NaN"}}),
        ("temperature", {"fields": {"temperature": "1e999"}}),
        ("temperature", {"fields": {"temperature": "٣"}}),
        ("git_commit", {"fields": {"git_commit": "see the wiki"}}),
        ("git_dirty", {"fields": {"git_dirty": "perhaps"}}),
        ("index_built_at", {"fields": {"index_built_at": "2026-11-01"}}),
        ("index_built_at", {"fields": {"index_built_at": "2026-02-31T00:00:00Z"}}),
        ("fields", {"kind": "ended"}),
        ("restores", {"kind": "rolled_back", "fields": {}, "not_used": ()}),
    ],
)
def test_what_cannot_be_is_named_at_its_field(world, field, more):
    assert field in refused(world, **more)


def test_values_are_stored_in_one_form(world):
    fields = {**RAG, "top_k": 8, "score_floor": 0.35, "temperature": "1.50", "git_dirty": False, "seed": -3}
    fields["index_built_at"] = "2026-11-01T10:00:00+02:00"
    entry = read(put_live(world.decision, fields=fields).entry)
    stored = {key: entry.fields[key] for key in ("top_k", "score_floor", "temperature", "git_dirty", "seed")}
    assert stored == {"top_k": "8", "score_floor": "0.35", "temperature": "1.50", "git_dirty": "no", "seed": "-3"}
    assert entry.fields["index_built_at"] == "2026-11-01T08:00:00Z"


@pytest.mark.parametrize(
    ("given", "stored"),
    [(0.1, "0.1"), (1e-7, "0.0000001"), (1e-300, "0"), (-0.0, "0"), (936113426358441.8, "936113426358441.8"), (3, "3")],
)
def test_numbers_are_written_without_exponents(world, given, stored):
    entry = read(put_live(world.decision, fields={**RAG, "score_floor": given}).entry)
    assert entry.fields["score_floor"] == stored


def test_a_roll_back_is_a_new_entry_that_restores_an_earlier_one(world):
    first = put_live(world.decision)
    put_live(world.decision, live_from=at(5), fields={**RAG, "base_model_id": "llama-4"})
    back = put_live(
        world.decision, kind="rolled_back", live_from=at(6), approach="", fields={}, not_used=(),
        restores=first.public_id, reason="Answers got slower",
    )  # fmt: skip
    entry = read(back.entry)
    assert entry.fields == RAG
    assert entry.approach == "rag"
    assert entry.restores == str(first.public_id)
    assert Configuration.objects.count() == 3


def test_only_what_was_live_here_can_be_restored(world):
    other = decision(world.team)
    staging = put_live(world.decision, environment="staging")
    elsewhere = put_live(other)
    proposed = put_live(world.decision, kind="proposed")
    later = put_live(world.decision, live_from=at(20))
    for row in (staging, elsewhere, proposed, later):
        with pytest.raises(Refused) as caught:
            put_live(
                world.decision, kind="rolled_back", live_from=at(10), fields={}, not_used=(), restores=row.public_id
            )
        assert "restores" in caught.value.errors


def test_ending_needs_something_live(world):
    end = {"kind": "ended", "approach": "", "fields": {}, "not_used": ()}
    assert "environment" in refused(world, **end)
    put_live(world.decision)
    put_live(world.decision, live_from=at(3), **end)
    with pytest.raises(Refused):
        put_live(world.decision, live_from=at(4), **end)


def test_a_proposal_is_put_live_by_an_entry_that_names_it(world):
    proposed = put_live(world.decision, kind="proposed")
    live = put_live(world.decision, promotes=proposed.public_id)
    assert read(live.entry).promotes == str(proposed.public_id)
    with pytest.raises(Refused) as caught:
        put_live(world.decision, promotes=live.public_id)
    assert "promotes" in caught.value.errors


def test_an_entry_names_the_record_it_serves_and_the_entry_it_takes_over_from(world):
    Record.objects.create(
        team=world.team, decision=world.decision, number=4, state="accepted", approach="rag", content={},
        content_hash="c" * 64, accepted_at=timezone.now(),
    )  # fmt: skip
    first = put_live(world.decision)
    entry = read(put_live(world.decision, live_from=at(3)).entry)
    assert entry.record == {"number": "DR-0004", "content_hash": "c" * 64}
    assert entry.previous == str(first.public_id)


def test_members_read_and_editors_write(world):
    with pytest.raises(NotAllowed):
        acts.add_entry(decision=world.decision, draft=draft(), actor="Mina", by=world.mina)
    acts.add_entry(decision=world.decision, draft=draft(), actor="Felix", by=world.felix)


def test_own_fields_are_recorded_and_stay_readable_when_retired(world):
    field = acts.define_field(team=world.team, label="Feature flag", for_replay=True, by=world.felix)
    assert field.key == "feature_flag"
    with pytest.raises(Conflict):
        acts.define_field(team=world.team, label="feature-flag", by=world.felix)
    with pytest.raises(Conflict):
        acts.define_field(team=world.team, label="Top k", by=world.felix)
    entry = read(put_live(world.decision, fields={**RAG, "own_feature_flag": "router-v2"}).entry)
    acts.retire_field(team=world.team, field_id=field.pk, by=world.felix)
    assert entry.fields["own_feature_flag"] == "router-v2"
    with pytest.raises(Refused):
        put_live(world.decision, live_from=at(9), fields={**RAG, "own_feature_flag": "router-v3"})


def test_the_payload_holds_only_plain_strings(world):
    payload = json.loads(put_live(world.decision, fields={**RAG, "temperature": 0.1}).entry.payload)
    assert all(isinstance(value, str) for value in payload["fields"].values())


def test_a_late_entry_says_so(world):
    row = put_live(world.decision, live_from=timezone.now() - timedelta(minutes=10))
    assert not read(row.entry).is_late
    assert NO_TUNING == ("fine_tune_checkpoint_id",)
