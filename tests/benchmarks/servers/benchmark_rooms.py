"""Full rooms in the database of a benchmark, made by the acts of whatever checkout this runs in; prints JSON.

`python benchmark_rooms.py SEED 10 10 12` makes rooms of 10, 10 and 12 voters and a facilitator, each with an open round.
Names and roles are drawn by the seed, so that no two runs of a table draw the same rows.
"""

import json
import random
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
SYLLABLES = ("an", "be", "co", "da", "el", "fi", "go", "hu", "in", "jo", "ka", "li", "mo", "na", "os", "pe", "ru", "sa")


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


def name(chance: random.Random, number: int) -> str:
    """As long as names are, and nobody else's in the room."""
    first, last = ("".join(chance.choices(SYLLABLES, k=k)).title() for k in (2, 3))
    return f"{first} {last} {number}"


def make(chance: random.Random, sizes: list[int]) -> list[dict[str, object]]:
    number = (Workshop.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    team = people.Team.objects.create(name=f"Team {number}", slug=f"team-{number}")
    user = people.person(f"leader{number}")
    people.Membership.objects.create(team=team, user=user, role=people.TeamRole.FACILITATOR)
    session = signed_in(user)
    made = []
    for at, voters in enumerate(sizes):
        workshop, felix = actions.create_workshop(
            decision=people.decision(team, title=f"Decision {at}"),
            by=user,
            name="Felix",
            role="other",
            is_observer=True,
            shown="names",
        )
        seats = Seat.objects.bulk_create(
            Seat(workshop=workshop, name=name(chance, n), role=chance.choice(ROLES)) for n in range(voters)
        )
        for phase in ("precheck", "scoring"):
            actions.move_phase(workshop_id=workshop.pk, phase=phase, by=felix)
        opened = actions.open_round(workshop_id=workshop.pk, criterion="knowledge_churn", by=felix)
        workshop.refresh_from_db()
        made.append(
            {
                "id": workshop.pk,
                "public_id": str(workshop.public_id),
                "join_token": workshop.join_token,
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
    print(json.dumps(make(random.Random(sys.argv[1]), [int(size) for size in sys.argv[2:]])))
