"""The trail's pages: written by form, asked by date, compared, printed and carried away."""

import csv
import io
import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions.base import api_tokens
from decisions.ledger import append as ledger
from decisions.models import Complaint, Configuration, Pilot, Record, Revisit
from decisions.trail import acts, timeline
from decisions.trail.entry import read
from tests.decisions.trail.configurations import HYBRID, RAG, at, put_live
from tests.people import decision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("december")]
FORM = {
    "kind": "live",
    "approach": "rag",
    "environment": "Production",
    "live_from": "2026-11-02T09:00",
    "reason": "First release",
    **RAG,
    "not_used": ["fine_tune_checkpoint_id"],
}


@pytest.fixture
def world(world, client):
    client.force_login(world.felix)
    return world


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_an_entry_is_written_by_plain_form_and_answers_what_was_live(client, world):
    assert "No entries yet" in page(client, "/t/helio-desk/d/1/trail/")
    assert client.post("/t/helio-desk/d/1/trail/new/", FORM).status_code == 302
    row = Configuration.objects.get()
    assert (row.environment, row.live_from) == ("production", at(2))
    assert read(row.entry).actor == "Felix"
    shown = page(client, "/t/helio-desk/d/1/trail/at/?at=2026-11-18T15:04&environment=production")
    line = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", shown))
    assert (
        "On 18 November 2026, 15:04:00 UTC, production ran RAG · llama-3.1-70b-instruct · top-k 8, floor 0.35" in line
    )
    assert "partly reproduce an answer" in line
    assert "not used" in line
    assert "not recorded" in shown or "fields are missing" in line
    assert "No configuration is recorded" in page(
        client, "/t/helio-desk/d/1/trail/at/?at=2026-11-01T15:04&environment=production"
    )


def test_a_hybrid_form_without_its_halves_says_so_beside_the_fields(client, world):
    answer = client.post("/t/helio-desk/d/1/trail/new/", {**FORM, "approach": "hybrid", "retrieval_settings": ""})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "A hybrid configuration needs its retrieval settings." in shown
    assert "A hybrid configuration needs its checkpoint ID." in shown
    assert 'value="runbooks@2026-11-01"' in shown, "what was typed is kept"
    assert re.search(r'value="fine_tune_checkpoint_id"\s+checked', shown), "and so are the marks"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "ended"), ("kind", ""), ("approach", "no"), ("environment", ""), ("environment", "\x00"),
        ("live_from", ""), ("live_from", "yesterday"), ("live_from", "0001-01-01T00:00"), ("live_from", "9999-12-31T23:59"),
        ("reason", ""), ("reason", "x" * 2**20), ("top_k", "many"), ("promotes", "x"), ("not_used", "no_such"),
        ("base_model_id", "\x07"), ("promotes", "8c1c9c9e-0000-4000-8000-000000000000"),
    ],
)  # fmt: skip
def test_hostile_forms_are_told_and_nothing_is_written(client, world, field, value):
    answer = client.post("/t/helio-desk/d/1/trail/new/", {**FORM, field: value})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Configuration.objects.exists()


def test_roll_back_end_and_proposal_have_pages(client, world):
    first = put_live(world.decision)
    put_live(world.decision, live_from=at(4), fields={**RAG, "base_model_id": "llama-4"})
    place = {"environment": "production", "live_from": "2026-11-05T09:00", "reason": "Slower", "approver": "Mara"}
    base = "/t/helio-desk/d/1/trail/"
    assert "Roll back to entry 1" in page(client, f"{base}{first.public_id}/restore/")
    assert client.post(f"{base}{first.public_id}/restore/", place).status_code == 302
    assert "Live now" in page(client, base)
    assert client.post(f"{base}{first.public_id}/restore/", {**place, "environment": "eu"}).status_code == 422
    assert "production" in page(client, f"{base}end/?environment=production")
    assert client.post(f"{base}end/", {**place, "live_from": "2026-11-06T09:00"}).status_code == 302
    assert "Nothing live is recorded" in page(client, base)
    assert client.post(f"{base}end/", {**place, "live_from": "2026-11-07T09:00"}).status_code == 422
    assert "The last configuration ended on" in page(client, f"{base}at/?at=2026-11-08T00:00&environment=production")
    assert client.post(f"{base}{Configuration.objects.first().public_id}/restore/", place).status_code == 409
    proposed = put_live(world.decision, kind="proposed")
    assert "Go live" in page(client, f"{base}{proposed.public_id}/")
    assert str(proposed.public_id) in page(client, f"{base}new/?from={proposed.public_id}")


