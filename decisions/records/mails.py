"""The mails of a sign-off: asked, void again, accepted. A mail that cannot be sent never undoes what was decided."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _

from decisions.base import mail
from decisions.base.links import public_link
from decisions.models import Record, SignOff


def address_of(sign_off: SignOff) -> str:
    """Where this owner is reached, or empty."""
    return sign_off.email or (sign_off.user.email if sign_off.user else "")


def record_url(record: Record) -> str:
    """The record's address for people, with the public host."""
    return public_link("decisions:record", record.team.slug, record.pk)


def asked(record: Record, sign_off: SignOff, token: str, lasts: timedelta) -> bool:
    """Ask one owner to sign, by personal link; whether the mail server took it."""
    url = public_link("decisions:sign_by_link", token)
    subject = _("Sign-off requested: %(title)s") % {"title": record.content["title"]}
    return _send(record, sign_off, "sign_off_asked", subject, {"url": url, "days": lasts.days})


def voided(record: Record, sign_offs: Iterable[SignOff], *, why: str, signed: set[int]) -> None:
    """Tell everybody who was asked that the text is open again."""
    subject = _("Sign-off cancelled: %(title)s") % {"title": record.content["title"]}
    for one in sign_offs:
        _send(record, one, "sign_off_voided", subject, {"why": why, "had_signed": one.pk in signed})


def withdrawn(record: Record, sign_offs: Iterable[SignOff]) -> None:
    """Tell everybody who was asked that the record they signed, or need not sign, is off the table."""
    subject = _("Withdrawn: %(title)s") % {"title": record.content["title"]}
    for one in sign_offs:
        _send(record, one, "sign_off_withdrawn", subject, {})


def accepted(record: Record, sign_offs: Iterable[SignOff], anchor: dict[str, object]) -> list[str]:
    """Give every owner the anchor and the record as data: what they keep, nobody can rewrite; whom it did not reach."""
    missed = []
    subject = _("%(number)s accepted: %(title)s") % {"number": record.label, "title": record.content["title"]}
    for one in sign_offs:
        sent = _send(
            record,
            one,
            "sign_off_accepted",
            subject,
            {"anchor": anchor, "verify_url": public_link("decisions:verify")},
            attached=(f"{record.label}.json", record.document, "application/json"),
        )
        if not sent:
            missed.append(one.name)
    return missed


def _send(
    record: Record,
    sign_off: SignOff,
    template: str,
    subject: str,
    more: dict[str, object],
    attached: tuple[str, str, str] | None = None,
) -> bool:
    address = address_of(sign_off)
    if not address:
        return False
    context = {"record": record, "sign_off": sign_off, "record_url": record_url(record), **more}
    (sent,) = mail.send([mail.letter(address, subject, template, context, attached)])
    return sent
