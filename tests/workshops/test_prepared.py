"""Queries written once give what the same queryset gives, on both databases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.rooms import scoring
from workshops.models import Ballot, Round, Seat, Workshop
from workshops.prepared import Prepared, PreparedRows

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    made = scoring()
    made.vote("ines", made.open(), -2, reason='an "odd" reason, % and %s')
    return made


def values(one) -> dict:
    return {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}


@pytest.mark.parametrize("model", [Workshop, Seat, Round, Ballot])
def test_each_kind_of_object_comes_as_the_queryset_gives_it(made, model):
    """JSON, UUIDs, times and truth values included: SQLite stores them differently."""
    query = Prepared(model, lambda pk: model.objects.filter(pk=pk))
    for wanted in model.objects.all():
        found = query.first(wanted.pk)
        assert values(found) == values(wanted)
        assert found == wanted
        assert not found._state.adding


def test_a_related_object_comes_along(made):
    query = Prepared(
        Seat, lambda pk: Seat.objects.select_related("workshop").filter(pk=pk), related=("workshop", Workshop)
    )
    with CaptureQueriesContext(connection) as queries:
        seat = query.first(made.ines.pk)
        assert seat.workshop.public_id == made.workshop.public_id
    assert len(queries) == 1
    assert values(seat.workshop) == values(made.now())


def test_nothing_found_is_nothing(made):
    assert Prepared(Seat, lambda pk: Seat.objects.filter(pk=pk)).first(0) is None
    assert Prepared(Seat, lambda pk: Seat.objects.filter(pk=pk)).all(0) == []
    assert Prepared(Seat, lambda pk: Seat.objects.filter(pk=pk)).all(10**30) == []


def test_each_number_goes_to_its_place(made):
    query = PreparedRows(
        lambda low, high: Seat.objects.filter(pk__gt=low, pk__lt=high).order_by("pk").values_list("pk")
    )
    for low, high in ((0, 10**9), (made.felix.pk, made.daria.pk), (made.daria.pk, made.felix.pk)):
        wanted = Seat.objects.filter(pk__gt=low, pk__lt=high).order_by("pk").values_list("pk")
        assert list(query.rows(low, high)) == list(wanted)


def test_other_values_stay_as_they_are(made):
    query = PreparedRows(
        lambda pk: Seat.objects.filter(workshop=pk, role="product", is_observer=False).values_list("name")
    )
    assert query.rows(made.id) == [("Ines",)]
