"""How a browser holds a seat: one signed cookie a workshop, checked against the seat's own key."""

import uuid
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from workshops.models import Seat

SALT = "workshops.seat"
KEPT_FOR = 60 * 60 * 24 * 60  # seconds: a workshop scored ahead can wait for weeks


def cookie_name(public_id: uuid.UUID) -> str:
    """One cookie a workshop, so that a person can sit in two."""
    return f"seat-{public_id.hex}"


def read_seat_cookie(cookies: Mapping[str, str], public_id: uuid.UUID) -> tuple[int, str] | None:
    """The seat's id and key from a cookie of ours, None for anything else; the caller checks both in the database."""
    try:
        value = signing.loads(cookies[cookie_name(public_id)], salt=SALT, max_age=KEPT_FOR)
        seat_id, key = value
    except (KeyError, ValueError, TypeError, signing.BadSignature):
        return None
    return (seat_id, key) if isinstance(seat_id, int) and isinstance(key, str) else None


def set_seat_cookie(response: HttpResponse, seat: Seat, public_id: uuid.UUID) -> None:
    """Bind this browser to the seat."""
    response.set_cookie(
        cookie_name(public_id),
        signing.dumps([seat.pk, seat.key], salt=SALT),
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def held_seat(cookies: Mapping[str, str], public_id: uuid.UUID, *fields: str) -> Seat | None:
    """The seat that these cookies prove, with its workshop, or these fields alone; removed seats are not held."""
    held = read_seat_cookie(cookies, public_id)
    held_seats = Seat.objects.select_related("workshop").filter(removed_at__isnull=True)
    if fields:
        held_seats = held_seats.only("key", "workshop__public_id", *fields)
    seat = held_seats.filter(pk=held[0]).first() if held is not None and held[0] < 2**63 else None
    if held is None or seat is None or seat.workshop.public_id != public_id:
        return None
    return seat if constant_time_compare(seat.key, held[1]) else None


def seat_of(request: HttpRequest, public_id: uuid.UUID) -> Seat | None:
    """The seat this browser holds in that workshop; removed seats hold nothing."""
    seat = held_seat(request.COOKIES, public_id)
    if seat is None and request.user.is_authenticated:  # the same person on a second device
        seats = Seat.objects.select_related("workshop").filter(workshop__public_id=public_id, removed_at__isnull=True)
        return seats.filter(user=request.user).first()
    return seat
