"""What was erased is gone everywhere, and every page that met it still answers."""

import json

import pytest

from decisions.integrations import webhooks
from decisions.ledger import append as ledger
from decisions.log.listing import Filters, page_of
from decisions.models import Complaint, DecisionSummary, Delivery, IdempotentAnswer, LogHead
from decisions.trail import acts, reading
from decisions.trail.entry import Refused, read
from decisions.verify import erase as erasing
from tests.decisions.api.calls import ENTRY, Pipeline
from tests.decisions.trail.configurations import at, put_live

pytestmark = pytest.mark.django_db
SECRET = "hunter2token"


@pytest.fixture
def world(world):
    world.pipeline = Pipeline(world.team, world.olga)
    webhooks.add(team=world.team, url="https://example.org/", shape="plain", events=["entry.added"], by=world.olga)
    body = {**ENTRY, "reason": f"Somebody pasted {SECRET} here"}
    world.entry = world.pipeline.post("/decisions/1/entries", body, {"Idempotency-Key": "build-1"}).json()
    return world


def erase(sequence=1):
    return erasing.erase(log=LogHead.objects.get(), sequence=sequence, why="a leaked secret", actor="Olga")


def test_every_copy_goes_with_the_payload(world):
    assert [line.summary.number for line in page_of(world.team, Filters(q=SECRET)).lines] == [1]
    erase()
    assert page_of(world.team, Filters(q=SECRET)).lines == ()
    held = [
        *DecisionSummary.objects.values_list("words", "log_words"),
        *Delivery.objects.values_list("payload", "last_result"),
    ]
    held += IdempotentAnswer.objects.values_list("body")
    assert SECRET not in repr(held)
    assert webhooks.deliver_due() == 0, "what was on its way stays here"
    assert [line.summary.number for line in page_of(world.team, Filters(q="copilot")).lines] == [1]
    assert ledger.verify(LogHead.objects.get()).exit_code == 2


def test_pages_exports_and_the_api_go_on_without_it(client, world):
    acts.attach_complaint(
        decision=world.decision, environment="production", moment=at(3), reference="SUP-2481", actor="Mina"
    )
    erase(1)
    erase(2)
    assert Complaint.objects.get().reference == ""
    client.force_login(world.felix)
    base, place = "/t/helio-desk/d/1/", world.entry["id"]
    for path in (
        f"{base}", f"{base}trail/", f"{base}trail/{place}/", f"{base}trail/compare/?before=1&after=1", f"{base}history/",
        f"{base}trail/at/?at=2026-11-18T15:04&environment=production", f"{base}trail/new/?from={place}",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert SECRET not in answer.content.decode()
    assert "were erased" in client.get(f"{base}trail/{place}/").content.decode()
    for name in ("trail.csv", "trail.jsonl"):
        assert b"production" in b"".join(client.get(f"/t/helio-desk/{name}").streaming_content) or name == "trail.jsonl"
    found = world.pipeline.get("/decisions/1/configuration?at=2026-11-18T15:04:00Z").json()
    assert (found["is_live"], found["replay"], found["entry"]["fields"]) == (True, "not", {})
    assert world.pipeline.get("/decisions/1/entries").json()["items"][0]["reason"] == ""


def test_what_was_erased_cannot_be_restored_and_still_has_its_place(world):
    erase()
    row = reading.in_force(world.decision, "production", at(3))
    assert read(row.entry).is_erased
    assert json.dumps(str(row.public_id)) == json.dumps(world.entry["id"])
    with pytest.raises(Refused) as refused:
        put_live(world.decision, kind="rolled_back", live_from=at(9), approach="", fields={}, not_used=(),
                 restores=row.public_id)  # fmt: skip
    assert "erased" in refused.value.errors["restores"]
    assert put_live(world.decision, live_from=at(9)).kind == "live"
