"""What views ask of a request."""

from django.http import Http404, HttpRequest

from decisions.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who asks; Http404 for a visitor, who learns nothing."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
