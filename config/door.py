"""What is asked of a request before Django or the stream has it: by which name and scheme it came, how much it may send."""

from io import BytesIO
from uuid import UUID

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, resolve

from config.bridge import LARGEST_BODY, STRANGERS_BODY, Scope, environ_of
from decisions.base.api_tokens import token_of
from workshops.live.stream import read_cookies
from workshops.seats import seat_of, without_view

MOST_SEATS = 8  # cookies of rooms that are looked at


def refusal(scope: Scope) -> HttpResponseBase | None:
    """What a request gets that Django's own middleware would not let through; None for the others."""
    request = WSGIRequest(environ_of(scope, BytesIO(), 0))
    try:
        request.get_host()
    except DisallowedHost:
        return HttpResponse(status=400)
    return SecurityMiddleware(lambda _request: HttpResponse()).process_request(request)


def largest_body(scope: Scope) -> int:
    """How much this request may send: what its route takes of anybody, or, of those we know, what the disk bears.

    For them Django's own limits answer with a page. Called in a thread.
    """
    try:
        takes = getattr(resolve(scope["path"]).func, "takes", 0)
    except Resolver404:
        return STRANGERS_BODY
    if takes:
        return int(takes)
    close_old_connections()
    return LARGEST_BODY if is_known(scope) else STRANGERS_BODY


def is_known(scope: Scope) -> bool:
    """Whether the request comes with a session that is signed in, a seat, or a token that works."""
    bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
    if bearer.lower().startswith("bearer ") and token_of(bearer[7:].strip()) is not None:
        return True
    cookies = read_cookies(scope["headers"])
    request = without_view(cookies)
    if request.user.is_authenticated:
        return True
    rooms = [name.removeprefix("seat-") for name in cookies if name.startswith("seat-")][:MOST_SEATS]
    return any(seat_of(request, UUID(hex=room)) for room in rooms if len(room) == 32 and _is_hex(room))


def _is_hex(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")
