"""What somebody with the database in hand changes past the product is found by `verify_log`, column by column.

Each change is raw SQL with the guards dropped, on a copy: a savepoint that is rolled back. `CHANGES` names every column
of every kind of row; a new column fails here until it stands in it, or in the kind's `free` columns with a reason.
"""

import io
import json
import uuid

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from decisions.ledger import append as ledger
from decisions.ledger import guards
from decisions.ledger.canonical import entry_hash, payload_hash, text_hash
from decisions.ledger.chain import GENESIS
from decisions.ledger.rows import KINDS, root_of, said_in
from decisions.models import LogEntry, LogHead, RowHash, Team
from tests.security import stories

pytestmark = pytest.mark.django_db  # each test in a savepoint of the story's own transaction
ELSEWHERE = "(SELECT id FROM decisions_team WHERE slug = 'elsewhere')"
OTHER_DECISION = "(SELECT max(id) FROM decisions_decision)"
OTHER_RECORD = "(SELECT id FROM decisions_record WHERE number = 3)"
OTHER_WORKSHOP = "(SELECT max(id) FROM workshops_workshop)"
OTHER_ENTRY = "(SELECT min(id) FROM decisions_logentry)"
OTHER_ROUND = "(SELECT max(id) FROM workshops_round)"
NEW_ID = f"'{uuid.UUID(int=4711).hex}'"
DAY, MOMENT, HASH = "'2020-01-02'", "'2020-01-02 03:04:05+00:00'", "'" + "0" * 64 + "'"