def test_two_entries_lie_side_by_side(client, world):
    first = put_live(world.decision)
    second = put_live(world.decision, live_from=at(4), fields={**RAG, "base_model_id": "llama-4", "top_k": 12})
    shown = page(client, f"/t/helio-desk/d/1/trail/compare/?before={first.public_id}&after={second.public_id}")
    assert shown.count('<tr class="is-changed">') == 2
    assert "llama-4" in shown
    assert "Enter entry numbers" in page(client, "/t/helio-desk/d/1/trail/compare/")
    for asked in (
        "?before=x&after=y",
        "?before=1&after=99",
        "?before=1&after=" + "9" * 30,
        f"?before={first.public_id}",
    ):
        assert client.get(f"/t/helio-desk/d/1/trail/compare/{asked}").status_code == 422
    unknown = "8c1c9c9e-0000-4000-8000-000000000000"
    assert client.get(f"/t/helio-desk/d/1/trail/compare/?before={unknown}&after={unknown}").status_code == 404


def test_a_change_of_approach_alone_is_seen_beside_the_fields(client, world):
    first = put_live(world.decision, approach="fine_tuning", fields=HYBRID, not_used=(), approver="Mara")
    put_live(world.decision, live_from=at(4), approach="hybrid", fields=HYBRID, not_used=())
    shown = page(client, "/t/helio-desk/d/1/trail/compare/?before=1&after=2")
    line = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))
    assert "Approach Fine-tuning Hybrid" in line
    assert "Approved by Mara –" in line
    assert "No recorded fields differ" in line
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(client, f"/t/helio-desk/d/1/trail/{first.public_id}/")))
    assert "Approach Fine-tuning Until 4 Nov 2026, 09:00 UTC" in shown


def test_an_entry_that_another_replaced_at_its_own_moment_says_so(client, world):
    first = put_live(world.decision)
    put_live(world.decision)
    assert "replaces this entry" in page(client, f"/t/helio-desk/d/1/trail/{first.public_id}/")


def test_what_a_team_writes_about_its_own_fields_is_text(client, world):
    acts.define_field(team=world.team, label="Router", help="<form action=/x><b>Sign in again", by=world.felix)
    shown = page(client, "/t/helio-desk/d/1/trail/new/")
    assert "<form action=/x>" not in shown
    assert "&lt;form action=/x&gt;&lt;b&gt;Sign in again" in shown


def test_a_sentence_is_no_id_of_a_run_whatever_its_blanks(client, world):
    put_live(world.decision)
    form = {"at": "2026-11-18T15:04:00", "environment": "production", "reference": "SUP-1"}
    sentence = "Mrs Smith of Basel was rude"
    for name in ("trace_id", "conversation_id", "retrieved_chunks"):
        assert client.post("/t/helio-desk/d/1/trail/complaint/", {**form, name: sentence}).status_code == 422
    assert not Complaint.objects.exists()
    more = {"trace_id": " 7f3a9 ", "retrieved_chunks": "c1:0.83, c2:0.71"}
    assert client.post("/t/helio-desk/d/1/trail/complaint/", {**form, **more}).status_code == 302
    shown = page(client, f"/t/helio-desk/d/1/trail/{Configuration.objects.get().public_id}/")
    assert "c1:0.83,c2:0.71" in shown, "what was attached is shown"


