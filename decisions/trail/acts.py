"""Acts on the trail: add an entry, attach a complaint, define a field of one's own. Nothing is ever changed."""

import re
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from decisions.base import typed_text
from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.base.times import EARLIEST
from decisions.ledger import append as ledger
from decisions.models import (
    Complaint,
    Configuration,
    ConfigurationKind,
    Decision,
    Membership,
    Record,
    RecordState,
    Team,
    TrailField,
    User,
)
from decisions.trail.entry import ENVIRONMENT, FORMAT, Draft, Entry, Refused, checked, environment_named, read
from decisions.trail.fields import FIELDS, OWN, REPLAY, USEFUL, Field
from decisions.trail.reading import in_force

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{1,119}", re.ASCII)
COMPLAINT_FORMAT = "groundwork/log/complaint/v1"
# What of the run itself can be named with a complaint, by id.
RUNTIME = ("trace_id", "conversation_id", "retrieved_chunks", "finish_reason", "error_type", "tokens", "latency_ms")
MOST_OWN_FIELDS = 40
Row = TypeVar("Row", Configuration, Complaint)
RESTORABLE = (ConfigurationKind.LIVE, ConfigurationKind.ROLLED_BACK)


def own_fields(team: Team, *, with_retired: bool = False) -> tuple[Field, ...]:
    """The team's own fields, as the catalogue describes fields."""
    rows = team.trail_fields.all() if with_retired else team.trail_fields.filter(retired_at=None)
    return tuple(Field(OWN + row.key, row.label, REPLAY if row.for_replay else USEFUL, help=row.help) for row in rows)


@transaction.atomic
def add_entry(
    *, decision: Decision, draft: Draft, actor: str, by: User | None = None, from_now: bool = False
) -> Configuration:
    """Write an entry of the trail and say where it is found; raises Refused with the fault at each field.

    `by` is the person, None when a token that may append stands behind `actor`. With `from_now` the entry is live from
    the moment of writing, whatever the draft says: of two pipelines at once the later written one is in force.
    """
    if by is not None:
        require_editor_of(decision.team_id, by)
    # The decision's row orders writers, so that `previous` and `restores` are read from what really came before.
    Decision.objects.select_for_update().get(pk=decision.pk)
    draft = checked(replace(draft, live_from=timezone.now()) if from_now else draft, own_fields(decision.team))
    previous = in_force(decision, draft.environment, draft.live_from)
    approach, fields, not_used = draft.approach, draft.fields, list(draft.not_used)
    if draft.kind == ConfigurationKind.ROLLED_BACK:
        restored = _restored(decision, draft)
        approach, fields, not_used = restored.approach, restored.fields, sorted(restored.not_used)
    if draft.kind == ConfigurationKind.ENDED and (previous is None or previous.kind == ConfigurationKind.ENDED):
        raise Refused({"environment": _("Nothing is live there at that time, so there's nothing to end.")})
    if draft.promotes is not None:
        _require_proposal(decision, draft)
    record = decision.records.filter(state=RecordState.ACCEPTED).order_by("-accepted_at").first()
    row = Configuration(
        team_id=decision.team_id,
        decision=decision,
        kind=draft.kind,
        environment=draft.environment,
        live_from=draft.live_from,
    )
    return _appended(
        row,
        f"configuration.{draft.kind}",
        {
            "format": FORMAT,
            "kind": str(draft.kind),
            "environment": draft.environment,
            "live_from": ledger.precise(draft.live_from),
            "approach": str(approach),
            "fields": dict(fields),
            "not_used": not_used,
            "reason": draft.reason,
            "approver": draft.approver,
            "approval_note": draft.approval_note,
            "restores": str(draft.restores) if draft.restores else None,
            "promotes": str(draft.promotes) if draft.promotes else None,
            "previous": str(previous.public_id) if previous else None,
            "record": _served(record),
            "summary": summary(draft, fields),
        },
        actor,
    )


def _appended(row: Row, kind: str, payload: dict[str, Any], actor: str) -> Row:
    """The row, stored at the entry that says and hashes it."""
    told = {**payload, "id": str(row.public_id)}
    decision = row.decision
    entry = ledger.append(team=decision.team, type=kind, payload=told, actor=actor, decision=decision, rows=[row])
    row.entry, row.sequence = entry, entry.sequence
    row.save(force_insert=True)
    return row


def _served(record: Record | None) -> dict[str, str] | None:
    return {"number": record.label, "content_hash": record.content_hash} if record else None


