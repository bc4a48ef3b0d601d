"""What views ask of a request, and a file as their answer."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from decisions.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who asks; Http404 for a visitor, who learns nothing."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def download(chunks: Iterator[str], kind: str, name: str) -> HttpResponseBase:
    """A file that is made while it is sent."""
    response = StreamingHttpResponse(chunks, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