def test_a_member_attaches_a_complaint_and_everybody_finds_it(client, world):
    row = put_live(world.decision)
    client.force_login(world.mina)
    base = "/t/helio-desk/d/1/trail/"
    place = {"at": "2026-11-18T15:04:00", "environment": "production"}
    assert client.post(f"{base}complaint/", {**place, "reference": "SUP-2481", "trace_id": "7f3a9"}).status_code == 302
    assert Complaint.objects.get().configuration == row
    assert "SUP-2481" in page(client, f"{base}{row.public_id}/")
    assert "SUP-2481" in page(client, "/t/helio-desk/d/1/history/")
    for more in ({"reference": "he was rude"}, {"reference": ""}, {"reference": "A-1", "trace_id": "a b!"}, {"at": ""},
                 {"reference": "A-1", "at": "2027-01-01T00:00"}, {"reference": "A-1", "environment": "\x00"}):  # fmt: skip
        answer = client.post(f"{base}complaint/", {**place, **more})
        assert answer.status_code == 422, more
        assert "errorlist" in answer.content.decode()
    assert Complaint.objects.count() == 1


def test_csv_holds_no_formula_and_tells_not_used_from_not_recorded(client, world):
    put_live(world.decision, reason="=HYPERLINK(1)", fields={**RAG, "corpus_version": "＝cmd", "seed": "-1"})
    put_live(decision(world.team), reason="Other decision")
    answer = client.get("/t/helio-desk/trail.csv?decision=1")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == 1
    assert rows[0]["fine_tune_checkpoint_id"] == "not used"
    assert rows[0]["top_k"] == ""
    for row in csv.reader(io.StringIO(text)):
        assert not any(re.match(r"[=+\-@\t\r\n＝＋－＠]", cell) for cell in row)
    everything = b"".join(client.get("/t/helio-desk/trail.csv").streaming_content).decode()
    assert "Other decision" in everything
    for asked in ("x", "99", "9" * 30, "-1", "١"):
        assert client.get(f"/t/helio-desk/trail.csv?decision={asked}").status_code == 404


def test_json_lines_can_be_verified_by_anybody(client, world):
    from decisions.ledger.canonical import entry_hash, text_hash

    put_live(world.decision)
    lines = b"".join(client.get("/t/helio-desk/trail.jsonl").streaming_content).decode().splitlines()
    entry = json.loads(lines[0])
    assert text_hash(entry["payload"]) == entry["payload_hash"]
    assert json.loads(entry["payload"])["fields"] == RAG
    entry["seq"] = entry["sequence"]
    covered = ("v", "log", "seq", "prev", "type", "at", "actor", "payload_hash")
    assert entry_hash({key: entry[key] for key in covered}) == entry["entry_hash"]


