"""A record as a file: PDF, Markdown, JSON and its revisit for a calendar, for members and for whoever holds a share link."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags, quote_etag
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from decisions import records
from decisions.base.permissions import membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.exports.calendar import revisit_calendar
from decisions.exports.canonical import record_json
from decisions.exports.issued import DiskFull, pdf_now
from decisions.exports.markdown import render_markdown
from decisions.exports.pdf.pool import PdfError, cache_key
from decisions.ledger.canonical import dumps, text_hash
from decisions.models import Record
from decisions.records import shares

from .act_forms import ShareForm
from .document import Document
from .section_forms import parts_of
from .views import doubts_about, record_of, record_page

PAPERS = {"a4": "A4", "letter": "Letter"}
TYPES = {
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
}


@require_safe
def record_file(request: HttpRequest, slug: str, record_id: UUID, kind: str) -> HttpResponseBase:
    """Download a record of one's team."""
    membership = membership_of(request.user, slug)
    return _file(request, record_of(membership, record_id), kind)


@require_safe
def shared_file(request: HttpRequest, token: str, kind: str) -> HttpResponseBase:
    """Download a record by share link."""
    return _file(request, _shared(token), kind)


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Read one accepted record without an account."""
    record = _shared(token)
    context = {"record": record, "document": records.document_of(record), "parts": parts_of(record), "token": token}
    context["doubts"] = doubts_about(record)
    return render(request, "decisions/records/shared.html", context)


@require_POST
def share(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Make a share link."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    require_editor(membership)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return record_page(request, membership, record, status=422, share_form=form)
    shares.share(record=record, by=signed_in(request), **form.cleaned_data)
    messages.success(request, _("Link created. Copy it now."))
    return redirect("decisions:record", slug=slug, record_id=record_id)


@require_POST
def share_revoke(request: HttpRequest, slug: str, record_id: UUID, link_id: UUID) -> HttpResponse:
    """Take a share link back."""
    membership = membership_of(request.user, slug)
    shares.revoke(record=record_of(membership, record_id), link_id=link_id, by=signed_in(request))
    messages.success(request, _("Link revoked."))
    return redirect("decisions:record", slug=slug, record_id=record_id)


def _shared(token: str) -> Record:
    record = shares.record_behind(token)
    if record is None:
        raise Http404
    return record


def _file(request: HttpRequest, record: Record, kind: str) -> HttpResponseBase:
    """The file with its headers; 304 when the asker has it, 503 with what to install when PDFs cannot be made, and
    507 when the disk is full.

    A PDF is the one page; `?appendix=1` adds what was cut from it, the ballots, the configuration and the minutes.
    """
    document = records.document_of(record)
    paper = PAPERS.get(request.GET.get("paper", "a4").lower())
    appendix = request.GET.get("appendix", "0")
    if kind not in TYPES or paper is None or appendix not in {"0", "1"}:
        raise Http404
    whole = appendix == "1"
    other = f"{kind}\n{dumps(document)}"
    key = cache_key(document, paper, appendix=whole) if kind == "pdf" else text_hash(other)
    etag = quote_etag(key)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _with_headers(HttpResponseNotModified(), etag)
    try:
        body = _body(document, kind, paper, whole)
    except PdfError as fault:
        context = {"record": record, "fault": str(fault)}
        status = 507 if isinstance(fault, DiskFull) else 503
        response = render(request, "decisions/records/no_pdf.html", context, status=status)
        response["Retry-After"] = "60"
        return response
    response = HttpResponse(body, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{_file_name(record, kind)}"'
    response["Content-Length"] = str(len(body))
    return _with_headers(response, etag)


def _with_headers(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _file_name(record: Record, kind: str) -> str:
    """ASCII, whatever the title holds: DR-0001-answer-support-questions.pdf."""
    title = slugify(record.content["title"])[:60].strip("-")
    return "-".join(part for part in (record.label or "draft", title) if part) + f".{kind}"


def _body(document: Document, kind: str, paper: str, whole: bool) -> bytes:
    match kind:
        case "json":
            return record_json(document)
        case "ics":
            calendar = revisit_calendar(document)
            if calendar is None:
                raise Http404
            return calendar
        case "md":
            return render_markdown(document).encode()
        case _:
            return pdf_now(document, paper, appendix=whole)
