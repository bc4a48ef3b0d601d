"""The one world in which the permission matrix is tried: a team with something of everything, and every actor.

Rows name what they need by `arguments`; what they leave out is taken from `World.known` by the route's own names.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from decisions.base import api_tokens
from decisions.base.links import token_hash
from decisions.models import Archive, Record, TrailField, User, Webhook
from decisions.teams import acts as teams
from tests import people
from tests.matrix.row import ACTORS
from tests.rooms import AUDIT, CHURN, Room, outcome, scoring, sit
from workshops import actions
from workshops.models import SeatInvitation, new_key

NOBODY = UUID(int=0)


@dataclass
class World:
    """`known` maps a route's argument names to things of the team; the rest is for rows that want something else."""

    people: people.Cast
    room: Room
    done: Room
    round: Any
    revealed: Any
    record: Record
    admin: User
    known: dict[str, Any] = field(default_factory=dict)
    rejoin: dict[str, Any] = field(default_factory=dict)
    invitation_token: str = ""
    seat_token: str = ""
    jars: dict[str, str] = field(default_factory=dict)

    def client(self, actor: str) -> Client:
        """A fresh browser of an actor: G, O and F are guests with a seat, M, E, W, X and A have accounts."""
        if actor not in self.jars:
            self.jars[actor] = self._signed_in(actor).cookies.output(header="", sep=";")
        browser = Client()
        browser.cookies.load(self.jars[actor])
        return browser

    def _signed_in(self, actor: str) -> Client:
        browser = Client()
        seat = {"G": "ines", "O": "otto", "F": "guest_lead"}.get(actor)
        if seat is not None:
            sit(browser, self.room.seats[seat])
        account = {
            "M": self.people.mina,
            "E": self.people.felix,
            "W": self.people.olga,
            "X": self.people.xaver,
            "A": self.admin,
        }.get(actor)
        if account is not None:
            browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return browser


def build() -> World:
    """Everything, once. The room is scoring: AUDIT is settled, CHURN is open with Ines' ballot in it."""
    cast = people.cast()
    done = outcome((-2, -1, 0, -1, -2), cast=cast)
    record = actions.write_record(workshop_id=done.id, flips=[0, 1], risks=[], by=done.felix, user=cast.felix)
    room = scoring(cast=cast)
    # the facilitator of the room is a guest here: E, who has the account, holds no seat in it
    room.join("guest_lead", "other", observer=True)
    actions.give_lead(workshop_id=room.id, seat_id=room.guest_lead.pk, keep=True, by=room.felix)
    revealed = room.score(AUDIT, -1, ines=-1, sam=-1)
    actions.leave(workshop_id=room.id, by=room.felix)
    opened = actions.open_round(workshop_id=room.id, criterion=CHURN, by=room.guest_lead)
    room.vote("ines", opened, -2, reason="hidden words")
    made = World(
        cast, room, done, opened, revealed, record, User.objects.create_superuser("admin@example.org", "secret")
    )
    invitation, token = teams.invite(team=cast.team, email="new@example.org", role="member", by=cast.olga)
    made.known = {
        "slug": cast.team.slug,
        "number": room.workshop.decision.number,
        "workshop_id": room.workshop.public_id,
        "round_id": opened.pk,
        "seat_id": room.sam.pk,
        "key": room.sam.key,
        "token": "nonsense",
        "record_id": record.pk,
        "membership_id": cast.team.memberships.get(user=cast.mina).pk,
        "invitation_id": invitation.pk,
        "link_id": NOBODY,
        "sign_off_id": 0,
        "entry_id": NOBODY,
        "pilot_id": NOBODY,
        "field_id": TrailField.objects.create(team=cast.team, key="own", label="Own", created_by=cast.olga).pk,
        "token_id": api_tokens.make_token(team=cast.team, name="CI", scopes=["log:read"], days=30, by=cast.olga)[0].pk,
        "feed_id": api_tokens.make_feed(team=cast.team, name="Reader", by=cast.olga)[0].pk,
        "webhook_id": Webhook.objects.create(team=cast.team, url="http://hooks.example.org/", secret="s" * 32).pk,
        "thing_id": 0,
        "archive_id": Archive.objects.create(team=cast.team, requested_by=cast.olga).pk,
        "section": "fallback",
        "kind": "json",
        "rest": "nonsense",
    }
    made.seat_token = new_key()
    made.known["invited_id"] = SeatInvitation.objects.create(
        workshop=room.workshop,
        email="iris@example.org",
        name="Iris",
        role="data",
        invited_by="Felix",
        token_hash=token_hash(made.seat_token),
    ).pk
    made.rejoin = {key: made.known[key] for key in ("workshop_id", "seat_id")}
    made.invitation_token = token
    for actor in ACTORS:  # once, outside of what a try rolls back
        made.client(actor)
    return made
