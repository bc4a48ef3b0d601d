"""Configurations that stories put live."""

from datetime import UTC, datetime

from decisions.trail import acts
from decisions.trail.entry import Draft
from decisions.trail.fields import FIELDS, USEFUL

RAG = {
    "base_model_id": "llama-3.1-70b-instruct",
    "retrieval_settings": "top-k 8, floor 0.35",
    "corpus_version": "runbooks@2026-11-01",
    "evaluation_set_version": "eval-7",
}
NO_TUNING = ("fine_tune_checkpoint_id",)
HYBRID = {**RAG, "fine_tune_checkpoint_id": "helio-sft-3", "training_set_version": "tickets-2026-09"}


def at(day, hour=9, minute=0):
    """A moment in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def draft(**more):
    """A RAG configuration going live in production."""
    given = {
        "kind": "live",
        "environment": "production",
        "live_from": at(2),
        "approach": "rag",
        "fields": RAG,
        "not_used": NO_TUNING,
        "reason": "First release",
    }
    return Draft(**{**given, **more})


def put_live(decision, **more):
    """An entry in the trail."""
    return acts.add_entry(decision=decision, draft=draft(**more), actor="deploy pipeline")


def everything():
    """A configuration in which nothing is missing."""
    of_kind = {"text": "x-1", "hash": "sha256:0123abcd", "number": "0.5", "count": "8", "flag": "no"}
    values = {
        key: of_kind.get(field.kind, "2026-11-01T00:00:00Z") for key, field in FIELDS.items() if field.need != USEFUL
    }
    return values
