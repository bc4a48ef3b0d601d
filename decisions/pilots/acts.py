"""Pilots: note results once, hold each against the record's gate, and say what the sample shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from decisions.base.permissions import require_editor
from decisions.framework.metrics import MIN_REQUESTS_FOR_P95, Verdict, exact, verdict, verdict_at_most, wilson
from decisions.ledger import append as ledger
from decisions.models import Decision, Membership, Pilot, PilotResult, PilotVerdict, Record, RecordState, User
from decisions.records.base import name_of
from decisions.trail.entry import Refused

FORMAT = "groundwork/log/pilot/v1"
MOST = 10_000_000
# ">= 90 %", "at least 90%", "<= 5 %", "0 allowed", "0 %"; anything else is kept as words and gates nothing by itself
SHARE = re.compile(
    r"^\s*(?P<sign>>=|<=|≥|≤|>|<|at least|at most)?\s*(?P<number>[0-9]{1,3}(?:[.,][0-9]{1,4})?)\s*%", re.IGNORECASE
)
# "0 / 299", "0 in 299", "0 of 59", "0 allowed", "none": one is too many
NONE_ALLOWED = re.compile(r"^\s*(?:<=|≤|at most)?\s*(?:0\s*(?:/|in|of)\s*[0-9]+|0\s+allowed|none\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Gate:
    """A share to reach or to stay under."""

    share: float
    is_floor: bool  # at least; else at most


@dataclass(frozen=True)
class Metric:
    """A metric of the record, with its gate as far as it can be read."""

    key: str
    name: str
    text: str
    gate: Gate | None


@dataclass(frozen=True)
class Measured:
    """What was counted for one metric: hits of a sample, or a figure of its own."""

    key: str
    sample: int | None = None
    hits: int | None = None
    figure: str = ""
    within: bool | None = None  # for figures: whether the limit was kept


def gate_of(text: str) -> Gate | None:
    """The share that a gate's words name; None when they name none."""
    if NONE_ALLOWED.match(text):
        return Gate(0, is_floor=False)
    found = SHARE.match(text)
    if found is None:
        return None
    share = float(found["number"].replace(",", ".")) / 100
    sign = (found["sign"] or "").lower()
    if share >= 1:
        return None
    is_floor = sign in {">=", "≥", ">", "at least"} or (not sign and share >= 0.5)
    return None if is_floor and share == 0 else Gate(share, is_floor)


def metrics_of(record: Record | None) -> tuple[Metric, ...]:
    """The metrics that the record fixed, in its order."""
    content: Mapping[str, Any] = record.content if record is not None and isinstance(record.content, dict) else {}
    found: dict[str, Metric] = {}
    for number, row in enumerate(content.get("metrics") or ()):
        if isinstance(row, dict) and (row.get("name") or row.get("key")):
            key = re.sub(r"[^a-z0-9_]+", "_", str(row.get("key") or row.get("name")).lower()).strip("_")[:60]
            key = key or f"metric_{number + 1}"
            key = key if key not in found else f"{key[:55]}_{number + 1}"
            gate = str(row.get("gate") or "")[:120]
            found[key] = Metric(key, str(row.get("name") or key)[:120], gate, gate_of(gate))
    return tuple(found.values())


def record_to_hold_against(decision: Decision) -> Record | None:
    """The record whose gates count: the accepted one, else the newest that is still being written or signed."""
    records = list(decision.records.exclude(state__in=[RecordState.WITHDRAWN, RecordState.SUPERSEDED]))
    rank = {RecordState.ACCEPTED: 0, RecordState.IN_SIGN_OFF: 1, RecordState.DRAFT: 2}
    newest_first = sorted(records, key=lambda record: record.created_at, reverse=True)
    return min(newest_first, key=lambda record: rank[RecordState(record.state)], default=None)


def judged(metric: Metric, measured: Measured) -> PilotResult:
    """One result with its verdict and one-sided 95% bounds; not stored yet."""
    result = PilotResult(
        key=metric.key,
        name=metric.name,
        gate=metric.text,
        sample=measured.sample,
        hits=measured.hits,
        figure=measured.figure,
        verdict=PilotVerdict.TREND,
        at_least=metric.gate.is_floor if metric.gate else None,
    )
    if measured.sample is not None and measured.hits is not None and measured.sample > 0:
        no_event_allowed = metric.gate is not None and not metric.gate.is_floor and metric.gate.share == 0
        low, high = (exact if no_event_allowed else wilson)(measured.hits, measured.sample)
        result.low, result.high = f"{low:.4f}", f"{high:.4f}"
        if metric.gate is not None:
            result.verdict = _verdict(metric.gate, measured.hits, measured.sample)
    elif measured.figure and measured.within is not None:
        enough = metric.key != "latency_p95" or (measured.sample or 0) >= MIN_REQUESTS_FOR_P95
        shown = PilotVerdict.PASS if measured.within else PilotVerdict.FAIL
        result.verdict = shown if enough else PilotVerdict.NOT_SHOWN
    return result


