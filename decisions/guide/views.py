"""The guide: public pages with stable addresses, a search, and the glossary."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from decisions.base.htmx import HtmxHttpRequest, addressed
from decisions.framework import guide as pages
from decisions.framework.guide_search import search


@require_safe
def guide(request: HtmxHttpRequest) -> HttpResponse:
    """The table of contents, or what a search finds."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    context = {"groups": pages.grouped(), "query": query, "hits": search(query) if query else []}
    if request.htmx.target == "div#guide-found":
        answer = render(request, "decisions/guide/fragments/found.html", context)
        return addressed(answer, request, urlencode({"q": query}) if query else "")
    return render(request, "decisions/guide/index.html", context)


@require_safe
def guide_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page, with the terms it uses and the ways to the next."""
    page = pages.page(slug)
    if page is None:
        raise Http404
    order = pages.pages()
    place = order.index(page)
    context = {
        "page": page,
        "html": mark_safe(page.html),  # noqa: S308 - our own Markdown, cleaned by nh3
        "groups": pages.grouped(),
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
    }
    return render(request, "decisions/guide/page.html", context)
