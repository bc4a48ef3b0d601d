"""What went live after the support copilot's record was accepted: a pilot, its results, production, a rollback."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from decisions.models import Decision, User
from decisions.pilots import acts as pilots
from decisions.pilots.acts import Measured
from decisions.trail.acts import add_entry, attach_complaint
from decisions.trail.entry import Draft
from workshops.demo.moments import at
from workshops.demo.stories import TRAIL


def log_support_copilot(decision: Decision, people: dict[str, User], start: datetime) -> None:
    """Two weeks of pilot, then production; one change of the index is rolled back on the same day."""
    ines, aiko = people["ines"], people["aiko"]
    entry = partial(_entry, decision, ines)
    entry(start, **TRAIL["began"])
    with at(start + timedelta(days=14)):
        noted = {**TRAIL["pilot"], "measured": [Measured(**one) for one in TRAIL["pilot"]["measured"]]}
        ended_on = (start + timedelta(days=14)).date()
        pilots.note(decision=decision, started_on=start.date(), ended_on=ended_on, by=ines, **noted)
    first = entry(start + timedelta(days=16), **TRAIL["opened"])
    changed = start + timedelta(days=21)
    entry(changed, **TRAIL["larger_chunks"])
    with at(changed + timedelta(hours=5)):
        attach_complaint(
            decision=decision,
            environment="production",
            moment=changed + timedelta(hours=3),
            reference="TICKET-48211",
            actor=aiko.name,
            by=aiko,
        )
    entry(changed + timedelta(hours=6), restores=first, **TRAIL["rolled_back"])


def _entry(
    decision: Decision,
    by: User,
    moment: datetime,
    fields: dict[str, str] | None = None,
    restores: UUID | None = None,
    **said: Any,
) -> UUID:
    """An entry that goes live at that moment: a whole configuration, or one that was live before."""
    whole = {"approach": "rag", "fields": {**TRAIL["configuration"], **(fields or {})}}
    what: dict[str, Any] = (
        {"kind": "rolled_back"} if restores else {"kind": "live", "not_used": ("fine_tune_checkpoint_id",), **whole}
    )
    with at(moment):
        draft = Draft(live_from=moment, restores=restores, **what, **said)
        return add_entry(decision=decision, draft=draft, actor=by.name, by=by).public_id
