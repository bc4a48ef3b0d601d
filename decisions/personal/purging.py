"""What goes with time, or was asked to go: done by `manage.py purge`, whose role may change tables."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from decisions.ledger import guards
from decisions.models import AuditEvent, Invitation, Record, RecordState, SignOff, Team, User

from .erasing import erase
from .rooms import PURGE, Whom
from .whole_team import delete

PAST = (RecordState.SUPERSEDED, RecordState.WITHDRAWN)


def purge(*, actor: str) -> dict[str, int]:
    """Each person and team on their own, so that one that fails keeps nothing else; then what is too old."""
    people = User.objects.exclude(erasure_asked_at=None)
    teams = Team.objects.exclude(deletion_asked_at=None)
    done = {"people erased": people.count(), "teams deleted": teams.count()}
    for user in people:
        erase(Whom(user), actor=actor)
    for team in teams:
        files = [settings.DATA_DIR / "archives" / one.file for one in team.archives.exclude(file="")]
        delete(team)
        for file in [*files, *(settings.DATA_DIR / "pdf").glob("*.pdf")]:  # pages are made again for whoever asks
            file.unlink(missing_ok=True)
    now = timezone.now()
    done["guests' addresses"] = _guests(now - timedelta(days=settings.GUEST_ADDRESS_DAYS))
    done["network addresses"] = _network(now - timedelta(days=settings.NETWORK_ADDRESS_DAYS))
    return done


@transaction.atomic
def _guests(before: datetime) -> int:
    """Of workshops closed long ago, and of owners of records that stand no more; reminders still need the others."""
    gone = sum(room(before) for room in PURGE)
    old, _kinds = Invitation.objects.filter(Q(accepted_at__lt=before) | Q(expires_at__lt=before)).delete()
    with guards.disabled():
        gone += SignOff.objects.filter(record__state__in=PAST).exclude(email="").update(email="")
        gone += Record.objects.filter(state__in=PAST).exclude(owner_contacts={}).update(owner_contacts={})
    return gone + old


@transaction.atomic
def _network(before: datetime) -> int:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    live = Session.objects.values("session_key")
    gone: int = UserSession.objects.exclude(session_key__in=live).delete()[0]
    gone += UserSession.objects.filter(last_seen_at__lt=before).update(ip="0.0.0.0")  # noqa: S104
    return gone + AuditEvent.objects.filter(at__lt=before).exclude(address="").update(address="")
