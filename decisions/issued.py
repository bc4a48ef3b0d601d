"""Issued PDFs on disk: what was handed out once is handed out again, byte for byte."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from decisions.exports.pdf import cache_key, render_pdf


def pdf_of(document: Mapping[str, Any], paper: str = "A4", *, appendix: bool = True) -> bytes:
    """The record's PDF, from the disk once a numbered record was printed; raises PdfError when none can be made."""
    path = _path(cache_key(document, paper, appendix=appendix))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        body = render_pdf(document, paper, appendix=appendix)
    if document["record"]["number"]:  # drafts change with every word; they would fill the disk
        _store(path, body)
    return body


def _path(key: str) -> Path:
    folder: Path = settings.DATA_DIR / "pdf"
    return folder / f"{key}.pdf"


def _store(path: Path, body: bytes) -> None:
    """Keep the bytes whole or not at all, whoever else writes the same file at this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(body)
    os.replace(file.name, path)
