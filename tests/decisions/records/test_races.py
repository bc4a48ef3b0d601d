"""Races on PostgreSQL: two accepts, two edits, eight log writers; each with its proof that the lock is needed.

SQLite serialises writers by itself, so it would hide every one of these.
"""

import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.models import QuerySet

from decisions import records
from decisions.base.errors import Conflict
from decisions.base.links import token_hash
from decisions.ledger import append as ledger
from decisions.log import summary
from decisions.models import Decision, LogEntry, LogHead, Record, SignOff, Team
from decisions.records import mails
from tests import people
from tests.decisions.records import stories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TRIALS = int(os.environ.get("RACE_TRIALS", "80"))  # a long run holds 500
WRITERS = 8


@contextmanager
def crowd(size):
    """Threads with connections of their own that act at the same moment."""
    pool, barrier = ThreadPoolExecutor(size), threading.Barrier(size)

    def one(act):
        barrier.wait()
        try:
            return act()
        except (Conflict, IntegrityError, OperationalError) as refusal:
            return refusal

    def together(*acts):
        return [future.result() for future in [pool.submit(one, act) for act in acts]]

    try:
        yield together
    finally:
        together(*[lambda: connection.close()] * size)  # each thread its own
        pool.shutdown()


@pytest.fixture(autouse=True)
def _acts_alone(monkeypatch):
    """Mail goes out after the commit, and the log's projection follows the rows: neither takes part in a race.

    They take most of an act's time, though; without them there is time for hundreds of trials.
    """
    for name in ("asked", "voided", "accepted"):
        monkeypatch.setattr(mails, name, lambda *_arguments, **_more: [])
    for name in ("refresh", "add_words"):
        monkeypatch.setattr(summary, name, lambda *_arguments, **_more: None)


