"""What is written down by listening: memberships, whatever is made, sign-ins and what an account proves itself with."""

from functools import partial
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_login_failed
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from decisions.base.audit import note
from decisions.models import (
    ApiToken,
    Archive,
    AuditAct,
    FeedAddress,
    Invitation,
    Membership,
    ShareLink,
    Team,
    User,
    Webhook,
)

MADE: dict[type[Model], AuditAct] = {
    ApiToken: AuditAct.TOKEN_MADE,
    FeedAddress: AuditAct.FEED_MADE,
    Webhook: AuditAct.WEBHOOK_MADE,
    ShareLink: AuditAct.SHARE_MADE,
    Invitation: AuditAct.INVITED,
    Archive: AuditAct.EXPORTED,
}
ACCOUNT = {
    account.password_changed: AuditAct.PASSWORD,
    account.password_set: AuditAct.PASSWORD,
    account.password_reset: AuditAct.PASSWORD,
    account.email_added: AuditAct.ADDRESS,
    account.email_changed: AuditAct.ADDRESS,
    account.email_removed: AuditAct.ADDRESS,
    mfa.authenticator_added: AuditAct.FACTOR_ADDED,
    mfa.authenticator_removed: AuditAct.FACTOR_REMOVED,
    mfa.authenticator_reset: AuditAct.FACTOR_RESET,
}


def follow() -> None:
    """Once, when the app is ready."""
    post_save.connect(_joined, sender=Membership, dispatch_uid="audit.joined")
    post_delete.connect(_left, sender=Membership, dispatch_uid="audit.left")
    for model, act in MADE.items():
        post_save.connect(partial(_made, act), sender=model, weak=False, dispatch_uid=f"audit.{model.__name__}")
    account.user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_login_failed.connect(_failed, dispatch_uid="audit.failed")
    for signal, act in ACCOUNT.items():
        signal.connect(partial(_in_all_teams, act), weak=False, dispatch_uid=f"audit.{act}")


def _joined(instance: Membership, created: bool, **more: Any) -> None:
    was = getattr(instance, "role_before", None)
    if created or was != instance.role:
        note(
            instance.team, AuditAct.JOINED if created else AuditAct.ROLE, about=instance.user, detail=str(instance.role)
        )


def _left(instance: Membership, origin: Any = None, **more: Any) -> None:
    whom = str(instance.user) if isinstance(origin, User) else instance.user  # an account that goes itself is no more
    note(instance.team, AuditAct.LEFT, about=whom, detail=str(instance.role))


def _made(act: AuditAct, instance: Any, created: bool, **more: Any) -> None:
    if created:
        team: Team = instance.record.team if isinstance(instance, ShareLink) else instance.team
        if isinstance(instance, Invitation):
            note(team, act, about=instance.email, detail=str(instance.role))
        else:
            note(team, act, detail=_named(instance))


def _named(instance: Any) -> str:
    if isinstance(instance, ApiToken):
        return f"{instance.name} ({instance.prefix}…): {', '.join(instance.scopes)}"
    if isinstance(instance, Webhook):
        return instance.host  # the whole address is a secret at some services
    return str(instance.record) if isinstance(instance, ShareLink) else str(getattr(instance, "name", ""))


def _signed_in(user: User, sociallogin: Any = None, **more: Any) -> None:
    _in_all_teams(AuditAct.SIGNED_IN, user, detail="single sign-on" if sociallogin else "")


def _failed(credentials: dict[str, Any], **more: Any) -> None:
    address = str(credentials.get("email") or credentials.get("login") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=address).first() if address else None
    for membership in user.memberships.select_related("team") if user else ():
        note(membership.team, AuditAct.SIGN_IN_FAILED, about=user or "")


def _in_all_teams(act: AuditAct, user: User, detail: str = "", authenticator: Any = None, **more: Any) -> None:
    for membership in user.memberships.select_related("team"):
        note(membership.team, act, by=user, detail=detail or str(getattr(authenticator, "type", "")))
