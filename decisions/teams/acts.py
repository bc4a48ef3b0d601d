"""Acts on teams: create one, invite, accept, change a role, remove a member."""

import re
from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from decisions.base import mail
from decisions.base.audit import note
from decisions.base.errors import Conflict
from decisions.base.links import token_hash
from decisions.base.mail_limits import count_invitation
from decisions.base.permissions import missing_sign_in, require_owner_of
from decisions.models import AuditAct, Invitation, Membership, Team, TeamRole, User
from decisions.models.team import new_token

INVITATION_LASTS = timedelta(days=7)
BETWEEN_MAILS = timedelta(minutes=10)
OPEN_INVITATIONS = 100  # a team; keeps one account from sending mail without end


def teams_of(user: User) -> QuerySet[Membership]:
    """The person's memberships by team name."""
    return user.memberships.select_related("team").order_by("team__name", "team_id")


def create_team(*, name: str, by: User) -> Team:
    """A new team with `by` as its owner; its slug comes from the name and is unique."""
    base = slugify(name)[:48].strip("-") or "team"
    for _attempt in range(5):
        try:
            with transaction.atomic():
                team = Team.objects.create(name=name, slug=_free_slug(base))
                Membership.objects.create(team=team, user=by, role=TeamRole.OWNER)
            return team
        except IntegrityError:  # somebody took that slug between the look and the write
            continue
    raise Conflict(_("The team wasn't created, because others with the same name were being created. Try again."))


def _free_slug(base: str) -> str:
    taken = Team.objects.filter(Q(slug=base) | Q(slug__startswith=f"{base}-")).values_list("slug", flat=True)
    numbers = [int(tail) for slug in taken if re.fullmatch(r"[0-9]{1,9}", tail := slug[len(base) + 1 :])]
    return base if base not in set(taken) else f"{base}-{max([1, *numbers]) + 1}"


def open_invitations(team: Team) -> QuerySet[Invitation]:
    """Invitations that can still be accepted, newest first."""
    return team.invitations.filter(accepted_at=None, expires_at__gt=timezone.now()).order_by("-created_at", "-pk")


def is_member(team: Team, email: str) -> bool:
    """Whether somebody with that address is in the team already."""
    return Membership.objects.filter(team=team, user__email__iexact=email).exists()


@transaction.atomic
def invite(*, team: Team, email: str, role: str, by: User) -> tuple[Invitation, str]:
    """The invitation of an address and the token to mail, empty when the last mail is a short time ago.

    One a person: invited again, it is the same invitation, with the new role and later a new link.
    """
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    require_owner_of(team, by)
    if is_member(team, email):
        raise Conflict(_("%(email)s is already in this team.") % {"email": email})
    now = timezone.now()
    known = open_invitations(team).filter(email__iexact=email).first()
    if known is not None and now - known.sent_at < BETWEEN_MAILS:
        known.role = role
        known.save(update_fields=["role"])
        return known, ""
    if known is None and open_invitations(team).count() >= OPEN_INVITATIONS:
        raise Conflict(_("This team has too many pending invitations. Withdraw some, then try again."))
    count_invitation(to=email, team=team, by=by)
    if known is None:
        team.invitations.filter(email__iexact=email, accepted_at=None).delete()  # expired ones
    token = new_token()
    invitation = known or Invitation(team=team, email=email)
    invitation.role, invitation.invited_by, invitation.token_hash = role, by, token_hash(token)
    invitation.sent_at, invitation.expires_at = now, now + INVITATION_LASTS
    invitation.save()
    return invitation, token


def send_invitation(invitation: Invitation, *, url: str) -> bool:
    """Mail the link; False when the mail server would not take it (the invitation stays and can be sent again)."""
    context = {
        "who": mail.plain(str(invitation.invited_by or "")),
        "team": mail.plain(invitation.team.name),
        "url": url,
        "days": INVITATION_LASTS.days,
    }
    # whoever founds a team chooses its name: a stranger's inbox shows none
    subject = _("You're invited to a team on Groundwork")
    (sent,) = mail.send([mail.letter(invitation.email, subject, "invitation", context)])
    return sent


