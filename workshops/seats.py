"""How a browser holds a seat: one signed cookie a workshop, checked against the seat's own key."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from decisions.models import User
from workshops.models import Seat

SALT = "workshops.seat"
KEPT_FOR = 60 * 60 * 24 * 60  # seconds: a workshop scored ahead can wait for weeks


def cookie_name(public_id: uuid.UUID) -> str:
    """One cookie a workshop, so that a person can sit in two."""
    return f"seat-{public_id.hex}"


def read_seat_cookie(cookies: Mapping[str, str], public_id: uuid.UUID) -> tuple[int, str] | None:
    """The seat's id and key from a cookie of ours, None for anything else; the caller checks both in the database."""
    match _cookie(cookies, public_id):
        case [int(seat_id), str(key), *_device]:
            return seat_id, key
    return None


def device_in(cookies: Mapping[str, str], public_id: uuid.UUID) -> int:
    """As which of the seat's devices this browser took it."""
    match _cookie(cookies, public_id):
        case [_seat_id, _key, int(device)]:
            return device
    return 1


def _cookie(cookies: Mapping[str, str], public_id: uuid.UUID) -> Any:
    try:
        return signing.loads(cookies[cookie_name(public_id)], salt=SALT, max_age=KEPT_FOR)
    except (KeyError, ValueError, TypeError, signing.BadSignature):
        return None


def set_seat_cookie(response: HttpResponse, seat: Seat, public_id: uuid.UUID) -> None:
    """Bind this browser to the seat."""
    response.set_cookie(
        cookie_name(public_id),
        signing.dumps([seat.pk, seat.key, seat.devices], salt=SALT),
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


@dataclass(frozen=True, slots=True)
class SignIn:
    """The session by which an account holds a seat; what ends it ends the streams opened with it."""

    session_key: str
    user_id: int
    auth_hash: str


def seat_of(request: HttpRequest, public_id: uuid.UUID, *fields: str) -> Seat | None:
    """The seat this browser holds in that workshop, whole or these fields of it; removed seats hold nothing.

    A guest's seat is proved by its cookie. A seat that belongs to an account is held by being signed in, and by no
    cookie alone: signing out, deactivation and deletion end it.
    """
    seats = Seat.objects.select_related("workshop").filter(workshop__public_id=public_id, removed_at__isnull=True)
    if fields:
        seats = seats.only("key", "user_id", "workshop__public_id", *fields)
    held = read_seat_cookie(request.COOKIES, public_id)
    seat = seats.filter(pk=held[0]).first() if held is not None and held[0] < 2**63 else None
    is_proved = held is not None and seat is not None and constant_time_compare(seat.key, held[1])
    if seat is not None and is_proved and (seat.user_id is None or seat.user_id == request.user.pk):
        return seat
    if request.user.is_authenticated:  # the same person on a second device
        return seats.filter(user=request.user).first()
    return None


def without_view(cookies: Mapping[str, str]) -> HttpRequest:
    """A request that carries these cookies' session and account, where no view and no middleware has it."""
    request = HttpRequest()
    request.COOKIES = dict(cookies)
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
    return request


def sign_in_of(request: HttpRequest, seat: Seat) -> SignIn | None:
    """How the account of this seat is signed in; None for a guest's seat."""
    if seat.user_id is None or not isinstance(request.user, User):
        return None
    return SignIn(request.session.session_key or "", request.user.pk, request.user.get_session_auth_hash())


def ended(sign_ins: Collection[SignIn]) -> set[SignIn]:
    """Which of them are over: signed out, expired, another password, deactivated or deleted."""
    keys = {one.session_key for one in sign_ins}
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    known = set(live.values_list("session_key", flat=True))
    users = User.objects.filter(pk__in={one.user_id for one in sign_ins}, is_active=True)
    hashes = {user.pk: user.get_session_auth_hash() for user in users}
    return {one for one in sign_ins if one.session_key not in known or hashes.get(one.user_id) != one.auth_hash}
