"""Asking and writing in a zone whose clocks go back and forward."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from decisions.models import Configuration
from tests.decisions.trail.configurations import RAG, put_live

pytestmark = pytest.mark.django_db
BASE = "/t/helio-desk/d/1/trail/"
# Berlin, 25 October 2026: 02:30 comes at 00:30 UTC and again at 01:30 UTC.
FORM = {"kind": "live", "approach": "rag", "environment": "production", "reason": "Release", **RAG}


@pytest.fixture(autouse=True)
def berlin(settings, december):
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.fixture
def world(world, client):
    client.force_login(world.felix)
    return world


def ask(client, moment):
    answer = client.get(f"{BASE}at/", {"at": moment, "environment": "Production"})
    return answer, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_a_local_time_is_the_sites_time(client, world):
    put_live(world.decision, live_from=datetime(2026, 7, 1, 10, tzinfo=UTC))
    assert "No configuration is recorded" in ask(client, "2026-07-01T11:59")[1]
    assert "On 1 July 2026, 12:00:00 CEST, production ran" in ask(client, "2026-07-01T12:00")[1]


def test_the_hour_that_comes_twice_can_be_asked_about_both_times(client, world):
    put_live(
        world.decision, live_from=datetime(2026, 10, 25, 0, 0, tzinfo=UTC), fields={**RAG, "base_model_id": "first"}
    )
    put_live(
        world.decision, live_from=datetime(2026, 10, 25, 1, 0, tzinfo=UTC), fields={**RAG, "base_model_id": "second"}
    )
    answer, shown = ask(client, "2026-10-25T02:30")
    assert answer.status_code == 422
    assert "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00" in shown
    assert '<input type="text" name="at" value="2026-10-25T02:30"' in answer.content.decode(), "the offset can be typed"
    assert "02:30:00 CEST, production ran RAG · first" in ask(client, "2026-10-25T02:30:00+02:00")[1]
    assert "02:30:00 CET, production ran RAG · second" in ask(client, "2026-10-25T02:30:00+01:00")[1]


def test_a_time_that_never_was_is_said_to_be_none(client, world):
    answer, shown = ask(client, "2026-03-29T02:30")
    assert answer.status_code == 422
    assert "this time didn" in shown


def test_an_entry_can_go_live_in_the_second_of_the_two_hours(client, world):
    assert client.post(f"{BASE}new/", {**FORM, "live_from": "2026-10-25T02:30"}).status_code == 422
    assert client.post(f"{BASE}new/", {**FORM, "live_from": "2026-10-25T02:30:00+01:00"}).status_code == 302
    assert Configuration.objects.get().live_from == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_in_that_hour_itself_the_form_begins_with_what_it_takes(client, world):
    with time_machine.travel(datetime(2026, 10, 25, 1, 30, 15, tzinfo=UTC), tick=False):
        client.force_login(world.felix)
        begun = client.get(f"{BASE}new/").content.decode()
        assert 'type="text" name="live_from" value="2026-10-25T02:30:15+01:00"' in begun
        assert client.post(f"{BASE}new/", {**FORM, "live_from": "2026-10-25T02:30:15+01:00"}).status_code == 302
    assert Configuration.objects.get().live_from == datetime(2026, 10, 25, 1, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment", ["2026-10-25T02:30+99:00", "2026-02-31T00:00Z", "9999-12-31T23:59", "0001-01-01T00:00"]
)
def test_times_that_are_none_are_told(client, world, moment):
    assert ask(client, moment)[0].status_code == 422


def test_a_name_is_asked_for_as_it_was_written(client, world):
    put_live(world.decision, environment="Prodüction  EU", live_from=datetime(2026, 7, 1, 10, tzinfo=UTC))
    answer = client.get(f"{BASE}at/", {"at": "2026-08-01T00:00", "environment": "Prodüction  EU"})
    assert "production eu ran" in re.sub(r"\s+", " ", answer.content.decode())