@pytest.fixture
def no_lock(monkeypatch):
    """The product with its row locks taken away."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_arguments, **_more: self)


def write_together(team, rounds):
    """Eight writers, each appending in every round; what each of them got."""
    with crowd(WRITERS) as together:
        answers = []
        for number in range(rounds):
            answers += together(
                *[
                    lambda who=who, number=number: ledger.append(
                        team=team, type="note", payload={"who": who, "round": number}, actor=f"writer {who}"
                    )
                    for who in range(WRITERS)
                ]
            )
        return answers


def test_eight_writers_make_one_chain_without_a_fork():
    team = people.cast().team
    ledger.append(team=team, type="note", payload={}, actor="Olga")

    answers = write_together(team, TRIALS // WRITERS + 1)

    assert all(isinstance(answer, LogEntry) for answer in answers)
    log = LogHead.objects.get(team=team)
    assert log.sequence == len(answers) + 1 > TRIALS
    report = ledger.verify(log, [ledger.anchor(log)])
    assert report.whole
    assert report.entries == log.sequence


def test_the_first_entry_of_a_log_is_begun_by_one_of_eight():
    cast = people.cast()
    teams = Team.objects.bulk_create(Team(name=f"team {number}", slug=f"team-{number}") for number in range(40))
    assert cast.team.pk

    with crowd(WRITERS) as together:
        for team in teams:
            acts = [lambda team=team: ledger.append(team=team, type="note", payload={}, actor="x")] * WRITERS
            assert all(isinstance(answer, LogEntry) for answer in together(*acts))

    for log in LogHead.objects.all():
        assert ledger.verify(log).entries == WRITERS


def test_without_the_lock_writers_collide(no_lock):
    team = people.cast().team
    ledger.append(team=team, type="note", payload={}, actor="Olga")

    answers = write_together(team, 12)

    # the UNIQUE constraint is the second line: it refuses the fork, and somebody's entry is lost
    assert sum(isinstance(answer, IntegrityError) for answer in answers) > 0


def signed_records(cast, count):
    """Records in sign-off that everybody has signed: copies of one that went the whole way, each on its own decision."""
    first = stories.in_sign_off(cast)
    stories.everybody_signs(first)
    signed = list(first.sign_offs.all())
    before = first.decision.number
    decisions = Decision.objects.bulk_create(
        Decision(team=cast.team, number=before + number, title="Copy", question="?") for number in range(1, count)
    )
    made = []
    for decision in decisions:
        copy = Record.objects.get(pk=first.pk)
        copy.pk, copy.decision, copy._state.adding = uuid.uuid4(), decision, True
        made.append(copy)
    Record.objects.bulk_create(made)
    rows = [(record, one) for record in made for one in signed]
    SignOff.objects.bulk_create(
        SignOff(
            record=record,
            role=one.role,
            name=one.name,
            position=one.position,
            content_hash=one.content_hash,
            signed_at=one.signed_at,
        )
        for record, one in rows
    )
    return [first, *made]


def accept(record, by):
    return records.accept(record=Record.objects.get(pk=record.pk), by=by, content_hash=record.content_hash)


def accept_together(cast, made, together):
    """Two people accept each of four records, all at the same moment."""
    for place in range(0, len(made), 4):
        acts = [
            lambda record=record, by=by: accept(record, by)
            for record in made[place : place + 4]
            for by in (cast.felix, cast.olga)
        ]
        yield together(*acts)


def test_two_accepts_give_one_number_and_other_records_the_next():
    cast = people.cast()
    made = signed_records(cast, TRIALS)

    with crowd(WRITERS) as together:
        for answers in accept_together(cast, made, together):
            assert sum(isinstance(answer, Record) for answer in answers) == 4
            assert sum(isinstance(answer, Conflict) for answer in answers) == 4

    numbers = sorted(Record.objects.exclude(number=None).values_list("number", flat=True))
    assert numbers == list(range(1, TRIALS + 1))
    assert LogEntry.objects.filter(type="record.accepted").count() == TRIALS
    assert ledger.verify(LogHead.objects.get(team=cast.team)).whole


def test_without_the_lock_two_accepts_meet(no_lock):
    cast = people.cast()
    made = signed_records(cast, 60)

    # only the database's constraints and triggers stand between two accepts now
    with crowd(WRITERS) as together:
        met = any(
            not isinstance(answer, Record | Conflict)
            for answers in accept_together(cast, made, together)
            for answer in answers
        )

    assert met


def test_two_people_on_one_section_make_one_save_and_one_conflict():
    cast = people.cast()
    record = stories.drafted(cast)

    def write(by, number):
        return records.edit(
            record=record,
            section="fallback",
            changes={"fallback": {"text": f"{by} says {number}"}},
            version=number,
            by=by,
        )

    with crowd(2) as together:
        for number in range(TRIALS // 2):
            answers = together(*[lambda by=by, number=number: write(by, number) for by in (cast.felix, cast.olga)])
            assert sorted(type(answer).__name__ for answer in answers) == ["Record", "SectionConflict"]

    record.refresh_from_db()
    assert record.revisions.count() == record.revision == TRIALS // 2 + 1


def test_an_edit_and_a_signature_at_once_never_leave_a_signature_on_another_text():
    cast = people.cast()
    record = stories.drafted(cast)
    record = stories.finish(record, cast.felix)

    with crowd(2) as together:
        for number in range(TRIALS // 4):
            record = records.open_sign_off(record=record, by=cast.felix)
            one = record.sign_offs.filter(voided_at=None).first()
            one.token_hash = token_hash("t")
            one.save()
            version = record.section_versions.get("guardrails", 0)
            together(
                lambda one=one, record=record: records.sign(
                    sign_off=one, position="agree", content_hash=record.content_hash, token="t"
                ),
                lambda record=record, version=version, number=number: records.edit(
                    record=record,
                    section="guardrails",
                    changes={"guardrails": [f"rule {number}"]},
                    version=version,
                    by=cast.olga,
                ),
            )
            record.refresh_from_db()
            assert record.state == "draft"
            assert not record.sign_offs.filter(voided_at=None).exists()
