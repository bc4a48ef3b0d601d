"""Requests that htmx sends, and the two answers of ours that its header helpers do not spell out."""

from typing import TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import SwapMethod, push_url, replace_url, reselect, reswap, retarget
from django_htmx.middleware import HtmxDetails

Answer = TypeVar("Answer", bound=HttpResponseBase)

# django-htmx lists the swaps of htmx 2; the morphs came with 4.
OUTER_MORPH = cast(SwapMethod, "outerMorph")
DEPENDS_ON = ("HX-Request", "HX-Target")  # for Vary


class HtmxHttpRequest(HttpRequest):
    """A request after django-htmx's middleware: `request.htmx` is false for a request that a browser sent by itself."""

    htmx: HtmxDetails


def as_plain(request: HtmxHttpRequest) -> None:
    """Forget that htmx asks, in place: whoever goes back wants the page, whichever parts its view also gives."""
    for name in [name for name in request.META if name.startswith("HTTP_HX_")]:
        del request.META[name]
    del request.headers


def morph(answer: Answer, selector: str) -> Answer:
    """Let the answer take the place of the element of that selector, wherever the form wanted it."""
    return reswap(retarget(answer, selector), OUTER_MORPH)


def notice(answer: Answer) -> Answer:
    """Let the answer be the page's notice, in place of an older one; the form and what was typed stay as they are."""
    return reselect(reswap(retarget(answer, "#notices"), "innerHTML"), ".notice")  # whatever the element selects


def addressed(answer: Answer, request: HtmxHttpRequest, query: str) -> Answer:
    """Let the address say what is shown: a step for the back button, but not one for each letter of a search."""
    here = request.htmx.current_url_abs_path or ""
    there = f"{request.path}?{query}".rstrip("?")
    if there == here:
        return push_url(answer, False)
    before, after = (dict(parse_qsl(urlsplit(one).query)) for one in (here, there))
    goes_on = bool(before.pop("q", "") and after.pop("q", "")) and before == after
    return (replace_url if goes_on and urlsplit(here).path == request.path else push_url)(answer, there)
