"""Issued PDFs on disk: what was handed out once is handed out again, byte for byte, and known again when it comes back."""

import errno
import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from decisions.exports.pdf.levels import PAPERS
from decisions.exports.pdf.pool import PdfError, cache_key, render_pdf

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
# A web thread that waits for a page answers nobody else, so some are always left for the rooms.
render_slots = threading.BoundedSemaphore(max(1, settings.WEB_THREADS - 3))
# Whoever asks for what is being made waits for it instead of having it made again.
_making = [threading.Lock() for _place in range(16)]


class DiskFull(PdfError):
    """There is no space to keep what is handed out, so it is not handed out."""


def pdf_of(document: Mapping[str, Any], paper: str = "A4", *, appendix: bool = True) -> bytes:
    """The record's PDF, from the disk once a numbered record was printed.

    Raises PdfError when none can be made, DiskFull when there is no space for one.
    """
    try:
        return _kept_or_made(document, paper, appendix)
    except OSError as fault:
        if fault.errno not in NO_SPACE:
            raise
        said = _("The server's disk is full, so the PDF cannot be kept, and what is not kept is not handed out.")
        raise DiskFull(said) from fault


def _kept_or_made(document: Mapping[str, Any], paper: str, appendix: bool) -> bytes:
    key = cache_key(document, paper, appendix=appendix)
    path = _path(key)
    if (kept := _kept(path)) is not None:
        return kept
    with _making[int(key[:2], 16) % len(_making)]:
        if (kept := _kept(path)) is not None:
            return kept
        body = render_pdf(document, paper, appendix=appendix)
        if document["record"]["number"]:  # drafts change with every word; they would fill the disk
            _store(path, body)
    return body


def pdf_now(document: Mapping[str, Any], paper: str = "A4", *, appendix: bool = True) -> bytes:
    """The same for a web request, which is told to come back when too many others wait for a page already."""
    kept = _kept(_path(cache_key(document, paper, appendix=appendix)))
    if kept is not None:
        return kept
    if not render_slots.acquire(blocking=False):
        raise PdfError(_("The server is making many PDFs right now. Try again in a minute."))
    try:
        return pdf_of(document, paper, appendix=appendix)
    finally:
        render_slots.release()


def was_issued(data: bytes, document: Mapping[str, Any]) -> bool:
    """Whether these very bytes are a PDF of the document as it was, or would be, handed out here.

    The hash of every issued file is kept, so files of an older version are known as well; a file that another node
    issued, or whose hash was lost, is made anew and compared. Raises PdfError when that cannot be done.
    """
    if _mark(data).exists():
        return True
    editions = ((paper, appendix) for appendix in (False, True) for paper in PAPERS)
    return any(pdf_now(document, paper, appendix=appendix) == data for paper, appendix in editions)


def _path(key: str) -> Path:
    folder: Path = settings.DATA_DIR / "pdf"
    return folder / f"{key}.pdf"


def _kept(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _mark(data: bytes) -> Path:
    folder: Path = settings.DATA_DIR / "pdf-issued"
    return folder / hashlib.sha256(data).hexdigest()


def _store(path: Path, body: bytes) -> None:
    """Keep the bytes whole or not at all, whoever else writes the same file at this moment."""
    mark = _mark(body)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()  # before anybody holds the file
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{path.name}-{os.getpid()}-{threading.get_ident()}"
    try:
        part.write_bytes(body)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)  # half a file would fill the disk further
