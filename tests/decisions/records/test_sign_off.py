"""Owners are asked, say their word on one exact text, and the record is accepted - or the text changes and all is void."""

import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from decisions import records
from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from decisions.ledger.canonical import payload_hash
from decisions.models import LogEntry, Membership, Record, SignOff, TeamRole
from decisions.records import revisits
from decisions.records.document import issue_hash
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


def problem_keys(record):
    return {problem.key for problem in records.problems(record)}


def test_a_finished_draft_has_nothing_against_it(cast):
    assert problem_keys(stories.finish(stories.drafted(cast), cast.felix)) == set()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"flip_signals": [{"signal": "one only", "then": ""}]}, "two_flip_signals"),
        ({"owners": [{"role": "product", "name": "Ines", "email": "i@example.org"}]}, "no_owner_security"),
        ({"owners": [{"role": "data", "name": "Aiko"}]}, "no_address_data"),
        ({"answers": {"leans": {}, "contested": {}, "situation": {}}}, "open_criteria"),
    ],
)
def test_what_is_missing_is_named_and_sign_off_stays_shut(cast, changes, missing):
    record = stories.finish(stories.drafted(cast, **changes), cast.felix)

    assert missing in problem_keys(record)
    with pytest.raises(records.NotReady) as refused:
        records.open_sign_off(record=record, by=cast.felix)
    assert missing in {problem.key for problem in refused.value.problems}
    assert not SignOff.objects.exists()


def test_an_interim_record_needs_its_assumption_log_and_two_signals(cast):
    answers = {"leans": {}, "contested": {}, "situation": {"one_answer_this_week": True, "documents_drive": True}}
    record = stories.finish(stories.drafted(cast, answers=answers, assumptions=[], flip_signals=[]), cast.felix)
    record = stories.save(record, cast.felix, "assumptions", assumptions=[])
    record = stories.save(record, cast.felix, "flip_signals", flip_signals=[])

    assert record.content["recommendation_status"] == "interim"
    assert {"no_assumption", "two_flip_signals"} <= problem_keys(record)


@pytest.mark.parametrize(
    ("key", "gate", "told"),
    [
        ("latency_p95", "", "Latency has no limit. Set one, or enter “no gate”."),
        ("own", "", "Latency has no limit. Set one, or enter “no gate”."),
        ("own", "product sets it", "The gate of Latency: We can't read this gate."),
        ("latency_p95", "<= 4", "The gate of Latency: Enter a number"),
    ],
)
def test_a_gate_without_a_limit_blocks_sign_off_and_is_named(cast, key, gate, told):
    record = stories.finish(stories.drafted(cast), cast.felix)
    first = record.content["metrics"][0]
    record = stories.save(record, cast.felix, "metrics", metrics=[first, {"key": key, "name": "Latency", "gate": gate}])

    (problem,) = records.problems(record)
    assert problem.section == "metrics"
    assert problem.message.startswith(told)
    with pytest.raises(records.NotReady):
        records.open_sign_off(record=record, by=cast.felix)


@pytest.mark.parametrize(
    ("key", "gate"), [("right_passage_ignored", ""), ("own", "no gate"), ("own", "watched, no gate")]
)
def test_a_trend_needs_no_limit(cast, key, gate):
    record = stories.finish(stories.drafted(cast), cast.felix)
    metrics = [record.content["metrics"][0], {"key": key, "name": "Trend", "gate": gate}]

    assert records.problems(stories.save(record, cast.felix, "metrics", metrics=metrics)) == ()


def test_a_record_that_stays_with_prompts_needs_only_the_gates_it_names(cast):
    answers = {"leans": {}, "contested": {}, "situation": {"prompt_baseline_sufficient": True}}
    record = stories.finish(stories.drafted(cast, answers=answers), cast.felix)
    record = stories.save(record, cast.felix, "decision", approach="prompt_only")
    metrics = [record.content["metrics"][0], {"key": "latency_p95", "name": "Latency", "gate": ""}]

    assert problem_keys(stories.save(record, cast.felix, "metrics", metrics=metrics)) == set()
    metrics[1]["gate"] = "soon"
    assert problem_keys(stories.save(record, cast.felix, "metrics", metrics=metrics)) == {"unread_gate_1"}


