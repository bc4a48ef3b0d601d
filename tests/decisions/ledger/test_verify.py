"""A PDF from a drawer, a hash on paper, a mail from last year: what they show, and what a forger cannot make them show."""

import contextlib
import io
import json
import subprocess
import sys
import zlib

import pypdf
import pypdf.annotations
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from decisions import records
from decisions.exports import issued
from decisions.exports.pdf.pool import PdfError, render_pdf
from decisions.ledger import append as ledger
from decisions.ledger import guards
from decisions.ledger.canonical import dumps, payload_hash
from decisions.models import LogEntry, LogHead, Record, RowHash
from decisions.verify import verdicts
from decisions.verify.attachment import MOST_BYTES, Unreadable, document_in
from tests import people
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return people.cast()


@pytest.fixture
def record(cast):
    return stories.accepted(cast)


def changed(document, path, value):
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy


# --- the file ----------------------------------------------------------------------------------------------------


def test_the_record_is_read_out_of_its_pdf(record):
    pdf = render_pdf(records.document_of(record))
    assert document_in(pdf) == records.document_of(record)
    assert verdicts.verify_document(document_in(pdf)).genuine


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"format": "else"}',
        b'{"format": "groundwork/record/v1"}',
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n1 0 obj <</Type /EmbeddedFile>> stream\nnot json\nendstream",
        b"%PDF-1.7\n1 0 obj <</Type /EmbeddedFile /Filter /FlateDecode>> stream\n\x00\x01garbage\nendstream",
        b"\x89PNG\r\n",
        b"{" * 100_000,
        b"\xff\xfe{\x00}\x00",
        b"[" * 50_000,
    ],
    ids=range(11),
)
def test_what_is_no_record_is_refused_in_words(data):
    with pytest.raises(Unreadable):
        document_in(data)


def test_a_bomb_is_unpacked_to_its_limit_and_refused():
    bomb = zlib.compress(b" " * 200_000_000, 9)
    with pytest.raises(Unreadable):
        document_in(b"%PDF-1.7\n1 0 obj <</Type /EmbeddedFile /Filter /FlateDecode>> stream\n" + bomb + b"\nendstream")