def test_the_feed_has_a_secret_address_that_can_be_revoked(client, world):
    put_live(world.decision, reason="A & B <script>")
    feed, secret = api_tokens.make_feed(team=world.team, name="releases", by=world.olga)
    client.logout()
    answer = client.get(f"/feeds/{secret}/atom.xml")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    titles = [node.text for node in root.iter("{http://www.w3.org/2005/Atom}title")]
    assert "Live: Support copilot" in titles
    # a summary of type html holds markup: what was typed is escaped once more inside it
    summary = root.find(".//{http://www.w3.org/2005/Atom}summary")
    assert summary.get("type") == "html"
    assert "A &amp; B &lt;script&gt;" in summary.text
    links = [node.get("href") for node in root.iter("{http://www.w3.org/2005/Atom}link")]
    assert any(link.endswith(f"/trail/{Configuration.objects.get().public_id}/") for link in links)
    weak = f'"other", W/{answer["ETag"]}'
    assert client.get(f"/feeds/{secret}/atom.xml", headers={"If-None-Match": weak}).status_code == 304
    assert client.get(f"/feeds/{secret}/atom.xml", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/feeds/no-such/atom.xml").status_code == 404
    assert secret not in feed.token_hash
    api_tokens.revoke_feed(team=world.team, feed_id=feed.pk, by=world.olga)
    assert client.get(f"/feeds/{secret}/atom.xml").status_code == 404


def test_the_history_tells_everything_in_order(client, world):
    record = Record.objects.create(
        team=world.team, decision=world.decision, number=1, state="accepted", approach="rag",
        content={"title": "Retrieve first"}, accepted_at=at(1), content_hash="a" * 64,
    )  # fmt: skip
    put_live(world.decision)
    ledger.append(team=world.team, type="note", payload={}, actor="x", decision=world.decision)
    shown = page(client, "/t/helio-desk/d/1/history/")
    assert shown.index("production: live") < shown.index(f"Record {record.label} accepted")
    assert "Decision created" in shown
    assert page(client, "/t/helio-desk/d/1/history/?from=2026-11-02T00:00:00%2B00:00").count("production: live") == 0
    for wrong in ("from=x", "from=2026-11-02T00:00:00Z&shown=x", "from=2026-11-02T00:00:00Z&shown=99999"):
        assert client.get(f"/t/helio-desk/d/1/history/?{wrong}").status_code == 404


def test_the_pages_of_a_history_lose_nothing_between_them(world):
    """Nine entries of one moment, in pages of four."""
    for _number in range(9):
        put_live(world.decision)
    put_live(world.decision, live_from=at(1))
    seen, pages, place = [], 0, None
    while pages == 0 or place is not None:
        found, place = timeline.events(world.decision, start=place, size=4)
        seen += [event.url for event in found if event.kind == "entry"]
        pages += 1
    assert len(seen) == len(set(seen)) == 10
    whole, nothing = timeline.events(world.decision, size=timeline.MOST)
    assert (len(whole), nothing) == (11, None)
    assert seen[-1].endswith(f"{Configuration.objects.order_by('-sequence').first().public_id}/")
    assert pages == 3


def test_the_history_says_what_is_due(client, world):
    record = Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={})
    due = Revisit.objects.create(
        decision=world.decision, record=record, due_on=date(2027, 2, 18), triggers=["a merger"]
    )
    shown = page(client, "/t/helio-desk/d/1/history/")
    assert (
        shown.index("18 Feb 2027<")
        < shown.index("Revisit due")
        < shown.index("a merger")
        < shown.index("Decision created")
    )
    due.held_at = at(3)
    due.save()
    assert "Revisit due" not in page(client, "/t/helio-desk/d/1/history/?all=1")


def test_pages_take_as_many_queries_for_many_entries_as_for_few(client, world):
    counts = {}
    for many in (1, 30):
        while Configuration.objects.count() < many:
            put_live(world.decision, live_from=at(2, minute=Configuration.objects.count()))
        first = Configuration.objects.last().public_id
        for path in (
            "",
            "trail/",
            f"trail/{first}/",
            "trail/at/?at=2026-11-18T15:04&environment=production",
            "history/",
        ):
            with CaptureQueriesContext(connection) as queries:
                page(client, f"/t/helio-desk/d/1/{path}")
            counts.setdefault(path.split("/")[-1] or path, set()).add(len(queries))
    assert all(len(numbers) == 1 for numbers in counts.values()), counts


def test_own_fields_have_a_page(client, world):
    assert client.post("/t/helio-desk/trail/fields/", {"label": "Router", "for_replay": "on"}).status_code == 302
    assert "own_router" in page(client, "/t/helio-desk/trail/fields/")
    assert "Router" in page(client, "/t/helio-desk/d/1/trail/new/")
    for label in ("", "x" * 61, "\x00", "Router"):
        assert client.post("/t/helio-desk/trail/fields/", {"label": label}).status_code == 422
    client.force_login(world.mina)
    assert client.post("/t/helio-desk/trail/fields/", {"label": "Another"}).status_code == 403
    acts.retire_field(team=world.team, field_id=world.team.trail_fields.get().pk, by=world.felix)
    assert "retired" in page(client, "/t/helio-desk/trail/fields/")


def test_entries_of_another_team_or_decision_do_not_exist(client, world):
    row = put_live(decision(world.team))
    assert client.get(f"/t/helio-desk/d/1/trail/{row.public_id}/").status_code == 404
    client.force_login(world.xaver)
    for path in ("trail/", "trail/new/", "trail/end/", f"trail/{row.public_id}/", "history/", "pilots/new/", "next/"):
        assert client.get(f"/t/helio-desk/d/2/{path}").status_code == 404
    assert client.get("/t/helio-desk/trail.csv").status_code == 404


