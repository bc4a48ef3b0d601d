"""What went live after the support copilot's record was accepted: a pilot, its results, production, a rollback."""

from datetime import datetime, timedelta
from uuid import UUID

from decisions.models import Decision, User
from decisions.pilots import acts as pilots
from decisions.pilots.acts import Measured
from decisions.trail.acts import add_entry, attach_complaint
from decisions.trail.entry import Draft
from workshops.demo.moments import at

BASE = {
    "base_model_id": "llama-3.3-70b-instruct",
    "retrieval_settings": "hybrid search, top-k 8, floor 0.35, reranked to 4",
    "corpus_version": "runbooks-2026-W41, tickets since 2024-07",
    "evaluation_set_version": "support-eval-220 v1",
    "model_snapshot": "llama-3.3-70b-instruct-2026-08-12",
    "provider": "vendor-hosted",
    "endpoint": "eu-west",
    "temperature": "0.1",
    "top_p": "1",
    "max_tokens": "700",
    "seed": "17",
    "prompt_id": "support-answer",
    "prompt_version": "7",
    "prompt_hash": "sha256:4be1c0a97d52",
    "output_schema_version": "reply-3",
    "top_k": "8",
    "score_floor": "0.35",
    "hybrid_weights": "keyword 0.4, vector 0.6",
    "filters": "space and tenant restrictions",
    "embedding_model": "multilingual-e5-large v1",
    "embedding_dimension": "1024",
    "index_id": "kb-2026-10-19",
    "chunker": "headings 2.1",
    "chunk_size": "420",
    "chunk_overlap": "60",
    "access_policy_version": "wiki-acl 12",
    "empty_hit_behaviour": "decline and list five pages",
    "corpus_count": "58211",
    "data_owner": "Knowledge team",
    "git_commit": "9f3c1d2a7b",
    "git_dirty": "no",
    "evaluation_run_id": "eval-0142",
    "gate_result": "passed",
    "fallback_version": "decline-2",
}
NO_TUNING = ("fine_tune_checkpoint_id",)


def log_support_copilot(decision: Decision, people: dict[str, User], start: datetime) -> None:
    """Two weeks of pilot, then production; one change of the index is rolled back on the same day."""
    ines, aiko = people["ines"], people["aiko"]
    _entry(
        decision,
        ines,
        start,
        environment="pilot",
        reason="Pilot with 12 engineers begins",
        approver="Jonas Lindqvist",
        fields=BASE,
    )
    with at(start + timedelta(days=14)):
        pilots.note(
            decision=decision,
            name="Pilot with 12 engineers, weeks 1 and 2",
            evaluation_set="support-eval-220 v1",
            started_on=start.date(),
            ended_on=(start + timedelta(days=14)).date(),
            environment="pilot",
            measured=[
                Measured("grounded_correctness", sample=220, hits=208),
                Measured("hallucination_rate", sample=220, hits=4),
                Measured("role_leak", sample=299, hits=0),
                Measured("task_completion", sample=220, hits=151),
                Measured("empty_retrieval", sample=1904, hits=57),
                Measured("latency_p95", sample=1904, figure="3.1 s", bound="3.3 s"),
                Measured("cost_per_answer", figure="0.07 EUR"),
            ],
            remark="Graded by two people on the locked set; they differed on 9 of 220 answers and settled each.",
            by=ines,
        )
    first = _entry(
        decision,
        ines,
        start + timedelta(days=16),
        environment="production",
        reason="Pilot passed its gates; open to all 41 engineers",
        approver="Mara Okonkwo",
        fields={**BASE, "corpus_version": "runbooks-2026-W43, tickets since 2024-07", "index_id": "kb-2026-11-02"},
    )
    changed = start + timedelta(days=21)
    _entry(
        decision,
        ines,
        changed,
        environment="production",
        reason="Larger chunks, to keep long procedures whole",
        approver="Mara Okonkwo",
        fields={
            **BASE,
            "corpus_version": "runbooks-2026-W44, tickets since 2024-07",
            "index_id": "kb-2026-11-07",
            "chunk_size": "900",
        },
    )
    with at(changed + timedelta(hours=5)):
        attach_complaint(
            decision=decision,
            environment="production",
            moment=changed + timedelta(hours=3),
            reference="TICKET-48211",
            actor=aiko.name,
            by=aiko,
        )
    _entry(
        decision,
        ines,
        changed + timedelta(hours=6),
        kind="rolled_back",
        environment="production",
        reason="Answers cited the wrong step of long runbooks; back to 420 tokens",
        approver="Mara Okonkwo",
        restores=first,
    )


def _entry(
    decision: Decision,
    by: User,
    moment: datetime,
    *,
    environment: str,
    reason: str,
    approver: str,
    kind: str = "live",
    fields: dict[str, str] | None = None,
    restores: UUID | None = None,
) -> UUID:
    with at(moment):
        entry = add_entry(
            decision=decision,
            draft=Draft(
                kind=kind,
                environment=environment,
                live_from=moment,
                reason=reason,
                approach="rag" if fields else "",
                fields=fields or {},
                not_used=NO_TUNING if fields else (),
                approver=approver,
                restores=restores,
            ),
            actor=by.name,
            by=by,
        )
    return entry.public_id