def test_an_empty_scope_blocks_sign_off(cast):
    record = stories.finish(stories.drafted(cast), cast.felix)

    assert problem_keys(stories.save(record, cast.felix, "decision", scope="")) == {"no_scope"}


@pytest.mark.parametrize(
    ("rationale", "warned"),
    [("Because.", True), ("RAG, RAG and RAG", True), ("Runbooks change every week", False), ("", False)],
)
def test_a_rationale_of_fewer_than_four_distinct_words_is_warned_of_and_blocks_nothing(cast, client, rationale, warned):
    record = stories.finish(stories.drafted(cast), cast.felix)
    record = stories.save(record, cast.felix, "decision", rationale=rationale)

    assert [one.key for one in records.warnings(record)] == ["thin_rationale"] * warned
    assert problem_keys(record) == ({"no_rationale"} if not rationale else set())
    client.force_login(cast.felix)
    shown = client.get(f"/t/helio-desk/r/{record.pk}/").content.decode()
    assert ("The rationale is very short" in shown) is warned


def test_gates_are_data_in_what_is_signed(cast):
    record = stories.finish(stories.drafted(cast), cast.felix)

    assert record.content["metrics"][0]["limit"] == {
        "direction": "at_least", "value": "85", "unit": "%", "statistic": "", "sample": 200, "confidence": "95%",
    }  # fmt: skip
    assert record.content["format"] == "groundwork/content/v2"


def test_a_fix_first_record_may_be_signed_without_metrics_and_fallback(cast):
    answers = {"leans": {}, "contested": {}, "situation": {"pre_check": ["document_quality"]}}
    record = stories.drafted(cast, answers=answers)
    assert [one["text"] for one in record.content["repairs"]] == ["Better documents"]
    assert record.content["metrics"] == []
    record = stories.save(record, cast.felix, "decision", rationale="Mend the documents.", scope="All of them.")
    record = stories.keep_all(record, cast.felix)

    assert (record.content["approach"], record.content["recommendation_status"]) == ("fix_first", "stop")
    (problem,) = records.problems(record)
    assert problem.message == "Say who fixes “Better documents”, and by when."
    repairs = [{**record.content["repairs"][0], "owner": "Aiko", "by": "2027-01-15"}]
    assert problem_keys(stories.save(record, cast.felix, "repairs", repairs=repairs)) == set()
    assert problem_keys(stories.save(record, cast.felix, "repairs", repairs=[])) == {"no_repair"}


