"""Erasing a person: names and addresses go, the chains and the accepted records stay and verify."""

from collections import defaultdict

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from decisions.base.audit import note
from decisions.base.errors import Conflict
from decisions.ledger import append as ledger
from decisions.ledger import guards
from decisions.ledger.rows import KINDS, kind_of, without
from decisions.models import AuditAct, Invitation, KnownPerson, Membership, Record, SignOff, Team, TeamRole, User

from .rooms import ERASE, Whom


@transaction.atomic
def ask(user: User) -> None:
    """Close the account now, with every access it gave; the next `purge` erases it. Refused to a team's last owner."""
    for membership in user.memberships.filter(role=TeamRole.OWNER).select_related("team"):
        others = Membership.objects.filter(team=membership.team, role=TeamRole.OWNER).exclude(user=user)
        if not others.exists():
            message = _("%(team)s has no other owner. Make someone else a team owner first, or delete the team.")
            raise Conflict(message % {"team": membership.team})
    user.is_active, user.erasure_asked_at = False, timezone.now()
    user.save(update_fields=["is_active", "erasure_asked_at"])


@transaction.atomic
def erase(whom: Whom, *, actor: str) -> str:
    """Erase a person for good; the pseudonym that stands in their place, which nothing ties to them.

    Votes and minutes are hashed again under it, and the salts of their earlier hashes destroyed, so that nobody finds
    the name by trying. Lifts the database's guards, so it needs a role that may change tables.
    """
    pseudonym = f"Erased person {get_random_string(8, '23456789ABCDEFGHJKMNPQRSTUVWXYZ')}"
    teams = set(Team.objects.filter(Q(memberships__user=whom.user) if whom.user else Q(pk__in=[])))
    with guards.disabled():
        changed = [row for room in ERASE for row in room(whom, pseudonym)]
        SignOff.objects.filter(whom.rows()).update(email="", user=None, token_hash="")
        _forget_contacts(whom)
    for team, rows in _by_team(changed).items():
        ledger.hash_again(team=team, rows=rows, type="person.erased", why="a person's request", actor=actor)
        teams.add(team)
    Invitation.objects.filter(whom.by_address()).delete()
    known = KnownPerson.objects.filter(whom.rows(field="name"))
    for one in known:
        one.name, one.user = pseudonym, None
        one.save()
    if whom.user is not None:
        whom.user.delete()
        # leaving the teams is on their audit pages under the name that is no more
        KnownPerson.objects.filter(name=str(whom.user), user=None).update(name=pseudonym)
    for team in teams:
        note(team, AuditAct.ERASED, about=pseudonym)
    return pseudonym


def _forget_contacts(whom: Whom) -> None:
    for record in Record.objects.exclude(owner_contacts={}).only("owner_contacts"):
        left = {
            role: contact
            for role, contact in record.owner_contacts.items()
            if str(contact.get("email", "")).lower() not in whom.addresses
            and (whom.user is None or contact.get("user_id") != whom.user.pk)
        }
        if left != record.owner_contacts:
            Record.objects.filter(pk=record.pk).update(owner_contacts=left)


def _by_team(rows: list[Model]) -> dict[Team, list[Model]]:
    """Rows that the log has hashed; others it knows nothing of, and a vote before its reveal stays that way."""
    unhashed = {(type(row), row.pk) for row in without(rows)}
    found: dict[Team, list[Model]] = defaultdict(list)
    for row in rows:
        if (type(row), row.pk) not in unhashed:
            lookup = KINDS[kind_of(row).name].team
            team = type(row)._default_manager.filter(pk=row.pk).values_list(lookup, flat=True).get()
            found[Team.objects.get(pk=team)].append(row)
    return found