METRICS = [
    {"key": "grounded_correctness", "name": "Grounded correctness", "gate": ">= 90 %", "sample": "200 prompts"},
    {"key": "hallucination_rate", "name": "Hallucination rate", "gate": "<= 5 %"},
    {"key": "role_leak", "name": "Role leak", "gate": "0 of 299"},
    {"key": "latency_p95", "name": "Latency p95", "gate": "under 2 s"},
    {"key": "cost_per_answer", "name": "Cost per answer", "gate": "<= 0.05 EUR"},
    {"key": "right_passage_ignored", "name": "Right passage ignored", "gate": "watched, no gate"},
]
# every gate of the record, measured and met
ALL_MET = {
    "hits-grounded_correctness": "190", "sample-grounded_correctness": "200",
    "hits-hallucination_rate": "2", "sample-hallucination_rate": "200",
    "hits-role_leak": "0", "sample-role_leak": "299",
    "figure-latency_p95": "1700 ms", "bound-latency_p95": "1.9 s", "sample-latency_p95": "200",
    "figure-cost_per_answer": "0.04 EUR",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "verdict", "of_one"),
    [
        ({}, "pass", {}),
        ({"hits-grounded_correctness": "186"}, "not_shown", {"grounded_correctness": "not_shown"}),
        ({"hits-grounded_correctness": "160"}, "fail", {"grounded_correctness": "fail"}),
        # fewer than the record fixed beforehand cannot pass, though 100 of 100 would
        ({"hits-grounded_correctness": "100", "sample-grounded_correctness": "100"}, "not_shown", {"grounded_correctness": "not_shown"}),
        ({"hits-role_leak": "1"}, "fail", {"role_leak": "fail"}),
        ({"sample-role_leak": "59"}, "not_shown", {"role_leak": "not_shown"}),
        ({"figure-latency_p95": "9.9 s"}, "fail", {"latency_p95": "fail"}),
        ({"figure-latency_p95": "2"}, "not_shown", {"latency_p95": "not_comparable"}),
        ({"figure-latency_p95": "quick"}, "not_shown", {"latency_p95": "not_comparable"}),
        ({"sample-latency_p95": "20"}, "not_shown", {"latency_p95": "not_shown"}),
        # a p95 of a sample says nothing yet of how slow the slowest twentieth may be
        ({"bound-latency_p95": ""}, "not_shown", {"latency_p95": "not_shown"}),
        ({"bound-latency_p95": "2.1 s"}, "not_shown", {"latency_p95": "not_shown"}),
        ({"figure-cost_per_answer": "0.04 USD"}, "not_shown", {"cost_per_answer": "not_comparable"}),
        ({"figure-cost_per_answer": ""}, "not_shown", {"cost_per_answer": "not_measured"}),
        (dict.fromkeys(list(ALL_MET)[2:], ""), "not_shown",
         dict.fromkeys(["hallucination_rate", "role_leak", "latency_p95", "cost_per_answer"], "not_measured")),
        ({"hits-right_passage_ignored": "3", "sample-right_passage_ignored": "200"}, "pass", {"right_passage_ignored": "trend"}),
    ],
)  # fmt: skip
def test_a_pilot_passes_only_when_every_gate_of_the_record_was_measured_and_met(client, world, change, verdict, of_one):
    Record.objects.create(
        team=world.team, decision=world.decision, number=1, state="accepted", approach="rag", accepted_at=at(1),
        content={"metrics": METRICS}, content_hash="a" * 64,
    )  # fmt: skip
    assert "≥ 90 %" in page(client, "/t/helio-desk/d/1/pilots/new/")
    given = {"name": "November pilot", "evaluation_set": "eval-7", "ended_on": "2026-11-20", **ALL_MET, **change}
    answer = client.post("/t/helio-desk/d/1/pilots/new/", given)
    assert answer.status_code == 302
    pilot = Pilot.objects.get()
    assert pilot.verdict == verdict
    assert of_one.items() <= {one.key: one.verdict for one in pilot.results.all()}.items()
    # the chain says the same, of every gate
    payload = json.loads(pilot.entry.payload)
    assert payload["verdict"] == verdict
    assert of_one.items() <= {one["key"]: one["verdict"] for one in payload["results"]}.items()
    assert ledger.verify(pilot.entry.log).fault is None
    shown = page(client, answer.url)
    assert "November pilot" in shown
    assert ("Every gate in the record was measured and passed" in shown) is (verdict == "pass")
    assert shown.count("Not measured<") == list(of_one.values()).count("not_measured")
    assert "November pilot" in page(client, "/t/helio-desk/d/1/")


