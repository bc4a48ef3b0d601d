"""Rounds: open, reveal, talk, settle or leave contested, reopen."""

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.errors import Conflict
from decisions.framework.criteria import CRITERIA
from decisions.framework.settling import against, needs_reason
from workshops import permissions
from workshops.actions.act import Act, act
from workshops.models import Ballot, Phase, Round, RoundState, Seat, TalkNote, Workshop
from workshops.states import ROUND_MOVES, may_move
from workshops.tally import agreement

KEYS = tuple(criterion.key for criterion in CRITERIA)


def latest(this: Act, criterion: str) -> Round | None:
    """The last round of a criterion in this room."""
    return this.workshop.rounds.filter(criterion=criterion).order_by("-number").first()


def _open(this: Act, criterion: str) -> Round:
    last = latest(this, criterion)
    if last is not None and last.state in {RoundState.OPEN, RoundState.REVEALED}:
        raise Conflict(_("Voting on this criterion is already open."))
    return Round.objects.create(workshop=this.workshop, criterion=criterion, number=last.number + 1 if last else 1)


def _require_move(round_: Round, state: str) -> None:
    if not may_move(ROUND_MOVES, round_.state, state):
        raise Conflict(_("You can't do that at this stage of the vote."))


def open_round(*, workshop_id: int, criterion: str, by: Seat, stage: int | None = None) -> Round:
    """Ask the room for blind ballots on a criterion; one criterion is open at a time."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.SCORING)
        if criterion not in KEYS:
            raise Conflict(_("That criterion doesn't exist."))
        if this.workshop.rounds.filter(state__in=[RoundState.OPEN, RoundState.REVEALED]).exists():
            raise Conflict(_("Finish the open criterion first."))
        opened = _open(this, criterion)
        this.workshop.timer_ends_at = None
        this.stage("opened", criterion=criterion, round=opened.number)
    return opened


def open_ahead(*, workshop_id: int, by: Seat, stage: int | None = None) -> None:
    """Open all five criteria at once, to be scored by everyone in their own time before the meeting."""
    with act(workshop_id, by) as this:
        permissions.require_facilitator(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.LOBBY, Phase.PRECHECK, Phase.SCORING)
        if this.workshop.rounds.exists():
            raise Conflict(_("Scoring has already started."))
        this.workshop.phase = Phase.SCORING
        this.workshop.scored_ahead = True
        for key in KEYS:
            _open(this, key)
        this.stage("opened_ahead")


def start_session(*, workshop_id: int, by: Seat, stage: int | None = None) -> None:
    """Begin the meeting on ballots cast ahead: they are frozen, and the order of the reveals is computed from them, once.

    Whoever has no ballot may still add one until the reveal; it changes nothing of the order.
    """
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        if not this.workshop.scored_ahead or this.workshop.session_started_at is not None:
            raise Conflict(_("There are no advance votes to start with."))
        this.workshop.session_started_at = timezone.now()
        order = _most_disagreement_first(this)
        for one in sorted(order, key=lambda one: one.pk):  # rows written in their order would tell it
            one.place = order.index(one)
            one.save(update_fields=["place"])
        this.stage("session_started")


def _most_disagreement_first(this: Act) -> list[Round]:
    """The open rounds, those whose ballots agree least first; known to nobody until each is revealed."""
    rounds = list(this.workshop.rounds.filter(state=RoundState.OPEN))
    scores: dict[int, list[int]] = {one.pk: [] for one in rounds}
    for round_id, score in Ballot.objects.filter(round__in=rounds).values_list("round_id", "score"):
        scores[round_id].append(score)

    def least_agreed(one: Round) -> tuple[float, int, int]:
        share = agreement(scores[one.pk])
        spread = max(scores[one.pk], default=0) - min(scores[one.pk], default=0)
        return (101 if share is None else share, -spread, KEYS.index(one.criterion))

    return sorted(rounds, key=least_agreed)


def next_round(workshop: Workshop) -> Round | None:
    """The open round to reveal next: one that is voted on again, else the next of those scored ahead."""
    return workshop.rounds.filter(state=RoundState.OPEN).order_by(F("place").asc(nulls_first=True), "pk").first()


def precheck_unasked(workshop: Workshop) -> bool:
    """Whether nothing is revealed yet of what was scored ahead, and nobody was asked the precheck's questions."""
    shown = workshop.rounds.exclude(state=RoundState.OPEN).exists()
    return workshop.scored_ahead and not (workshop.situation or workshop.precheck or shown)


