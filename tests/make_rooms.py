"""Rooms in the database of a running site, made outside of it; prints JSON.

`python -m tests.make_rooms 20 10` makes 20 rooms of 10 voters and a facilitator, each with an open round.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core import signing  # noqa: E402
from django.db.models import Max  # noqa: E402

from tests import people  # noqa: E402
from workshops import actions  # noqa: E402
from workshops.models import Seat, Workshop  # noqa: E402
from workshops.seats import SALT, cookie_name  # noqa: E402

ROLES = ("product", "security", "data", "engineering", "legal", "other")


def cookie_of(seat: Seat, workshop: Workshop) -> str:
    return f"{cookie_name(workshop.public_id)}={signing.dumps([seat.pk, seat.key], salt=SALT)}"


def signed_in(user: people.User) -> str:
    """The cookie of a session of this account, as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


def make(rooms: int, voters: int) -> list[dict[str, object]]:
    number = (Workshop.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    team = people.Team.objects.create(name=f"Team {number}", slug=f"team-{number}")
    user = people.person(f"leader{number}")
    people.Membership.objects.create(team=team, user=user, role=people.TeamRole.FACILITATOR)
    session = signed_in(user)
    made = []
    for at in range(rooms):
        workshop, felix = actions.create_workshop(
            decision=people.decision(team, title=f"Decision {at}"),
            by=user,
            name="Felix",
            role="other",
            is_observer=True,
            shown="names",
        )
        seats = Seat.objects.bulk_create(
            Seat(workshop=workshop, name=f"Person {n}", role=ROLES[n % len(ROLES)]) for n in range(voters)
        )
        for phase in ("precheck", "scoring"):
            actions.move_phase(workshop_id=workshop.pk, phase=phase, by=felix)
        opened = actions.open_round(workshop_id=workshop.pk, criterion="knowledge_churn", by=felix)
        workshop.refresh_from_db()
        made.append(
            {
                "id": workshop.pk,
                "public_id": str(workshop.public_id),
                "round": opened.pk,
                "version": workshop.version,
                "stage": workshop.stage,
                "facilitator": {"id": felix.pk, "cookie": f"{cookie_of(felix, workshop)}; {session}"},
                "seats": [
                    {"id": seat.pk, "name": seat.name, "cookie": cookie_of(seat, workshop)}
                    for seat in sorted(seats, key=lambda seat: seat.pk)
                ],
            }
        )
    return made


if __name__ == "__main__":
    print(json.dumps(make(int(sys.argv[1]), int(sys.argv[2]))))
