"""Who is writing where: a heartbeat a section, forgotten after half a minute."""

from datetime import timedelta

from django.utils import timezone

from decisions.models import Record, SectionPresence, User
from decisions.records.content import SECTIONS

LASTS = timedelta(seconds=30)


def beat(record: Record, user: User, section: str) -> None:
    """The person is in this section now; an unknown section means that they left."""
    if section not in SECTIONS:
        SectionPresence.objects.filter(record=record, user=user).delete()
        return
    now = {"section": section, "seen_at": timezone.now()}
    if not SectionPresence.objects.filter(record=record, user=user).update(**now):
        SectionPresence.objects.update_or_create(record=record, user=user, defaults=now)


def others(record: Record, user: User) -> dict[str, list[str]]:
    """Section -> names of everybody else who is in it."""
    found: dict[str, list[str]] = {}
    seen = record.presences.filter(seen_at__gt=timezone.now() - LASTS).exclude(user=user).select_related("user")
    for presence in seen.order_by("user__name", "pk")[:50]:
        found.setdefault(presence.section, []).append(str(presence.user))
    return found
