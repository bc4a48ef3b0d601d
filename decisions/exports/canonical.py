"""The canonical bytes of a record, and the hashes that people compare."""

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

from decisions.ledger.canonical import dumps, payload_hash


def record_json(document: Mapping[str, Any]) -> bytes:
    """The record as RFC 8785 bytes: what is attached to the PDF, downloaded as JSON and hashed on the page.

    Raises ValueError when the document holds something JSON cannot carry exactly (a float, an integer beyond 2**53).
    """
    return dumps(_exact(document)).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def content_hash(content: Mapping[str, Any]) -> str:
    """The hash that owners sign: over the content alone, so that signatures do not change it."""
    return payload_hash(_exact(content))


def grouped(hex_digest: str) -> str:
    """A digest in groups of eight, for eyes."""
    return " ".join(hex_digest[i : i + 8] for i in range(0, len(hex_digest), 8))


def _exact(value: Any) -> Any:
    """Plain JSON types only, and strings that have a UTF-8 form: a lone surrogate becomes U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, Mapping):
        return {str(_exact(key)): _exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(item) for item in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    raise ValueError(f"The record cannot be written as canonical JSON: {type(value).__name__} is not allowed in it")


def normalised(text: str) -> str:
    """NFC without lone surrogates: one form for one text."""
    return unicodedata.normalize("NFC", str(_exact(text)))
