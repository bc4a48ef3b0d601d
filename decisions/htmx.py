"""Requests that htmx sends, and the two answers of ours that its header helpers do not spell out."""

from typing import TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import SwapMethod, reswap, retarget
from django_htmx.middleware import HtmxDetails

Answer = TypeVar("Answer", bound=HttpResponseBase)

# django-htmx lists the swaps of htmx 2; the morphs came with 4.
OUTER_MORPH = cast(SwapMethod, "outerMorph")


class HtmxHttpRequest(HttpRequest):
    """A request after django-htmx's middleware: `request.htmx` is false for a request that a browser sent by itself."""

    htmx: HtmxDetails


def morph(answer: Answer, selector: str) -> Answer:
    """Let the answer take the place of the element of that selector, wherever the form wanted it."""
    return reswap(retarget(answer, selector), OUTER_MORPH)


def notice(answer: Answer) -> Answer:
    """Let the answer stand first among the page's notices; the form and what was typed into it stay as they are."""
    return reswap(retarget(answer, "#notices"), "afterbegin")
