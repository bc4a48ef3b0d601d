"""The record.json inside a PDF that somebody brings, read without trusting the file.

A full PDF reader is much code to run on what strangers upload. An attachment is a stream of its own, marked
`/EmbeddedFile`, never packed into another object; so it is enough to find such streams and unpack them with a limit.
"""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

MOST_BYTES = 20 * 1024 * 1024  # of a file that is brought
MOST_JSON = 8 * 1024 * 1024  # of one attachment, unpacked
MOST_STREAMS = 20
FORMAT = "groundwork/record/v1"
_STREAM = re.compile(rb"\bstream\r?\n")


class Unreadable(ValueError):
    """There is no record in this file; `str()` says why, for people."""


def document_in(data: bytes) -> dict[str, Any]:
    """The record's document in a PDF, or in record.json itself; raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("The file is larger than any record.")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        found = _document(data)
        if found is None:
            raise Unreadable("The file is JSON, but not a Groundwork record.")
        return found
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("The file is neither a PDF nor a record's JSON.")
    for attachment in _attachments(data):
        found = _document(attachment)
        if found is not None:
            return found
    raise Unreadable("The PDF carries no record: it was not made by Groundwork, or was printed or scanned anew.")


def _attachments(data: bytes) -> Iterator[bytes]:
    seen = 0
    for match in _STREAM.finditer(data):
        start = max(data.rfind(b" obj", 0, match.start()), match.start() - 4_000, 0)
        if b"/EmbeddedFile" not in data[start : match.start()]:
            continue
        seen += 1
        if seen > MOST_STREAMS:
            return
        if b"/FlateDecode" not in data[start : match.start()]:
            end = data.find(b"endstream", match.end())
            yield data[match.end() : end if end >= 0 else len(data)][:MOST_JSON]
            continue
        unpacker = zlib.decompressobj()
        try:
            yield unpacker.decompress(data[match.end() :], MOST_JSON)
        except zlib.error:
            continue


def _document(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data.decode("utf-8-sig").strip())
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return None
    shape = {"record": dict, "content": dict, "sign_offs": list}
    return found if all(isinstance(found.get(key), kind) for key, kind in shape.items()) else None
