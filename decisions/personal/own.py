"""Everything that is stored of a person, as one file."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from decisions.models import (
    ApiToken,
    AuditEvent,
    FeedAddress,
    Invitation,
    Membership,
    SectionPresence,
    ShareLink,
    SignOff,
    User,
    Webhook,
)

from .rooms import OWN, Rows, Whom


def _rows(user: User) -> Rows:
    whom, made = Whom(user), Q(created_by=user) | Q(adopted_by=user)
    audit = Q(by__user=user) | Q(about__user=user)
    return {
        "account": (User.objects.filter(pk=user.pk), ("name", "email", "date_joined", "last_login")),
        "addresses": (EmailAddress.objects.filter(user=user), ("email", "verified", "primary")),
        "second_factors": (Authenticator.objects.filter(user=user), ("type", "created_at", "last_used_at")),
        "single_sign_on": (SocialAccount.objects.filter(user=user), ("provider", "uid", "extra_data", "last_login")),
        "sessions": (UserSession.objects.filter(user=user), ("ip", "user_agent", "created_at", "last_seen_at")),
        "teams": (Membership.objects.filter(user=user), ("team__name", "role", "joined_at")),
        "invitations": (
            Invitation.objects.filter(whom.by_address()),
            ("team__name", "email", "role", "created_at", "accepted_at"),
        ),
        "sign_offs": (
            SignOff.objects.filter(whom.rows()),
            ("record__number", "role", "name", "email", "position", "note", "signed_at", "voided_at"),
        ),
        "open_sections": (SectionPresence.objects.filter(user=user), ("section", "seen_at")),
        "tokens": (ApiToken.objects.filter(made), ("team__name", "name", "prefix", "created_at", "last_used_at")),
        "feeds": (FeedAddress.objects.filter(made), ("team__name", "name", "created_at")),
        "webhooks": (Webhook.objects.filter(made), ("team__name", "url", "created_at", "ended_at")),
        "share_links": (ShareLink.objects.filter(created_by=user), ("record__number", "note", "created_at")),
        "audit": (
            AuditEvent.objects.filter(audit),
            ("team__name", "at", "act", "by__name", "about__name", "detail", "address"),
        ),
    }


def everything(user: User) -> dict[str, Any]:
    """What is stored of somebody, part by part, in plain JSON."""
    parts = _rows(user)
    for room in OWN:
        parts |= room(user)
    return {"format": "groundwork/person/v1"} | {
        name: list(rows.order_by("pk").values(*columns)) for name, (rows, columns) in parts.items()
    }
