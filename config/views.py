"""Answers for what goes wrong outside any view, and the health check."""

import sys

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After while the database is away, so that clients wait and try again; 500 for our own faults.

    Rendered without the request: the page must not query, sign in or fail itself.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("errors/unavailable.html"), status=503, headers={"Retry-After": "2"})
    return HttpResponse(render_to_string("errors/server_error.html"), status=500)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Says that this process serves and reaches its database; 503 comes from the error handler."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
