"""Search over the guide: small, ranked, in memory; every section is a result of its own."""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final

from .guide import Page, Section, pages

MAX_QUERY: Final = 200
EXCERPT: Final = 180
WEIGHTS: Final = {"page": 6.0, "title": 8.0, "summary": 3.0, "text": 1.0}
_WORD: Final = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Hit:
    """One section that fits: where it is, and an excerpt in pieces of which some match."""

    page: Page
    section: Section
    score: float
    excerpt: tuple[tuple[str, bool], ...]

    @property
    def address(self) -> str:
        """The address of the section."""
        return self.page.address + (f"#{self.section.anchor}" if self.section.anchor else "")


@dataclass(frozen=True, slots=True)
class _Entry:
    page: Page
    section: Section
    # word -> weight; a word of a heading counts more than one of the text
    weights: dict[str, float]


def search(query: str, *, limit: int = 20) -> list[Hit]:
    """The sections that hold every word of the query (or its beginning), best first; then those that hold some."""
    wanted = list(dict.fromkeys(words(query[:MAX_QUERY])))
    if not wanted:
        return []
    found = []
    for entry in _index():
        scores = [_score(word, entry.weights) for word in wanted]
        hits = sum(score > 0 for score in scores)
        if hits:
            found.append((hits, sum(scores), entry))
    complete = [row for row in found if row[0] == len(wanted)]
    best = sorted(complete or found, key=lambda row: (-row[0], -row[1], row[2].page.order, row[2].section.anchor))
    return [Hit(entry.page, entry.section, score, _excerpt(entry.section, wanted)) for _, score, entry in best[:limit]]


def words(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, without accents, plural forms cut."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return [_stem(word) for whole in _WORD.findall(plain) for word in {whole, *whole.split("-")}]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _index() -> tuple[_Entry, ...]:
    entries = []
    for page in pages():
        for section in page.sections:
            if not section.anchor and not section.text and page.sections[1:]:
                section = Section("", page.title, page.summary)
            weights: Counter[str] = Counter()
            parts = {"title": section.title, "page": page.title, "summary": page.summary, "text": section.text}
            for part, text in parts.items():
                for word, count in Counter(words(text)).items():
                    weights[word] += WEIGHTS[part] * (1 + math.log(count))  # type: ignore[assignment]
            entries.append(_Entry(page, section, dict(weights)))
    return tuple(entries)


@cache
def _rarity() -> dict[str, float]:
    known: Counter[str] = Counter(word for entry in _index() for word in entry.weights)
    return {word: math.log(1 + len(_index()) / count) for word, count in known.items()}


def _score(wanted: str, weights: dict[str, float]) -> float:
    """How well an entry fits one word: the word itself, or half as well a word that begins with it."""
    if wanted in weights:
        return weights[wanted] * _rarity()[wanted]
    if len(wanted) < 3:
        return 0.0
    return max(
        (weight * _rarity()[word] / 2 for word, weight in weights.items() if word.startswith(wanted)), default=0.0
    )


def _excerpt(section: Section, wanted: list[str]) -> tuple[tuple[str, bool], ...]:
    text = section.text.replace("\n", " ")
    spots = [match for match in _WORD.finditer(text) if _fits(match.group(), wanted)]
    begin = max(0, spots[0].start() - EXCERPT // 3) if spots else 0
    if begin:
        begin = text.find(" ", begin) + 1
    end = min(len(text), begin + EXCERPT)
    if end < len(text):
        end = max(text.rfind(" ", begin, end), begin + 1)
    pieces: list[tuple[str, bool]] = [("... ", False)] if begin else []
    at = begin
    for spot in spots:
        if spot.start() < at or spot.end() > end:
            continue
        pieces += [(text[at : spot.start()], False), (spot.group(), True)]
        at = spot.end()
    pieces.append((text[at:end] + (" ..." if end < len(text) else ""), False))
    return tuple(piece for piece in pieces if piece[0])


def _fits(word: str, wanted: list[str]) -> bool:
    return any(mine == one or (len(one) > 2 and mine.startswith(one)) for mine in words(word) for one in wanted)
