"""What the room answers to htmx: where it leads on, what it keeps, and what goes into the place of what."""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests.rooms import scoring
from workshops import actions
from workshops.models import Seat
from workshops.seats import cookie_name

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def test_whoever_takes_a_seat_is_led_into_the_room_and_has_it():
    r = scoring()
    browser = Client()
    link = reverse("workshops:join_link", args=[r.workshop.join_token])
    answer = browser.post(link, {"name": "Lena", "role": "legal"}, **HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, r.url("room"))
    assert cookie_name(r.workshop.public_id) in answer.cookies
    assert browser.get(r.url("room")).context["seat"] == Seat.objects.get(name="Lena")


def test_a_busy_server_says_when_to_ask_again(monkeypatch):
    r = scoring()
    opened = r.open()

    def away(**_ballot):
        raise OperationalError("the database is away")

    monkeypatch.setattr(actions, "cast_ballot", away)
    ines = r.client("ines", raise_request_exception=False)
    answer = ines.post(r.url("ballot", round_id=opened.pk), {"score": "1"}, **HTMX)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