# Which row of a kind is attacked, and for each column what is put there, in SQL, with what else must move to let it in.
CHANGES = {
    "record": (
        "number = 2",
        {
            "id": NEW_ID,
            "team": ELSEWHERE,
            "decision": OTHER_DECISION,
            "number": "9",
            "state": "'withdrawn'",
            "content": """'{"title": "Something else"}'""",
            "canonical": "'{}'",
            "content_hash": HASH,
            "revision": "99",
            "section_versions": """'{"decision": 9}'""",
            "minutes": "'[]'",
            "approach": "'fine_tuning'",
            "workshop_ref": NEW_ID,
            "supersedes": "NULL",
            "created_at": MOMENT,
            "sign_off_opened_at": MOMENT,
            "accepted_at": MOMENT,
            "accepted_by": "'Mallory'",
            "withdrawn_at": MOMENT,
            "withdrawn_why": "'Never meant'",
            "document": "replace(document, 'Ines', 'Mallory')",
        },
    ),
    "revision": (
        "number = 2",
        {
            "id": "100001",
            "record": f"{OTHER_RECORD}, number = 77",
            "number": "77",
            "section": "'else'",
            "canonical": "'{}'",
            "content_hash": HASH,
            "by": "'Mallory'",
            "at": MOMENT,
        },
    ),
    "sign_off": (
        "position = 'dissent'",
        {
            "id": "100001",
            "record": f"{OTHER_RECORD}, role = 'Else'",
            "role": "'Else'",
            "name": "'Mallory'",
            "position": "'agree'",
            "note": "''",
            "seat": "99",
            "proof": "'account'",
            "content_hash": HASH,
            "signed_at": MOMENT,
            "voided_at": MOMENT,
            "voided_why": "'x'",
        },
    ),
    "revisit": (
        "held_at IS NULL",
        {
            "id": "100001",
            "decision": OTHER_DECISION,
            "record": "(SELECT id FROM decisions_record WHERE number IS NULL)",
            "due_on": DAY,
            "none_because": "'Nobody asked'",
            "triggers": "'[]'",
            "held_at": MOMENT,
            "outcome": "'Held'",
            "workshop_ref": NEW_ID,
            "created_at": MOMENT,
        },
    ),
    "pilot": (
        "name = 'Autumn pilot'",
        {
            "id": "100001",
            "public_id": NEW_ID,
            "team": ELSEWHERE,
            "decision": OTHER_DECISION,
            "record": "NULL",
            "entry": OTHER_ENTRY,
            "name": "'Spring pilot'",
            "environment": "'production'",
            "evaluation_set": "'else'",
            "evaluation_set_hash": "'sha256:ff'",
            "started_on": DAY,
            "ended_on": DAY,
            "note": "'Worse than feared.'",
            "verdict": "'fail'",
            "noted_by": "'Mallory'",
            "created_at": MOMENT,
        },
    ),
    "pilot_result": (
        "key = 'grounded_correctness'",
        {
            "id": "100001",
            "pilot": "NULL",
            "position": "9",
            "key": "'else'",
            "name": "'Else'",
            "gate": "'>= 1 %'",
            "sample": "2000",
            "hits": "1",
            "figure": "'9 s'",
            "low": "'0.1'",
            "high": "'0.2'",
            "verdict": "'fail'",
            "at_least": "NULL",
        },
    ),
    "configuration": (
        "environment = 'staging'",
        {
            "entry": OTHER_ENTRY,
            "public_id": NEW_ID,
            "team": ELSEWHERE,
            "decision": OTHER_DECISION,
            "kind": "'ended'",
            "environment": "'production'",
            "live_from": MOMENT,
            "sequence": "999",
        },
    ),
    "complaint": (
        "reference = 'HELP-1'",
        {
            "entry": OTHER_ENTRY,
            "public_id": NEW_ID,
            "team": ELSEWHERE,
            "decision": OTHER_DECISION,
            "configuration": "(SELECT entry_id FROM decisions_configuration WHERE environment = 'staging')",
            "environment": "'staging'",
            "moment": MOMENT,
            "reference": "'HELP-2'",
            "sequence": "999",
        },
    ),
    "workshop": (
        "phase = 'closed'",
        {
            "id": "100001",
            "public_id": NEW_ID,
            "decision": OTHER_DECISION,
            "phase": "'scoring'",
            "shown": "'counts'",
            "scored_ahead": "NOT scored_ahead",
            "session_started_at": MOMENT,
            "framework": """'{"name": "Else"}'""",
            "situation": """'{"documents_drive": true}'""",
            "precheck": """'{"one_answer_this_week": "yes"}'""",
            "created_at": MOMENT,
            "closed_at": MOMENT,
            "reopened_at": MOMENT,
        },
    ),
    "round": (
        "state = 'settled' AND criterion = 'knowledge_churn'",
        {
            "id": "100001",
            "workshop": f"{OTHER_WORKSHOP}, number = 9",
            "criterion": "'latency_cost_2'",
            "number": "9",
            "state": "'contested', lean = NULL",
            "place": "4",
            "lean": "2",
            "why": "'Else'",
            "settled_by": "'Mallory'",
            "opened_at": MOMENT,
            "revealed_at": MOMENT,
            "settled_at": MOMENT,
        },
    ),
    "seat": (
        "name = 'Ines'",
        {"id": "100001", "workshop": OTHER_WORKSHOP, "name": "'Mallory'", "joined_at": MOMENT},
    ),
    "ballot": (
        "score = -2",
        {
            "id": "100001",
            "round": OTHER_ROUND,
            "seat": "(SELECT max(id) FROM workshops_seat)",
            "role": "'legal'",
            "score": "2",
            "confidence": "'unsure'",
            "reason": "'Else'",
            "cast_at": MOMENT,
        },
    ),
    "talk_note": (
        "text = 'Mind the audit.'",
        {"id": "100001", "round": OTHER_ROUND, "author": "'Mallory'", "text": "'Else'", "at": MOMENT},
    ),
    "minute": (
        "act = 'voted'",
        {
            "id": "100001",
            "workshop": OTHER_WORKSHOP,
            "act": "'withdrew'",
            "who": "'Mallory'",
            "detail": """'{"criterion": "latency_cost"}'""",
            "at": MOMENT,
        },
    ),
}
# What a further row needs to be let in beside the one that it is copied from.
ADDED = {
    "record": {"id": NEW_ID, "number": "9", "supersedes_id": "NULL"},
    "revision": {"id": "100001", "number": "77"},
    "sign_off": {"id": "100001", "role": "'Else'"},
    "revisit": {"id": "100001", "held_at": MOMENT},
    "pilot": {"id": "100001", "public_id": NEW_ID, "entry_id": "NULL"},
    "pilot_result": {"id": "100001", "key": "'else'"},
    "configuration": {"entry_id": OTHER_ENTRY, "public_id": NEW_ID},
    "complaint": {"entry_id": OTHER_ENTRY, "public_id": NEW_ID},
    "workshop": {"id": "100001", "public_id": NEW_ID, "join_code": "'ABCDEFGH'", "join_token": "'else'"},
    "round": {"id": "100001", "number": "9"},
    "seat": {"id": "100001", "user_id": "NULL"},
    "ballot": {"id": "100001", "seat_id": "(SELECT max(id) FROM workshops_seat)"},
    "talk_note": {"id": "100001"},
    "minute": {"id": "100001"},
}
# What the log does not keep, and why; every other table of the two apps has a kind.
NOT_ROWS_OF_THE_LOG = {
    "Team, User, Membership, Invitation": "who belongs together now",
    "Decision, DecisionTag, DecisionSummary, SummaryOwner, TrailField": "words that may change, and lines made of other rows",
    "FrameworkVersion, OwnStartingPoint": "wordings; a record names its version, and a workshop keeps its own copy",
    "LogHead, LogEntry, RowHash": "the log itself",
    "Presence, SectionPresence, ShareLink, Archive, SeatInvitation": "of the moment",
    "ApiToken, IdempotentAnswer, FeedAddress, Webhook, Delivery": "ways in and out",
    "InvitationMail": "counted for a day",
    "AuditEvent, KnownPerson": "beside the chain: guarded, but a name in them can go",
}


