"""Answers for what goes wrong outside any view, and the health check."""

import sys
import tempfile

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as csrf_failure_page
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from decisions.base.htmx import HtmxHttpRequest, notice


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After while the database is away, so that clients wait and try again; 500 for our own faults.

    Rendered without the request: the page must not query, sign in or fail itself.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("errors/unavailable.html"), status=503, headers={"Retry-After": "2"})
    return HttpResponse(render_to_string("errors/server_error.html"), status=500)


def csrf_failure(request: HtmxHttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token. A page that htmx holds gets a new one, so that pressing again works."""
    if not request.htmx:
        return csrf_failure_page(request, reason)
    message = _("This page had been open for too long. Nothing is lost. Send it again.")
    context = {"title": _("Send that again"), "message": message}
    response = notice(HttpResponse(render_to_string("components/notice.html", context, request=request), status=403))
    return trigger_client_event(response, "csrf-token", {"token": get_token(request)})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Says that this process serves, reaches its database and can write its files: 507 when it cannot.

    503 for the database comes from the error handler.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    try:
        with tempfile.NamedTemporaryFile(dir=settings.DATA_DIR, prefix=".health-") as file:
            file.write(bytes(64 * 1024))
            file.flush()
    except OSError as fault:
        said = f"{settings.DATA_DIR.name}: {fault.strerror}. Pages are served; files cannot be written.\n"
        return HttpResponse(said, content_type="text/plain", status=507)
    return HttpResponse("ok\n", content_type="text/plain")
