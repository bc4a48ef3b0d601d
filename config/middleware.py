"""Refusals become answers: 403 and 409, as a page, or as a notice for htmx; never a traceback."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseLocation, push_url, reselect

from decisions.api.problems import as_problem
from decisions.base.errors import Conflict, NotAllowed
from decisions.base.htmx import DEPENDS_ON, OUTER_MORPH, HtmxHttpRequest, as_plain, morph, notice
from decisions.base.permissions import SignInTooWeak
from decisions.models import User

Handler = Callable[[Any], HttpResponse]
CONTENT = "#content"
TEAMS = "/t/"  # pages that nobody sees without signing in
WHOLE_PAGE = re.compile(rb"\s*<!doctype html", re.IGNORECASE)


class Middleware:
    """What hands a request on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        return self.get_response(request)


class ApiProblems(Middleware):
    """Gives the API's own form to refusals that are made before a request reaches it, such as for a wrong host."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        return as_problem(response) if request.path.startswith("/api/") else response


class Utf8Only(Middleware):
    """Refuses bodies in another charset with 415.

    Django decodes a multipart body in whatever codec the request names: some raise (base64, idna), others bring lone
    surrogates in (utf-7, unicode_escape), which no database stores and no page can show.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip().lower() not in {"utf-8", "utf8", "us-ascii", ""}:
            return HttpResponse("Send UTF-8.\n", status=415, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class HtmxAnswers(Middleware):
    """Makes an answer meant for a browser one that htmx can show: the views need not know which of the two asked.

    fetch follows redirects unseen, and htmx puts whatever comes into its target. So a redirect becomes the browser's own,
    or, back to the page one is on, that page again in place; a whole page takes the place of the page's content; a whole
    page that only refuses becomes a notice, with what was typed still in its form; and messages come along.
    """

    def __call__(self, request: HtmxHttpRequest) -> HttpResponse:
        if request.htmx.history_restore_request:
            as_plain(request)
        response = self.get_response(request)
        is_html = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if is_html:
            patch_vary_headers(response, DEPENDS_ON)
        if not request.htmx or response.status_code >= 500:  # htmx swaps no 5xx: the form says that it was not sent
            return response
        if response.status_code in {301, 302, 303}:
            answer = self.redirect(request, response["Location"])
            answer.cookies = response.cookies  # such as the seat that was just taken
            return answer
        if not is_html or isinstance(response, HttpResponseRedirectBase):
            return response
        if WHOLE_PAGE.match(response.content[:200]):
            return self.page(request, response)
        return self.with_messages(request, response)

    def redirect(self, request: HtmxHttpRequest, address: str) -> HttpResponse:
        path = urlsplit(address).path
        if path == resolve_url(settings.LOGIN_URL):
            return self.signed_out(request, HttpResponse())
        here = urlsplit(request.htmx.current_url_abs_path or "").path
        if path != here:
            return HttpResponseClientRedirect(address)
        # the same page: its content anew, so that nothing that is being written beside it is lost
        return HttpResponseLocation(address, target=CONTENT, select=CONTENT, swap=OUTER_MORPH)

    def page(self, request: HtmxHttpRequest, response: HttpResponse) -> HttpResponse:
        status = response.status_code
        if status in {200, 409, 422}:
            here = (request.htmx.current_url_abs_path or "").partition("#")[0]
            if request.method == "GET" and request.get_full_path() == here:
                push_url(response, False)  # no second entry of the same page in the browser's history
            if request.htmx.request_type != "full":  # else the element says itself what it selects
                morph(reselect(response, CONTENT), CONTENT)
            return response
        if status == 404 and request.path.startswith(TEAMS) and not request.user.is_authenticated:
            return self.signed_out(request, response)
        words = {404: _("That isn't here any more"), 413: _("That's too large"), 429: _("Too many attempts")}
        title = words.get(status, _("That didn't work"))
        message = _("Your text is still here. Copy what you need, then reload the page.")
        response.content = render_to_string("components/notice.html", {"title": title, "message": message}, request)
        return notice(response)

    def signed_out(self, request: HtmxHttpRequest, response: HttpResponse) -> HttpResponse:
        """The way back in is to the page that one has before one: the form's own address may answer no GET."""
        login = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.htmx.current_url_abs_path or '/'})}"
        response.content = render_to_string("components/signed_out.html", {"login": login}, request)
        response.status_code = 401
        return notice(response)

    def with_messages(self, request: HtmxHttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code >= 300 or not len(get_messages(request)):
            return response
        if response.status_code == 204:
            response.status_code = 200
        response.content += render_to_string("components/messages_partial.html", request=request).encode()
        return response


class SignInMethods(Middleware):
    """Lets the request's account say how it was signed in: some teams ask for more than a password."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def user() -> Any:
            found = get_user(request)
            if isinstance(found, User):
                records = request.session.get("account_authentication_methods", [])
                found.signed_in_with = frozenset(str(one.get("method")) for one in records)
            return found

        request.user = SimpleLazyObject(user)  # type: ignore[assignment]
        return self.get_response(request)


class Refusals(Middleware):
    """Answers NotAllowed with 403 and Conflict with 409, in words, on whatever page they rose."""

    def process_exception(self, request: HtmxHttpRequest, exception: Exception) -> HttpResponse | None:
        """Translate the two refusals; everything else goes its way."""
        if isinstance(exception, SignInTooWeak):
            way = resolve_url("mfa_index" if exception.missing == "mfa" else "account_logout")
            return self.answer(request, 403, _("This team asks for more"), str(exception), way)
        if isinstance(exception, NotAllowed):
            return self.answer(request, 403, _("Not allowed"), str(exception))
        if isinstance(exception, Conflict):
            return self.answer(request, 409, _("Something changed while you were working"), str(exception))
        return None

    def answer(self, request: HtmxHttpRequest, status: int, title: str, message: str, way: str = "") -> HttpResponse:
        """A notice for htmx, a page with a way back and the text that was sent for everyone else."""
        ours = {"csrfmiddlewaretoken", "version", "state", "content_hash"}
        typed = [(name, value) for name, value in request.POST.items() if name not in ours and len(str(value)) > 2]
        context = {"title": title, "message": message, "typed": typed, "status": status, "way_on": way}
        context["way_back"] = way or _way_back(request)
        if request.htmx:
            text = render_to_string("components/notice.html", context, request=request)
            return notice(HttpResponse(text, status=status))
        return HttpResponse(render_to_string("errors/refused.html", context, request=request), status=status)


def _way_back(request: HttpRequest) -> str:
    """The page the refused form was on, when the browser says it and it is one of ours."""
    came_from = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if came_from and ours else "/"
