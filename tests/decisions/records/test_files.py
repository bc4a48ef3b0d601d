"""A record as a file: the right headers, the same bytes again, and a clear page where PDFs cannot be made."""

import io
import json
import re
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pypdf
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from decisions import records
from decisions.archive import jobs as archives
from decisions.exports import issued
from decisions.exports.pdf.pool import PdfError
from decisions.ledger.chain import Anchor, Link, check
from decisions.models import Archive
from decisions.verify import verdicts
from decisions.verify.attachment import document_in
from tests.decisions.records import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    return tmp_path


def address(record, kind, **query):
    path = reverse("decisions:record_file", kwargs={"slug": record.team.slug, "record_id": record.pk, "kind": kind})
    return path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def test_the_pdf_carries_the_record_and_is_kept_byte_for_byte(client, cast, data_dir, monkeypatch):
    record = stories.accepted(cast)
    client.force_login(cast.mina)

    first = client.get(address(record, "pdf"))
    assert first.status_code == 200
    assert first["Content-Type"] == "application/pdf"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["Content-Disposition"] == (
        'attachment; filename="DR-0001-answer-support-questions-from-retrieval-first.pdf"'
    )
    assert document_in(first.content) == records.document_of(record)
    (page,) = pypdf.PdfReader(io.BytesIO(first.content)).pages
    assert "DR-0001" in page.extract_text()
    whole = client.get(address(record, "pdf"), {"appendix": "1"})
    assert len(pypdf.PdfReader(io.BytesIO(whole.content)).pages) > 1
    assert document_in(whole.content) == records.document_of(record)

    def never(*_arguments, **_edition):
        raise AssertionError("it was made anew")

    monkeypatch.setattr(issued, "render_pdf", never)
    again = client.get(address(record, "pdf"))
    assert again.content == first.content
    assert client.get(address(record, "pdf"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert [path.suffix for path in (data_dir / "pdf").iterdir()] == [".pdf", ".pdf"]


def test_whoever_asks_for_what_is_being_made_waits_for_it_and_some_threads_stay_free(cast, data_dir, monkeypatch):
    document = records.document_of(stories.accepted(cast))
    began, go_on, made = threading.Event(), threading.Event(), []

    def slowly(document, paper, *, appendix):
        made.append(paper)
        began.set()
        assert go_on.wait(20)
        return b"%PDF-1.7 " + paper.encode()

    monkeypatch.setattr(issued, "render_pdf", slowly)
    monkeypatch.setattr(issued, "render_slots", threading.BoundedSemaphore(2))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(issued.pdf_now, document)
        assert began.wait(20)
        second = pool.submit(issued.pdf_now, document)
        while issued.render_slots._value:  # until the second one waits
            time.sleep(0.01)
        with pytest.raises(PdfError, match="many PDFs"):
            issued.pdf_now(document)
        go_on.set()
        assert first.result(20) == second.result(20) == b"%PDF-1.7 A4"

    assert made == ["A4"]
    assert issued.pdf_now(document) == b"%PDF-1.7 A4"


def test_letter_is_another_file_and_other_paper_is_not_found(client, cast, data_dir):
    record = stories.accepted(cast)
    client.force_login(cast.mina)

    letter = client.get(address(record, "pdf", paper="letter"))

    box = pypdf.PdfReader(io.BytesIO(letter.content)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)
    assert client.get(address(record, "pdf", paper="a0")).status_code == 404
    assert client.get(address(record, "exe")).status_code == 404


@pytest.mark.once
def test_the_one_page_edition_points_to_no_appendix_that_it_has_not(client, cast, data_dir):
    record = stories.drafted(cast)
    rules = [f"Rule {number}" for number in range(14)]
    records.edit(record=record, section="guardrails", changes={"guardrails": rules}, version=0, by=cast.felix)
    client.force_login(cast.mina)

    def front(**query):
        pages = pypdf.PdfReader(io.BytesIO(client.get(address(record, "pdf", **query)).content)).pages
        return " ".join(pages[0].extract_text().split())

    assert "Appendix" not in front()
    assert re.search(r"record\.json: .*Failure modes \(3\)", front())
    assert re.search(r"Appendix A: .*Failure modes \(3\)", front(appendix="1"))
    assert "200 prompts, 30+ in each group, weekly in the pilot" in front()  # whole, not its beginning


def test_markdown_and_json(client, cast, data_dir):
    record = stories.accepted(cast)
    client.force_login(cast.mina)

    markdown = client.get(address(record, "md"))
    assert markdown["Content-Type"].startswith("text/markdown")
    assert "# Answer support questions from retrieval first" in markdown.content.decode()

    data = client.get(address(record, "json"))
    assert data.content.decode() == record.document
    assert data["ETag"] != markdown["ETag"]


def test_a_list_that_felix_types_is_a_list_on_the_page_in_print_and_in_the_file(client, cast, data_dir):
    record = stories.drafted(cast)
    typed = {"rationale": "Two steps, *in turn*:\n\n1. Ship\n2. Pilot at 2 a.m."}
    record = records.edit(record=record, section="decision", changes=typed, version=0, by=cast.felix)
    client.force_login(cast.mina)
    page = reverse("decisions:record", args=["helio-desk", record.pk])

    on_paper = pypdf.PdfReader(io.BytesIO(client.get(address(record, "pdf")).content)).pages[0].extract_text()

    assert "Two steps, in turn:\n1. Ship\n2. Pilot at 2 a.m." in on_paper
    assert '<p>Two steps, <em>in turn</em>:</p><ol start="1"><li>Ship</li>' in client.get(page).content.decode()
    assert (
        "Two steps, *in turn*:\n\n1. Ship\n2. Pilot at 2 a.m.\n" in client.get(address(record, "md")).content.decode()
    )


def test_a_draft_is_printed_too_but_not_kept(client, cast, data_dir):
    record = stories.drafted(cast)
    client.force_login(cast.mina)

    answer = client.get(address(record, "pdf"))

    assert answer["Content-Disposition"].startswith('attachment; filename="draft-')
    assert not (data_dir / "pdf").exists()


def test_where_no_pdf_can_be_made_a_page_says_what_to_install(client, cast, data_dir, monkeypatch):
    record = stories.accepted(cast)
    client.force_login(cast.mina)

    def cannot(*_arguments, **_edition):
        raise PdfError("PDF export needs the system library Pango. To mend it: apt-get install libpango-1.0-0")

    monkeypatch.setattr(issued, "render_pdf", cannot)
    answer = client.get(address(record, "pdf"))

    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "apt-get install libpango-1.0-0" in answer.content.decode()


def test_a_superseded_record_s_file_says_so_and_still_verifies(client, cast, data_dir):
    first = stories.accepted(cast)
    second = records.begin_replacement(record=first, by=cast.felix)
    second = records.open_sign_off(record=second, by=cast.felix)
    stories.everybody_signs(second)
    records.accept(record=second, by=cast.felix, content_hash=second.content_hash)
    client.force_login(cast.mina)

    document = client.get(address(first, "json")).json()

    assert (document["record"]["state"], document["record"]["superseded_by"]) == ("superseded", "DR-0002")
    verdict = verdicts.verify_document(document)
    assert (verdict.genuine, verdict.state) == (True, "superseded")


# --- archives ----------------------------------------------------------------------------------------------------


def pretend_pdf(document, paper="A4"):
    return b"%PDF-1.7 " + document["record"]["content_hash"].encode()


def test_the_archive_holds_every_record_and_a_chain_that_verifies_without_the_server(cast, data_dir, monkeypatch):
    monkeypatch.setattr(archives, "pdf_of", pretend_pdf)
    records_made = [stories.accepted(cast) for _number in range(3)]
    stories.drafted(cast)
    archive = Archive.objects.create(team=cast.team, requested_by=cast.felix, total=3)

    archives.write(archive.pk)

    archive.refresh_from_db()
    assert (archive.state, archive.done) == ("done", 3)
    with zipfile.ZipFile(archives.path_of(archive)) as file:
        names = file.namelist()
        assert sum(name.endswith("record.json") for name in names) == 3
        assert sum(name.endswith("record.pdf") for name in names) == 3
        lines = [json.loads(line) for line in file.read("log/chain.jsonl").splitlines()]
        chain = file.read("log/chain.jsonl")
    links = [
        Link(
            line["seq"],
            line["prev"],
            line["type"],
            line["at"],
            line["actor"],
            line["payload"],
            line["payload_hash"],
            line["entry_hash"],
            line["decision_number"],
        )
        for line in lines
    ]
    anchor = records.document_of(records_made[-1])["anchor"]
    assert check("helio-desk", links, anchors=[Anchor(**anchor)]).whole
    assert len(verdicts.anchors_in(chain)) == 3


def test_an_archive_is_asked_for_once_and_written_off_the_request(
    client, cast, data_dir, monkeypatch, django_capture_on_commit_callbacks
):
    started = []
    monkeypatch.setattr(archives, "start_thread", started.append)
    monkeypatch.setattr(archives, "pdf_of", pretend_pdf)
    stories.accepted(cast)
    page = reverse("decisions:archive", kwargs={"slug": cast.team.slug})
    client.force_login(cast.felix)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(page)
        client.post(page)

    archive = Archive.objects.get()
    assert started == [archive.pk]
    polling = 'hx-trigger="every 1500ms"'
    assert polling in client.get(page).content.decode()
    htmx = {"HX-Request": "true", "HX-Target": "div#archives"}
    progress = client.get(page, headers=htmx).content.decode()
    assert "<progress" in progress
    assert "0 of 1 records" in progress
    assert polling in progress
    assert "<html" not in progress

    archives.write(archive.pk)
    done = client.get(page, headers=htmx).content.decode()
    archive.refresh_from_db()
    assert archive.file in done
    assert "hx-trigger" not in done  # nobody asks any more
    download = client.get(reverse("decisions:archive_file", kwargs={"slug": cast.team.slug, "archive_id": archive.pk}))
    assert download["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(b"".join(download))).testzip() is None


def test_an_archive_that_fails_says_why_and_leaves_no_half_file(cast, data_dir, monkeypatch):
    def full(*_arguments, **_more):
        raise OSError("No space left on device")

    monkeypatch.setattr(archives, "write_archive", full)
    archive = Archive.objects.create(team=cast.team)

    archives.write(archive.pk)

    archive.refresh_from_db()
    assert (archive.state, "No space left" in archive.fault) == ("failed", True)
    assert list((data_dir / "archives").iterdir()) == []


def test_an_archive_whose_process_died_is_given_up_and_begun_anew(cast, data_dir, monkeypatch):
    monkeypatch.setattr(archives, "start_thread", lambda _pk: None)
    dead = Archive.objects.create(team=cast.team, state="running")
    Archive.objects.filter(pk=dead.pk).update(beat_at=timezone.now() - archives.STALE - timedelta(seconds=1))

    fresh = archives.request(team=cast.team, by=cast.felix)

    dead.refresh_from_db()
    assert dead.state == "failed"
    assert fresh.pk != dead.pk


def test_only_the_newest_archives_are_kept(cast, data_dir, monkeypatch):
    monkeypatch.setattr(archives, "pdf_of", pretend_pdf)
    for _number in range(archives.KEPT + 2):
        archives.write(Archive.objects.create(team=cast.team).pk)

    assert len(list((data_dir / "archives").glob("*.zip"))) == archives.KEPT


def test_members_download_and_others_find_nothing(client, cast, data_dir, monkeypatch):
    monkeypatch.setattr(archives, "pdf_of", pretend_pdf)
    archive = Archive.objects.create(team=cast.team)
    archives.write(archive.pk)
    file = reverse("decisions:archive_file", kwargs={"slug": cast.team.slug, "archive_id": archive.pk})

    client.force_login(cast.xaver)
    assert client.get(file).status_code == 404
    client.force_login(cast.mina)
    assert client.get(file).status_code == 200
    assert client.post(reverse("decisions:archive", kwargs={"slug": cast.team.slug})).status_code == 403


def test_the_revisit_goes_into_a_calendar_while_the_record_stands(client, cast):
    record = stories.accepted(cast)
    on = record.content["revisit"]["on"]
    client.force_login(cast.mina)

    answer = client.get(address(record, "ics"))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).events
    assert event.DTSTART.isoformat() == on
    assert event["summary"].startswith("Revisit DR-0001 ")
    assert str(record.pk) in event["description"]
    (alarm,) = event.subcomponents
    assert alarm["trigger"].dt == timedelta(days=-7)
    assert client.get(address(record, "ics")).content == answer.content
    assert b"Add to a calendar" in client.get(reverse("decisions:record", args=[record.team.slug, record.pk])).content

    records.withdraw(record=record, by=cast.felix, why="The project was stopped.")
    assert client.get(address(record, "ics")).status_code == 404


def test_a_draft_has_no_revisit_to_put_into_a_calendar(client, cast):
    client.force_login(cast.mina)
    assert client.get(address(stories.drafted(cast), "ics")).status_code == 404
