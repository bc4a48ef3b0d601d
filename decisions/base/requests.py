"""What views ask of a request, and a file as their answer."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from decisions.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def signed_in(request: HttpRequest) -> User:
    """The person who asks; Http404 for a visitor, who learns nothing."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def takes(most: int) -> Callable[[View], View]:
    """Mark a view to which anybody may send so many bytes; elsewhere strangers send a small form (config.door)."""

    def mark(view: View) -> View:
        view.takes = most  # type: ignore[attr-defined]
        return view

    return mark


def download(chunks: Iterator[str], kind: str, name: str) -> HttpResponseBase:
    """A file that is made while it is sent."""
    response = StreamingHttpResponse(chunks, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