@transaction.atomic
def require_sign_in(*, team: Team, by: User, second_factor: bool, single_sign_on: bool) -> None:
    """What sign-in the team's pages ask for; refused where `by` would lock the door behind themselves."""
    require_owner_of(team, by)
    team.requires_second_factor, team.requires_single_sign_on = second_factor, single_sign_on
    if missing_sign_in(team, by):
        raise Conflict(_("Sign in that way yourself first: otherwise you would shut yourself out."))
    team.save(update_fields=["requires_second_factor", "requires_single_sign_on"])
    asked = [name for name, on in (("two-step verification", second_factor), ("single sign-on", single_sign_on)) if on]
    note(team, AuditAct.SIGN_IN_RULE, by=by, detail=", ".join(asked) or "none")


@transaction.atomic
def withdraw_invitation(*, team: Team, invitation_id: int, by: User) -> None:
    """The link stops working; withdrawing what is gone is no fault."""
    require_owner_of(team, by)
    for invitation in team.invitations.filter(pk=invitation_id, accepted_at=None):
        note(team, AuditAct.WITHDRAWN, by=by, about=invitation.email)
        invitation.delete()


def invitation_for(token: str) -> Invitation | None:
    """The invitation behind a link, if it can still be accepted."""
    return (
        Invitation.objects.select_related("team", "invited_by")
        .filter(token_hash=token_hash(token), accepted_at=None, expires_at__gt=timezone.now())
        .first()
    )


@transaction.atomic
def accept_invitation(*, token: str, by: User) -> Membership | None:
    """`by` joins the team; None when the link no longer works. A member keeps the role they have."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("team")
        .filter(token_hash=token_hash(token), accepted_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if invitation is None:
        return None
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    membership, _created = Membership.objects.get_or_create(
        team=invitation.team, user=by, defaults={"role": invitation.role}
    )
    return membership


def _locked_member(team: Team, membership_id: int) -> Membership | None:
    # Every change of owners locks the team, so that two owners cannot remove each other at once.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    return Membership.objects.select_related("user").filter(team=team, pk=membership_id).first()


def _has_other_owner(team: Team, but: Membership) -> bool:
    return team.memberships.filter(role=TeamRole.OWNER).exclude(pk=but.pk).exists()


def _keep_an_owner(team: Team, but: Membership) -> None:
    if not _has_other_owner(team, but):
        raise Conflict(_("A team needs at least one owner. Make someone else a team owner first."))


@transaction.atomic
def change_role(*, team: Team, membership_id: int, role: str, by: User) -> Membership | None:
    """The member with the new role; None when they have left; the last owner stays owner."""
    membership = _locked_member(team, membership_id)
    require_owner_of(team, by)
    if membership is None:
        return None
    if membership.role == TeamRole.OWNER and role != TeamRole.OWNER:
        _keep_an_owner(team, membership)
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def remove(*, team: Team, membership_id: int, by: User) -> User | None:
    """Who was removed, None when they had left already; owners remove anybody, everybody may leave."""
    membership = _locked_member(team, membership_id)
    if membership is None or membership.user_id != by.pk:
        require_owner_of(team, by)
    if membership is None:
        return None
    if membership.role == TeamRole.OWNER:
        _keep_an_owner(team, membership)
    user = membership.user
    membership.delete()
    return user


@transaction.atomic
def place_by_single_sign_on(user: User, *, given: Iterable[tuple[str, str]], ruled: Collection[str]) -> None:
    """Put somebody into the teams and roles that the provider's claims give now, highest first; take away what it gave.

    Only memberships that came this way follow it: who was invited keeps the role that an owner chose.
    """
    roles: dict[str, str] = {}
    for slug, role in given:
        roles[slug] = max(role, roles.get(slug, role), key=list(TeamRole.values)[::-1].index)
    for team in Team.objects.select_for_update(no_key=True).filter(slug__in=ruled).order_by("pk"):
        member = team.memberships.filter(user=user).first()
        wanted = roles.get(team.slug)
        if member is None and wanted:
            team.memberships.create(user=user, role=wanted, by_single_sign_on=True)
        elif member is None or not member.by_single_sign_on or member.role == wanted:
            continue
        elif member.role == TeamRole.OWNER and not _has_other_owner(team, member):
            continue  # a team keeps its last owner
        elif wanted:
            member.role = wanted
            member.save(update_fields=["role"])
        else:
            member.delete()


@transaction.atomic
def next_decision_number(team: Team) -> int:
    """The team's next decision number, taken under a lock on the team's row so that none is given twice."""
    Team.objects.filter(pk=team.pk).update(last_decision_number=F("last_decision_number") + 1)
    return Team.objects.values_list("last_decision_number", flat=True).get(pk=team.pk)
