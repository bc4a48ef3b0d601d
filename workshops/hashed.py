"""What the team's log keeps of a room: nothing before a reveal, then each round as it ends, and all of it at the close."""

from collections.abc import Sequence
from itertools import chain

from django.db.models import Model, Q

from decisions.ledger import append as ledger
from decisions.ledger.rows import Kind, changed, register, without
from workshops.models import Ballot, Minute, Phase, Round, RoundState, Seat, TalkNote, Workshop
from workshops.states import REVEALED

ENDED = (RoundState.SETTLED, RoundState.CONTESTED)
SEAT_MOVES = ("role", "is_observer", "is_facilitator", "stands_in", "seen_at", "devices", "removed_at", "reminded_at")
_IN_TEAM = "workshop__decision__team"
_CLOSED = Q(workshop__phase=Phase.CLOSED)
_ACCOUNT = "an account may be deleted; names stand in columns of their own"
_OF_THE_MEETING = "moves while people meet, and says nothing about what they decided"
_KEY = "opens the room while it is open, and says nothing about what was decided"


def register_kinds() -> None:
    """The room's kinds of rows, with the columns that are not hashed and why; once, when the app is ready."""
    moving = dict.fromkeys(("version", "stage", "timer_ends_at", "asking"), _OF_THE_MEETING)
    secret = dict.fromkeys(("join_code", "join_token"), _KEY)
    seat = dict.fromkeys(SEAT_MOVES, "may change after a round was hashed; a ballot keeps the role it was cast for")
    reached = dict.fromkeys(("key", "user", "email"), "how a person is reached; it goes with the person")
    register(
        Kind(
            "workshop", Workshop, "decision__team", Q(phase=Phase.CLOSED), {**moving, **secret, "created_by": _ACCOUNT}
        ),
        Kind("round", Round, _IN_TEAM, Q(state__in=ENDED) | _CLOSED, parent="workshop"),
        Kind("seat", Seat, _IN_TEAM, _CLOSED, {**seat, **reached}, parent="workshop"),
        Kind("ballot", Ballot, f"round__{_IN_TEAM}", _counted(), parent="round"),
        Kind("talk_note", TalkNote, f"round__{_IN_TEAM}", Q(round__workshop__phase=Phase.CLOSED), parent="round"),
        Kind("minute", Minute, _IN_TEAM, _CLOSED, parent="workshop"),
    )


def _counted() -> Q:
    """Ballots of a round that ended, or that was revealed when the workshop closed; what nobody revealed is never hashed."""
    return Q(round__state__in=ENDED) | Q(round__state__in=REVEALED, round__workshop__phase=Phase.CLOSED)


def keep_round(workshop: Workshop, ended: Round, by: str) -> None:
    """Hash a round that was settled or left contested: itself, its ballots and who cast them, and the minutes until now.

    One that was contested and is settled now is hashed again by itself: no ballot may have joined it since.
    """
    ballots = list(ended.ballots.select_related("seat")) if without([ended]) else []
    rest = (ballots, [ballot.seat for ballot in ballots], workshop.minutes.all())
    payload = {"criterion": ended.criterion, "round": ended.number}
    _keep(workshop, "workshop.round_ended", payload, [ended, *without(chain(*rest))], by)


def keep_renamed(workshop: Workshop, seat: Seat, by: str) -> None:
    """Hash a seat again whose name was corrected after it was hashed."""
    _keep(workshop, "workshop.renamed", {}, [] if without([seat]) else [seat], by)


def keep_all(workshop: Workshop, by: str) -> None:
    """Hash what no entry has hashed yet of a workshop that closes now, or is open again, and what has changed since."""
    rounds = list(workshop.rounds.all())
    shown = [one.pk for one in rounds if one.state == RoundState.REVEALED]
    rest = (
        [workshop],
        rounds,
        Ballot.objects.filter(round__in=shown),
        TalkNote.objects.filter(round__workshop=workshop),
        workshop.seats.all(),
        workshop.minutes.all(),
    )
    act = "workshop.closed" if workshop.phase == Phase.CLOSED else "workshop.open_again"
    _keep(workshop, act, {}, changed(chain(*rest)), by)


def keep_minutes(workshop: Workshop, minutes: Sequence[Minute], by: str) -> None:
    """Hash what was done in a workshop that had closed already."""
    _keep(workshop, "workshop.afterwards", {}, minutes, by)


def _keep(workshop: Workshop, type: str, payload: dict[str, object], rows: Sequence[Model], by: str) -> None:
    if not rows:
        return  # nobody did anything that the log need hear of
    head = {
        "format": f"groundwork/log/{type}/v1",
        "workshop": str(workshop.public_id),
        "decision": workshop.decision.number,
    }
    ledger.append(team=workshop.decision.team, type=type, payload={**head, **payload}, actor=by, rows=rows)
