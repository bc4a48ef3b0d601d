"""Who is in a room now: each web process notes whose streams it holds, and everybody reads all notes.

Whoever goes is away after half a minute, for a reload and a look at another tab are no absence. Votes neither read
nor write any of it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from workshops.models import Phase, Presence, Seat, Workshop, new_key

AWAY_AFTER = timedelta(seconds=30)
STAND_IN_AFTER = timedelta(minutes=2)
REFRESHED_EVERY = timedelta(seconds=15)
STALE_AFTER = timedelta(seconds=40)  # a process that has not refreshed its notes has ended
FORGOTTEN_AFTER = timedelta(days=1)


def last_seen(seats: Iterable[Seat], notes: Iterable[Presence], now: datetime) -> dict[int, datetime]:
    """When each of these seats was last in its room; now, of those who are."""
    seen = {seat.pk: seat.seen_at for seat in seats}
    for note in notes:
        at = now if now - note.at < STALE_AFTER else note.at
        for seat_id in note.seats:
            if seat_id in seen:
                seen[seat_id] = max(seen[seat_id], at)
    return seen


def here(seen: Mapping[int, datetime], now: datetime) -> frozenset[int]:
    """Those of them who are in the room now."""
    return frozenset(seat_id for seat_id, at in seen.items() if now - at < AWAY_AFTER)


def gone_since(seats: Iterable[Seat], seen: Mapping[int, datetime], now: datetime) -> datetime | None:
    """Since when nobody who leads has been in the room; None while somebody is."""
    led = [seen[seat.pk] for seat in seats if seat.leads]
    last = max(led, default=datetime.min.replace(tzinfo=now.tzinfo))
    return last if now - last >= AWAY_AFTER else None


def key(present: frozenset[int], gone: datetime | None, now: datetime) -> Hashable:
    """What of it the screens show: another key, and the room is drawn again."""
    return present, gone is not None, gone is not None and now - gone >= STAND_IN_AFTER


class Notes:
    """What one web process has noted of the rooms it shows."""

    def __init__(self) -> None:
        self.process = new_key()
        self.noted: dict[int, frozenset[int]] = {}
        self.refreshed: datetime | None = None

    def bring(self, rooms: Mapping[int, Collection[int]]) -> dict[int, tuple[Hashable, frozenset[int]]]:
        """Note who watches these rooms in this process; the key of each, and who does so in several processes."""
        now = timezone.now()
        for workshop_id in sorted({*rooms, *self.noted}):
            self._note(workshop_id, frozenset(rooms.get(workshop_id, ())), now)
        if self.noted and (self.refreshed is None or not timedelta() <= now - self.refreshed < REFRESHED_EVERY):
            Presence.objects.filter(process=self.process).update(at=now)
            Presence.objects.filter(at__lt=now - FORGOTTEN_AFTER).delete()
            self.refreshed = now
        return self._keys(rooms, now)

    def _note(self, workshop_id: int, seats: frozenset[int], now: datetime) -> None:
        before = self.noted.get(workshop_id, frozenset())
        if seats == before:
            return
        Seat.objects.filter(pk__in=before - seats).update(seen_at=now)
        mine = Presence.objects.filter(process=self.process, workshop=workshop_id)
        if not seats:
            mine.delete()
            del self.noted[workshop_id]
            return
        if not mine.update(seats=sorted(seats), at=now) and Workshop.objects.filter(pk=workshop_id).exists():
            Presence.objects.create(process=self.process, workshop_id=workshop_id, seats=sorted(seats), at=now)
        self.noted[workshop_id] = seats

    def _keys(self, rooms: Collection[int], now: datetime) -> dict[int, tuple[Hashable, frozenset[int]]]:
        notes: dict[int, list[Presence]] = defaultdict(list)
        for note in Presence.objects.filter(workshop__in=rooms):
            notes[note.workshop_id].append(note)
        known = {seat_id for found in notes.values() for note in found for seat_id in note.seats}
        matter = Q(is_facilitator=True) | Q(stands_in=True) | Q(seen_at__gt=now - AWAY_AFTER) | Q(pk__in=known)
        seats: dict[int, list[Seat]] = defaultdict(list)
        for seat in Seat.objects.filter(matter, workshop__in=rooms, removed_at=None).exclude(
            workshop__phase=Phase.CLOSED
        ):
            seats[seat.workshop_id].append(seat)
        found: dict[int, tuple[Hashable, frozenset[int]]] = {}
        for workshop_id, people in seats.items():
            seen = last_seen(people, notes[workshop_id], now)
            held = Counter(one for note in notes[workshop_id] if now - note.at < STALE_AFTER for one in note.seats)
            doubled = frozenset(seat_id for seat_id, count in held.items() if count > 1)
            found[workshop_id] = key(here(seen, now), gone_since(people, seen, now), now), doubled
        return found
