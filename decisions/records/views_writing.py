"""Writing a record on its paper: a section opens as a form in place, is saved on its own, and a conflict loses nothing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from decisions import records
from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, morph
from decisions.base.permissions import may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.models import Membership, Record, RecordState
from decisions.records import comparing, presence

from .base import WRITABLE, version_of
from .section_forms import BY_KEY, Editor, Part, Section, editor, sections_of
from .views import page_context, record_context, record_of, record_page, standing


@require_safe
def record_edit(request: HtmxHttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Where all sections were written once: the paper, at the section that the address names after its #."""
    record = record_of(membership_of(request.user, slug), record_id)
    return redirect("decisions:record", slug=slug, record_id=record.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def record_section(request: HtmxHttpRequest, slug: str, record_id: UUID, section: str) -> HttpResponse:
    """One section's form, in place on the paper or on a page of its own; POST saves it."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    require_editor(membership)
    found = _section(record, section)
    if request.method != "POST":
        return _opened(request, membership, record, found)
    act = request.POST.get("act", "")
    if act.startswith("add:"):
        more = editor(record, found, request.POST, more_rows=act[4:])
        more.focus(act[4:])
        return _form(request, membership, record, more)
    is_done = act in ("done", "keep")
    now = editor(record, found, request.POST)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10) or not now.is_valid():
        return _form(request, membership, record, now, 422)
    try:
        saved = records.edit(
            record=record,
            section=section,
            changes=now.changes(),
            version=int(version),
            by=signed_in(request),
            contacts=now.contacts(),
            kept=now.kept(every=act == "keep"),
            as_draft=request.POST.get("state") == RecordState.DRAFT,
        )
    except (records.SectionConflict, records.SignOffBegun) as conflict:
        record = record_of(membership, record.pk)
        _show_both(now, record, conflict)
        return _form(request, membership, record, now, 409)
    if _in_place(request):
        voided = record.state == RecordState.IN_SIGN_OFF and saved.state == RecordState.DRAFT
        answer = _answer(request, membership, saved, editor(saved, found), is_saved=True, voided=voided, done=is_done)
        return trigger_client_event(answer, "moved") if is_done else answer
    messages.success(request, _("Saved: %(section)s.") % {"section": found.title})
    return redirect(f"{reverse('decisions:record', args=[slug, record.pk])}#{section}")


@require_POST
def record_news(request: HtmxHttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """A heartbeat: which section I write; answers what others did since, or 204 when that is nothing."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    writing = request.POST.get("open", "")
    user = signed_in(request)
    if may_edit(membership):
        presence.beat(record, user, writing)
    now = standing(membership, record, user)
    if now["stamp"] == request.POST.get("stamp") and not _stale(request, now["parts"], writing):
        return HttpResponse(status=204)
    if record.state not in WRITABLE and not writing:
        return record_page(request, membership, record)
    context = record_context(request, membership, record)
    context["stale"] = _stale(request, context["parts"], writing)
    for part in context["stale"]:
        if part.section.key == writing and part.is_editable:
            part.editor = editor(record, part.section, people=part.people)
    return render(request, "decisions/records/fragments/news.html", context)


def _section(record: Record, key: str) -> Section:
    if key not in BY_KEY or BY_KEY[key] not in sections_of(record):
        raise Http404
    return BY_KEY[key]


def _in_place(request: HtmxHttpRequest) -> bool:
    """Whether the section stands on the paper: only there it is opened by htmx, and its form says so."""
    return bool(request.htmx) and (request.method != "POST" or "open" in request.POST)


def _opened(request: HtmxHttpRequest, membership: Membership, record: Record, section: Section) -> HttpResponse:
    """The section as a form; the one that was open closes into paper."""
    if record.state not in WRITABLE:
        raise Conflict(_("This record is locked. Write a replacement instead."))
    now = editor(record, section)
    if not _in_place(request):
        return _form(request, membership, record, now)
    now.focus()
    context = record_context(request, membership, record)
    now.people = context["parts"][section.key].people
    left = request.GET.get("open", "")
    is_afresh = left == section.key
    context |= {"editor": now, "left": None if is_afresh else context["parts"].get(left), "is_afresh": is_afresh}
    return trigger_client_event(render(request, "decisions/records/fragments/opened.html", context), "moved")


def _form(
    request: HtmxHttpRequest, membership: Membership, record: Record, now: Editor, status: int = 200
) -> HttpResponse:
    """The section as it was typed, with what is wrong beside the fields or what somebody else saved meanwhile."""
    now.people = presence.others(record, signed_in(request)).get(now.section.key, [])
    context = {**page_context(membership, record), "editor": now, "is_wrong": status == 422}
    if not _in_place(request):
        return render(request, "decisions/records/edit.html", {**context, "is_alone": True}, status=status)
    if status == 409:
        return _answer(request, membership, record, now, status)
    answer = render(request, "decisions/records/fragments/section.html", context, status=status)
    return morph(answer, f"#{now.section.key}")


def _answer(
    request: HtmxHttpRequest, membership: Membership, record: Record, now: Editor, status: int = 200, **more: Any
) -> HttpResponse:
    """What a save changes on the paper, with what others saved since."""
    context = record_context(request, membership, record)
    key = now.section.key
    stale = [part for part in _stale(request, context["parts"]) if part.section.key != key]
    context |= {"editor": now, "part": context["parts"][key], "stale": stale, **more}
    return render(request, "decisions/records/fragments/section_answer.html", context, status=status)


def _stale(request: HtmxHttpRequest, parts: dict[str, Part], writing: str = "") -> list[Part]:
    """The sections that are newer than what the page shows of them."""
    seen = dict(one.rpartition(":")[::2] for one in request.POST.getlist("seen"))
    if writing:
        seen[writing] = request.POST.get("version", "")
    return [part for key, part in parts.items() if key in seen and seen[key] != str(part.version)]


def _show_both(now: Editor, record: Record, conflict: records.SectionConflict | records.SignOffBegun) -> None:
    """Both versions side by side; what was typed stays in the form, which now counts on what is stored."""
    mine = {**record.content, **{key: records.clean(key, value) for key, value in now.changes().items()}}
    now.record, now.version = record, version_of(record, now.section.key)
    asked = isinstance(conflict, records.SignOffBegun)
    now.conflict = {
        "message": str(conflict),
        "asked": asked,
        "button": _("Save mine and cancel signatures") if asked else _("Replace theirs with mine"),
        "parts": [part for part in comparing.compare(record.content, mine) if part.differs],
    }
