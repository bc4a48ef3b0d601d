"""The API: append from a pipeline, ask what was live, and be told in one form what is wrong."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from decisions.base import api_tokens
from decisions.ledger import append as ledger
from decisions.models import Complaint, Configuration, IdempotentAnswer, LogHead, Pilot, Record
from tests.decisions.api.calls import ENTRY, Pipeline, problem
from tests.decisions.trail.configurations import at, put_live
from tests.people import cast, decision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_calls_counted_yet():
    cache.clear()


@pytest.fixture
def world():
    world = cast()
    world.decision = decision(world.team)
    world.pipeline = Pipeline(world.team, world.olga)
    return world


def test_a_pipeline_appends_an_entry_that_the_page_shows_and_the_log_accepts(client, world):
    answer = world.pipeline.post("/decisions/1/entries", ENTRY)
    assert answer.status_code == 201, answer.content
    entry = answer.json()
    assert entry["kind"] == "live"
    assert entry["actor"] == "deploy pipeline"
    assert entry["fields"]["fine_tune_checkpoint_id"] is None, "not used"
    assert "seed" not in entry["fields"], "not recorded"
    assert entry["fields"]["temperature"] == "0.2"
    assert world.pipeline.get(f"/decisions/1/entries/{entry['id']}").json() == entry
    client.force_login(world.mina)
    page = client.get("/t/helio-desk/d/1/trail/").content.decode()
    assert "llama-3.1-70b-instruct" in page
    assert "Release 41" in page
    assert ledger.verify(LogHead.objects.get()).exit_code == 0


def test_the_configuration_at_a_time(world):
    world.pipeline.post("/decisions/1/entries", ENTRY)
    path = "/decisions/1/configuration?environment=production&at="
    found = world.pipeline.get(path + "2026-11-18T15:04:00Z").json()
    assert found["is_live"]
    assert found["replay"] == "partly"
    assert "score_floor" in found["missing"]
    assert found["entry"]["fields"]["corpus_version"] == "runbooks@2026-11-01"
    before = world.pipeline.get(path + "2026-11-01T00:00:00%2B01:00").json()
    assert (before["is_live"], before["entry"], before["replay"]) == (False, None, "not")
    for wrong in ("yesterday", "2026-02-30T00:00:00Z", "2026-11-18T15:04:00", "1999-01-01T00:00:00Z", "%00"):
        problem(world.pipeline.get(path + wrong), 422)


def test_a_hybrid_without_its_halves_is_refused_in_clear_words(world):
    fields = {"base_model_id": "m", "retrieval_settings": None}
    body = problem(world.pipeline.post("/decisions/1/entries", {**ENTRY, "approach": "hybrid", "fields": fields}), 422)
    said = {error["field"]: error["message"] for error in body["errors"]}
    assert said["body.fields.fine_tune_checkpoint_id"] == "A hybrid configuration needs its checkpoint ID."
    assert said["body.fields.retrieval_settings"] == "A hybrid configuration needs its retrieval settings."
    assert not Configuration.objects.exists()


def test_roll_back_and_end_by_api(world):
    first = world.pipeline.post("/decisions/1/entries", ENTRY).json()
    world.pipeline.post("/decisions/1/entries", {**ENTRY, "live_from": "2026-11-03T09:00:00Z"})
    back = {"kind": "rolled_back", "environment": "production", "reason": "Slower", "restores": first["id"]}
    answer = world.pipeline.post("/decisions/1/entries", {**back, "live_from": "2026-11-04T09:00:00Z"})
    assert answer.json()["fields"] == first["fields"]
    end = {"kind": "ended", "environment": "production", "reason": "Retired", "live_from": "2026-11-05T09:00:00Z"}
    assert world.pipeline.post("/decisions/1/entries", end).status_code == 201
    problem(world.pipeline.post("/decisions/1/entries", {**end, "live_from": "2026-11-06T09:00:00Z"}), 409)
    unknown = "8c1c9c9e-0000-4000-8000-000000000000"
    problem(world.pipeline.post("/decisions/1/entries", {**back, "restores": unknown}), 409)


def test_a_repeated_key_is_done_once_and_answered_the_same(world):
    key = {"Idempotency-Key": "build-4711"}
    first = world.pipeline.post("/decisions/1/entries", ENTRY, key)
    again = world.pipeline.post("/decisions/1/entries", ENTRY, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert Configuration.objects.count() == 1
    problem(world.pipeline.post("/decisions/1/entries", {**ENTRY, "reason": "Another"}, key), 409)
    for wrong in ("", " ", "x" * 201, "é"):
        problem(world.pipeline.post("/decisions/1/entries", ENTRY, {"Idempotency-Key": wrong}), 422)
    other = Pipeline(world.team, world.olga)
    assert "Idempotent-Replayed" not in other.post("/decisions/1/entries", ENTRY, key)


def test_what_was_refused_may_be_sent_again_under_its_key(world):
    key = {"Idempotency-Key": "build-4712"}
    end = {"kind": "ended", "environment": "production", "reason": "Retired"}
    problem(world.pipeline.post("/decisions/1/entries", end, key), 409)
    assert not IdempotentAnswer.objects.exists()
    assert world.pipeline.post("/decisions/1/entries", ENTRY, key).status_code == 201


def test_tokens_are_needed_live_and_scoped(world):
    reader = Pipeline(world.team, world.olga, scopes=["log:read"])
    writer = Pipeline(world.team, world.olga, scopes=["log:append"])
    problem(reader.post("/decisions/1/entries", ENTRY), 403)
    problem(writer.get("/decisions/1/entries"), 403)
    bare = Client()
    for value in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer gw_wrong",
        f"Basic {reader.secret}",
        "Bearer " + "x" * 5000,
        "Bearer é",
    ):
        answer = bare.get("/api/v1/team", headers={"Authorization": value})
        problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    api_tokens.revoke_token(team=world.team, token_id=reader.token.pk, by=world.olga)
    problem(reader.get("/team"), 401)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        problem(writer.post("/decisions/1/entries", ENTRY), 401)


def test_a_token_is_stored_hashed_and_its_use_is_noted(world):
    assert world.pipeline.secret not in repr(vars(world.pipeline.token))
    world.pipeline.get("/team")
    world.pipeline.token.refresh_from_db()
    assert world.pipeline.token.last_used_at is not None


def test_a_token_reaches_its_own_team_only(world):
    stranger = Pipeline(world.other_team, world.xaver)
    row = put_live(world.decision)
    record = Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={})
    for path in (
        "/decisions/1", "/decisions/1/entries", f"/decisions/1/entries/{row.public_id}", "/decisions/1/configuration",
        "/decisions/1/pilots", f"/records/{record.pk}", f"/records?cursor={record.pk}",
    ):  # fmt: skip
        problem(stranger.get(path), 404)
    problem(stranger.post("/decisions/1/entries", ENTRY), 404)
    assert stranger.get("/decisions").json()["items"] == []
    assert stranger.get("/records").json()["items"] == []
    assert stranger.get("/team").json()["slug"] == "elsewhere"


def test_too_many_calls_are_told_when_to_come_back(world, settings):
    settings.API_RATE_PER_MINUTE = 3
    with time_machine.travel(timezone.now().replace(second=20), tick=False):
        for _call in range(3):
            assert world.pipeline.get("/team").status_code == 200
        answer = world.pipeline.get("/team")
        problem(answer, 429)
        assert answer["Retry-After"] == "40"
        assert Pipeline(world.team, world.olga).get("/team").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert world.pipeline.get("/team").status_code == 200


BODIES = {
    "empty": (b" ", 400), "cut off": (b"{", 400), "no utf-8": (b"\xff\xfe", 400), "deep": (b"[" * 100_000, 400),
    "NaN": (b'{"a":NaN}', 400), "huge number": (b"9" * 5000, 400), "null": (b"null", 422), "list": (b"[]", 422),
    "string": (b'"live"', 422), "number": (b"1", 422), "nothing in it": (b"{}", 422), "5 MiB": (b"x" * (5 * 2**20), 413),
    "400 kB": (b"[" + b"1," * 200_000 + b"1]", 413),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_bodies_that_are_none(world, body, status):
    problem(world.pipeline.post("/decisions/1/entries", body), status)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_bodies_that_are_not_json(world, kind):
    problem(world.pipeline.post("/decisions/1/entries", json.dumps(ENTRY), content_type=kind), 415)


@pytest.mark.parametrize(
    "change",
    [
        {"environment": "Production!"}, {"environment": ""}, {"environment": None}, {"environment": "x\u0000"},
        {"reason": ""}, {"reason": "\ud800"}, {"reason": "x" * 501}, {"reason": 7}, {"approver": ""},
        {"live_from": "soon"}, {"live_from": 0}, {"live_from": "2026-02-30T00:00:00Z"}, {"approach": "undecided"},
        {"approach": None}, {"kind": "other"}, {"kind": None}, {"kind": {"a": 1}}, {"unknown": 1}, {"fields": None},
        {"fields": {}}, {"fields": {"base_model_id": None}}, {"fields": {"base_model_id": "m", "top_k": -1}},
        {"fields": {"base_model_id": "m", "top_k": 1.5}}, {"fields": {"base_model_id": "m", "temperature": "hot"}},
        {"fields": {"base_model_id": "m", "temperature": 1e300}}, {"fields": {"base_model_id": "m", "nope": "x"}},
        {"fields": {"base_model_id": "\ud83d"}}, {"fields": {"base_model_id": "a\u0000"}}, {"own": {"A B": "x"}},
        {"fields": {"base_model_id": "mail mara@example.org"}}, {"own": []}, {"restores": "x"},
    ],
)  # fmt: skip
def test_entries_that_are_wrong_are_told_where(world, change):
    body = problem(world.pipeline.post("/decisions/1/entries", {**ENTRY, **change}), 422)
    assert body["errors"]
    assert all(error["field"] and error["message"] for error in body["errors"])
    assert not Configuration.objects.exists()


def test_a_whole_number_may_be_written_with_a_point(world):
    fields = {**ENTRY["fields"], "top_k": 8.0}
    answer = world.pipeline.post("/decisions/1/entries", {**ENTRY, "fields": fields})
    assert answer.json()["fields"]["top_k"] == "8"


def test_a_field_of_ones_own_must_be_defined_first(world):
    problem(world.pipeline.post("/decisions/1/entries", {**ENTRY, "own": {"router": "v2"}}), 409)
    from decisions.trail import acts

    acts.define_field(team=world.team, label="Router", by=world.felix)
    answer = world.pipeline.post("/decisions/1/entries", {**ENTRY, "own": {"router": "v2"}})
    assert answer.json()["fields"]["own_router"] == "v2"


def test_every_error_is_a_problem(world):
    problem(world.pipeline.get("/"), 404)
    problem(world.pipeline.get("/nothing/here"), 404)
    problem(world.pipeline.get("/decisions/99"), 404)
    problem(world.pipeline.get("/decisions/x"), 422)
    problem(world.pipeline.get("/decisions/" + "9" * 400), 422)
    problem(world.pipeline.get("/records/x"), 422)
    problem(world.pipeline.get("/decisions?limit=0"), 422)
    problem(world.pipeline.get("/decisions?status=nope"), 422)
    problem(world.pipeline.get("/decisions?q=%00"), 422)
    problem(world.pipeline.get("/decisions/1/entries?cursor=-1"), 422)
    head = world.pipeline.client.head("/api/v1/team", headers=world.pipeline.headers())
    assert head.status_code == 200, "wherever one may GET"
    for method in ("put", "patch", "delete"):
        answer = getattr(world.pipeline.client, method)("/api/v1/decisions/1/entries", headers=world.pipeline.headers())
        problem(answer, 405)
        assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "path", ["/team", "/decisions", "/decisions/1/configuration", "/decisions/1/entries", "/records"]
)
@pytest.mark.parametrize("name", ["enviroment", "", "false", "asked"])
def test_a_parameter_that_there_is_not_is_named_not_ignored(world, path, name):
    answer = world.pipeline.get(f"{path}?{name}=pilot")
    problem(answer, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [f"query.{name}"]


def test_an_entry_with_a_parameter_that_there_is_not_is_not_written(world):
    problem(world.pipeline.post("/decisions/1/entries?dry_run=1", ENTRY), 422)
    assert world.pipeline.get("/decisions/1/entries").json()["items"] == []


def test_what_is_refused_before_the_api_hears_of_it_is_a_problem_too(world):
    body = json.dumps(ENTRY)
    problem(world.pipeline.post("/decisions/1/entries", body, content_type="application/json; charset=utf-16"), 415)
    problem(world.pipeline.get("/team", {"Host": "elsewhere.example.org"}), 400)


def test_an_old_key_may_be_used_anew(world):
    key = {"Idempotency-Key": "nightly"}
    world.pipeline.post("/decisions/1/entries", ENTRY, key)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        answer = world.pipeline.post("/decisions/1/entries", {**ENTRY, "reason": "Another"}, key)
        assert answer.status_code == 201
        assert "Idempotent-Replayed" not in answer
    assert Configuration.objects.count() == 2


def test_pages_follow_their_cursor_and_show_everything_once(world):
    for number in range(2, 12):
        decision(world.team, title=f"Decision {number}")
    for minute in range(11):
        put_live(world.decision, live_from=at(2, minute=minute))
    for path, key in (("/decisions", "number"), ("/decisions/1/entries", "sequence")):
        seen, cursor = [], ""
        while True:
            page = world.pipeline.get(f"{path}?limit=4{cursor}").json()
            seen += [item[key] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == sorted(set(seen), reverse=True)
        assert len(seen) == 11


def test_records_and_pilots_are_read(world):
    for number in (1, 2, 3):
        Record.objects.create(
            team=world.team, decision=world.decision, number=number, state="superseded" if number < 3 else "accepted",
            approach="rag", content={"title": f"Record {number}"}, accepted_at=timezone.now(),
            document='{"format":"groundwork/record/v1"}',
        )  # fmt: skip
    draft = Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={}, document="{}")
    first = world.pipeline.get("/records?limit=3").json()
    rest = world.pipeline.get(f"/records?limit=3&cursor={first['next']}").json()
    assert [item["number"] for item in first["items"] + rest["items"]] == [None, "DR-0003", "DR-0002", "DR-0001"]
    assert [item["number"] for item in world.pipeline.get("/records?state=accepted").json()["items"]] == ["DR-0003"]
    whole = world.pipeline.get(f"/records/{first['items'][1]['id']}").json()
    assert whole["document"] == {"format": "groundwork/record/v1"}
    assert world.pipeline.get(f"/records/{draft.pk}").json()["document"] is None
    Pilot.objects.create(
        team=world.team, decision=world.decision, name="November", evaluation_set="eval-7", ended_on=timezone.localdate(),
        verdict="pass",
    )  # fmt: skip
    assert world.pipeline.get("/decisions/1/pilots").json()["items"][0]["name"] == "November"


def test_a_complaint_is_attached_by_reference(world):
    world.pipeline.post("/decisions/1/entries", ENTRY)
    body = {"environment": "production", "moment": "2026-11-18T15:04:00Z", "reference": "SUP-2481"}
    with time_machine.travel(at(20)):
        answer = world.pipeline.post(
            "/decisions/1/complaints",
            {**body, "runtime": {"trace_id": "7f3a9c", "tokens": "812,96", "latency_ms": "940"}},
        )
        assert answer.status_code == 201, answer.content
        assert answer.json()["entry"] == str(Configuration.objects.get().public_id)
        problem(world.pipeline.post("/decisions/1/complaints", {**body, "reference": "he was rude"}), 422)
        problem(world.pipeline.post("/decisions/1/complaints", {**body, "moment": "2026-11-21T00:00:00Z"}), 409)
    assert Complaint.objects.count() == 1


def test_lists_take_as_many_queries_for_many_as_for_few(world):
    counts = {}
    for many in (1, 12):
        while Configuration.objects.count() < many:
            put_live(world.decision, live_from=at(2, minute=Configuration.objects.count()))
            decision(world.team)
            Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={})
        for path in ("/decisions", "/decisions/1/entries", "/records", "/decisions/1/configuration"):
            world.pipeline.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert world.pipeline.get(path).status_code == 200
            counts.setdefault(path, set()).add(len(queries))
    assert all(len(numbers) == 1 for numbers in counts.values()), counts


def test_the_openapi_document_names_every_problem(client):
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["operationId"], path
            problems = {status for status in operation["responses"] if status >= "4"}
            assert {"401", "403", "404", "422", "429"} <= problems
            if method == "post":
                assert {"409", "413", "415"} <= problems
                assert operation["parameters"][-1]["name"] == "Idempotency-Key"
