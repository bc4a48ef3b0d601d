"""Calling the API as a pipeline does."""

import json

from django.test import Client

from decisions.base import api_tokens

ENTRY = {
    "environment": "production",
    "live_from": "2026-11-02T09:00:00Z",
    "approach": "rag",
    "reason": "Release 41",
    "fields": {
        "base_model_id": "llama-3.1-70b-instruct",
        "retrieval_settings": "top-k 8, floor 0.35",
        "fine_tune_checkpoint_id": None,
        "corpus_version": "runbooks@2026-11-01",
        "temperature": 0.2,
        "top_k": 8,
        "git_dirty": False,
    },
}


class Pipeline:
    """A client with a token."""

    def __init__(self, team, by, scopes=("log:read", "log:append"), days=30):
        self.token, self.secret = api_tokens.make_token(
            team=team, name="deploy pipeline", scopes=scopes, days=days, by=by
        )
        self.client = Client(raise_request_exception=False)

    def headers(self, more=None):
        return {"Authorization": f"Bearer {self.secret}", **(more or {})}

    def get(self, path, headers=None):
        return self.client.get(f"/api/v1{path}", headers=self.headers(headers))

    def post(self, path, body, headers=None, content_type="application/json"):
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(f"/api/v1{path}", data, content_type=content_type, headers=self.headers(headers))


def problem(answer, status):
    """The problem of an answer, whose form is checked."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json", answer["Content-Type"]
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body
