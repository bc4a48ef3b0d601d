"""Voting, blind until the reveal."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from decisions.base.errors import Conflict
from workshops import permissions
from workshops.actions.act import Act, act
from workshops.live import Vote
from workshops.models import Ballot, Phase, Round, RoundState, Seat

FROZEN = gettext_lazy("The meeting has started, so advance votes can't change any more.")


def cast_ballot(*, workshop_id: int, round_id: int, score: int, confidence: str, reason: str, by: Seat) -> None:
    """Cast the seat's ballot in an open round, or change it; the last acknowledged one counts.

    Raises NotAllowed for observers and Conflict once the round is revealed, or frozen and voted in. Changing a ballot is seen by nobody else:
    neither minutes nor version move.
    """
    with act(workshop_id, by) as this:
        target = _open_round(this, round_id, _("Your vote arrived after the reveal, so it wasn't counted."))
        cast = {
            "role": this.by.role,
            "score": score,
            "confidence": confidence,
            "reason": reason,
            "cast_at": timezone.now(),
        }
        # the room's lock is held, so nobody can come between the two
        own = Ballot.objects.filter(round=target, seat=this.by)
        if target.is_frozen and own.exists():
            raise Conflict(str(FROZEN))
        if not own.update(**cast):
            Ballot.objects.create(round=target, seat=this.by, **cast)
            this.vote = Vote(this.by.pk, target.pk, True)
            this.minute("voted", criterion=target.criterion, round=target.number)


def withdraw_ballot(*, workshop_id: int, round_id: int, by: Seat) -> None:
    """Take the seat's own ballot back while the round is open; nothing happens when there is none."""
    with act(workshop_id, by) as this:
        target = _open_round(this, round_id, _("Votes can't change after the reveal."))
        if target.is_frozen:
            raise Conflict(str(FROZEN))
        deleted, _rows = Ballot.objects.filter(round=target, seat=this.by).delete()
        if deleted:
            this.vote = Vote(this.by.pk, target.pk, False)
            this.minute("withdrew", criterion=target.criterion, round=target.number)


def _open_round(this: Act, round_id: int, otherwise: str) -> Round:
    """The round, if this seat may vote in it now."""
    permissions.require_voter(this.by, this.workshop)
    target = this.round(round_id)
    if target.state != RoundState.OPEN:
        raise Conflict(otherwise)
    this.require_phase(Phase.PRECHECK, Phase.SCORING)
    return target