@pytest.fixture(scope="module")
def team(django_db_setup, django_db_blocker):
    """The team of the story, with the guards down; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = stories.lived_in()
        guards.remove()
        yield cast.team
        transaction.set_rollback(True)


def attack(*statements):
    """What verification says after raw SQL that leaves no other trace."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount > 0, f"nothing was attacked: {statement}"
        report = ledger.verify(LogHead.objects.get(name="helio-desk"))
        transaction.set_rollback(True)
    return report


def table(kind):
    return connection.ops.quote_name(KINDS[kind].model._meta.db_table)


def one_of(kind):
    """The first row that the attack on this kind is aimed at, among those that an entry hashed."""
    meta = KINDS[kind].model._meta
    pk = meta.pk.column
    key = meta.get_field("public_id").column if KINDS[kind].key == "public_id" else pk
    # SQLite keeps UUIDs without their dashes
    text = f"replace(CAST({key} AS varchar(40)), '-', '')"
    hashed = f"(SELECT replace(h.key, '-', '') FROM decisions_rowhash h WHERE h.kind = '{kind}')"
    return (
        f"{pk} = (SELECT {pk} FROM {table(kind)} WHERE {CHANGES[kind][0]} AND {text} IN {hashed} ORDER BY {pk} LIMIT 1)"
    )


def test_the_story_is_covered_whole(team):
    report = ledger.verify(LogHead.objects.get(team=team))

    assert (report.fault, report.exit_code) == (None, 0)
    covered = {name: count for name, count in report.rows.covered.items() if count}
    assert set(covered) == set(CHANGES)
    assert sum(covered.values()) > 100
    # two rooms of which one goes on, a draft with its revisions, and ballots that nobody revealed
    assert report.rows.waiting["ballot"] == 4
    assert report.rows.waiting["record"] == 1


COLUMNS = [(kind, column) for kind, (_row, columns) in CHANGES.items() for column in columns]


@pytest.mark.parametrize(("kind", "column"), COLUMNS, ids=lambda part: part)
def test_a_changed_column_is_found(team, kind, column):
    field = KINDS[kind].model._meta.get_field(column)
    name = connection.ops.quote_name(field.column)
    value = CHANGES[kind][1][column]
    if (kind, column) == ("pilot_result", "pilot"):
        copy = _copy("pilot", {"id": "100002", "public_id": NEW_ID, "entry_id": "NULL"})
        report = attack(copy, f"UPDATE {table(kind)} SET {name} = 100002 WHERE {one_of(kind)}")
    else:
        report = attack(f"UPDATE {table(kind)} SET {name} = {value} WHERE {one_of(kind)}")

    assert report.exit_code == 1
    assert report.fault.kind in {"row", "decision"}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_deleted_row_is_found(team, kind):
    report = attack(f"DELETE FROM {table(kind)} WHERE {one_of(kind)}")

    assert report.exit_code == 1
    assert "is not stored any more" in report.fault.message


def _copy(kind, changes):
    columns = [field.column for field in KINDS[kind].model._meta.concrete_fields]
    values = [changes.get(name, connection.ops.quote_name(name)) for name in columns]
    names = ", ".join(map(connection.ops.quote_name, columns))
    return f"INSERT INTO {table(kind)} ({names}) SELECT {', '.join(values)} FROM {table(kind)} WHERE {one_of(kind)}"


@pytest.mark.parametrize("kind", CHANGES)
def test_an_added_row_is_found(team, kind):
    report = attack(_copy(kind, ADDED[kind]))

    parents = {"revision", "sign_off", "revisit", "pilot_result", "round", "seat", "ballot", "talk_note", "minute"}
    if kind in parents:  # what it was added to is hashed whole
        assert report.exit_code == 1
        assert "was added past the log" in report.fault.message
    else:
        assert report.exit_code == 3
        assert report.rows.uncovered[kind] == 1


