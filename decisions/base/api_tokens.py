"""Acts on what machines come with: API tokens and feed addresses; shown once, stored hashed."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.permissions import require_owner_of
from decisions.models import ApiToken, AuditAct, FeedAddress, Membership, Team, TeamRole, User

from . import mail
from .audit import note
from .errors import Conflict
from .links import public_link, token_hash

Row = TypeVar("Row", ApiToken, FeedAddress)
MOST_LIVE = 50  # tokens or feed addresses a team
LONGEST_DAYS = 366


@transaction.atomic
def make_token(*, team: Team, name: str, scopes: Sequence[str], days: int, by: User) -> tuple[ApiToken, str]:
    """A new token and its secret, which nobody can see again."""
    require_owner_of(team, by)
    if team.api_tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST_LIVE:
        raise Conflict(_("This team has reached its token limit. Revoke one first."))
    secret = f"gw_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        team=team,
        name=name,
        prefix=secret[:9],
        token_hash=token_hash(secret),
        scopes=sorted(set(scopes)),
        created_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    transaction.on_commit(lambda: _tell_owners(token, by))
    return token, secret


def _tell_owners(token: ApiToken, by: User) -> None:
    """A token is a way in: whoever made it, every owner hears of it, by mail."""
    owners = token.team.memberships.filter(role=TeamRole.OWNER, user__is_active=True)
    context = {
        "token": token,
        "team": token.team,
        "who": by,
        "url": public_link("decisions:connections", token.team.slug),
    }
    subject = _("A new API token for your team")
    mail.send([mail.letter(to, subject, "token_made", context) for to in owners.values_list("user__email", flat=True)])


@transaction.atomic
def revoke_token(*, team: Team, token_id: int, by: User) -> None:
    """The token stops working with the next request."""
    require_owner_of(team, by)
    _revoke(team.api_tokens.filter(pk=token_id), AuditAct.TOKEN_ENDED)


@transaction.atomic
def adopt(*, team: Team, kind: str, thing_id: int, by: User) -> None:
    """`by` answers for a token, feed address or webhook from now on: it stops with them, not with who made it."""
    require_owner_of(team, by)
    things: dict[str, Any] = {
        "tokens": team.api_tokens.filter(revoked_at=None),
        "feeds": team.feed_addresses.filter(revoked_at=None),
        "webhooks": team.webhooks.filter(ended_at=None),
    }
    if not things[kind].filter(pk=thing_id).update(adopted_by=by):
        raise Conflict(_("That was revoked or ended in the meantime."))
    thing = things[kind].get(pk=thing_id)
    note(team, AuditAct.ADOPTED, by=by, detail=thing.host if kind == "webhooks" else thing.name)


def answered_for(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Only those for which an owner of the team answers now, whatever took that away from whoever made them."""
    owners = Membership.objects.filter(role=TeamRole.OWNER, user__is_active=True, team=OuterRef("team"))
    return rows.filter(Exists(owners.filter(user=Coalesce(OuterRef("adopted_by"), OuterRef("created_by")))))


def token_of(secret: str) -> ApiToken | None:
    """The live token with that secret; notes its use, at most once a minute."""
    now = timezone.now()
    token = (
        answered_for(ApiToken.objects.select_related("team"))
        .filter(token_hash=token_hash(secret), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if token is not None:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


@transaction.atomic
def make_feed(*, team: Team, name: str, by: User) -> tuple[FeedAddress, str]:
    """A new feed address and the secret part of it."""
    require_owner_of(team, by)
    if team.feed_addresses.filter(revoked_at=None).count() >= MOST_LIVE:
        raise Conflict(_("This team has reached its limit of feed addresses. Revoke one first."))
    secret = secrets.token_urlsafe(24)
    return FeedAddress.objects.create(team=team, name=name, token_hash=token_hash(secret), created_by=by), secret


@transaction.atomic
def revoke_feed(*, team: Team, feed_id: int, by: User) -> None:
    """The address answers 404 from now on."""
    require_owner_of(team, by)
    _revoke(team.feed_addresses.filter(pk=feed_id), AuditAct.FEED_ENDED)


def _revoke(rows: QuerySet[Row], act: AuditAct) -> None:
    for row in rows.filter(revoked_at=None):
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        note(row.team, act, detail=row.name)


def feed_of(secret: str) -> FeedAddress | None:
    """The live feed address with that secret."""
    live = answered_for(FeedAddress.objects.select_related("team")).filter(revoked_at=None)
    return live.filter(token_hash=token_hash(secret)).first()
