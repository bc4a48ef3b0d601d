"""The worker process may be slow, die or be asked for too much; whoever asked gets a PDF or a sentence."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from decisions.exports import canonical
from decisions.exports.pdf import pool as pdf
from decisions.exports.pdf.pool import PdfError, Pool, Worker, render_pdf
from tests.decisions.exports import documents
from tests.decisions.exports.conftest import ROOT

DATA = canonical.record_json(dict(documents.extremes())["empty"])  # what it takes is a third of a real record's
LONG = canonical.record_json(documents.support_copilot())


@pytest.fixture(scope="module")
def warm():
    made = Worker()
    yield made
    made.stop()


@pytest.fixture
def worker(warm):
    """A worker that may be running already: to start one takes a second."""
    warm.timeout = 20
    return warm


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_record_becomes_a_pdf_and_the_worker_stays_warm(worker):
    first = worker.render(DATA, "A4")
    pid = worker.process.pid
    assert first.startswith(b"%PDF-")
    assert worker.render(DATA, "A4") == first
    assert worker.process.pid == pid


def test_a_worker_that_takes_too_long_is_killed_and_the_next_record_prints(worker):
    worker.render(DATA, "A4")
    pid = worker.process.pid
    worker.timeout = 0.05
    with pytest.raises(PdfError, match="took longer than"):
        worker.render(DATA, "A4")
    assert gone(pid)
    worker.timeout = 20
    assert worker.render(DATA, "A4").startswith(b"%PDF-")


def test_a_worker_that_does_not_even_read_is_killed(worker):
    worker.render(DATA, "A4")
    os.kill(worker.process.pid, signal.SIGSTOP)
    worker.timeout = 0.5
    began = time.monotonic()
    huge = canonical.record_json(documents.changed(backlog=["x" * 9_000] * 40))
    with pytest.raises(PdfError, match="took longer than"):
        worker.render(huge, "A4")
    assert time.monotonic() - began < 10


def test_a_worker_that_dies_at_work_or_at_rest_is_replaced(worker):
    worker.render(DATA, "A4")
    threading.Timer(0.1, os.kill, (worker.process.pid, signal.SIGKILL)).start()
    with pytest.raises(PdfError, match="stopped unexpectedly"):
        worker.render(LONG, "A4")
    assert worker.render(DATA, "A4").startswith(b"%PDF-")
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    assert worker.render(DATA, "A4").startswith(b"%PDF-")


def test_a_worker_is_replaced_after_its_number_of_jobs():
    worker = Worker(jobs=2)
    try:
        pids = []
        for _ in range(3):
            worker.render(DATA, "A4")
            pids.append(worker.process.pid)
        assert pids[0] == pids[1] != pids[2]
        assert gone(pids[0])
    finally:
        worker.stop()


def test_a_record_that_cannot_be_laid_out_does_not_end_the_worker(worker):
    with pytest.raises(PdfError, match="create a PDF of this record"):
        worker.render(b'{"record":{}}', "A4")
    pid = worker.process.pid
    assert worker.render(DATA, "A4").startswith(b"%PDF-")
    assert worker.process.pid == pid


def test_too_little_memory_is_a_sentence_and_not_a_crash():
    worker = Worker(memory_mib=60)
    try:
        with pytest.raises(PdfError) as raised:
            worker.render(DATA, "A4")
        assert str(raised.value)
    finally:
        worker.stop()


def test_the_worker_sees_no_secrets(worker, monkeypatch):
    worker.stop()
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/db")
    worker.render(DATA, "A4")
    told = Path(f"/proc/{worker.process.pid}/environ").read_bytes()
    assert b"do not tell" not in told
    assert b"secret" not in told


def test_a_full_house_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(pdf, "WAIT_SECONDS", 0.05)
    pool = Pool(1, timeout=20, memory_mib=1024)
    busy = pool.free.get()
    with pytest.raises(PdfError, match="Try again in a minute"):
        pool.render(DATA, "A4")
    pool.free.put(busy)
    pool.stop()


def test_unknown_paper_and_impossible_json_are_refused_before_any_work():
    with pytest.raises(ValueError, match="A4, Letter"):
        render_pdf(documents.support_copilot(), "Folio")
    with pytest.raises(PdfError, match="canonical JSON"):
        render_pdf({**documents.support_copilot(), "anchor": 0.5})


def test_the_web_process_never_loads_the_layout_engine():
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "from decisions.archive import file\nfrom decisions.exports import markdown, csv_cells\nfrom decisions.exports.pdf import doctor, pool\n"
        "from tests.decisions.exports import documents\n"
        "made = pool.render_pdf(documents.support_copilot())\n"
        "print(made[:5], [name for name in sys.modules if name.startswith(('weasyprint', 'pydyf', 'cffi'))])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "b'%PDF-' []"
