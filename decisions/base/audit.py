"""Writes the lines of a team's audit page, with who asked and from where."""

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core.exceptions import PermissionDenied

from decisions.models import AuditAct, AuditEvent, KnownPerson, Team, User


def note(team: Team, act: AuditAct, *, by: User | None = None, about: User | str = "", detail: str = "") -> None:
    """Add a line; `by` is whoever is signed in unless told, `about` somebody else whom it concerns."""
    asking = getattr(context.request, "user", None)
    AuditEvent.objects.create(
        team=team,
        act=act,
        by=known(by or (asking if isinstance(asking, User) else "")),
        about=known(about),
        detail=detail[:200],
        address=_address(),
    )


def known(who: User | str) -> KnownPerson | None:
    """The person under their present name; somebody without an account under an address."""
    if not who:
        return None
    if isinstance(who, str):
        return KnownPerson.objects.filter(user=None, name=who).first() or KnownPerson.objects.create(name=who)
    person, _created = KnownPerson.objects.get_or_create(user=who, defaults={"name": str(who)})
    if person.name != str(who):
        person.name = str(who)
        person.save(update_fields=["name"])
    return person


def _address() -> str:
    if context.request is None:
        return ""  # a command, or a worker
    try:
        return str(get_adapter().get_client_ip(context.request))
    except PermissionDenied:
        return ""
