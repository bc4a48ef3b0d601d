"""What views ask of a request."""

from django.conf import settings
from django.http import Http404, HttpRequest

from decisions.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who asks; Http404 for a visitor, who learns nothing."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def public_address(path: str) -> str:
    """The path as people outside reach it; never made from the Host header, which a sender can choose."""
    return f"{settings.PUBLIC_URL}{path}"