IN_THE_LOG = {
    "an entry's words": "UPDATE decisions_logentry SET payload = replace(payload, 'rag', 'fine_tuning') WHERE sequence = 1",
    "an entry's words erased": "UPDATE decisions_logentry SET payload = '' WHERE sequence = 1",
    "an entry's hash of its words": f"UPDATE decisions_logentry SET payload_hash = {HASH} WHERE sequence = 2",
    "an entry's type": "UPDATE decisions_logentry SET type = 'note' WHERE sequence = 2",
    "an entry's time": "UPDATE decisions_logentry SET at = '2020-01-02T03:04:05.000000Z' WHERE sequence = 2",
    "an entry's actor": "UPDATE decisions_logentry SET actor = 'Mallory' WHERE sequence = 2",
    "an entry's hash": f"UPDATE decisions_logentry SET entry_hash = {HASH} WHERE sequence = 2",
    "the hash before": f"UPDATE decisions_logentry SET prev = {HASH} WHERE sequence = 2",
    "an entry's place": "UPDATE decisions_logentry SET sequence = 999 WHERE sequence = 2",
    "an entry's decision": f"UPDATE decisions_logentry SET decision_id = {OTHER_DECISION} WHERE sequence = 1",
    "an entry taken out": "DELETE FROM decisions_logentry WHERE sequence = 2",
    "the head's place": "UPDATE decisions_loghead SET sequence = 1",
    "the head's hash": f"UPDATE decisions_loghead SET head = {HASH}",
    "a row's hash": f"UPDATE decisions_rowhash SET hash = {HASH} WHERE id = (SELECT min(id) FROM decisions_rowhash)",
    "a row's salt": "UPDATE decisions_rowhash SET salt = '' WHERE id = (SELECT max(id) FROM decisions_rowhash)",
    "a row's key": "UPDATE decisions_rowhash SET key = '9' WHERE id = (SELECT min(id) FROM decisions_rowhash)",
    "a row's kind": "UPDATE decisions_rowhash SET kind = 'seat' WHERE id = (SELECT min(id) FROM decisions_rowhash)",
    "a row's entry": f"UPDATE decisions_rowhash SET entry_id = {OTHER_ENTRY} WHERE id = (SELECT max(id) FROM decisions_rowhash)",
    "a row's hash taken out": "DELETE FROM decisions_rowhash WHERE id = (SELECT min(id) FROM decisions_rowhash)",
    "all hashes of an entry": f"DELETE FROM decisions_rowhash WHERE entry_id = {OTHER_ENTRY}",
    "all hashes": "DELETE FROM decisions_rowhash",
    "a hash too many": "INSERT INTO decisions_rowhash (entry_id, kind, key, salt, hash) SELECT entry_id, kind, '9', salt, hash"
    " FROM decisions_rowhash WHERE id = (SELECT min(id) FROM decisions_rowhash)",
}


@pytest.mark.parametrize("what", IN_THE_LOG)
def test_a_change_of_the_log_itself_is_found(team, what):
    assert attack(IN_THE_LOG[what]).exit_code == 1


def test_every_column_is_covered_or_named_as_not_covered():
    for name, kind in KINDS.items():
        columns = {field.name for field in kind.model._meta.concrete_fields}
        assert set(CHANGES[name][1]) == columns - set(kind.free), name
        assert set(kind.free) <= columns, name
        assert all(kind.free.values()), name


def test_every_table_is_covered_or_named_as_not_covered():
    named = {name for names in NOT_ROWS_OF_THE_LOG for name in names.split(", ")}
    tables = {model.__name__ for app in ("decisions", "workshops") for model in apps.get_app_config(app).get_models()}
    assert {kind.model.__name__ for kind in KINDS.values()} | named == tables


def test_at_least_sixty_kinds_of_change_are_tried():
    assert len(COLUMNS) + 2 * len(CHANGES) + len(IN_THE_LOG) >= 60


# --- a thief who mends the chain ---------------------------------------------------------------------------------


