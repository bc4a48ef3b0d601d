"""A team in which every kind of row that the log covers has been written by the product's own acts."""

from datetime import date, timedelta

from django.utils import timezone

from decisions import records
from decisions.pilots import acts as pilots
from decisions.trail import acts as trail
from tests import people, rooms
from tests.decisions.records import stories
from tests.decisions.trail.configurations import at, put_live
from workshops import actions


def lived_in():
    """Two accepted records of which one replaced the other, one withdrawn; a pilot, a trail, a closed room and an open one."""
    cast = people.cast()
    first = stories.accepted(cast)
    replacement = stories.finish(records.begin_replacement(record=first, by=cast.felix), cast.felix)
    replacement = records.open_sign_off(record=replacement, by=cast.felix)
    stories.save(replacement, cast.felix, "decision", rationale="Said better.")  # voids what was asked
    replacement.refresh_from_db()
    replacement = records.open_sign_off(record=replacement, by=cast.felix)
    stories.everybody_signs(replacement, dissent=replacement.sign_offs.first().role)
    second = records.accept(record=replacement, by=cast.felix, content_hash=replacement.content_hash)
    gone = stories.accepted(cast)
    records.withdraw(record=gone, by=cast.felix, why="The vendor left.")
    stories.drafted(cast)

    put_live(second.decision, live_from=at(2))
    put_live(second.decision, live_from=at(3), environment="staging", reason="To try it")
    moment = timezone.now() - timedelta(hours=1)
    trail.attach_complaint(
        decision=second.decision, environment="production", moment=moment, reference="HELP-1", actor="Mina"
    )
    pilots.note(
        decision=second.decision,
        name="Autumn pilot",
        evaluation_set="tickets",
        evaluation_set_hash="sha256:00",
        environment="staging",
        measured=[pilots.Measured("grounded_correctness", sample=200, hits=190)],
        started_on=date(2026, 10, 1),
        ended_on=date(2026, 10, 31),
        remark="Better than feared.",
        by=cast.felix,
    )
    cast.rooms = [_room(cast, is_closed=True), _room(cast, is_closed=False)]
    cast.records = {"first": first, "second": second, "gone": gone}
    return cast


def _room(cast, *, is_closed):
    """A room with a settled round, a contested one that was settled later, a note, and one that nobody revealed."""
    room = rooms.scoring(cast=cast)
    settled = room.score(rooms.CHURN, -1, ines=-2, sam=-1, daria=0)
    actions.add_note(workshop_id=room.id, round_id=settled.pk, text="Mind the audit.", by=room.ines)
    contested = room.score(rooms.AUDIT, None, ines=-2, sam=2)
    room.settle(contested, 0, "After a talk")
    room.votes(room.open(rooms.COST), ines=1, sam=2)
    if is_closed:
        actions.close(workshop_id=room.id, by=room.felix)
        actions.leave(workshop_id=room.id, by=room.otto)
    return room
