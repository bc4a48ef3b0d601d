"""Pilots: note results once, hold each against the record's gate, and say what the sample shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from decisions.base.permissions import require_editor
from decisions.framework.gates import Gate, GateError, has_gate, keeps, parse_gate
from decisions.framework.metrics import MIN_REQUESTS_FOR_P95, exact, verdict, verdict_at_most, wilson
from decisions.ledger import append as ledger
from decisions.models import Decision, Membership, Pilot, PilotResult, PilotVerdict, Record, RecordState, User
from decisions.models.record import current_record
from decisions.records.base import name_of
from decisions.trail.entry import Refused

FORMAT = "groundwork/log/pilot/v1"
MOST = 10_000_000


@dataclass(frozen=True)
class Metric:
    """A metric of the record, with its gate as far as it can be read; `is_gated` says that it has one at all."""

    key: str
    name: str
    text: str
    gate: Gate | None
    is_gated: bool


@dataclass(frozen=True)
class Measured:
    """What was counted for one metric: hits of a sample, or a figure with its unit; of a p95 its upper bound too."""

    key: str
    sample: int | None = None
    hits: int | None = None
    figure: str = ""
    bound: str = ""


def metrics_of(record: Record | None) -> tuple[Metric, ...]:
    """The metrics that the record fixed, in its order."""
    content: Mapping[str, Any] = record.content if record is not None and isinstance(record.content, dict) else {}
    found: dict[str, Metric] = {}
    for number, row in enumerate(content.get("metrics") or ()):
        if isinstance(row, dict) and (row.get("name") or row.get("key")):
            key = re.sub(r"[^a-z0-9_]+", "_", str(row.get("key") or row.get("name")).lower()).strip("_")[:60]
            key = key or f"metric_{number + 1}"
            key = key if key not in found else f"{key[:55]}_{number + 1}"
            text = str(row.get("gate") or "")[:120]
            found[key] = Metric(key, str(row.get("name") or key)[:120], text, _gate(row, text), has_gate(row))
    return tuple(found.values())


def _gate(row: Mapping[str, Any], text: str) -> Gate | None:
    try:
        return parse_gate(text, key=str(row.get("key") or ""), sample=str(row.get("sample") or ""))
    except GateError:
        return None


def record_to_hold_against(decision: Decision) -> Record | None:
    """The record whose gates count: the accepted one, else the newest that is still being written or signed."""
    return current_record(decision.records.exclude(state__in=[RecordState.WITHDRAWN, RecordState.SUPERSEDED]))


def judged(metric: Metric, measured: Measured | None) -> PilotResult:
    """One result with its verdict and one-sided 95% bounds; not stored yet."""
    one = measured or Measured(metric.key)
    gate = metric.gate
    result = PilotResult(
        key=metric.key,
        name=metric.name,
        gate=metric.text,
        sample=one.sample,
        hits=one.hits,
        figure=one.figure,
        verdict=PilotVerdict.TREND,
        at_least=gate.is_floor if gate else None,
    )
    if one.sample and one.hits is not None:
        low, high = (exact if gate and gate.allows_none else wilson)(one.hits, one.sample)
        result.low, result.high = f"{low:.4f}", f"{high:.4f}"
    elif one.bound:
        result.high = one.bound
    if measured is None:
        result.verdict = PilotVerdict.NOT_MEASURED
    elif metric.is_gated:
        result.verdict = PilotVerdict.NOT_COMPARABLE if gate is None else _verdict(gate, one)
    return result


def _verdict(gate: Gate, one: Measured) -> PilotVerdict:
    """What was measured against one gate; a sample under the one that the record fixed cannot pass."""
    if gate.is_share:
        if one.hits is None or not one.sample:
            return PilotVerdict.NOT_COMPARABLE
        found = _share(gate, one.hits, one.sample)
    else:
        kept = keeps(gate, one.figure)
        if kept is None:
            return PilotVerdict.NOT_COMPARABLE
        found = PilotVerdict.PASS if kept else PilotVerdict.FAIL
        if gate.statistic == "p95":
            # the p95 of a sample is itself uncertain: only its upper bound can show that the limit is kept
            is_few = (one.sample or 0) < MIN_REQUESTS_FOR_P95
            if is_few or (kept and not keeps(gate, one.bound)):
                return PilotVerdict.NOT_SHOWN
    is_short = gate.sample is not None and (one.sample or 0) < gate.sample
    return PilotVerdict.NOT_SHOWN if is_short and found == PilotVerdict.PASS else found


def _share(gate: Gate, hits: int, sample: int) -> PilotVerdict:
    if gate.allows_none:
        # No event is allowed: one is a failure, none shows only so much (0 of 299: under 1%).
        return PilotVerdict.FAIL if hits else PilotVerdict.PASS if sample >= 59 else PilotVerdict.NOT_SHOWN
    share = float(gate.value) / 100
    return PilotVerdict((verdict if gate.is_floor else verdict_at_most)(hits, sample, share).value)


def overall(results: Sequence[PilotResult]) -> PilotVerdict:
    """One missed gate fails; all met, every one of the record, is a pass; everything between is not shown."""
    verdicts = {PilotVerdict(result.verdict) for result in results if result.verdict != PilotVerdict.TREND}
    if not verdicts:
        return PilotVerdict.TREND
    if PilotVerdict.FAIL in verdicts:
        return PilotVerdict.FAIL
    return PilotVerdict.PASS if verdicts == {PilotVerdict.PASS} else PilotVerdict.NOT_SHOWN


def tally(results: Sequence[PilotResult]) -> dict[str, Any]:
    """How many of the record's gates were met, and which metrics nobody measured."""
    gated = [one for one in results if one.verdict != PilotVerdict.TREND]
    return {
        "gates": len(gated),
        "met": sum(one.verdict == PilotVerdict.PASS for one in gated),
        "not_measured": [one.name for one in gated if one.verdict == PilotVerdict.NOT_MEASURED],
    }


