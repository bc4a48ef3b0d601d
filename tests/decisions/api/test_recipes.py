"""The recipes in the docs do what they say: what they send is taken, and their files can be read by those they are for."""

import json
import re
import time
from pathlib import Path

import pytest
import yaml
from django.core.cache import cache

from decisions.integrations.webhooks import signature
from decisions.ledger import append as ledger
from decisions.models import Configuration, LogHead
from tests.decisions.api.calls import Pipeline
from tests.people import cast, decision

DOCS = Path(__file__).resolve().parents[3] / "docs"


def blocks(name, language):
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def pipeline(db):
    cache.clear()
    world = cast()
    decision(world.team)
    return Pipeline(world.team, world.olga, scopes=["log:append"])


def test_what_the_docs_send_is_taken(pipeline):
    sent = json.loads(blocks("api.md", "json")[0])
    curl = blocks("recipes/curl.md", "sh")[0].partition("<<JSON\n")[2].partition("\nJSON")[0]
    model = json.loads(blocks("recipes/github-actions.md", "json")[0])
    built = {"environment": "production", "approach": model["approach"], "reason": "Deployment 7"}
    built["fields"] = {**model["fields"], "git_commit": "8f3a2b1c", "git_dirty": False}
    page = (DOCS.parent / "templates/decisions/integrations/fragments/curl.html").read_text(encoding="utf-8")
    shown = json.loads(page.partition("--data '")[2].partition("'<")[0])
    for body in (sent, shown, json.loads(re.sub(r"\$\([^)]*\)", "8f3a2b1c", curl)), built):
        answer = pipeline.post("/decisions/1/entries", body)
        assert answer.status_code == 201, answer.content
    assert Configuration.objects.count() == 4
    assert ledger.verify(LogHead.objects.get()).exit_code == 0


def test_both_ways_of_checking_a_webhook_believe_what_is_signed_and_nothing_else():
    message, moment, body = "2f1c", int(time.time()), '{"event": "entry.added", "text": "Grüße"}'.encode()
    secret = "whsec_" + "Z3JvdW5k" * 5
    signed = signature(secret, message, moment, body)
    headers = {"Webhook-Id": message, "Webhook-Timestamp": str(moment), "Webhook-Signature": signed}
    ready, by_hand = blocks("api.md", "python")
    known = {"secret": secret, "headers": headers, "body": body}
    exec(ready, known)
    assert known["said"]["event"] == "entry.added"
    exec(by_hand, known)
    assert known["is_genuine"](secret, headers, body)
    assert not known["is_genuine"](secret, headers, body + b" ")
    assert not known["is_genuine"](secret, {**headers, "Webhook-Id": "another"}, body)
    old = {**headers, "Webhook-Timestamp": str(moment - 600)}
    old["Webhook-Signature"] = signature(secret, message, moment - 600, body)
    assert not known["is_genuine"](secret, old, body)


def test_the_pipelines_are_read_and_name_each_run_by_a_key_of_its_own():
    actions = yaml.safe_load(blocks("recipes/github-actions.md", "yaml")[0])
    note = actions["jobs"]["deploy"]["steps"][-1]["run"]
    assert "$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT" in note, "an older job that is run again puts its release live again"
    gitlab = yaml.safe_load(blocks("recipes/gitlab-ci.md", "yaml")[0])
    assert "$CI_JOB_ID" in gitlab["note-configuration"]["script"][0]
    for script in (note, gitlab["note-configuration"]["script"][0]):
        assert "/api/v1/decisions/1/entries" in script
        assert "--fail-with-body" in script
