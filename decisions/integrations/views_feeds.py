"""The trail on its way out: CSV, JSON Lines, and the Atom feed."""

import hashlib

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from decisions.base import api_tokens
from decisions.base.audit import note
from decisions.base.links import public_address
from decisions.base.permissions import membership_of
from decisions.base.requests import download
from decisions.models import AuditAct, Decision, Membership
from decisions.trail import acts, lines

from .atom import atom


def _decision_asked_for(request: HttpRequest, membership: Membership) -> Decision | None:
    number = request.GET.get("decision", "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise Http404
    decision = Decision.objects.filter(team=membership.team, number=int(number)).first()
    if decision is None:
        raise Http404
    return decision


@require_safe
def trail_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every entry of the team, or of one decision, as CSV with cells that no spreadsheet runs."""
    membership = membership_of(request.user, slug)
    decision = _decision_asked_for(request, membership)
    if request.method == "GET":
        note(membership.team, AuditAct.EXPORTED, detail="trail.csv")
    own = acts.own_fields(membership.team, with_retired=True)
    chunks = lines.csv_lines(membership.team, own, decision)
    return download(chunks, "text/csv; charset=utf-8", f"{slug}-trail.csv")


@require_safe
def trail_jsonl(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same as JSON Lines, with payloads and hashes as they stand in the chain."""
    membership = membership_of(request.user, slug)
    decision = _decision_asked_for(request, membership)
    if request.method == "GET":
        note(membership.team, AuditAct.EXPORTED, detail="trail.jsonl")
    chunks = lines.json_lines(membership.team, decision)
    return download(chunks, "application/jsonl; charset=utf-8", f"{slug}-trail.jsonl")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The team's Atom feed behind a secret address; 304 when nothing is new."""
    found = api_tokens.feed_of(token)
    if found is None:
        raise Http404
    body = atom(found.team, public_address(request.path)).encode("utf-8", "replace")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if known & {etag, "*"}:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=60)
    return response
