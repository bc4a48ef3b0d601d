"""Text at the edge: one normal form, what is refused, and the words to search by."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
# C0 and C1 controls but tab and newline, and lone surrogates: they break XML, PDF and PostgreSQL, and print as nothing.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LONGEST_WORD = 64


def is_printable(text: str) -> bool:
    """False when the text holds control characters or lone surrogates."""
    return UNPRINTABLE.search(text) is None


def one_line(text: str) -> str:
    """NFC, with every run of white space as one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def prose(text: str) -> str:
    """NFC, with newlines as `\\n` and nothing around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fold(text: str) -> str:
    """Lower case without accents: how search sees text, the same on every database."""
    # twice: what NFKD takes apart, such as ℡ or 𝐀, may be upper case again
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))


def words(text: str) -> list[str]:
    """The words of a text, folded, in their order, each cut to LONGEST_WORD characters."""
    return [word[:LONGEST_WORD] for word in WORD.findall(fold(text))]
