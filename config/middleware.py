"""Refusals become answers: 403 and 409, as a page, or as a notice for htmx; never a traceback."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from decisions.api.problems import as_problem
from decisions.errors import Conflict, NotAllowed

Handler = Callable[[HttpRequest], HttpResponse]


class ApiProblems:
    """Gives the API's own form to refusals that are made before a request reaches it, such as for a wrong host."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return as_problem(response) if request.path.startswith("/api/") else response


class Utf8Only:
    """Refuses bodies in another charset with 415.

    Django decodes a multipart body in whatever codec the request names: some raise (base64, idna), others bring lone
    surrogates in (utf-7, unicode_escape), which no database stores and no page can show.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip().lower() not in {"utf-8", "utf8", "us-ascii", ""}:
            return HttpResponse("Send UTF-8.\n", status=415, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class Refusals:
    """Answers NotAllowed with 403 and Conflict with 409, in words, on whatever page they rose."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Translate the two refusals; everything else goes its way."""
        if isinstance(exception, NotAllowed):
            return self.answer(request, 403, _("Not allowed"), str(exception))
        if isinstance(exception, Conflict):
            return self.answer(request, 409, _("That has changed in the meantime"), str(exception))
        return None

    def answer(self, request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
        """A notice for htmx, a page with a way back and the text that was sent for everyone else."""
        typed = [
            (name, value)
            for name, value in request.POST.items()
            if name not in {"csrfmiddlewaretoken", "version", "state", "content_hash"}
            and isinstance(value, str)
            and len(value) > 2
        ]
        template = "components/notice.html" if getattr(request, "htmx", False) else "errors/refused.html"
        context = {"title": title, "message": message, "typed": typed, "status": status, "way_back": _way_back(request)}
        response = HttpResponse(render_to_string(template, context, request=request), status=status)
        if getattr(request, "htmx", False):
            response["HX-Retarget"] = "#notices"
            response["HX-Reswap"] = "afterbegin"
        return response


def _way_back(request: HttpRequest) -> str:
    """The page the refused form was on, when the browser says it and it is one of ours."""
    came_from = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if came_from and ours else "/"
