"""The API itself: how it reads bodies, answers faults, and describes both in its OpenAPI document."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from decisions.api.problems import KIND, Problem, answer, of_exception

NEEDS = {
    "retrieval_settings": "A hybrid configuration needs its retrieval settings.",
    "fine_tune_checkpoint_id": "A hybrid configuration needs its checkpoint ID.",
}
ERRORS = {
    "400": "We couldn't read the request.",
    "401": "No live token was sent.",
    "403": "The token lacks the scope.",
    "404": "There is no such thing in the token's team.",
    "405": "This method isn't allowed here.",
    "409": "The present state does not allow it.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "What was sent is wrong; `errors` says where.",
    "429": "Too many calls; `Retry-After` says how many seconds to wait.",
    "503": "The database is away; try again.",
}
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


class Bodies(Parser):
    """JSON without what JSON does not have."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain data; ninja answers 400 to whatever this raises."""
        try:
            return json.loads(request.body.decode(), parse_constant=_no_constant)
        except RecursionError as fault:
            raise ValueError("nested too deeply") from fault


def _field(location: tuple[Any, ...]) -> str:
    # the argument's name and the variant of the entry are inner words
    inner = {"entry", "complaint", "asked", "configuration", "hybrid", "rolled_back", "ended"}
    first, *rest = (str(part) for part in location)
    return ".".join([first, *(part for number, part in enumerate(rest) if number > 1 or part not in inner)])[:300]


def _invalid(request: HttpRequest, fault: Any) -> HttpResponse:
    errors = []
    for error in fault.errors[:50]:
        location = tuple(error.get("loc") or ("body",))
        message = str(error.get("msg") or "This is not valid.")
        if "hybrid" in location and location[-1] in NEEDS:
            message = NEEDS[str(location[-1])]
        errors.append({"field": _field(location), "message": message[:300]})
    return answer(Problem(422, "The request has errors.", errors=errors))


def _unreadable(request: HttpRequest, fault: Any) -> HttpResponse:
    return answer(Problem(fault.status_code, "The body is not valid JSON." if fault.status_code == 400 else str(fault)))


def _no_other_parameters(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse parameters that the operation does not take: `?enviroment=pilot` must not answer for production."""

    @wraps(operation)
    def run(request: HttpRequest, *args: Any, **given: Any) -> Any:
        taken = type(given["asked"]).model_fields if "asked" in given else ()
        unknown = [name for name in request.GET if name not in taken]
        if unknown:
            errors = [
                {"field": f"query.{name}"[:300], "message": "There is no such parameter here."} for name in unknown[:50]
            ]
            raise Problem(422, "The request has errors.", errors=errors)
        return operation(request, *args, **given)

    return run


class Api(NinjaAPI):
    """Version 1."""

    def __init__(self) -> None:
        super().__init__(
            title="Groundwork",
            version="1.0",
            description=(
                "A team's configuration log: add what goes live, find what was live. Every error is "
                "application/problem+json."
            ),
            urls_namespace="api",
            docs_url=None,
            openapi_url="/openapi.json",
            parser=Bodies(),
        )
        self.add_decorator(_no_other_parameters)
        self.add_exception_handler(ValidationError, _invalid)
        self.add_exception_handler(HttpError, _unreadable)

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Faults that stand for an answer become it; others rise to the wrapper."""
        problem = of_exception(exc)
        if problem is not None:
            return answer(problem)
        return super().on_exception(request, exc)

    def get_openapi_schema(self, **more: Any) -> Any:
        """The document with the problems that every operation can answer."""
        document = super().get_openapi_schema(**more)
        document["components"]["schemas"]["Problem"] = PROBLEM
        content = {KIND: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in document["paths"].values():
            for method, operation in operations.items():
                if method not in {"get", "post"}:
                    continue
                for status, description in ERRORS.items():
                    if method == "get" and status in {"409", "413", "415"}:
                        continue
                    operation["responses"][status] = {"description": description, "content": content}
        return document