def _verdict(gate: Gate, hits: int, sample: int) -> PilotVerdict:
    if not gate.is_floor and gate.share == 0:
        # No event is allowed: one is a failure, none shows only so much (0 of 299: under 1%).
        return PilotVerdict.FAIL if hits else PilotVerdict.PASS if sample >= 59 else PilotVerdict.NOT_SHOWN
    found = verdict(hits, sample, gate.share) if gate.is_floor else verdict_at_most(hits, sample, gate.share)
    return {
        Verdict.PASS: PilotVerdict.PASS,
        Verdict.FAIL: PilotVerdict.FAIL,
        Verdict.NOT_SHOWN: PilotVerdict.NOT_SHOWN,
    }[found]


def overall(results: Sequence[PilotResult]) -> PilotVerdict:
    """All gates must pass: one FAIL fails, one not shown leaves it open; without gates there is only a trend."""
    verdicts = {PilotVerdict(result.verdict) for result in results if result.verdict != PilotVerdict.TREND}
    for answer in (PilotVerdict.FAIL, PilotVerdict.NOT_SHOWN, PilotVerdict.PASS):
        if answer in verdicts:
            return answer
    return PilotVerdict.TREND


def checked(metrics: Sequence[Metric], measured: Sequence[Measured]) -> list[PilotResult]:
    """The results in the record's order; raises Refused with the fault at each metric."""
    errors: dict[str, str] = {}
    known = {metric.key: metric for metric in metrics}
    by_key = {one.key: one for one in measured}
    for key, one in by_key.items():
        if key not in known:
            errors[key] = _("The record has no such metric.")
        elif one.hits is not None and one.sample is None:
            errors[key] = _("Say out of how many.")
        elif one.hits is not None and one.sample is not None and not 0 <= one.hits <= one.sample <= MOST:
            errors[key] = _("The count lies between 0 and the sample.")
    if not by_key and not errors:
        errors["results"] = _("Give at least one result.")
    if errors:
        raise Refused(errors)
    results = [judged(metric, by_key[metric.key]) for metric in metrics if metric.key in by_key]
    for position, result in enumerate(results, 1):
        result.position = position
    return results


@transaction.atomic
def note(
    *,
    decision: Decision,
    name: str,
    evaluation_set: str,
    measured: Sequence[Measured],
    ended_on: date,
    started_on: date | None = None,
    environment: str = "",
    evaluation_set_hash: str = "",
    remark: str = "",
    by: User,
) -> Pilot:
    """Note a pilot's results, in the log too; what is noted stays, a correction is a further pilot."""
    require_editor(Membership.objects.get(team=decision.team, user=by))
    record = record_to_hold_against(decision)
    results = checked(metrics_of(record), measured)
    verdict_of_all = overall(results)
    entry = ledger.append(
        team=decision.team,
        type="pilot.noted",
        payload={
            "format": FORMAT,
            "name": name,
            "evaluation_set": evaluation_set,
            "evaluation_set_hash": evaluation_set_hash,
            "environment": environment,
            "started_on": started_on,
            "ended_on": ended_on,
            "record": record.label if record else "",
            "verdict": str(verdict_of_all.value),
            "results": [
                {
                    "key": row.key,
                    "gate": row.gate,
                    "sample": row.sample,
                    "hits": row.hits,
                    "figure": row.figure,
                    "low": row.low,
                    "high": row.high,
                    "verdict": str(row.verdict),
                }
                for row in results
            ],
            "summary": f"{name}: {verdict_of_all.label}",
        },
        actor=name_of(by),
        decision=decision,
    )
    pilot = Pilot.objects.create(
        team_id=decision.team_id,
        decision=decision,
        record=record,
        entry=entry,
        name=name,
        environment=environment,
        evaluation_set=evaluation_set,
        evaluation_set_hash=evaluation_set_hash,
        started_on=started_on,
        ended_on=ended_on,
        note=remark,
        verdict=verdict_of_all,
        noted_by=name_of(by),
    )
    for row in results:
        row.pilot = pilot
    PilotResult.objects.bulk_create(results)
    return pilot