def reveal(*, workshop_id: int, round_id: int | None = None, by: Seat, stage: int | None = None) -> Round:
    """Show all ballots of an open round at once; without a round, of the one with most disagreement (scored ahead).

    Exactly the ballots acknowledged before are shown; whoever has not voted by now stands as "no ballot".
    """
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.SCORING)
        if this.workshop.rounds.filter(state=RoundState.REVEALED).exists():
            raise Conflict(_("Settle the criterion on screen first, or leave it contested."))
        if this.workshop.scored_ahead and this.workshop.session_started_at is None:
            raise Conflict(_("Start the meeting before you reveal advance votes."))
        target = this.round(round_id) if round_id is not None else next_round(this.workshop)
        if target is None:
            raise Conflict(_("No criterion is open."))
        _require_move(target, RoundState.REVEALED)
        if precheck_unasked(this.workshop):
            this.aside("precheck_not_asked")
        target.state = RoundState.REVEALED
        target.revealed_at = timezone.now()
        target.save()
        this.workshop.timer_ends_at = None
        this.stage("revealed", criterion=target.criterion, round=target.number, ballots=target.ballots.count())
    return target


def settle(*, workshop_id: int, round_id: int, lean: int, why: str, by: Seat, stage: int | None = None) -> Round:
    """Fix the group's lean on a criterion, by whom and why."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.SCORING, Phase.OUTCOME)
        target = this.round(round_id)
        _require_move(target, RoundState.SETTLED)
        scores = list(target.ballots.values_list("score", flat=True))
        if needs_reason(lean, scores) and not why.strip():
            raise Conflict(_("Enter a reason, because most votes are elsewhere. It's printed on the record."))
        target.state = RoundState.SETTLED
        target.lean, target.why, target.settled_by = lean, why, this.by.name
        target.settled_at = timezone.now()
        target.save()
        this.ended = target
        opposed = {"against": against(lean, scores), "ballots": len(scores)} if needs_reason(lean, scores) else {}
        this.stage("settled", criterion=target.criterion, round=target.number, lean=lean, why=why, **opposed)
    return target


def leave_contested(*, workshop_id: int, round_id: int, why: str, by: Seat, stage: int | None = None) -> Round:
    """Leave a criterion open with its ballots; the outcome tries every way it could fall."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.SCORING)
        target = this.round(round_id)
        _require_move(target, RoundState.CONTESTED)
        target.state = RoundState.CONTESTED
        target.why, target.settled_by = why, this.by.name
        target.settled_at = timezone.now()
        target.save()
        this.ended = target
        this.stage("left_contested", criterion=target.criterion, round=target.number, why=why)
    return target


def reopen_round(*, workshop_id: int, criterion: str, by: Seat, stage: int | None = None) -> Round:
    """Ask again: the next round begins, the one before is kept as it was."""
    with act(workshop_id, by) as this:
        permissions.require_lead(this.by, this.workshop)
        this.require_stage(stage)
        this.require_phase(Phase.SCORING)
        last = latest(this, criterion) if criterion in KEYS else None
        if last is None or last.state == RoundState.OPEN:
            raise Conflict(_("This criterion has no finished vote to reopen."))
        busy = this.workshop.rounds.filter(state__in=[RoundState.OPEN, RoundState.REVEALED]).exclude(pk=last.pk)
        if not this.workshop.scored_ahead and busy.exists():
            raise Conflict(_("Finish the open criterion first."))
        if last.state == RoundState.REVEALED:
            # talk changed minds before anybody settled: the revealed round stands as contested history
            last.state, last.settled_by, last.settled_at = RoundState.CONTESTED, this.by.name, timezone.now()
            last.save()
            this.ended = last
        opened = Round.objects.create(workshop=this.workshop, criterion=criterion, number=last.number + 1)
        this.stage("reopened", criterion=criterion, round=opened.number)
    return opened


def add_note(*, workshop_id: int, round_id: int, text: str, by: Seat) -> TalkNote:
    """Keep something said in the talk; only on rounds that are revealed."""
    with act(workshop_id, by) as this:
        permissions.require_seat(this.by, this.workshop)
        target = this.round(round_id)
        if target.state == RoundState.OPEN:
            raise Conflict(_("You can add notes after the reveal."))
        if this.workshop.phase == Phase.CLOSED:
            raise Conflict(_("This workshop is closed."))
        note = TalkNote.objects.create(round=target, author=this.by.name, text=text)
        this.minute("noted", criterion=target.criterion)
    return note
