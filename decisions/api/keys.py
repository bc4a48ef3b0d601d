"""Who calls: bearer tokens, their scopes, and how often they may call."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.security import HttpBearer

from decisions.api.problems import Problem
from decisions.base import rate_limits
from decisions.base.api_tokens import token_of
from decisions.models import ApiToken, Scope

MOST_BYTES = 256 * 1024


class Token(HttpBearer):
    """A live token with the scope that the operation needs."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        """The token; raises 401 without a live one, 403 without the scope, 429 when it calls too often."""
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        found = self.authenticate(request, secret.strip()) if scheme.lower() == "bearer" and secret else None
        if found is None:
            raise Problem(
                401,
                "Send a token that is neither revoked nor expired: Authorization: Bearer gw_…",
                headers={"WWW-Authenticate": 'Bearer realm="Groundwork"'},
            )
        limit(found)
        if self.scope not in found.scopes:
            raise Problem(403, f"This token lacks the scope {self.scope.value}.")
        if request.method == "POST":
            check_body(request)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The token with that secret."""
        return token_of(token) if len(token) <= 200 else None


def check_body(request: HttpRequest) -> None:
    """Look at a body before it is read; raises 415 for what is not JSON and 413 for what is too large."""
    if request.content_type != "application/json":
        raise Problem(415, "Send JSON: Content-Type: application/json.")
    try:
        size = len(request.body)
    except RequestDataTooBig:
        size = MOST_BYTES + 1
    if size > MOST_BYTES:
        raise Problem(413, f"A body has at most {MOST_BYTES} bytes.")


def limit(token: ApiToken) -> None:
    """Count a call in the present minute; raises 429 with the seconds to wait when there were too many."""
    if rate_limits.count(rate_limits.this_minute(f"api:{token.pk}")) > settings.API_RATE_PER_MINUTE:
        wait = rate_limits.seconds_left()
        raise Problem(
            429,
            f"At most {settings.API_RATE_PER_MINUTE} calls a minute. Wait {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )
