"""The database itself refuses to change what only grows, whoever asks."""

import pytest
from django.db import DatabaseError, connection, transaction

from decisions import records
from decisions.ledger import append as ledger
from decisions.ledger import guards
from decisions.models import LogEntry, Record, RecordRevision, Revisit, SignOff
from tests import people
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return people.cast()


def refused(act):
    """Run it and see the database say no; nothing else of the test's transaction is lost."""
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def raw(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_every_guard_stands_after_migrate():
    assert guards.missing() == []


def test_a_missing_guard_is_noticed_and_comes_back_with_migrate():
    with guards.disabled():
        assert "groundwork_record_frozen" in guards.missing()
    assert guards.missing() == []


@pytest.mark.parametrize("field", ["payload", "payload_hash", "entry_hash", "prev", "type", "at", "actor", "sequence"])
def test_no_field_of_a_log_entry_can_be_changed(cast, field):
    ledger.append(team=cast.team, type="note", payload={"what": "first"}, actor="Olga")

    refused(lambda: LogEntry.objects.update(**{field: 7 if field == "sequence" else "x"}))


def test_log_entries_cannot_be_deleted_or_blanked(cast):
    ledger.append(team=cast.team, type="note", payload={"what": "first"}, actor="Olga")

    refused(lambda: raw("DELETE FROM decisions_logentry"))
    refused(lambda: raw("UPDATE decisions_logentry SET payload = ''"))
    if connection.vendor == "postgresql":
        refused(lambda: raw("TRUNCATE decisions_logentry CASCADE"))
    assert LogEntry.objects.count() == 1


def test_revisions_cannot_be_changed_or_deleted(cast):
    stories.drafted(cast)

    refused(lambda: RecordRevision.objects.update(canonical="{}"))
    refused(lambda: raw("DELETE FROM decisions_recordrevision"))


def test_minutes_cannot_be_changed_or_deleted(cast):
    # through the table's name: this layer knows nothing of the room
    raw(
        "INSERT INTO workshops_workshop (public_id, decision_id, phase, version, stage, join_code, join_token, shown, "
        "scored_ahead, framework, situation, precheck, asking, created_at) VALUES (%s, %s, 'lobby', 1, 1, 'AAAA2222', "
        "'t', 'names', %s, '{}', '{}', '{}', '', '2026-11-18 12:00:00+00:00')",
        "0" * 31 + "1",
        people.decision(cast.team).pk,
        False,
    )
    raw(
        "INSERT INTO workshops_minute (workshop_id, act, who, detail, at) "
        "SELECT id, 'opened', 'Felix', '{}', '2026-11-18 12:00:00+00:00' FROM workshops_workshop"
    )

    refused(lambda: raw("UPDATE workshops_minute SET who = 'Mallory'"))
    refused(lambda: raw("DELETE FROM workshops_minute"))


FROZEN = (
    "content",
    "canonical",
    "content_hash",
    "number",
    "document",
    "minutes",
    "approach",
    "accepted_by",
    "revision",
)


@pytest.mark.parametrize("field", FROZEN)
def test_an_accepted_record_never_changes(cast, field):
    record = stories.accepted(cast)
    values = {"content": {}, "minutes": [], "number": 9, "revision": 99}

    refused(lambda: Record.objects.filter(pk=record.pk).update(**{field: values.get(field, "x")}))


def test_an_accepted_record_cannot_go_back_or_away(cast):
    record = stories.accepted(cast)

    for state in ("draft", "in_sign_off"):
        refused(lambda state=state: Record.objects.filter(pk=record.pk).update(state=state))
    refused(lambda: raw("DELETE FROM decisions_record"))
    refused(lambda: SignOff.objects.update(position="dissent"))
    refused(lambda: SignOff.objects.all()._raw_delete("default"))
    refused(lambda: SignOff.objects.create(record=record, role="legal", name="Late"))


def test_superseded_means_that_an_accepted_record_names_it(cast):
    record = stories.accepted(cast)

    refused(lambda: Record.objects.filter(pk=record.pk).update(state="superseded"))


def test_the_new_record_and_the_old_name_each_other_in_one_act_of_the_database(cast):
    first = stories.accepted(cast)
    second = records.begin_replacement(record=first, by=cast.felix)
    second = records.open_sign_off(record=second, by=cast.felix)
    stories.everybody_signs(second)

    with transaction.atomic():  # what the database does on its own, without the act's help
        Record.objects.filter(pk=second.pk).update(state="accepted", number=2)
        first.refresh_from_db()
        assert first.state == "superseded"
        assert first.superseded_by.pk == second.pk
        transaction.set_rollback(True)


def test_a_record_that_was_withdrawn_cannot_be_superseded(cast):
    first = stories.accepted(cast)
    second = records.begin_replacement(record=first, by=cast.felix)
    records.withdraw(record=first, by=cast.felix, why="The vendor left.")

    refused(lambda: Record.objects.filter(pk=second.pk).update(state="accepted", number=2))


def test_what_happens_to_an_accepted_record_later_is_still_possible(cast):
    record = stories.accepted(cast)
    Revisit.objects.update(outcome="looked at")
    cast.felix.delete()  # their name stays in the text

    records.withdraw(record=Record.objects.get(pk=record.pk), by=cast.olga, why="The vendor left.")

    record.refresh_from_db()
    assert (record.state, record.accepted_by, record.created_by) == ("withdrawn", "Felix", None)