def test_a_pilot_that_was_passed_by_earlier_rules_is_shown_by_todays(client, world):
    record = Record.objects.create(
        team=world.team, decision=world.decision, number=1, state="accepted", approach="rag", accepted_at=at(1),
        content={"metrics": METRICS}, content_hash="a" * 64,
    )  # fmt: skip
    pilot = Pilot.objects.create(
        team=world.team, decision=world.decision, record=record, name="P", evaluation_set="e", ended_on="2026-11-20", verdict="pass"
    )  # fmt: skip
    pilot.results.create(
        position=1, key="grounded_correctness", name="Grounded correctness", gate=">= 90 %", sample=200, hits=190, verdict="pass"
    )  # fmt: skip
    shown = page(client, f"/t/helio-desk/d/1/pilots/{pilot.public_id}/")
    assert "1 of 5 gates passed" in shown
    assert "Recorded as “Pass” under earlier rules" in shown
    assert "Every gate in the record was measured" not in shown


def test_a_gate_that_nobody_can_read_is_never_a_pass(client, world):
    metrics = [METRICS[0], {"key": "", "name": "Tone", "gate": "product sets it"}]
    Record.objects.create(team=world.team, decision=world.decision, approach="rag", content={"metrics": metrics})
    given = {"hits-grounded_correctness": "200", "sample-grounded_correctness": "200", "figure-tone": "fine"}
    answer = client.post(
        "/t/helio-desk/d/1/pilots/new/", {"name": "P", "evaluation_set": "e", "ended_on": "2026-11-20", **given}
    )
    assert answer.status_code == 302
    assert Pilot.objects.get().verdict == "not_shown"
    assert "Not comparable" in page(client, answer.url)


@pytest.mark.parametrize(
    "given",
    [
        {}, {"sample-latency_p95": "80"}, {"bound-latency_p95": "1 s"},
        {"figure-latency_p95": "1 s", "bound-latency_p95": "soon"}, {"hits-grounded_correctness": "3"}, {"hits-grounded_correctness": "3", "sample-grounded_correctness": "2"},
        {"sample-grounded_correctness": "2"}, {"hits-grounded_correctness": "-1", "sample-grounded_correctness": "2"},
        {"hits-grounded_correctness": "9" * 40, "sample-grounded_correctness": "2"}, {"name": ""}, {"ended_on": "x"},
        {"started_on": "2026-12-24"}, {"name": "\x00"}, {"evaluation_set": "x" * 201},
    ],
)  # fmt: skip
def test_pilots_that_cannot_be_are_refused(client, world, given):
    Record.objects.create(
        team=world.team, decision=world.decision, approach="rag", content={"metrics": METRICS}
    )  # fmt: skip
    base = {"name": "Pilot", "evaluation_set": "eval-7", "ended_on": "2026-11-20"}
    assert client.post("/t/helio-desk/d/1/pilots/new/", {**base, **given}).status_code == 422
    assert not Pilot.objects.exists()


def test_what_to_change_next_follows_from_what_was_observed(client, world):
    assert "Show what to change first" in page(client, "/t/helio-desk/d/1/next/")
    for asked, key in (
        ("now=rag", "build_eval_first"),
        ("now=rag&eval_exists=on&right_passage_ignored=on", "fix_prompt_tools_or_model"),
    ):
        answer = client.get(f"/t/helio-desk/d/1/next/?{asked}")
        assert answer.status_code == 200
        assert answer.context["advice"].key == key
    assert client.get("/t/helio-desk/d/1/next/?now=no").status_code == 422
