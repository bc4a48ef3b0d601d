"""PDFs for the web process, which never imports the layout engine: it asks a warm worker process.

`render_pdf` blocks its thread and no other; call it off the event loop. It is safe from any number of threads, and
after a fork. Settings: `PDF_WORKERS`, `PDF_TIMEOUT` seconds a record, `PDF_MEMORY` MiB a worker.

By hand, after pebble.ProcessPool was tried in its place: a worker that does not read its job blocks pebble's scheduler, and
with it whoever asked, without any limit; a spawned worker is given the parent's environment, secrets included; one that dies
at rest breaks the pool for the next job; and its limit counts the clock, not the work.
"""

import atexit
import contextlib
import hashlib
import json
import logging
import os
import queue
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from decisions.exports import canonical

from . import fonts
from .levels import PAPERS
from .worker import FONT_FOLDERS, HEADER, LARGEST

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60.0
WAIT_SECONDS = 60.0
JOBS_A_WORKER = 200
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TMPDIR")


class PdfError(Exception):
    """The PDF could not be made; the message is for the person who asked for it."""


def render_pdf(document: Mapping[str, Any], paper: str = "A4", *, appendix: bool = True) -> bytes:
    """The record as PDF: the one page, and its appendix if asked for; the same document always gives the same bytes.

    Raises PdfError with a message for people, ValueError for an unknown paper size.
    """
    if paper not in PAPERS:
        raise ValueError(f"Unknown paper size {paper!r}: use one of {', '.join(PAPERS)}.")
    try:
        data = canonical.record_json(document)
    except ValueError as error:
        raise PdfError(str(error)) from error
    return _pool().render(data, paper, appendix)


def cache_key(document: Mapping[str, Any], paper: str = "A4", *, appendix: bool = True) -> str:
    """Equal keys mean equal bytes: the record, paper, edition, and everything of the product that shapes the page."""
    told = hashlib.sha256(b"groundwork/pdf/v1\n")
    for part in (
        template_version(),
        paper,
        "whole" if appendix else "page",
        canonical.digest(canonical.record_json(document)),
    ):
        told.update(part.encode() + b"\n")
    return told.hexdigest()


@lru_cache(maxsize=1)
def template_version() -> str:
    """A hash of templates, style sheet, layout code, fonts and engine version, so that nobody has to count it up."""
    told = hashlib.sha256((version("weasyprint") + version("markdown-it-py")).encode())
    for path in sorted(shaping_files()):
        told.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()[:32]


_FRAMEWORK = ("lean_axis", "settling", "text", "told", "words")


def shaping_files() -> list[Path]:
    """Everything of ours that a PDF's bytes follow from."""
    package = Path(__file__).resolve().parent
    return [
        *(ROOT / "templates" / "decisions" / "exports").iterdir(),
        ROOT / "templates" / "components" / "lean_axis.svg",
        *(
            ROOT / "decisions" / f"{name}.py"
            for name in ("ledger/canonical", "base/markdown", "templatetags/print_tags")
        ),
        *(ROOT / "decisions" / "framework" / f"{name}.py" for name in _FRAMEWORK),
        *(
            package / f"{name}.py"
            for name in ("appendix", "finish", "fit", "fonts", "levels", "page_one", "pieces", "render")
        ),
        *(package.parent / f"{name}.py" for name in ("canonical", "sources", "text", "wording")),
        *fonts.files(),
    ]


class _Deadline:
    """So many seconds of the worker's work: of its processor time when the machine is too busy to give it any.

    A stuck worker uses no time at all, so three times as long on the clock is the end in any case.
    """

    def __init__(self, seconds: float, pid: int) -> None:
        self.seconds, self.pid, self.began, self.used = seconds, pid, time.monotonic(), _processor_seconds(pid)

    def left(self) -> float:
        elapsed = time.monotonic() - self.began
        if elapsed < self.seconds:
            return self.seconds - elapsed
        now = _processor_seconds(self.pid)
        worked = elapsed if now is None or self.used is None else now - self.used
        return min(self.seconds - worked, 3 * self.seconds - elapsed)


