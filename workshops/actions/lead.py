"""Leading the meeting: begin, precheck, timer, nudge, outcome, record, close."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions import records
from decisions.base.errors import Conflict
from decisions.models import Decision, Record, User
from workshops import permissions
from workshops.actions.act import Act, act
from workshops.models import Minute, Phase, RoundState, Seat, Workshop
from workshops.readings import framework_of, last_rounds, moved_since, readings, record_of

LONGEST_TIMER = timedelta(hours=2)
OPENED_AGAIN_WITHIN = timedelta(days=1)


def create_workshop(
    *, decision: Decision, by: User, name: str, role: str, is_observer: bool, shown: str, scored_ahead: bool = False
) -> tuple[Workshop, Seat]:
    """Prepare a workshop on a decision; its creator takes the first seat and leads it."""
    with transaction.atomic():
        workshop = Workshop.objects.create(
            decision=decision, shown=shown, scored_ahead=scored_ahead, created_by=by, framework=framework_of(decision)
        )
        seat = Seat.objects.create(
            workshop=workshop, name=name, role=role, is_observer=is_observer, is_facilitator=True, user=by
        )
        Minute.objects.create(workshop=workshop, act="created", who=name)
    return workshop, seat


def move_phase(
    *,
    workshop_id: int,
    phase: str,
    by: Seat,
    stage: int | None = None,
    answers: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Take the meeting to its next phase, or back; an open round must be finished first.

    `answers` are a `situation` and a `precheck` to keep with it: what is refused moves nothing and keeps nothing.
    """
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        if answers:
            _answer(this, **answers)
        if phase == Phase.CLOSED:
            raise Conflict(_("Close the workshop instead."))
        unfinished = this.workshop.rounds.filter(state__in=[RoundState.OPEN, RoundState.REVEALED])
        if phase == Phase.OUTCOME and unfinished.exists():
            raise Conflict(_("Finish the open criterion first. Settle it or leave it contested."))
        this.move(phase)
        this.workshop.timer_ends_at = None
        this.stage("moved", phase=phase)


def answer_situation(*, workshop_id: int, situation: dict[str, Any], precheck: dict[str, Any], by: Seat) -> None:
    """Keep the room's answers about its situation: what the rule needs beside the five leans."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        _answer(this, situation, precheck)


def ask(
    *, workshop_id: int, question: str, by: Seat, stage: int | None = None, answers: dict[str, dict[str, Any]] | None
) -> None:
    """Keep what the room says of one question of the precheck, and take everybody to another one."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.PRECHECK)
        if answers:
            _answer(this, **answers)
        this.workshop.asking = question
        this.seen = this.staged = True


def _answer(this: Act, situation: dict[str, Any], precheck: dict[str, Any]) -> None:
    this.require_phase(Phase.PRECHECK, Phase.SCORING, Phase.OUTCOME)
    before = {**this.workshop.situation, **this.workshop.precheck}
    # an empty answer takes an earlier one back: "not asked" after all
    prechecked = {key: value for key, value in {**this.workshop.precheck, **precheck}.items() if value != ""}
    after = {**this.workshop.situation, **situation, **prechecked}
    changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    if changed:
        # what is not asked, or no longer, is absent
        answered = {**this.workshop.situation, **situation}
        this.workshop.situation = {key: value for key, value in answered.items() if value is not None}
        this.workshop.precheck = prechecked
        this.stage("answered_situation", changed=changed, said={key: after.get(key) for key in changed})


def set_timer(*, workshop_id: int, seconds: int, by: Seat) -> None:
    """Start the timer, or extend it while it runs, by so many seconds; 0 stops it."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_phase(Phase.PRECHECK, Phase.SCORING, Phase.OUTCOME)
        now = timezone.now()
        if seconds <= 0:
            this.workshop.timer_ends_at = None
        else:
            start = max(now, this.workshop.timer_ends_at or now)
            this.workshop.timer_ends_at = min(start + timedelta(seconds=seconds), now + LONGEST_TIMER)
        this.minute("timer", seconds=seconds)


def nudge(*, workshop_id: int, by: Seat) -> None:
    """Remind the room that ballots are missing: a line everybody sees, at most one every 20 seconds."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_phase(Phase.SCORING)
        recent = timezone.now() - timedelta(seconds=20)
        if this.workshop.minutes.filter(act="nudged", at__gt=recent).exists():
            raise Conflict(_("You reminded everyone a moment ago."))
        if not this.workshop.rounds.filter(state=RoundState.OPEN).exists():
            raise Conflict(_("No criterion is open."))
        this.minute("nudged")


def write_record(
    *,
    workshop_id: int,
    flips: list[int],
    risks: list[str],
    by: Seat,
    user: User | None,
    signers: Mapping[str, int | None] | None = None,
    stage: int | None = None,
    kept: list[str] | None = None,
) -> Record:
    """Draft the decision record from the outcome; asked again, the draft that exists takes the new readings.

    A record that is out of its owners' hands is replaced by a draft with them, unless it has them already. `flips` are
    places in the outcome's list of flip signals, two at most; `risks` are keys of its risks; `signers` are the seats that
    sign, by role: None where that is left open. What was edited in the record, and so stays, is added to `kept`.
    """
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_phase(Phase.OUTCOME, Phase.CLOSED)
        exists = record_of(this.workshop)
        if exists is None:
            this.require_stage(stage)
        elif exists.number and not moved_since(exists.content, this.workshop, last_rounds(this.workshop)):
            return exists
        record = records.draft(
            decision=this.workshop.decision,
            readings=readings(this.workshop, flips=flips, risks=risks, signers=signers),
            by=user,
            workshop_ref=UUID(str(this.workshop.public_id)),
            kept=kept,
        )
        this.stage("wrote_record")
    return record


def close(*, workshop_id: int, by: Seat, stage: int | None = None) -> None:
    """End the workshop; it stays readable. An open round is left as it is, uncounted and unrevealed."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_stage(stage)
        was = this.workshop.phase
        this.move(Phase.CLOSED)
        this.workshop.closed_at = timezone.now()
        this.workshop.timer_ends_at = None
        this.stage("closed", was=was)


def open_again(*, workshop_id: int, by: Seat, stage: int | None = None) -> None:
    """Open a workshop again that was closed by mistake, where it was; for a day."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.CLOSED)
        now = timezone.now()
        if this.workshop.closed_at is None or now - this.workshop.closed_at > OPENED_AGAIN_WITHIN:
            raise Conflict(_("A workshop can be opened again for a day after it was closed."))
        closed = this.workshop.minutes.filter(act="closed").order_by("-pk").first()
        this.workshop.phase = (closed.detail.get("was") if closed is not None else None) or Phase.OUTCOME
        this.workshop.closed_at, this.workshop.reopened_at = None, now
        this.stage("opened_again", phase=this.workshop.phase)