def test_each_owner_gets_a_personal_link_that_is_stored_hashed(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record = stories.in_sign_off(cast)

    assert [message.to for message in mail.outbox] == [
        ["ines@example.org"],
        ["jonas@example.org"],
        ["aiko@example.org"],
    ]
    token = re.search(r"/sign/([\w.-]+)/", mail.outbox[0].body).group(1)
    assert len(token) >= 22  # 128 bits
    assert records.by_token(token).name == "Ines Weber"
    assert not SignOff.objects.filter(token_hash=token).exists()
    assert record.content_hash in mail.outbox[0].body


def test_an_owner_with_an_account_in_the_team_signs_in_the_app(cast):
    Membership.objects.filter(user=cast.mina).update(role=TeamRole.MEMBER)
    owners = [
        {"role": "product", "name": "Mina", "email": "MINA@example.org"},
        *stories.readings()["owners"][1:],
    ]
    record = stories.in_sign_off(cast, owners=owners)
    own = records.own_sign_off(record, cast.mina)

    records.sign(sign_off=own, position="agree", content_hash=record.content_hash, by=cast.mina)

    own.refresh_from_db()
    assert (own.position, own.content_hash) == ("agree", record.content_hash)
    with pytest.raises(NotAllowed):
        records.sign(sign_off=own, position="dissent", note_text="x", content_hash=record.content_hash, by=cast.olga)


def test_a_condition_and_a_dissent_need_words(cast):
    record = stories.in_sign_off(cast)
    one = record.sign_offs.first()
    one.token_hash = token_hash("t")
    one.save()

    for position in ("agree_with_condition", "dissent"):
        with pytest.raises(ValidationError):
            records.sign(sign_off=one, position=position, note_text="  ", content_hash=record.content_hash, token="t")
    with pytest.raises(ValidationError):
        records.sign(sign_off=one, position="pending", content_hash=record.content_hash, token="t")


def test_a_signature_on_another_text_is_refused(cast):
    record = stories.in_sign_off(cast)
    one = record.sign_offs.first()
    one.token_hash = token_hash("t")
    one.save()

    with pytest.raises(Conflict):
        records.sign(sign_off=one, position="agree", content_hash="0" * 64, token="t")
    with pytest.raises(NotAllowed):
        records.sign(sign_off=one, position="agree", content_hash=record.content_hash, token="another")


def test_who_changes_their_mind_before_acceptance_leaves_both_words(cast):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record)
    one = record.sign_offs.get(role="security", voided_at=None)

    records.sign(
        sign_off=one,
        position="dissent",
        note_text="On reflection, no.",
        content_hash=record.content_hash,
        token=f"token-of-{one.pk}",
    )

    words = list(record.sign_offs.filter(role="security").values_list("position", "voided_why"))
    assert words == [("agree", "Signed again."), ("dissent", "")]


def test_any_edit_voids_every_signature_and_says_so(cast, django_capture_on_commit_callbacks):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record)
    before = record.content_hash

    with django_capture_on_commit_callbacks(execute=True):
        record = records.edit(
            record=record,
            section="guardrails",
            changes={"guardrails": ["No answer without a source"]},
            version=record.section_versions["guardrails"],
            by=cast.olga,
        )

    assert record.state == "draft"
    assert record.content_hash != before
    assert not record.sign_offs.filter(voided_at=None).exists()
    assert record.sign_offs.filter(voided_why="Olga edited the record.").count() == 3
    assert "cancelled" in record.minutes[-1]["what"]
    assert len(mail.outbox) == 3
    assert "no longer counts" in mail.outbox[0].body
    with pytest.raises(Conflict):
        records.accept(record=record, by=cast.felix, content_hash=before)


def test_saving_the_same_text_voids_nothing(cast):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record)

    records.edit(record=record, section="fallback", changes=stories.FINISHED["fallback"], version=0, by=cast.olga)

    record.refresh_from_db()
    assert record.state == "in_sign_off"
    assert record.sign_offs.filter(voided_at=None).count() == 3


def test_acceptance_waits_for_everybody(cast):
    record = stories.in_sign_off(cast)

    with pytest.raises(Conflict, match="Ines Weber"):
        records.accept(record=record, by=cast.felix, content_hash=record.content_hash)
    with pytest.raises(NotAllowed):
        records.accept(record=record, by=cast.mina, content_hash=record.content_hash)


def test_acceptance_numbers_freezes_logs_plans_and_tells(cast, django_capture_on_commit_callbacks):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record, dissent="data")

    with django_capture_on_commit_callbacks(execute=True):
        record = records.accept(record=record, by=cast.felix, content_hash=record.content_hash)

    assert (record.label, record.state, record.accepted_by) == ("DR-0001", "accepted", "Felix")
    entry = LogEntry.objects.get(type="record.accepted")
    document = records.document_of(record)
    assert document["anchor"] == {"log": "helio-desk", "sequence": entry.sequence, "head": entry.entry_hash}
    assert document["record"]["content_hash"] == payload_hash(document["content"])
    assert [one["position"] for one in document["sign_offs"]] == ["agree", "agree", "dissent"]
    assert document["sign_offs"][2]["note"] == "A tuned model was better in 2025."
    assert f'"issue_hash":"{issue_hash(document)}"' in entry.payload
    assert revisits.live(record).due_on.isoformat() == "2027-02-18"
    assert len(mail.outbox) == 3
    assert entry.entry_hash in mail.outbox[0].body
    assert mail.outbox[0].attachments[0].content == record.document


