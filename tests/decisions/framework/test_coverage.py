"""The map of what the product covers is followed, place by place; and the words are our own."""

import ast
import hashlib
import importlib
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from decisions.framework import guide
from decisions.framework.text import Sentence

ROOT = Path(__file__).resolve().parents[3]
FRAMEWORK = ROOT / "decisions" / "framework"
ROW = re.compile(r"^\|(?: (\d+) \|)? ?([^|]*) \| `([^`]+)` \| ([^|]+) \|", re.MULTILINE)
PLACES = ROW.findall((ROOT / "docs" / "coverage.md").read_text())


def test_no_line_is_left_out():
    assert {int(number) for number, *_ in PLACES if number} == set(range(1, 72))


@pytest.mark.parametrize(
    ("where", "says"), [(where, says) for _, _, where, says in PLACES], ids=[where for _, _, where, _ in PLACES]
)
def test_each_place_exists_and_says_it(where, says):
    text = there(where).lower()
    for words in says.split(";"):
        assert words.strip().lower() in text, f"{where} does not say {words.strip()!r}"


def there(where: str) -> str:
    kind, _, address = where.partition(":")
    if kind == "guide":
        slug, _, anchor = address.partition("#")
        page = guide.page(slug)
        assert page is not None
        assert not anchor or f'id="{anchor}"' in page.html, "the address on the page"
        return "\n".join(f"{one.title} {one.text}" for one in page.sections if one.anchor == anchor)
    if kind == "template":
        return (ROOT / "templates" / address).read_text()
    module, _, name = address.partition(".")
    name, _, key = name.partition("[")
    found = getattr(importlib.import_module(f"decisions.framework.{module}"), name)
    return "\n".join(texts(found[key.strip("']")] if key else found))


def texts(thing):
    """Every text in a nest of mappings, tuples and data classes."""
    if isinstance(thing, str | Sentence):
        yield str(thing)
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from texts(key)
            yield from texts(value)
    elif isinstance(thing, tuple | list | frozenset):
        for one in thing:
            yield from texts(one)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from texts(getattr(thing, field.name))


# --- our own words -------------------------------------------------------------------------------------------------

# the article's runs of six words, hashed: we keep what must not be repeated, and not the text itself
SOURCE = set((Path(__file__).parent / "source_shingles.txt").read_text().split())
RUN = 6


def runs(text):
    for line in text.splitlines():
        words = re.findall(r"[a-z0-9]+", line.lower().replace("’", "").replace("'", ""))
        for place in range(len(words) - RUN + 1):
            yield " ".join(words[place : place + RUN])


def written():
    for path in [
        *(FRAMEWORK / "content").glob("*.md"),
        *(ROOT / "docs" / name for name in ("coverage.md", "the-rule.md")),
    ]:
        # a paragraph is one line in our files; a wrapped one is joined, so that a run over the break counts too
        yield path.name, path.read_text() + "\n" + " ".join(path.read_text().split())
    for path in FRAMEWORK.glob("*.py"):
        strings = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        yield path.name, "\n".join(" ".join(one.split()) for one in strings if isinstance(one, str))


@pytest.mark.parametrize(("name", "text"), list(written()), ids=lambda value: value if len(value) < 40 else "")
def test_no_six_words_in_a_row_are_the_articles(name, text):
    borrowed = [run for run in runs(text) if hashlib.sha256(run.encode()).hexdigest()[:12] in SOURCE]
    assert not borrowed, f"{name} repeats: {borrowed}"


def test_the_check_would_notice():
    assert len(SOURCE) > 1200
    sample = "stale knowledge opaque answers training cost"
    assert hashlib.sha256(sample.encode()).hexdigest()[:12] in SOURCE
