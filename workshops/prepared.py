"""Queries that every vote asks, turned into SQL once.

Django writes the SQL of a queryset anew each time it is used, which takes three times as long as asking the database.
For the handful of queries on the way of a vote it is written once and kept. They stay querysets to read and to change.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
LARGEST_ID = 2**63 - 1
# Stand in for the parameters while the SQL is written; no id comes near them.
STAND_INS = (8_012_345_678_901_234_567, 8_112_345_678_901_234_567)


class PreparedRows:
    """A `values_list` queryset with whole numbers as parameters."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self._written: dict[Any, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, *numbers: int) -> list[tuple[Any, ...]]:
        """The rows for these parameters; a number too large for any id finds nothing, as with a queryset."""
        if any(abs(number) > LARGEST_ID for number in numbers):
            return []
        # the lock is part of the SQL: tests that take it away must not meet what was written with it
        key = (connection.vendor, QuerySet.select_for_update)
        if key not in self._written:
            self._written[key] = self.build(*STAND_INS[: len(numbers)]).query.sql_with_params()
        sql, pattern = self._written[key]
        given = dict(zip(STAND_INS, numbers, strict=False))
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(one, one) if isinstance(one, int) else one for one in pattern])
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


class Prepared(Generic[M]):
    """A queryset of whole objects with whole numbers as parameters, perhaps with one related object each."""

    def __init__(
        self, model: type[M], build: Callable[..., QuerySet[M, M]], related: tuple[str, type[Model]] | None = None
    ) -> None:
        self.model = model
        self.related = related
        self._rows = PreparedRows(build)

    def all(self, *numbers: int) -> list[M]:
        """The objects for these parameters."""
        return [self._object(row) for row in self._rows.rows(*numbers)]

    def first(self, *numbers: int) -> M | None:
        """The first of them, or None."""
        return next((self._object(row) for row in self._rows.rows(*numbers)), None)

    def _object(self, row: tuple[Any, ...]) -> M:
        size = len(self.model._meta.concrete_fields)
        made = _make(self.model, row[:size])
        if self.related is not None:
            name, model = self.related
            setattr(made, name, _make(model, row[size:]))
        return made


def _make(model: type[M], values: tuple[Any, ...]) -> M:
    names, converters = _columns(model)
    converted = list(values)
    for at, column, convert in converters:
        converted[at] = convert(converted[at], column, connection)
    return model.from_db(connection.alias, names, converted)


_known: dict[Any, tuple[list[str], list[tuple[int, Any, Any]]]] = {}


def _columns(model: type[Model]) -> tuple[list[str], list[tuple[int, Any, Any]]]:
    """The model's field names in the order of its columns, and what turns a column's value into Python."""
    key = (connection.vendor, model)
    if key not in _known:
        fields = model._meta.concrete_fields
        converters = []
        for at, field in enumerate(fields):
            column = field.get_col(model._meta.db_table)
            for convert in (*connection.ops.get_db_converters(column), *field.get_db_converters(connection)):
                converters.append((at, column, convert))
        _known[key] = ([field.attname for field in fields], converters)
    return _known[key]
