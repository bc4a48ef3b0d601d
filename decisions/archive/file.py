"""A team's whole log as one zip: every record in every format, an index, and the hash chain to check them against."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.template.loader import render_to_string

from decisions.exports import canonical, csv_cells, markdown, wording
from decisions.exports.pdf.pool import PdfError, render_pdf
from decisions.exports.text import clean
from decisions.framework.words import APPROACH_TITLES

Json = Mapping[str, Any]
Progress = Callable[[int, str], None]
SCHEMA = Path(__file__).parents[1] / "exports" / "record.schema.json"


@dataclass
class _Archive:
    """The zip being written; nothing larger than one file is held in memory, and nothing is read back."""

    zip: zipfile.ZipFile
    when: tuple[int, int, int, int, int, int]
    sums: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        self.add_lines(name, [data])

    def add_lines(self, name: str, parts: Iterable[bytes]) -> int:
        info = zipfile.ZipInfo(name, date_time=self.when)
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        told, count = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=name.endswith(".jsonl")) as member:
            for part in parts:
                member.write(part)
                told.update(part)
                count += 1
        self.sums[name] = told.hexdigest()
        return count


def write_archive(
    documents: Iterable[Json],
    entries: Iterable[Json],
    out: BinaryIO,
    *,
    team: str = "",
    made_at: datetime | None = None,
    paper: str = "A4",
    progress: Progress | None = None,
    pdf: Callable[[Json, str], bytes] = render_pdf,
) -> int:
    """Write the archive to any binary stream, and return the number of records.

    `documents` and `entries` may be generators. `progress` gets the number of records done and the name of the last.
    A record whose PDF cannot be made is in the archive all the same, and the index says why it has none; `pdf` lets
    the caller give stored bytes instead of making them anew.
    """
    made_at = (made_at or datetime.now(UTC)).astimezone(UTC)
    with zipfile.ZipFile(out, "w") as target:
        archive = _Archive(target, made_at.timetuple()[:6])
        listed: list[dict[str, Any]] = []
        taken: set[str] = set()
        for document in documents:
            listed.append(_add_record(archive, document, taken, paper, pdf))
            if progress:
                progress(len(listed), listed[-1]["number"] or listed[-1]["title"])
        count = archive.add_lines("log/chain.jsonl", (canonical.record_json(entry) + b"\n" for entry in entries))
        archive.add("record.schema.json", SCHEMA.read_bytes())
        values = {
            "team": clean(team, 120),
            "made_at": made_at.strftime("%Y-%m-%d %H:%M UTC"),
            "records": listed,
            "entries": count,
        }
        archive.add("index.html", render_to_string("decisions/exports/archive.html", values).encode())
        archive.add("index.css", render_to_string("decisions/exports/archive.css").encode())
        archive.add("index.md", markdown.as_file(render_to_string("decisions/exports/archive.md", values)).encode())
        archive.add("SHA256SUMS", "".join(f"{told}  {name}\n" for name, told in archive.sums.items()).encode())
    return len(listed)


def _add_record(
    archive: _Archive, document: Json, taken: set[str], paper: str, pdf: Callable[[Json, str], bytes]
) -> dict[str, Any]:
    stem = markdown.stem(document)
    folder, count = stem, 1
    while folder in taken:
        count += 1
        folder = f"{stem}-{count}"
    taken.add(folder)
    base = f"records/{folder}"
    archive.add(f"{base}/record.json", canonical.record_json(document))
    archive.add(f"{base}/record.md", markdown.render_markdown(document).encode())
    archive.add(f"{base}/ballots.csv", csv_cells.ballots(document))
    problem = ""
    try:
        archive.add(f"{base}/record.pdf", pdf(document, paper))
    except PdfError as error:
        problem = str(error)
    record, content = document["record"], document["content"]
    return {
        "folder": base,
        "number": clean(record["number"], 20),
        "title": clean(content["title"], 300),
        "approach": wording.word(APPROACH_TITLES, content["approach"]),
        "state": wording.word(wording.STATES, record["state"]),
        "date": clean(record["issued_on"], 20),
        "content_hash": clean(record["content_hash"], 64),
        "problem": problem,
    }
