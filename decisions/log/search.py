"""Search: a word of the query begins a word of the decision, or lies anywhere in its title.

What matches is defined by `matches`, in plain Python, and is the same on every database; indexes only make it quick:
a tsvector and a trigram index on PostgreSQL, FTS5 tables on SQLite (migration `search`).

By hand, after django.contrib.postgres.search was tried in its place: its raw query makes the same tsquery of 21 terms in nine
scripts, so it would stand for one line of `BeginsAWord` and nothing else. It has neither FTS5 nor the look for the rarest word,
and its SearchVector parses once more what was parsed here for both databases: "gpt-4" becomes "gpt" and "-4".
"""

from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from decisions.base import typed_text
from decisions.models import DecisionSummary

INSIDE_TITLES = 3  # characters from which a word is looked for inside the words of titles: what trigrams can do
MOST_WORDS = 12  # of a query; the rest is left out
FEW = 2_000  # hits; with fewer the index is asked, with more the list is read until the page is full
WORDS_TABLE, TITLE_TABLE = "decisions_summary_words", "decisions_summary_titles"


def terms_of(query: str) -> list[str]:
    """The words of a query, each once."""
    return list(dict.fromkeys(typed_text.words(query)))[:MOST_WORDS]


def matches(terms: list[str], words: str, title_folded: str) -> bool:
    """Whether a decision with these words and this title is found by these terms."""
    return all(f" {term}" in words or (len(term) >= INSIDE_TITLES and term in title_folded) for term in terms)


class BeginsAWord(models.Lookup):
    """`words__begins_a_word="runb"`: one of the words begins so."""

    lookup_name = "begins_a_word"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """By the tsvector beside `words`, which holds the same words."""
        lhs, params = self.process_lhs(compiler, connection)
        # Terms are letters and digits, so nothing can leave the quotes.
        column = lhs.replace('"words"', '"words_tsv"')
        return f"{column} @@ %s::tsquery", (*params, f"'{self.rhs}':*")

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """By reading the words."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} LIKE %s", (*params, f"% {self.rhs}%")


class FoundBy(models.Lookup):
    """`pk__found_by=("table", "term")`: the row's id is among what an FTS5 table finds (SQLite only)."""

    lookup_name = "found_by"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """One sub-select, which SQLite runs once."""
        lhs, params = self.process_lhs(compiler, connection)
        table, query = self.rhs
        return f"{lhs} IN (SELECT rowid FROM {table} WHERE {table} MATCH %s)", (*params, query)  # noqa: S608


models.TextField.register_lookup(BeginsAWord)
models.OneToOneField.register_lookup(FoundBy)


@cache
def has_fts5() -> bool:
    """Whether this SQLite has the tables; a build without FTS5 reads the words instead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [TITLE_TABLE])
        return cursor.fetchone() is not None


def _reading(term: str) -> Q:
    found = Q(words__begins_a_word=term)
    return found | Q(title_folded__contains=term) if len(term) >= INSIDE_TITLES else found


def _asking_fts5(term: str) -> Q:
    found = Q(pk__found_by=(WORDS_TABLE, f'"{term}"*'))
    return found | Q(pk__found_by=(TITLE_TABLE, f'"{term}"')) if len(term) >= INSIDE_TITLES else found


def _hits(queries: list[str]) -> list[int]:
    """How many rows of the words' table each of these finds, counted up to FEW."""
    count = f"(SELECT count(*) FROM (SELECT 1 FROM {WORDS_TABLE} WHERE {WORDS_TABLE} MATCH %s LIMIT {FEW}))"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([count] * len(queries))}", queries)
        return list(cursor.fetchone())


def _to_ask(terms: list[str]) -> list[str]:
    """The terms that SQLite should look up, so that few rows are left to read for the others; none when all are many.

    A rare word alone leads to its rows. Words that are common each, and rare together, are all looked up.
    """
    begins = [f'"{term}"*' for term in terms]
    *each, together = _hits([*begins, " AND ".join(begins)])
    rarest = min(each)
    if rarest < FEW:
        return [terms[each.index(rarest)]]
    return terms if together < FEW else []


def _rows(searches: list[QuerySet[DecisionSummary]]) -> list[list[int]]:
    """The rows that each of these finds, FEW of them at most, in one query (PostgreSQL only)."""
    parts = [found.order_by().values("pk")[:FEW].query.sql_with_params() for found in searches]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(f'ARRAY({sql})' for sql, _params in parts)}",
            [value for _sql, params in parts for value in params],
        )
        return list(cursor.fetchone())


def _rarest(lines: QuerySet[DecisionSummary], terms: list[str]) -> QuerySet[DecisionSummary]:
    """The lines that the rarest term leaves, or all terms together; all lines when even these are many.

    PostgreSQL guesses how many rows begin with a word, and wrongly so where it matters most: for a word that hardly any
    decision has it reads the whole list in order, hoping to fill the page soon.
    """
    everything = DecisionSummary.objects.all()
    rarest = min(_rows([everything.filter(_reading(term)) for term in terms]), key=len)
    if len(rarest) == FEW and len(terms) > 1:
        for term in terms:
            everything = everything.filter(_reading(term))
        rarest = _rows([everything])[0]
    return lines.filter(pk__in=rarest) if len(rarest) < FEW else lines


def search(lines: QuerySet[DecisionSummary], query: str) -> QuerySet[DecisionSummary]:
    """The lines that the query finds; all of them when it holds no word."""
    terms = terms_of(query)
    if not terms:
        return lines
    asked: list[str] = []
    if connection.vendor == "postgresql":
        lines = _rarest(lines, terms)
    # FTS5 of older SQLites does not know newer scripts' letters; those are read.
    elif all(term.isascii() for term in terms) and has_fts5():
        asked = _to_ask(terms)
    for term in terms:
        lines = lines.filter(_asking_fts5(term) if term in asked else _reading(term))
    return lines