def summary(draft: Draft, fields: object) -> str:
    """One line for records and lists: what changed, and why."""
    named = fields if isinstance(fields, dict) else {}
    parts = [named.get(key) for key in ("base_model_id", "fine_tune_checkpoint_id", "corpus_version")]
    what = ", ".join(part for part in parts if part)
    kind = ConfigurationKind(draft.kind).label
    return f"{kind}: {what} – {draft.reason}" if what else f"{kind} – {draft.reason}"


def _earlier(decision: Decision, public_id: uuid.UUID) -> Configuration | None:
    return decision.configurations.select_related("entry").filter(public_id=public_id).first()


def _restored(decision: Decision, draft: Draft) -> Entry:
    earlier = _earlier(decision, draft.restores) if draft.restores else None
    if earlier is None or earlier.environment != draft.environment or earlier.kind not in RESTORABLE:
        raise Refused({"restores": _("You can only roll back to an entry that was live in this environment.")})
    if earlier.live_from > draft.live_from:
        raise Refused({"restores": _("That entry isn't live yet. Choose an earlier one.")})
    restored = read(earlier.entry)
    if restored.is_erased:
        raise Refused({"restores": _("You can't roll back to this entry, because its details were erased.")})
    return restored


def _require_proposal(decision: Decision, draft: Draft) -> None:
    proposal = _earlier(decision, draft.promotes) if draft.promotes else None
    if proposal is None or proposal.kind != ConfigurationKind.PROPOSED or draft.kind != ConfigurationKind.LIVE:
        raise Refused({"promotes": _("Only a proposed entry of this decision can go live.")})


@transaction.atomic
def attach_complaint(
    *,
    decision: Decision,
    environment: str,
    moment: datetime,
    reference: str,
    runtime: dict[str, str] | None = None,
    actor: str,
    by: User | None = None,
) -> Complaint:
    """Note that a complaint belongs to that moment and to the entry then in force; by reference, without its words."""
    if by is not None:
        # every member may hear of a complaint first
        Membership.objects.get(team=decision.team, user=by)
    environment, reference = environment_named(environment), reference.strip()
    errors = {}
    if not ENVIRONMENT.fullmatch(environment):
        errors["environment"] = _("No environment has that name.")
    if not REFERENCE.fullmatch(reference):
        errors["reference"] = _("Use only letters, digits and . _ : / # - without spaces.")
    for key, value in (runtime or {}).items():
        if key not in RUNTIME:
            errors["runtime"] = _("No field has that name.")
        elif not all(REFERENCE.fullmatch(part) or part.isdigit() for part in value.split(",")):
            errors[key] = _("Enter IDs separated by commas.")
        elif len(value) > 1_000:
            errors[key] = _("At most %(most)s characters.") % {"most": 1_000}
    if not EARLIEST <= moment <= timezone.now():
        errors["moment"] = _("Enter a time between 2000 and now.")
    if errors:
        raise Refused(errors)
    found = in_force(decision, environment, moment)
    row = Complaint(
        team_id=decision.team_id,
        decision=decision,
        configuration=found,
        environment=environment,
        moment=moment,
        reference=reference,
    )
    return _appended(
        row,
        "complaint.attached",
        {
            "format": COMPLAINT_FORMAT,
            "reference": reference,
            "environment": environment,
            "moment": ledger.precise(moment),
            "configuration": str(found.public_id) if found else None,
            "runtime": dict(runtime or {}),
        },
        actor,
    )


@transaction.atomic
def define_field(*, team: Team, label: str, help: str = "", for_replay: bool = False, by: User) -> TrailField:
    """A field of the team's own; its key comes from its first name and never changes."""
    require_editor_of(team.pk, by)
    Team.objects.select_for_update().get(pk=team.pk)
    key = slugify(typed_text.fold(label)).replace("-", "_")[:32].strip("_")
    if not key or not re.fullmatch(r"[a-z0-9_]+", key):
        key = f"field_{team.trail_fields.count() + 1}"
    if key in FIELDS or team.trail_fields.filter(key=key).exists():
        raise Conflict(_("A field with this name already exists."))
    if team.trail_fields.filter(retired_at=None).count() >= MOST_OWN_FIELDS:
        raise Conflict(_("A team can have up to %(most)s custom fields.") % {"most": MOST_OWN_FIELDS})
    return TrailField.objects.create(team=team, key=key, label=label, help=help, for_replay=for_replay, created_by=by)


@transaction.atomic
def retire_field(*, team: Team, field_id: int, by: User) -> None:
    """The field is no longer offered; entries that have it keep it."""
    require_editor_of(team.pk, by)
    team.trail_fields.filter(pk=field_id, retired_at=None).update(retired_at=timezone.now())
