"""What was live on that day: the entry in force, what is missing from it, and what differs."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decisions.models import Configuration
from decisions.trail import acts, reading
from decisions.trail.entry import Refused, read
from tests.decisions.trail.configurations import HYBRID, RAG, at, draft, everything, put_live
from tests.people import decision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("december")]


def live(world, moment, environment="production"):
    return reading.live_at(world.decision, environment, moment)


def test_the_entry_in_force_is_the_last_that_went_live_before(world):
    first = put_live(world.decision, live_from=at(2))
    second = put_live(world.decision, live_from=at(5))
    assert live(world, at(1)).row is None
    assert live(world, at(2)).row == first
    assert live(world, at(5) - timedelta(microseconds=1)).row == first
    assert live(world, at(5)).row == second
    assert live(world, at(30)).row == second
    assert live(world, at(3)).until == at(5)
    assert live(world, at(6)).until is None


def test_written_late_still_counts_for_its_time(world):
    put_live(world.decision, live_from=at(5))
    late = put_live(world.decision, live_from=at(3))
    assert live(world, at(4)).row == late
    assert live(world, at(4)).until == at(5)


def test_of_two_at_one_moment_the_later_written_counts(world):
    put_live(world.decision)
    second = put_live(world.decision)
    assert live(world, at(2)).row == second


def test_from_now_on_means_the_moment_of_writing_and_not_of_asking(world):
    """A pipeline that asked first and waited for its turn is written second, and is in force."""
    asked = draft(live_from=at(1, 9))
    written_first = acts.add_entry(decision=world.decision, draft=draft(live_from=at(2)), actor="second")
    written_second = acts.add_entry(decision=world.decision, draft=asked, actor="first", from_now=True)
    assert written_second.live_from == timezone.now()
    assert read(written_second.entry).previous == str(written_first.public_id)


def test_environments_and_decisions_do_not_mix(world):
    other = decision(world.team)
    put_live(other)
    put_live(world.decision, environment="Staging")
    assert live(world, at(3)).row is None
    assert live(world, at(3), "staging").entry is not None
    assert reading.environments(world.decision) == ["staging"]


def test_proposals_are_never_live_and_ends_end(world):
    put_live(world.decision, live_from=at(2))
    put_live(world.decision, live_from=at(3), kind="proposed", fields={"base_model_id": "other"})
    put_live(world.decision, live_from=at(4), kind="ended", approach="", fields={}, not_used=())
    assert live(world, at(3)).entry.fields == RAG
    answer = live(world, at(5))
    assert answer.entry is None
    assert answer.row.kind == "ended"
    assert reading.live_now(world.decision, at(30)) == ()


def test_what_is_live_now_comes_by_environment_in_one_query(world, django_assert_num_queries):
    for name in ("production", "pilot", "eu"):
        put_live(world.decision, environment=name)
        put_live(world.decision, environment=name, live_from=at(7), fields={**RAG, "base_model_id": name})
    with django_assert_num_queries(1):
        rows = reading.live_now(world.decision, at(8))
        assert [read(row.entry).fields["base_model_id"] for row in rows] == ["production", "eu", "pilot"]


def test_a_complete_configuration_can_be_replayed_fully(world):
    put_live(world.decision, approach="hybrid", fields=everything(), not_used=())
    answer = live(world, at(3))
    assert answer.missing == ()
    assert answer.replay == "fully"


def test_missing_details_make_it_partly(world):
    put_live(world.decision)
    answer = live(world, at(3))
    assert answer.replay == "partly"
    assert "top_k" in {field.key for field in answer.missing}
    assert "tuning_method" not in {field.key for field in answer.missing}


def test_no_entry_is_written_without_its_base_model(world):
    fields = everything()
    del fields["base_model_id"]
    with pytest.raises(Refused) as refused:
        put_live(world.decision, approach="hybrid", fields=fields, not_used=())
    assert list(refused.value.errors) == ["base_model_id"]


@pytest.mark.parametrize("missing", ["retrieval_settings", "fine_tune_checkpoint_id", "corpus_version"])
def test_a_gap_in_what_makes_the_run_makes_it_impossible(world, missing):
    fields = everything()
    del fields[missing]
    approach = {"retrieval_settings": "fine_tuning", "fine_tune_checkpoint_id": "rag"}.get(missing, "hybrid")
    put_live(world.decision, approach=approach, fields=fields, not_used=())
    answer = live(world, at(3))
    assert answer.replay == "not"
    assert missing in {field.key for field in answer.missing}


def test_two_entries_are_compared_field_by_field(world):
    before = read(put_live(world.decision).entry)
    after = read(put_live(world.decision, approach="hybrid", fields={**HYBRID, "top_k": 12}, not_used=()).entry)
    changed = {
        pair.field.key: (pair.before.state, pair.after.value)
        for pair in reading.compare(before, after)
        if pair.is_changed
    }
    assert changed == {
        "fine_tune_checkpoint_id": ("not_used", "helio-sft-3"),
        "training_set_version": ("not_used", "tickets-2026-09"),
        "top_k": ("not_recorded", "12"),
        **dict.fromkeys(
            ("parent_checkpoint", "tuning_method", "hyperparameters_hash", "training_run_id"), ("not_used", "")
        ),
        **dict.fromkeys(("vendor_job_id", "data_agreement", "redaction_report"), ("not_used", "")),
    }


def test_comparing_shows_own_fields_that_only_one_side_has(world):
    acts.define_field(team=world.team, label="Router", by=world.felix)
    before = read(put_live(world.decision).entry)
    after = read(put_live(world.decision, fields={**RAG, "own_router": "v2"}).entry)
    changed = [pair.field.key for pair in reading.compare(before, after) if pair.is_changed]
    assert changed == ["own_router"]
    assert reading.compare(before, before) != ()
    assert not any(pair.is_changed for pair in reading.compare(after, after))


def test_complaints_hang_on_the_moment_by_reference_only(world):
    row = put_live(world.decision)
    complaint = acts.attach_complaint(
        decision=world.decision, environment="production", moment=at(3), reference="SUP-2481",
        runtime={"trace_id": "7f3a", "retrieved_chunks": "c1,c2"}, actor="Mina", by=world.mina,
    )  # fmt: skip
    assert complaint.configuration == row
    assert '"reference":"SUP-2481"' in complaint.entry.payload
    before = acts.attach_complaint(
        decision=world.decision, environment="production", moment=at(1), reference="SUP-1", actor="Mina"
    )
    assert before.configuration is None


@pytest.mark.parametrize(
    "reference", ["", "Mr Smith was rude", "a@b.example", "x" * 121, "SUP\n1", "\x00ab", "-a", "日本", "=cmd()"]
)
def test_a_complaint_cannot_carry_text(world, reference):
    with pytest.raises(Refused) as caught:
        acts.attach_complaint(
            decision=world.decision, environment="production", moment=at(3), reference=reference, actor="Mina"
        )
    assert "reference" in caught.value.errors


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["live", "proposed", "ended", "rolled_back"])), max_size=12)
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_force_is_what_replaying_the_log_in_order_gives(world, steps):
    """Against a reference: sort what was written by (live_from, order written), ignore proposals, take the last."""
    asked = decision(world.team, title="Property")
    written = []
    for day, kind in steps:
        more = {"kind": kind, "live_from": at(day + 1)}
        if kind in ("ended", "rolled_back"):
            more |= {"approach": "", "fields": {}, "not_used": ()}
        if kind == "rolled_back":
            earlier = [row for row in written if row.kind in ("live", "rolled_back")]
            more["restores"] = earlier[0].public_id if earlier else None
        try:
            written.append(put_live(asked, **more))
        except Refused:
            continue
    for day in range(9):
        candidates = [row for row in written if row.kind != "proposed" and row.live_from <= at(day + 1)]
        expected = max(candidates, key=lambda row: (row.live_from, row.sequence), default=None)
        assert reading.in_force(asked, "production", at(day + 1)) == expected
    assert Configuration.objects.filter(decision=asked).count() == len(written)