@pytest.mark.parametrize("piece", [b"stream\n", b"/EmbeddedFile ", b"/EmbeddedFile stream\n", b" obj "])
def test_a_file_made_to_keep_the_reader_busy_is_read_once(piece):
    reader = subprocess.run(  # a process of its own can be stopped: this took hours when every stream looked back
        [
            sys.executable,
            "-c",
            "import sys; from decisions.verify.attachment import *\ntry: document_in(sys.stdin.buffer.read())\nexcept Unreadable: print('no record')",
        ],
        input=b"%PDF-1.7\n" + piece * (MOST_BYTES // len(piece) - 10),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert reader.stdout == b"no record\n"


@effort(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_no_file_breaks_the_reader(data):
    for prefix in (b"", b"%PDF-1.7 ", b"%PDF- obj /EmbeddedFile /FlateDecode stream\n", b"{"):
        with contextlib.suppress(Unreadable):
            document_in(prefix + data)


# --- the verdict -------------------------------------------------------------------------------------------------

FORGERIES = [
    (("content", "title"), "Something else was decided"),
    (("content", "approach"), "fine_tuning"),
    (("content", "salt"), "0" * 32),
    (("sign_offs", 2, "position"), "dissent"),
    (("sign_offs", 0, "name"), "Mallory"),
    (("record", "number"), "DR-0002"),
    (("record", "accepted_by"), "Mallory"),
    (("record", "accepted_at"), "2020-01-01T00:00:00Z"),
    (("record", "content_hash"), "0" * 64),
    (("minutes", 0, "what"), "Nothing happened"),
    (("anchor", "head"), "0" * 64),
    (("anchor", "sequence"), 7),
    (("record", "state"), "superseded"),
    (("record", "superseded_by"), "DR-0002"),
    (("record", "withdrawn_because"), "It was never meant."),
    (("anchor",), None),
]


@pytest.mark.parametrize(("path", "value"), FORGERIES, ids=lambda part: str(part)[:30])
def test_a_forged_document_is_never_genuine(record, path, value):
    document = changed(records.document_of(record), path, value)

    assert not verdicts.verify_document(document).genuine


def test_a_consistent_forgery_that_hashes_itself_anew_is_found_too(record):
    document = changed(records.document_of(record), ("content", "title"), "Something else")
    document["record"]["content_hash"] = payload_hash(document["content"])

    verdict = verdicts.verify_document(document)

    assert (verdict.genuine, verdict.state) == (False, "altered")


@pytest.mark.parametrize(
    "junk",
    [
        {"record": {}, "content": {}, "sign_offs": []},
        {"record": {"content_hash": 3}, "content": {"x": 1.5}, "sign_offs": [None]},
        {"record": {}, "content": {"x": "\ud800"}, "sign_offs": []},
        {"record": {}, "content": {"x": 10**400}, "sign_offs": [], "anchor": {"log": [], "sequence": True, "head": {}}},
        {"record": {}, "content": {"x": float("nan")}, "sign_offs": [], "anchor": "x"},
        {"record": {}, "content": {}, "sign_offs": [], "anchor": {"log": "x", "sequence": 1, "head": "a\x00b"}},
        {"record": {}, "content": {}, "sign_offs": [], "anchor": {"log": "\x00", "sequence": 1, "head": "a" * 64}},
        {"record": {}, "content": {}, "sign_offs": [], "anchor": {"log": "x", "sequence": 1, "head": "\ud800"}},
        {"record": {}, "content": {}, "sign_offs": [], "anchor": {"log": "x", "sequence": 2**52, "head": "a" * 64}},
    ],
    ids=range(9),
)
def test_junk_of_the_right_shape_breaks_nothing(record, junk):
    assert not verdicts.verify_document(junk).genuine


@pytest.mark.parametrize("part", ["log", "head"])
@pytest.mark.parametrize("junk", ["a\x00b", "\ud800"], ids=["NUL", "surrogate"])
def test_an_anchor_of_junk_beside_a_genuine_text_breaks_nothing(client, record, part, junk):
    document = changed(json.loads(record.document), ("anchor", part), junk)

    assert not verdicts.verify_document(document).genuine
    file = SimpleUploadedFile("record.json", json.dumps(document).encode(), "application/json")
    assert "has been altered" in client.post(reverse("decisions:verify"), {"file": file}).content.decode()


@pytest.mark.once
def test_pages_that_were_changed_around_the_genuine_data_are_not_vouched_for(client, record, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    pdf = issued.pdf_of(records.document_of(record), appendix=False)
    assert verdicts.verify_file(pdf).genuine

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_annotation(0, pypdf.annotations.FreeText(text="Approach: fine-tuning", rect=(50, 550, 300, 650)))
    doctored = io.BytesIO()
    writer.write(doctored)

    for forged in (doctored.getvalue(), b" " + pdf, pdf + b" "):
        assert document_in(forged) == records.document_of(record)
        page = client.post(reverse("decisions:verify"), {"file": SimpleUploadedFile("record.pdf", forged)})
        page = page.content.decode()
        assert "Genuine, and in force" not in page
        assert "The data is genuine, but we can't confirm the pages" in page
        assert record.content["title"] in page


@pytest.mark.once
@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("appendix", [False, True])
def test_pages_are_known_again_whoever_printed_them_and_when(record, tmp_path, settings, monkeypatch, paper, appendix):
    settings.DATA_DIR = tmp_path / "one"
    pdf = issued.pdf_of(records.document_of(record), paper, appendix=appendix)
    settings.DATA_DIR = tmp_path / "another"  # a node that never issued it makes it anew
    assert verdicts.verify_file(pdf).genuine

    settings.DATA_DIR = tmp_path / "one"
    for cached in (tmp_path / "one" / "pdf").iterdir():
        cached.unlink()

    def changed_since(*_arguments, **_edition):
        return b"%PDF-1.7 as a later version would set it"

    monkeypatch.setattr(issued, "render_pdf", changed_since)
    assert verdicts.verify_file(pdf).genuine  # its hash was kept when it was issued


@pytest.mark.once
def test_a_pdf_printed_before_it_was_superseded_is_still_the_one_that_was_issued(cast, record, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    before = issued.pdf_of(records.document_of(record), appendix=False)
    record = records.withdraw(record=record, by=cast.felix, why="The vendor left.")
    after = issued.pdf_of(records.document_of(record), appendix=False)

    assert before != after
    for pdf in (before, after):
        assert (verdicts.verify_file(pdf).genuine, verdicts.verify_file(pdf).state) == (True, "withdrawn")


def test_where_no_pdf_can_be_made_pages_are_not_called_genuine(record, tmp_path, settings, monkeypatch):
    settings.DATA_DIR = tmp_path
    pdf = render_pdf(records.document_of(record))

    def cannot(*_arguments, **_edition):
        raise PdfError("no engine")

    monkeypatch.setattr(issued, "render_pdf", cannot)
    assert (verdicts.verify_file(pdf).genuine, verdicts.verify_file(pdf).state) == (False, "pages")


def test_a_draft_s_text_is_told_apart(cast):
    draft = stories.drafted(cast)

    verdict = verdicts.verify_document(records.document_of(draft))

    assert (verdict.state, verdict.revision, verdict.genuine) == ("draft", 1, False)


def test_a_rewritten_log_is_found_by_the_anchor_on_paper(cast, record):
    document = records.document_of(record)
    log = LogHead.objects.get(team=cast.team)
    with guards.disabled():  # a thief who owns the database: everything is made to fit again, but not the paper
        entry = LogEntry.objects.get()
        payload = json.loads(entry.payload) | {"title": "Something else"}
        RowHash.objects.all().delete()
        LogEntry.objects.all().delete()
        LogHead.objects.filter(pk=log.pk).update(sequence=0, head="0" * 64)
        del payload["decision_number"], payload["rows"]
        ledger.append(team=cast.team, type=entry.type, payload=payload, actor=entry.actor, decision=record.decision)
    log.refresh_from_db()

    assert ledger.verify(log).whole
    assert ledger.verify(log).exit_code == 3  # but for the rows that it no longer covers
    assert not verdicts.verify_document(document).genuine
    assert not verdicts.verify_log(log, [verdicts.anchor_of(document)]).whole


def test_a_hash_is_understood_however_it_is_pasted(record):
    digest = record.content_hash
    grouped = " ".join(digest[place : place + 8] for place in range(0, 64, 8))

    for pasted in (digest, digest.upper(), grouped, f"Content: {grouped}\n", f"SHA-256:\t{digest}."):
        assert verdicts.verify_hash(verdicts.hash_in(pasted)).state == "accepted"
    for junk in ("", "x", digest[:-1], "g" * 64, digest + "0", "\ud800"):
        assert verdicts.hash_in(junk) is None


# --- the page ----------------------------------------------------------------------------------------------------


def test_anybody_may_verify_and_learns_no_title(client, record):
    answer = client.post(reverse("decisions:verify"), {"hash": record.content_hash})

    page = answer.content.decode()
    assert "Genuine, and in force" in page
    assert "DR-0001" in page
    assert "Answer support questions" not in page


def test_a_log_entry_s_hash_is_no_fault(client, cast, record):
    entry = ledger.append(team=cast.team, type="note", payload={}, actor="Olga")
    page = client.post(reverse("decisions:verify"), {"hash": entry.entry_hash}).content.decode()
    assert "An entry in this server's audit log" in page
    assert "notice-error" not in page


def test_a_member_gets_the_way_to_the_record(client, cast, record):
    client.force_login(cast.mina)
    page = client.post(reverse("decisions:verify"), {"hash": record.content_hash}).content.decode()
    assert reverse("decisions:record", kwargs={"slug": "helio-desk", "record_id": record.pk}) in page


def test_a_file_is_uploaded(client, record):
    good = SimpleUploadedFile("record.json", record.document.encode(), "application/json")
    assert "Genuine, and in force" in client.post(reverse("decisions:verify"), {"file": good}).content.decode()

    forged = changed(json.loads(record.document), ("sign_offs", 2, "position"), "dissent")
    bad = SimpleUploadedFile("record.json", dumps(forged).encode(), "application/json")
    page = client.post(reverse("decisions:verify"), {"file": bad}).content.decode()
    assert "This record has been altered" in page


def test_a_withdrawn_record_is_genuine_but_not_in_force(client, cast, record):
    records.withdraw(record=Record.objects.get(), by=cast.felix, why="The vendor left.")
    page = client.post(reverse("decisions:verify"), {"hash": record.content_hash}).content.decode()
    assert "Genuine, but withdrawn" in page
    now = records.document_of(Record.objects.get())
    assert now["record"]["withdrawn_because"] == "The vendor left."
    for document in (json.loads(record.document), now):  # as issued, and as downloaded today
        verdict = verdicts.verify_document(document)
        assert (verdict.genuine, verdict.state) == (True, "withdrawn")
    now["record"]["withdrawn_because"] = "It was a mistake of ours."
    assert not verdicts.verify_document(now).genuine


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"hash": "x"},
        {"hash": "a\x00b"},
        {"hash": "x" * 1_048_576},
        {"file": SimpleUploadedFile("x.pdf", b"nothing")},
        {"file": SimpleUploadedFile("x.json", b'{"format":"groundwork/record/v1"}')},
        {"file": SimpleUploadedFile("x.pdf", b"")},
    ],
    ids=range(7),
)
def test_bad_input_is_a_422_with_words(client, sent):
    assert client.post(reverse("decisions:verify"), sent).status_code == 422


# --- the command -------------------------------------------------------------------------------------------------


def run(*arguments):
    """The command's exit code and what it printed."""
    out = io.StringIO()
    try:
        call_command("verify_log", *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_a_good_log_exits_0(cast, record):
    code, said = run()
    assert (code, "helio-desk: good; 1 entries" in said) == (0, True)
    assert run("--team", "helio-desk")[0] == 0


def test_the_first_bad_entry_is_named_and_exits_1(cast, record):
    for number in range(3):
        ledger.append(team=cast.team, type="note", payload={"number": number}, actor="Olga")
    with guards.disabled():
        LogEntry.objects.filter(sequence=3).update(actor="Mallory")

    code, said = run("--team", "helio-desk")

    assert code == 1
    assert "BROKEN at entry 3 (entry)" in said


def test_a_field_outside_the_hash_is_watched_too(cast, record):
    other = people.decision(cast.team)
    with guards.disabled():
        LogEntry.objects.update(decision=other)
    assert "moved to another decision" in run()[1]


def test_an_erased_payload_exits_2_and_only_by_the_command(cast, record):
    ledger.append(team=cast.team, type="note", payload={"name": "somebody who wants to be forgotten"}, actor="Olga")
    out = io.StringIO()

    call_command(
        "erase_payload", "--team", "helio-desk", "--entry", "2", "--why", "a request", "--by", "Olga", stdout=out
    )

    code, said = run()
    assert code == 2
    assert "erased payloads at 2" in said
    assert "forgotten" not in "".join(LogEntry.objects.values_list("payload", flat=True))
    assert guards.missing() == []
    for entry in ("2", "3", "99"):
        with pytest.raises(CommandError):
            call_command("erase_payload", "--team", "helio-desk", "--entry", entry, "--why", "x", "--by", "Olga")


def test_a_blanked_payload_that_no_entry_explains_is_broken(cast, record):
    with guards.disabled():
        LogEntry.objects.update(payload="")
    assert run()[0] == 1


def test_a_pdf_or_record_is_held_against_the_log(cast, record, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(record.document, encoding="utf-8")
    bad.write_text(
        dumps(changed(json.loads(record.document), ("content", "title"), "Something else")), encoding="utf-8"
    )

    assert run("--pdf", str(good))[0] == 0
    code, said = run("--pdf", str(bad))
    assert (code, "BROKEN" in said) == (1, True)


@pytest.mark.once
def test_changed_pages_around_genuine_data_are_said_and_break_no_log(cast, record, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    pdf = issued.pdf_of(records.document_of(record))
    (tmp_path / "good.pdf").write_bytes(pdf)
    (tmp_path / "changed.pdf").write_bytes(pdf + b" ")

    assert run("--pdf", str(tmp_path / "good.pdf"))[0] == 0
    assert "Note" not in run("--pdf", str(tmp_path / "good.pdf"))[1]
    code, said = run("--pdf", str(tmp_path / "changed.pdf"))
    assert (code, "Note: The pages differ from the ones issued here" in said) == (0, True)


def test_a_cut_tail_is_found_with_what_an_owner_kept(cast, record, tmp_path, django_capture_on_commit_callbacks):
    ledger.append(team=cast.team, type="note", payload={"number": 2}, actor="Olga")
    log = LogHead.objects.get(team=cast.team)
    kept = tmp_path / "kept.txt"
    kept.write_text(f"{ledger.anchor(log)}\n", encoding="utf-8")
    assert run("--since", str(kept))[0] == 0

    first = LogEntry.objects.get(sequence=1)
    with guards.disabled():
        LogEntry.objects.filter(sequence=2).delete()
    LogHead.objects.filter(pk=log.pk).update(sequence=1, head=first.entry_hash)

    assert run()[0] == 0  # the chain alone cannot know
    assert run("--since", str(kept))[0] == 1


def test_the_mail_that_owners_keep_is_an_anchor(cast, tmp_path, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        stories.accepted(cast)
    mail = tmp_path / "mail.txt"
    mail.write_text(mailoutbox[-1].body, encoding="utf-8")

    code, said = run("--since", str(mail))

    assert (code, "1 anchor(s) held" in said) == (0, True)


def test_what_cannot_be_verified_is_neither_good_nor_broken(cast, record, tmp_path):
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    for arguments in (
        ("--team", "nobody"),
        ("--pdf", str(tmp_path / "missing.pdf")),
        ("--pdf", str(empty)),
        ("--since", str(empty)),
    ):
        with pytest.raises(CommandError) as refused:
            run(*arguments)
        assert refused.value.returncode == 3


def test_a_file_of_a_log_that_is_gone_is_broken(cast, record, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text(f"elsewhere#3 {'ab' * 32}", encoding="utf-8")
    assert run("--since", str(kept))[0] == 1


def test_a_missing_guard_is_said(cast, record):
    guards.remove()
    try:
        assert "groundwork_record_frozen is missing" in run()[1]
    finally:
        guards.install()


def test_who_brings_too_much_in_a_minute_waits_and_keeps_the_hash(client, record, settings):
    settings.VERIFY_RATE_PER_ADDRESS = 3
    brought = {"hash": record.content_hash}
    for _time in range(3):
        assert client.post(reverse("decisions:verify"), brought).status_code == 200
    refused = client.post(reverse("decisions:verify"), brought)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Genuine" not in refused.content.decode()
    assert record.content_hash in refused.content.decode()
    assert client.get(reverse("decisions:verify")).status_code == 200
    elsewhere = client.post(reverse("decisions:verify"), brought, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200, "others are not held up"