def rechain(start):
    """Make every entry from `start` on fit again, with the roots of its rows, and set the head right."""
    prev = GENESIS
    for entry in LogEntry.objects.filter(log__name="helio-desk").select_related("log", "decision").order_by("sequence"):
        if entry.sequence >= start:
            payload = json.loads(entry.payload)
            if said_in(entry.payload):
                hashes = list(entry.row_hashes.values_list("kind", "key", "hash"))
                payload["rows"] |= {"count": len(hashes), "root": root_of(hashes)}
            text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            whole = {"v": 1, "log": "helio-desk", "seq": entry.sequence, "prev": prev, "type": entry.type}
            whole |= {"at": entry.at, "actor": entry.actor, "payload_hash": text_hash(text)}
            digest = entry_hash(whole)
            LogEntry.objects.filter(pk=entry.pk).update(
                prev=prev, payload=text, payload_hash=text_hash(text), entry_hash=digest
            )
            prev = digest
        else:
            prev = entry.entry_hash
    LogHead.objects.filter(name="helio-desk").update(head=prev)


def test_a_whole_rechain_with_a_row_left_out_is_found_by_an_anchor_only(team):
    log = LogHead.objects.get(team=team)
    kept = ledger.anchor(log)
    with transaction.atomic():
        RowHash.objects.filter(kind="ballot", entry__sequence__gt=1).delete()
        rechain(1)
        log.refresh_from_db()
        alone, anchored = ledger.verify(log), ledger.verify(log, [kept])
        transaction.set_rollback(True)

    assert alone.exit_code == 1, "a round that is hashed has no ballots that are not"
    assert anchored.fault.kind == "anchor"


def test_a_whole_rechain_of_everything_is_found_by_an_anchor(team):
    log = LogHead.objects.get(team=team)
    kept = ledger.anchor(log)
    with transaction.atomic():
        LogEntry.objects.filter(log=log).update(actor="Nobody")
        rechain(1)
        log.refresh_from_db()
        alone, anchored = ledger.verify(log), ledger.verify(log, [kept])
        transaction.set_rollback(True)

    # the document of a record names the entry that it was issued with
    assert alone.fault.kind == "row"
    assert anchored.fault.kind == "anchor"


def test_a_cut_tail_leaves_rows_that_nothing_covers(team):
    log = LogHead.objects.get(team=team)
    kept = ledger.anchor(log)
    with transaction.atomic():
        last = LogEntry.objects.get(log=log, sequence=log.sequence)
        RowHash.objects.filter(entry=last).delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM decisions_logentry WHERE id = %s", [last.pk])
        LogHead.objects.filter(pk=log.pk).update(sequence=last.sequence - 1, head=last.prev)
        log.refresh_from_db()
        alone, anchored = ledger.verify(log), ledger.verify(log, [kept])
        transaction.set_rollback(True)

    assert alone.exit_code == 1
    assert alone.fault.kind == "row"
    assert anchored.fault.kind == "cut"


# --- what the command says ---------------------------------------------------------------------------------------


def run(*arguments):
    out = io.StringIO()
    try:
        call_command("verify_log", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_numbers_say_what_was_compared(team):
    code, said = run("--team", "helio-desk")
    assert code == 0
    assert "helio-desk: good; " in said
    assert "rows compared with the log: record 3, " in said
    assert "ballot 10" in said
    assert "rows that need not be covered" in said


def test_a_new_team_beside_it_is_empty_and_spoils_nothing(team):
    code, said = run()
    assert (code, "elsewhere: empty: there is nothing to verify." in said) == (0, True)
    assert run("--team", "elsewhere")[0] == 3


def test_an_empty_database_is_not_called_good(team):
    with transaction.atomic():
        Team.objects.filter(slug="elsewhere").update(slug="alone")
        with connection.cursor() as cursor:
            for name in ("decisions_rowhash", "decisions_logentry", "decisions_loghead"):
                cursor.execute(f"DELETE FROM {name}")
        code, said = run()
        transaction.set_rollback(True)

    assert code == 3
    assert "good" not in said.replace("what is covered is good", "")
    assert "Nothing is covered: no log here has an entry." in said


def test_rows_from_before_are_hashed_as_they_stand(team):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_copy("record", ADDED["record"]))
        assert run()[0] == 3
        call_command(
            "hash_rows", "--team", "helio-desk", "--why", "older than this", "--by", "Olga", stdout=io.StringIO()
        )
        assert run()[0] == 0
        with connection.cursor() as cursor:
            cursor.execute("UPDATE decisions_record SET accepted_by = 'Mallory' WHERE number = 9")
        code, said = run()
        transaction.set_rollback(True)

    assert (code, "BROKEN at entry" in said) == (1, True)


def test_payload_hashes_are_made_as_before():
    """A row's hash must never be a payload's: the golden files stand for what people have on paper."""
    assert payload_hash({"a": 1}) == text_hash('{"a":1}')
