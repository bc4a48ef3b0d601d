"""Every error of the API as application/problem+json (RFC 9457), whatever went wrong and wherever."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError

from decisions.base.errors import Conflict, NotAllowed

logger = logging.getLogger(__name__)
KIND = "application/problem+json"
View = Callable[..., HttpResponseBase]


class Problem(Exception):
    """An answer that is no success; `errors` names the fields."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, list(errors), dict(headers or {})


def answer(problem: Problem) -> HttpResponse:
    """The problem as a response."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(text, status=problem.status, content_type=KIND, headers=problem.headers)


def of_exception(fault: Exception) -> Problem | None:
    """The problem that an exception stands for; None when it is a fault of ours."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, NotAllowed):
        return Problem(403, str(fault))
    if isinstance(fault, Conflict):
        return Problem(409, str(fault))
    if isinstance(fault, Http404):
        return Problem(404, "Not found.")
    if isinstance(fault, RequestDataTooBig):
        return Problem(413, "The body is too large.")
    if isinstance(fault, SuspiciousOperation | UnreadablePostError):
        return Problem(400, "We couldn't read the request.")
    if isinstance(fault, OperationalError | InterfaceError):
        return Problem(503, "The database is unavailable. Try again.", headers={"Retry-After": "2"})
    return None


DETAILS = {
    400: "We couldn't read the request.",
    404: "Not found.",
    405: "This method isn't allowed here.",
    413: "The body is too large.",
    415: "Send JSON in UTF-8: Content-Type: application/json.",
    503: "The server is busy. Try again.",
}
KEPT_HEADERS = ("Allow", "Retry-After")


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """The response, as a problem if it is an error in another form."""
    status = response.status_code
    if status < 400 or response.get("Content-Type", "") == KIND:
        return response
    return problem_of(status, {name: response[name] for name in KEPT_HEADERS if response.has_header(name)})


def problem_of(status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The problem of which no more is known than its status."""
    known = HTTPStatus(status)
    return answer(Problem(status, DETAILS.get(status) or known.description or known.phrase, headers=headers))


def with_problems(view: View) -> View:
    """The view, with everything it may answer above 399 as a problem."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body out
        try:
            response = view(request, *args, **more)
        except Exception as fault:
            problem = of_exception(fault)
            if problem is None:
                logger.exception("The API failed on %s %s", request.method, request.path)
                problem = Problem(500, "Something went wrong on the server. It has been logged.")
            response = answer(problem)
        response = as_problem(response)
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]
    return wrapped


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every other address below the API's."""
    return answer(Problem(404, "This API has no such address."))
