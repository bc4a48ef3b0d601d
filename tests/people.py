"""Named people for the stories that tests tell: a team, its owners, and one outsider."""

from dataclasses import dataclass

from decisions.models import Decision, Membership, Team, TeamRole, User


@dataclass
class Cast:
    """One team with an owner, a facilitator and a member; and somebody from another team."""

    team: Team
    olga: User  # owner
    felix: User  # facilitator
    mina: User  # member
    other_team: Team
    xaver: User  # owner of the other team


def person(name: str, **more) -> User:
    """Somebody who can sign in with the password `secret-of-<name>`."""
    return User.objects.create_user(f"{name.lower()}@example.org", f"secret-of-{name.lower()}", name=name, **more)


def cast() -> Cast:
    """The people that most stories need, in the database."""
    team = Team.objects.create(name="Helio Desk", slug="helio-desk")
    other = Team.objects.create(name="Elsewhere", slug="elsewhere")
    people = {name: person(name) for name in ("Olga", "Felix", "Mina", "Xaver")}
    Membership.objects.create(team=team, user=people["Olga"], role=TeamRole.OWNER)
    Membership.objects.create(team=team, user=people["Felix"], role=TeamRole.FACILITATOR)
    Membership.objects.create(team=team, user=people["Mina"], role=TeamRole.MEMBER)
    Membership.objects.create(team=other, user=people["Xaver"], role=TeamRole.OWNER)
    return Cast(team, people["Olga"], people["Felix"], people["Mina"], other, people["Xaver"])


def decision(team: Team, **more) -> Decision:
    """A decision of the team, numbered next."""
    number = Decision.objects.filter(team=team).count() + 1
    Team.objects.filter(pk=team.pk).update(last_decision_number=number)
    defaults = {"title": "Support copilot", "question": "Retrieve, tune, both or neither for the support copilot?"}
    return Decision.objects.create(team=team, number=number, **{**defaults, **more})
