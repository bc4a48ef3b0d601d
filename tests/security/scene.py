"""Acts on accounts in the database of a running site, from outside of it: `python -m tests.security.scene remove 1`."""

import sys

import django

django.setup()

from decisions.models import Membership, TeamRole, User  # noqa: E402
from decisions.teams import acts as teams  # noqa: E402
from tests import people  # noqa: E402
from tests.make_rooms import signed_in  # noqa: E402


def remove(leader: User) -> None:
    """An owner removes the leader from the team."""
    membership = leader.memberships.get()
    owner = people.person(f"owner{leader.pk}")
    Membership.objects.create(team=membership.team, user=owner, role=TeamRole.OWNER)
    teams.remove(team=membership.team, membership_id=membership.pk, by=owner)


def demote(leader: User) -> None:
    """An owner makes the leader a plain member."""
    membership = leader.memberships.get()
    membership.role = TeamRole.MEMBER
    membership.save()


def deactivate(leader: User) -> None:
    """As the site's admin does."""
    leader.is_active = False
    leader.save()


def deactivate_behind_the_models(leader: User) -> None:
    """As somebody at the database does."""
    User.objects.filter(pk=leader.pk).update(is_active=False)


def delete(leader: User) -> None:
    leader.delete()


def new_password(leader: User) -> None:
    leader.set_password("another one of mine")
    leader.save()


def second_session(leader: User) -> None:
    """Print the cookie of another browser of the same account."""
    print(signed_in(leader))


if __name__ == "__main__":
    globals()[sys.argv[1]](User.objects.get(name="leader1"))