def test_after_acceptance_nothing_is_edited_signed_or_accepted_again(cast):
    record = stories.accepted(cast)

    with pytest.raises(Conflict):
        records.edit(record=record, section="guardrails", changes={"guardrails": ["x"]}, version=0, by=cast.felix)
    with pytest.raises(Conflict):
        records.accept(record=record, by=cast.felix, content_hash=record.content_hash)
    with pytest.raises(Conflict):
        records.take_back(record=record, by=cast.felix)
    with pytest.raises(Conflict):
        records.open_sign_off(record=record, by=cast.felix)


def test_a_new_record_supersedes_the_old_and_both_name_each_other(cast):
    first = stories.accepted(cast)
    second = records.begin_replacement(record=first, by=cast.felix)
    assert records.begin_replacement(record=first, by=cast.olga).pk == second.pk  # one draft, not two

    second = records.open_sign_off(record=second, by=cast.felix)
    stories.everybody_signs(second)
    second = records.accept(record=second, by=cast.felix, content_hash=second.content_hash)

    first.refresh_from_db()
    assert (first.state, second.label) == ("superseded", "DR-0002")
    assert records.document_of(first)["record"]["superseded_by"] == "DR-0002"
    assert records.document_of(second)["record"]["supersedes"] == "DR-0001"
    assert revisits.live(first) is None
    assert revisits.live(second) is not None
    first_document = records.document_of(first)
    assert issue_hash(first_document) in LogEntry.objects.get(sequence=1).payload


def test_a_new_workshop_on_the_same_decision_replaces_what_stands(cast):
    first = stories.accepted(cast)

    second = records.draft(decision=first.decision, readings=stories.readings(), by=cast.felix)

    assert second.supersedes == first


def test_a_withdrawn_record_keeps_its_reason_and_loses_its_revisit(cast):
    record = stories.accepted(cast)

    with pytest.raises(ValidationError):
        records.withdraw(record=record, by=cast.felix, why=" ")
    record = records.withdraw(record=record, by=cast.felix, why="The vendor stopped the product.")

    assert (record.state, record.withdrawn_why) == ("withdrawn", "The vendor stopped the product.")
    assert revisits.live(record) is None
    assert LogEntry.objects.filter(type="record.withdrawn").count() == 1
    with pytest.raises(Conflict):
        records.withdraw(record=record, by=cast.felix, why="Again.")


def test_a_withdrawn_draft_frees_the_place_of_the_next(cast):
    first = stories.accepted(cast)
    draft = records.begin_replacement(record=first, by=cast.felix)
    records.withdraw(record=draft, by=cast.felix, why="Not now.")

    again = records.begin_replacement(record=first, by=cast.felix)

    assert again.pk != draft.pk
    assert again.supersedes == first
    assert not LogEntry.objects.filter(type="record.withdrawn").exists()


def test_numbers_have_no_gaps_and_each_team_has_its_own(cast):
    for _time in range(3):
        stories.accepted(cast)
    assert list(Record.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_an_acceptance_that_fails_takes_no_number(cast, monkeypatch):
    record = stories.in_sign_off(cast)
    stories.everybody_signs(record)

    def fails(*arguments, **more):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("decisions.ledger.append.append", fails)
        with pytest.raises(RuntimeError):
            records.accept(record=record, by=cast.felix, content_hash=record.content_hash)

    record.refresh_from_db()
    cast.team.refresh_from_db()
    assert (record.state, cast.team.last_record_number) == ("in_sign_off", 0)
    assert records.accept(record=record, by=cast.felix, content_hash=record.content_hash).label == "DR-0001"
