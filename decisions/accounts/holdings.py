"""All that a person holds by an account or a role in a team, and how each kind of it ends."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base import mail
from decisions.base.audit import note
from decisions.base.links import public_link
from decisions.models import (
    ApiToken,
    AuditAct,
    Delivery,
    FeedAddress,
    Invitation,
    SectionPresence,
    ShareLink,
    SignOff,
    Team,
    TeamRole,
    User,
    Webhook,
)

Held = QuerySet[Any]
NOBODY, MEMBER, FACILITATOR, OWNER = range(4)
RANK = {"": NOBODY, TeamRole.MEMBER: MEMBER, TeamRole.FACILITATOR: FACILITATOR, TeamRole.OWNER: OWNER}


@dataclass(frozen=True)
class Kind:
    """One kind of access: by which model fields it is somebody's, who may keep it, what of it they hold, how it ends.

    `in_team` is the look-up from a row to its team, empty for what belongs to the account alone; `told` names a row to
    the team's owners when it ends.
    """

    fields: tuple[str, ...]
    least: int
    in_team: str
    held: Callable[[User], Held]
    end: Callable[[Held], object]
    told: Callable[[Any], str] | None = None


def proved(user: User) -> set[str]:
    """The addresses that the account has proved, or signs in with, in lower case."""
    kept = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)  # type: ignore[attr-defined]
    return {str(address).lower() for address in (user.email, *kept)}


def with_address(known: Iterable[str], field: str = "email") -> Q:
    """Rows with one of these addresses."""
    found = Q(pk__in=[])
    for address in known:
        found |= Q(**{f"{field}__iexact": address})
    return found


def addresses(user: User) -> Q:
    """Rows whose `email` is one of the account's."""
    return with_address(proved(user))


def _answers_for(user: User) -> Q:
    return Q(adopted_by=user) | Q(adopted_by=None, created_by=user)


def _stamp(field: str) -> Callable[[Held], int]:
    return lambda rows: rows.update(**{field: timezone.now()})


def _end_sessions(rows: Held) -> None:
    for one in rows:
        one.end()


def _end_webhooks(rows: Held) -> None:
    now = timezone.now()
    waiting = Delivery.objects.filter(webhook__in=list(rows), delivered_at=None, given_up_at=None)
    waiting.update(given_up_at=now, last_result="ended")
    rows.update(ended_at=now)


KINDS: dict[str, Kind] = {
    "sessions": Kind(
        ("usersessions.UserSession.user",),
        MEMBER,
        "",
        lambda user: UserSession.objects.filter(user=user),
        _end_sessions,
    ),
    "tokens": Kind(
        ("decisions.ApiToken.created_by", "decisions.ApiToken.adopted_by"),
        OWNER,
        "team",
        lambda user: ApiToken.objects.filter(_answers_for(user), revoked_at=None, expires_at__gt=timezone.now()),
        _stamp("revoked_at"),
        lambda row: _("API token “%(name)s” (%(prefix)s…)") % {"name": row.name, "prefix": row.prefix},
    ),
    "feeds": Kind(
        ("decisions.FeedAddress.created_by", "decisions.FeedAddress.adopted_by"),
        OWNER,
        "team",
        lambda user: FeedAddress.objects.filter(_answers_for(user), revoked_at=None),
        _stamp("revoked_at"),
        lambda row: _("Feed address “%(name)s”") % {"name": row.name},
    ),
    "webhooks": Kind(
        ("decisions.Webhook.created_by", "decisions.Webhook.adopted_by"),
        OWNER,
        "team",
        lambda user: Webhook.objects.filter(_answers_for(user), ended_at=None),
        _end_webhooks,
        lambda row: _("Webhook to %(host)s") % {"host": row.host},
    ),
    "share links": Kind(
        ("decisions.ShareLink.created_by",),
        FACILITATOR,
        "record__team",
        lambda user: ShareLink.objects.filter(created_by=user, revoked_at=None, expires_at__gt=timezone.now()),
        _stamp("revoked_at"),
        lambda row: _("Share link to %(record)s") % {"record": row.record},
    ),
    "invitations sent": Kind(
        ("decisions.Invitation.invited_by",),
        OWNER,
        "team",
        lambda user: Invitation.objects.filter(invited_by=user, accepted_at=None),
        lambda rows: rows.delete(),
    ),
    "invitations received": Kind(
        (),
        MEMBER,
        "team",
        lambda user: Invitation.objects.filter(addresses(user), accepted_at=None),
        lambda rows: rows.delete(),
    ),
    # The owner stays named; an editor asks again, with a new link, or names somebody else.
    "sign-off links": Kind(
        ("decisions.SignOff.user",),
        MEMBER,
        "record__team",
        lambda user: SignOff.objects.filter(Q(user=user) | addresses(user), voided_at=None).exclude(token_hash=""),
        lambda rows: rows.update(token_hash=""),
    ),
    "open sections": Kind(
        ("decisions.SectionPresence.user",),
        FACILITATOR,
        "record__team",
        lambda user: SectionPresence.objects.filter(user=user),
        lambda rows: rows.delete(),
    ),
}
# What is locked first by other acts ends first: rooms register themselves before (workshops.apps).
FIRST: dict[str, Kind] = {}


def _kinds() -> Iterator[tuple[str, Kind]]:
    yield from FIRST.items()
    yield from KINDS.items()


def holdings(user: User, team: Team | None = None, role: str = "") -> dict[str, Held]:
    """All that a person holds in a team beyond what `role` allows there; without a team, everything everywhere."""
    held = {}
    for name, kind in _kinds():
        if team is None:
            held[name] = kind.held(user)
        elif kind.in_team and kind.least > RANK[role]:
            held[name] = kind.held(user).filter(**{kind.in_team: team})
    return held


@transaction.atomic
def end(user: User, team: Team | None = None, role: str = "") -> None:
    """End it, and tell the owners of each team what of it their machines and readers used."""
    stopped: dict[Team, list[str]] = {}
    kinds = dict(_kinds())
    for name, rows in holdings(user, team, role).items():
        kind = kinds[name]
        for row in rows if kind.told else ():
            stopped.setdefault(_team_of(kind, row), []).append(kind.told(row) if kind.told else "")
        kind.end(rows)
    for of, lines in stopped.items():
        for line in lines:
            note(of, AuditAct.STOPPED, about=user, detail=line)
        transaction.on_commit(partial(mail.send, _letters(user, of, lines)))


def _letters(user: User, team: Team, lines: list[str]) -> list[mail.Letter]:
    context = {"team": team, "who": user, "lines": lines, "url": public_link("decisions:connections", team.slug)}
    owners = team.memberships.filter(role=TeamRole.OWNER, user__is_active=True).exclude(user=user)
    subject = _("Tokens or links of your team have stopped")
    return [mail.letter(to, subject, "access_ended", context) for to in owners.values_list("user__email", flat=True)]


def _team_of(kind: Kind, row: Any) -> Team:
    for step in kind.in_team.split("__"):
        row = getattr(row, step)
    assert isinstance(row, Team)
    return row
