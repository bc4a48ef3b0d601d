"""Proof from the first vote to a full disk: what the log hears and when, what pages say, and what is refused in words."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions.exports import issued
from decisions.ledger import append as ledger
from decisions.ledger import guards
from decisions.ledger.canonical import row_hash
from decisions.ledger.kinds import ADDRESS
from decisions.ledger.rows import KINDS, doubts
from decisions.models import LogEntry, LogHead, Pilot, Record, RowHash, SignOff
from decisions.verify import erase
from tests import people, rooms
from tests.decisions.records import stories as written
from tests.decisions.trail.configurations import at, put_live
from tests.security import stories
from workshops import actions
from workshops.models import Ballot, Minute

pytestmark = pytest.mark.django_db


def can_mount():
    """Whether a small disk can be mounted here: as root, and not in every container."""
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("mount"):
        return False
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def hashed(kind):
    return RowHash.objects.filter(kind=kind).count()


# --- the room ----------------------------------------------------------------------------------------------------


def test_nothing_of_a_round_is_hashed_before_it_ends():
    room = rooms.scoring()
    opened = room.open()
    room.votes(opened, ines=-2, sam=1)
    assert LogEntry.objects.count() == 0
    room.reveal(opened)
    assert LogEntry.objects.count() == 0

    room.settle(opened, -1)

    entry = LogEntry.objects.get()
    assert entry.type == "workshop.round_ended"
    assert (hashed("round"), hashed("ballot"), hashed("seat")) == (1, 2, 2)
    assert hashed("minute") == Minute.objects.count()
    # neither the lean nor a ballot stands in the entry, only that the round is over
    said = json.loads(entry.payload)
    assert set(said) == {"salt", "format", "workshop", "decision", "criterion", "round", "rows"}
    assert -2 not in json.loads(entry.payload).values()


def test_ballots_that_nobody_revealed_are_never_hashed():
    room = rooms.scoring()
    room.votes(room.open(), ines=-2, sam=1)
    actions.close(workshop_id=room.id, by=room.felix)

    report = ledger.verify(LogHead.objects.get())

    assert hashed("ballot") == 0
    assert (report.exit_code, report.rows.waiting["ballot"]) == (0, 2)


def test_a_round_that_was_revealed_and_not_settled_is_hashed_when_the_room_closes():
    room = rooms.scoring()
    opened = room.open()
    room.votes(opened, ines=-2, sam=1)
    room.reveal(opened)
    actions.close(workshop_id=room.id, by=room.felix)
    assert (hashed("round"), hashed("ballot"), hashed("workshop")) == (1, 2, 1)
    assert ledger.verify(LogHead.objects.get()).exit_code == 0


def test_a_contested_round_that_is_settled_later_is_hashed_again_without_what_joined_it():
    room = rooms.scoring()
    contested = room.score(rooms.AUDIT, None, ines=-2, sam=2)
    late = Ballot.objects.create(round=contested, seat=room.daria, score=2)
    room.settle(contested, 0)

    report = ledger.verify(LogHead.objects.get())

    assert (hashed("round"), hashed("ballot")) == (2, 2)
    assert report.fault.message == f"The stored ballot {late.pk} was added past the log, after its round was hashed."


def test_what_is_done_in_a_closed_room_is_hashed_and_what_was_added_is_not_taken_in():
    room = rooms.scoring()
    room.score(rooms.CHURN, -1, ines=-1)
    actions.close(workshop_id=room.id, by=room.felix)
    forged = Minute.objects.create(workshop=room.workshop, act="settled", who="Mallory")
    actions.leave(workshop_id=room.id, by=room.otto)

    report = ledger.verify(LogHead.objects.get())

    assert hashed("minute") == Minute.objects.count() - 1
    assert (
        report.fault.message == f"The stored minute {forged.pk} was added past the log, after its workshop was hashed."
    )


def test_a_row_is_hashed_over_canonical_json():
    row = {
        "salt": "ab" * 16,
        "kind": "ballot",
        "key": "7",
        "values": {"é": [1, None, True, -2], "b": '"\\\x01\u2028\n\x7f🙂'},
    }
    assert row_hash(row) == hashlib.sha256(b"groundwork/row/v1\n" + rfc8785.dumps(row)).hexdigest()


# --- rows that something lawful changed --------------------------------------------------------------------------


def test_a_row_that_was_changed_on_the_record_is_covered_again_and_its_old_salt_is_gone():
    room = rooms.scoring()
    room.score(rooms.CHURN, -1, ines=-1)
    minute = Minute.objects.filter(who="Ines").first()
    with guards.disabled():
        Minute.objects.filter(pk=minute.pk).update(who="Somebody")
    minute.refresh_from_db()
    team = room.people.team
    assert ledger.verify(team.log_head).exit_code == 1

    ledger.hash_again(team=team, rows=[minute], type="rows.erased", why="a request", actor="Olga")

    report = ledger.verify(team.log_head)
    assert (report.exit_code, report.rows.replaced) == (0, 1)
    assert [one.salt == "" for one in RowHash.objects.filter(kind="minute", key=str(minute.pk))] == [True, False]


def test_erasing_an_entry_hashes_its_rows_again_as_they_stand():
    world = people.cast()
    row = put_live(people.decision(world.team), live_from=at(2))
    erase.erase(log=world.team.log_head, sequence=row.sequence, why="a request", actor="Olga")

    report = ledger.verify(LogHead.objects.get())
    assert (report.exit_code, report.erased, report.rows.covered["configuration"]) == (2, (1,), 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE decisions_configuration SET environment = 'staging'")
    assert ledger.verify(LogHead.objects.get()).exit_code == 1


# --- a clock that was set back -----------------------------------------------------------------------------------


def test_an_entry_says_that_the_clock_was_set_back():
    team = people.cast().team
    noon = datetime(2026, 11, 18, 12, tzinfo=UTC)
    for moment in (noon, noon - timedelta(hours=1), noon - timedelta(hours=1, milliseconds=900)):
        with time_machine.travel(moment, tick=False):
            ledger.append(team=team, type="note", payload={}, actor="Olga")

    said = [json.loads(payload).get("clock") for payload in LogEntry.objects.values_list("payload", flat=True)]
    # two machines whose clocks differ by less than a second are no clock that was set back
    assert said == [None, {"now": "2026-11-18T11:00:00.000000Z", "before": "2026-11-18T12:00:00.000000Z"}, None]
    assert ledger.verify(LogHead.objects.get()).turned_back == (2,)


# --- pages -------------------------------------------------------------------------------------------------------

WARNING = "Don't rely on this page"
PAST_THE_PRODUCT = {
    "a sign-off": (SignOff, {"position": "agree", "note": ""}),
    "the text": (Record, {"accepted_by": "Mallory"}),
    "the entry": (LogEntry, {"actor": "Mallory"}),
}


def pages(client, cast, record):
    client.force_login(cast.mina)
    of_record = client.get(reverse("decisions:record", args=[cast.team.slug, record.pk]))
    of_decision = client.get(reverse("decisions:decision", args=[cast.team.slug, record.decision.number]))
    assert (of_record.status_code, of_decision.status_code) == (200, 200)
    return of_record.content.decode(), of_decision.content.decode()


@pytest.mark.parametrize("what", PAST_THE_PRODUCT)
def test_a_record_s_page_warns_when_it_is_not_what_the_log_says(client, what):
    cast = people.cast()
    record = written.in_sign_off(cast)
    written.everybody_signs(record, dissent=record.sign_offs.last().role)
    record = written.records.accept(record=record, by=cast.felix, content_hash=record.content_hash)
    assert WARNING not in "".join(pages(client, cast, record))
    model, change = PAST_THE_PRODUCT[what]
    with guards.disabled():
        model.objects.update(**change)

    of_record, of_decision = pages(client, cast, record)

    assert WARNING in of_record
    assert (WARNING in of_decision) == (what != "a sign-off")  # which that page does not show


def test_a_sign_off_that_was_taken_out_is_missed(client):
    cast = people.cast()
    record = written.accepted(cast)
    with guards.disabled():
        SignOff.objects.filter(pk=record.sign_offs.first().pk).delete()
    assert WARNING in pages(client, cast, record)[0]


def test_a_decision_s_page_warns_of_a_pilot_that_was_made_better(client):
    cast = stories.lived_in()
    decision = Pilot.objects.get().decision
    client.force_login(cast.mina)
    address = reverse("decisions:decision", args=[cast.team.slug, decision.number])
    assert WARNING not in client.get(address).content.decode()

    Pilot.objects.update(verdict="pass", name="Better")

    assert WARNING in client.get(address).content.decode()


def test_a_record_that_no_entry_hashed_is_said_to_be_so(client):
    cast = people.cast()
    record = written.accepted(cast)
    with guards.disabled():
        RowHash.objects.all().delete()
        LogEntry.objects.all().delete()
    assert "audit log doesn't cover everything on this page" in pages(client, cast, record)[0]


def test_a_draft_is_in_no_log_and_says_nothing_of_it(client):
    cast = people.cast()
    for page in pages(client, cast, written.drafted(cast)):
        assert WARNING not in page
        assert "audit log doesn't cover" not in page


def test_a_page_checks_itself_in_two_queries_however_much_there_is():
    stories.lived_in()
    record = Record.objects.get(number=2)
    rows = [record, *record.sign_offs.all(), *record.revisits.all(), *Pilot.objects.all()]
    with CaptureQueriesContext(connection) as queries:
        found = doubts(rows)
    assert (set(found.differ), set(found.unknown)) == (set(), set())
    assert len(queries) == 2


# --- a full disk -------------------------------------------------------------------------------------------------


def _full(*_arguments, **_more):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.once
def test_a_full_disk_answers_507_in_words_and_the_record_stays(client, monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    cast = people.cast()
    record = written.accepted(cast)
    client.force_login(cast.mina)
    address = reverse("decisions:record_file", args=[cast.team.slug, record.pk, "pdf"])
    monkeypatch.setattr(issued, "render_pdf", lambda *_arguments, **_more: b"%PDF-1.7 as made")
    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", _full)
        answer = client.get(address)
    assert answer.status_code == 507
    assert "disk is full" in answer.content.decode()
    assert "Your record is safe" in answer.content.decode()
    assert not list((tmp_path / "pdf").iterdir()), "half a file would fill the disk further"
    assert client.get(address).content == b"%PDF-1.7 as made"


@pytest.mark.once
def test_health_says_that_the_disk_is_full(client, monkeypatch):
    assert client.get("/healthz").content == b"ok\n"
    monkeypatch.setattr("config.views.tempfile.NamedTemporaryFile", _full)
    answer = client.get("/healthz")
    assert (answer.status_code, "No space left on device" in answer.content.decode()) == (507, True)


@pytest.mark.once
@pytest.mark.skipif(not can_mount(), reason="only some may mount a small disk")
def test_a_disk_that_is_really_full_answers_the_same(client, monkeypatch, settings, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True, check=True)
    try:
        settings.DATA_DIR = small
        cast = people.cast()
        record = written.accepted(cast)
        client.force_login(cast.mina)
        monkeypatch.setattr(issued, "render_pdf", lambda *_arguments, **_more: b"%PDF-1.7 " + bytes(200_000))
        address = reverse("decisions:record_file", args=[cast.team.slug, record.pk, "pdf"])
        assert client.get(address).status_code == 507
        (small / "filler").write_bytes(bytes(40_000))
        assert client.get("/healthz").status_code == 507
        (small / "filler").unlink()
        assert client.get("/healthz").status_code == 200
    finally:
        subprocess.run(["umount", small], check=True)


# --- what was acknowledged survives ------------------------------------------------------------------------------


@pytest.mark.once
def test_sqlite_waits_for_the_disk_before_it_acknowledges(tmp_path):
    asked = (
        "from django.db import connection as c; k = c.cursor(); k.execute('PRAGMA synchronous'); print(k.fetchone()[0])"
    )
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", asked],
        env={**environment, "INSECURE_HTTP": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "2"  # FULL


def test_addresses_may_go_without_a_trace_in_the_log():
    """Retention takes addresses out of accepted records' rows; their hashes must not mind."""
    record = written.accepted(people.cast())
    assert KINDS["record"].free["owner_contacts"] == KINDS["sign_off"].free["email"] == ADDRESS
    with guards.disabled():
        Record.objects.filter(pk=record.pk).update(owner_contacts={})
        SignOff.objects.update(email="")
    assert ledger.verify(LogHead.objects.get()).exit_code == 0
