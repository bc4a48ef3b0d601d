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
MOST_JSON = 8 * 1024 * 1024  # of all its attachments together, unpacked
MOST_STREAMS = 100  # places that call themselves an attachment
DICTIONARY = 4_000  # bytes around such a place that may belong to it
FORMATS = frozenset({"groundwork/record/v1", "groundwork/record/v2"})
_MARK = re.compile(rb"/EmbeddedFile\b")
_STREAM = re.compile(rb"\bstream\r?\n")


class Unreadable(ValueError):
    """There is no record in this file; `str()` says why, for people."""


def document_in(data: bytes) -> dict[str, Any]:
    """The record's document in a PDF, or in record.json itself; raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("The file is too large to be a record.")
    if is_json(data):
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
    raise Unreadable("The PDF contains no record. Groundwork didn't make it, or someone printed or scanned it again.")


def is_json(data: bytes) -> bool:
    """Whether the file is read as record.json itself; everything else is read as a PDF."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _attachments(data: bytes) -> Iterator[bytes]:
    """What is attached, found from the mark on: looking back from every stream takes minutes on a file made for it."""
    at, left = 0, MOST_JSON
    for _seen in range(MOST_STREAMS):
        mark = _MARK.search(data, at)
        if mark is None or left <= 0:
            return
        at = mark.end()
        stream = _STREAM.search(data, at, at + DICTIONARY)
        if stream is None:
            continue
        first = max(0, mark.start() - DICTIONARY)
        start = max(data.rfind(b" obj", first, mark.start()), first)
        at = stream.end()
        if b"/FlateDecode" not in data[start : stream.start()]:
            end = data.find(b"endstream", at)
            found = data[at : end if end >= 0 else len(data)][:left]
        else:
            try:
                found = zlib.decompressobj().decompress(memoryview(data)[at:], left)
            except zlib.error:
                continue
        left -= len(found)
        yield found


def _document(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data.decode("utf-8-sig").strip())
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("format") not in FORMATS:
        return None
    shape = {"record": dict, "content": dict, "sign_offs": list}
    return found if all(isinstance(found.get(key), kind) for key, kind in shape.items()) else None
