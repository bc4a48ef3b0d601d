"""The live revisit of an accepted record: a day on which it is looked at again, or an explicit none."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.models import Record, Revisit


def plan(record: Record) -> Revisit:
    """The one live revisit of a record that was just accepted, as its text says."""
    wanted = record.content["revisit"]
    day = date.fromisoformat(wanted["on"]) if wanted["on"] else None
    return Revisit.objects.create(
        decision=record.decision,
        record=record,
        due_on=day,
        none_because="" if day else wanted["none_because"] or _("Not said."),
        triggers=wanted["triggers"],
    )


def live(record: Record) -> Revisit | None:
    """The revisit that is still to come, if any."""
    return record.revisits.filter(held_at=None).first()


@transaction.atomic
def close(record: Record, *, outcome: str) -> list[Revisit]:
    """There is nothing to look at again any more: the record was superseded or withdrawn; the caller logs the rows."""
    closed = list(record.revisits.select_for_update().filter(held_at=None))
    for revisit in closed:
        revisit.held_at = timezone.now()
        revisit.outcome = outcome
        revisit.save()
    return closed
