"""What the room holds of a person: what is given to them, erased for them, and purged after a workshop has closed."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q

from decisions.models import Team, User
from decisions.personal.rooms import CLOSE, ERASE, OWN, PURGE, SHOWN, Rows, Whom
from workshops import live
from workshops.actions.people import vacate
from workshops.models import Ballot, Minute, Phase, Round, Seat, SeatInvitation, TalkNote, Workshop, new_code, new_key
from workshops.states import REVEALED


def register() -> None:
    """Once, when the app is ready."""
    OWN.append(_own)
    ERASE.append(_erase)
    PURGE.append(_purge)
    CLOSE.append(_close)
    SHOWN[Ballot._meta.label] = Q(round__state__in=REVEALED)


def _own(user: User) -> Rows:
    whom = Whom(user)
    seats = Seat.objects.filter(whom.rows())
    room = "workshop__decision__title"
    by_name = Exists(seats.filter(workshop=OuterRef("round__workshop"), name=OuterRef("author")))
    acted = Exists(seats.filter(workshop=OuterRef("workshop"), name=OuterRef("who")))
    ballot = ("round__criterion", "round__number", "role", "score", "confidence", "reason", "cast_at")
    return {
        "seats": (seats, (room, "name", "role", "is_observer", "email", "joined_at", "removed_at")),
        # a guest's address is nobody's proof: votes of that seat are told once they are revealed
        "votes": (Ballot.objects.filter(Q(seat__user=user) | Q(round__state__in=REVEALED), seat__in=seats), ballot),
        "notes": (TalkNote.objects.filter(by_name), ("round__criterion", "text", "at")),
        "minutes": (Minute.objects.filter(acted), (room, "act", "detail", "at")),
        "workshop_invitations": (
            SeatInvitation.objects.filter(whom.by_address()),
            (room, "email", "name", "role", "sent_at"),
        ),
    }


def _erase(whom: Whom, pseudonym: str) -> Iterable[Model]:
    SeatInvitation.objects.filter(whom.by_address()).delete()
    for seat in Seat.objects.filter(whom.rows()):
        name = seat.name
        seat.name, seat.email, seat.user = pseudonym, "", None
        yield _saved(seat)
        for ballot in seat.ballots.exclude(reason=""):
            ballot.reason = ""
            yield _saved(ballot)
        for note in TalkNote.objects.filter(round__workshop=seat.workshop_id, author=name):
            note.author, note.text = pseudonym, "–"
            yield _saved(note)
        for settled in Round.objects.filter(workshop=seat.workshop_id, settled_by=name):
            settled.settled_by = pseudonym
            yield _saved(settled)
        for minute in Minute.objects.filter(workshop=seat.workshop_id):
            detail = _without(minute.detail, name, pseudonym)
            if minute.who == name or detail != minute.detail:
                minute.who, minute.detail = (pseudonym if minute.who == name else minute.who), detail
                yield _saved(minute)
        SeatInvitation.objects.filter(workshop=seat.workshop_id, invited_by=name).update(invited_by=pseudonym)


def _saved(row: Model) -> Model:
    row.save()
    return row


def _without(said: Any, name: str, pseudonym: str) -> Any:
    if isinstance(said, dict):
        return {key: _without(value, name, pseudonym) for key, value in said.items()}
    if isinstance(said, list):
        return [_without(value, name, pseudonym) for value in said]
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", pseudonym, said) if isinstance(said, str) else said


def _close(team: Team) -> None:
    """Nobody sits in the team's rooms any more, guests included, and no code opens them."""
    for workshop in Workshop.objects.select_for_update(no_key=True).filter(decision__team=team).order_by("pk"):
        for seat in workshop.seats.filter(removed_at=None):
            vacate(seat)
        workshop.join_code, workshop.join_token = new_code(), new_key()
        workshop.version += 1
        workshop.save()
        transaction.on_commit(partial(live.publish, workshop.pk, workshop.version))


def _purge(before: datetime) -> int:
    closed = Q(workshop__phase=Phase.CLOSED, workshop__closed_at__lt=before)
    gone, _kinds = SeatInvitation.objects.filter(closed).delete()
    return gone + Seat.objects.filter(closed).exclude(email="").update(email="")