def _processor_seconds(pid: int) -> float | None:
    """What a process has used so far; None where the system does not say, or the process is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Worker:
    """One process and the pipe to it. Not for several threads at once: the pool lends it out."""

    def __init__(self, *, timeout: float = 20.0, memory_mib: int = 1024, jobs: int = JOBS_A_WORKER) -> None:
        self.timeout, self.memory_mib, self.jobs = timeout, memory_mib, jobs
        self.process: subprocess.Popen[bytes] | None = None
        self.done = 0
        self.reading = self.writing = -1
        self.folder: tempfile.TemporaryDirectory[str] | None = None

    def render(self, data: bytes, paper: str, appendix: bool = True) -> bytes:
        process = self.process
        if process is None or process.poll() is not None or self.done >= self.jobs:
            process = self._start()
        self.done += 1
        asked = json.dumps({"paper": paper, "appendix": appendix}).encode()
        request = b'{"document":' + data + b"," + asked[1:]
        try:
            answer = self._ask(request, process)
        except TimeoutError:
            self.stop()
            raise PdfError(
                _("The PDF took longer than %(seconds)d seconds, so we stopped it. Your record is safe.")
                % {"seconds": self.timeout}
            ) from None
        except OSError as error:
            code = self.stop()
            logger.error("the PDF worker ended with %s: %s", code, error)
            raise PdfError(_("The PDF engine stopped unexpectedly. Try again.")) from error
        if answer[:1] == b"P":
            return answer[1:]
        logger.error("the PDF worker refused a record: %s", answer[1:].decode(errors="replace"))
        raise PdfError(_("We couldn't create a PDF of this record. Download the Markdown or JSON file instead."))

    def stop(self) -> int | None:
        """End the process at once, whatever it is doing."""
        process, self.process = self.process, None
        code = None
        if process is not None:
            process.kill()
            code = process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None
        return code

    def _start(self) -> subprocess.Popen[bytes]:
        self.stop()
        self.done = 0
        self.folder = tempfile.TemporaryDirectory(prefix="groundwork-pdf-")
        # a small environment: no secrets, one hash seed, one time zone, one locale
        environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
        environment |= {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "HOME": self.folder.name}
        environment[FONT_FOLDERS] = os.pathsep.join(settings.PDF_FONT_FOLDERS)
        command = [sys.executable, "-m", "decisions.exports.pdf.worker", self.folder.name, str(self.memory_mib)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise PdfError(_("The PDF engine couldn't start."))
        self.reading, self.writing = self.process.stdout.fileno(), self.process.stdin.fileno()
        os.set_blocking(self.writing, False)
        try:
            answer = self._read(_Deadline(START_SECONDS, self.process.pid))
        except OSError:
            answer = b""
        if answer[:1] != b"R":
            said = answer[1:].decode(errors="replace")
            self.stop()
            from .doctor import advice

            logger.error("the PDF worker did not start: %s", said or "it ended")
            raise PdfError(advice(said))
        return self.process

    def _ask(self, request: bytes, process: subprocess.Popen[bytes]) -> bytes:
        deadline = _Deadline(self.timeout, process.pid)
        rest = memoryview(HEADER.pack(len(request)) + request)
        while rest:  # a record may be larger than the pipe, and a stuck worker must not hold the thread
            if (left := deadline.left()) <= 0:
                raise TimeoutError
            if select.select([], [self.writing], [], left)[1]:
                rest = rest[os.write(self.writing, rest[: 1 << 16]) :]
        return self._read(deadline)

    def _read(self, deadline: _Deadline) -> bytes:
        (size,) = HEADER.unpack(self._bytes(HEADER.size, deadline))
        if size > LARGEST:
            raise OSError("the answer is too large")
        return self._bytes(size, deadline)

    def _bytes(self, count: int, deadline: _Deadline) -> bytes:
        """Exactly so many bytes, or TimeoutError at the deadline, or OSError when the process is gone."""
        parts, missing = [], count
        while missing:
            if (left := deadline.left()) <= 0:
                raise TimeoutError
            if not select.select([self.reading], [], [], left)[0]:
                continue
            part = os.read(self.reading, min(missing, 1 << 20))
            if not part:
                raise OSError("the worker closed its pipe")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


class Pool:
    """Lends out workers; a request waits for a free one, and is told when that takes too long."""

    def __init__(self, workers: int, *, timeout: float, memory_mib: int) -> None:
        self.pid = os.getpid()
        self.workers = [Worker(timeout=timeout, memory_mib=memory_mib) for _index in range(workers)]
        self.free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self.workers:
            self.free.put(worker)

    def render(self, data: bytes, paper: str, appendix: bool = True) -> bytes:
        try:
            worker = self.free.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise PdfError(_("The server is making many PDFs right now. Try again in a minute.")) from None
        try:
            return worker.render(data, paper, appendix)
        finally:
            self.free.put(worker)

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()


_lock = threading.Lock()
_shared: Pool | None = None


def _pool() -> Pool:
    """This process's pool; a forked child makes its own, for pipes cannot be shared."""
    global _shared
    with _lock:
        if _shared is None or _shared.pid != os.getpid():
            _shared = Pool(settings.PDF_WORKERS, timeout=settings.PDF_TIMEOUT, memory_mib=settings.PDF_MEMORY)
        return _shared


@atexit.register
def stop_workers() -> None:
    """End the workers of this process; the next PDF starts a new one."""
    global _shared
    with _lock:
        if _shared is not None and _shared.pid == os.getpid():
            _shared.stop()
        _shared = None
