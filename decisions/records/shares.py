"""Links by which somebody outside reads one accepted record: signed, expiring, and taken back at will."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.base.audit import note
from decisions.base.errors import Conflict
from decisions.base.permissions import require_editor_of
from decisions.models import AuditAct, Record, ShareLink, User

SALT = "groundwork.share"
MOST = 100  # open links a record


def share(*, record: Record, by: User, days: int, note: str = "") -> ShareLink:
    """A new link to an accepted record; drafts are for the team alone."""
    require_editor_of(record.team_id, by)
    if record.number is None:
        raise Conflict(_("You can only share an accepted record."))
    if len(open_links(record)) >= MOST:
        raise Conflict(_("This record has too many share links. Revoke some first."))
    expires = timezone.now() + timedelta(days=days)
    return ShareLink.objects.create(record=record, created_by=by, note=note[:120], expires_at=expires)


@transaction.atomic
def revoke(*, record: Record, link_id: UUID, by: User) -> None:
    """The link stops working at once; one that has stopped already is no fault."""
    require_editor_of(record.team_id, by)
    if record.share_links.filter(pk=link_id, revoked_at=None).update(revoked_at=timezone.now()):
        note(record.team, AuditAct.SHARE_ENDED, by=by, detail=str(record))


def open_links(record: Record) -> list[ShareLink]:
    """Links that work now, newest first."""
    return list(record.share_links.filter(revoked_at=None, expires_at__gt=timezone.now()).select_related("created_by"))


def token_of(link: ShareLink) -> str:
    """What stands in the address: the link's id, signed, so that ids cannot be tried out."""
    return signing.Signer(salt=SALT).sign(link.pk.hex)


def record_behind(token: str) -> Record | None:
    """The record that a link opens, while it works."""
    try:
        link_id = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    link = (
        ShareLink.objects.select_related("record__team", "record__decision", "record__supersedes")
        .filter(pk=link_id, revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    return link.record if link else None
