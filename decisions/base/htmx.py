"""Requests that htmx sends, and the two answers of ours that its header helpers do not spell out."""

from typing import TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
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


def checked(request: HttpRequest, form: BaseForm, at: str = "") -> HttpResponse | None:
    """One field as it was left, with what is wrong with it beside it; None when the form itself is shown or sent.

    From here on the form's fields ask for that at the address: nothing is saved, sent or counted for it.
    """
    form.checked_at = at or request.path  # type: ignore[attr-defined]  # read by django/forms/field.html
    if request.method != "POST" or "check" not in request.GET:
        return None
    left = next((field for field in form if field.html_name == request.GET["check"]), None)
    if left is None:
        raise Http404
    left.field.widget.attrs.pop("autofocus", None)  # whoever left a field is at the next one
    return HttpResponse(left.as_field_group())