def checked(metrics: Sequence[Metric], measured: Sequence[Measured]) -> list[PilotResult]:
    """The results in the record's order, each of its gates among them; raises Refused with the fault at each metric."""
    errors: dict[str, str] = {}
    known = {metric.key: metric for metric in metrics}
    by_key = {one.key: one for one in measured}
    for key, one in by_key.items():
        if key not in known:
            errors[key] = _("The record has no metric with that name.")
        elif one.hits is not None and one.sample is None:
            errors[key] = _("Enter the sample size.")
        elif one.hits is not None and one.sample is not None and not 0 <= one.hits <= one.sample <= MOST:
            errors[key] = _("Enter a number between 0 and the sample size.")
    if not by_key and not errors:
        errors["results"] = _("Enter at least one result.")
    if errors:
        raise Refused(errors)
    results = [judged(one, by_key.get(one.key)) for one in metrics if one.key in by_key or one.is_gated]
    for position, result in enumerate(results, 1):
        result.position = position
    return results


def judged_today(pilot: Pilot, stored: list[PilotResult]) -> list[PilotResult]:
    """A pilot's results by today's rules: what is stored was judged by those of its day, which passed over gates.

    Only a record that was accepted before still has the gates that counted; of every other the stored verdicts stay.
    """
    record = pilot.record
    if record is None or record.accepted_at is None or record.accepted_at > pilot.created_at:
        return stored
    known = {
        one.key: Measured(one.key, one.sample, one.hits, one.figure, "" if one.low else one.high)
        for one in stored
        if one.verdict != PilotVerdict.NOT_MEASURED
    }
    return [judged(one, known.get(one.key)) for one in metrics_of(record) if one.key in known or one.is_gated]


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
    pilot = Pilot.objects.create(
        team_id=decision.team_id,
        decision=decision,
        record=record,
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
    told = ("key", "gate", "sample", "hits", "figure", "low", "high")
    pilot.entry = ledger.append(
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
                {**{name: getattr(row, name) for name in told}, "verdict": str(row.verdict)} for row in results
            ],
            "summary": f"{name}: {verdict_of_all.label}",
        },
        actor=name_of(by),
        decision=decision,
        rows=[pilot, *results],
    )
    pilot.save(update_fields=["entry"])
    return pilot
