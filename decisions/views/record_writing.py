"""Writing a record: all sections on one page, each saved on its own; who is where; a conflict that loses nothing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import records
from decisions.errors import Conflict
from decisions.forms.sections import BY_KEY, Editor, Section, editor, sections_of
from decisions.htmx import HtmxHttpRequest, morph
from decisions.models import Membership, Record, RecordState
from decisions.permissions import membership_of, require_editor
from decisions.records import comparing, presence
from decisions.records.base import WRITABLE, version_of
from decisions.views.records import page_context, record_of
from decisions.views.requests import signed_in


def _writable(request: HttpRequest, slug: str, record_id: UUID) -> tuple[Membership, Record]:
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    require_editor(membership)
    return membership, record


def _section(record: Record, key: str) -> Section:
    if key not in BY_KEY or BY_KEY[key] not in sections_of(record):
        raise Http404
    return BY_KEY[key]


def _edit_page(
    request: HttpRequest, membership: Membership, record: Record, now: Editor | None = None, status: int = 200
) -> HttpResponse:
    """The whole page; `now` takes the place of its section, with what was typed."""
    where = presence.others(record, signed_in(request))
    editors = [now if now and now.section is section else editor(record, section) for section in sections_of(record)]
    for one in editors:
        one.people = where.get(one.section.key, [])
    context = {**page_context(membership, record), "editors": editors, "problems": records.problems(record)}
    return render(request, "decisions/records/edit.html", context, status=status)


@require_safe
def record_edit(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """The page on which a draft is written."""
    membership, record = _writable(request, slug, record_id)
    if record.state not in WRITABLE:
        raise Conflict(_("This record is frozen. Write a new one that replaces it."))
    return _edit_page(request, membership, record)


@require_http_methods(["GET", "HEAD", "POST"])
def record_section(request: HtmxHttpRequest, slug: str, record_id: UUID, section: str) -> HttpResponse:
    """One section: GET gives its form alone; POST saves it and answers the page's script in JSON, others with a page."""
    membership, record = _writable(request, slug, record_id)
    found = _section(record, section)
    if request.method != "POST":
        context = {**page_context(membership, record), "editor": editor(record, found)}
        return render(request, "decisions/records/fragments/section.html", context)
    by_script = bool(request.htmx)
    act = request.POST.get("act", "")
    if act.startswith("add:"):
        more = editor(record, found, request.POST, more_rows=act[4:])
        return (
            _section_alone(request, membership, record, more)
            if by_script
            else _edit_page(request, membership, record, more)
        )
    now = editor(record, found, request.POST)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10) or not now.is_valid():
        if by_script:
            return _section_alone(request, membership, record, now, "wrong", 422)
        return _edit_page(request, membership, record, now, 422)
    try:
        saved = records.edit(
            record=record,
            section=section,
            changes=now.changes(),
            version=int(version),
            by=signed_in(request),
            contacts=now.contacts(),
            as_draft=request.POST.get("state") == RecordState.DRAFT,
        )
    except (records.SectionConflict, records.SignOffBegun) as conflict:
        return _conflict_page(request, membership, record, now, conflict, by_script)
    if by_script:
        voided = record.state == RecordState.IN_SIGN_OFF and saved.state == RecordState.DRAFT
        return _answer(request, membership, saved, editor(saved, found), "saved", voided=voided)
    messages.success(request, _("Saved: %(section)s.") % {"section": found.title})
    return redirect(f"{reverse('decisions:record_edit', args=[slug, record.pk])}#{section}")


def _conflict_page(
    request: HttpRequest,
    membership: Membership,
    record: Record,
    now: Editor,
    conflict: records.SectionConflict | records.SignOffBegun,
    by_script: bool,
) -> HttpResponse:
    """Both versions side by side; what was typed stays in the form, which now counts on what is stored."""
    record = record_of(membership, record.pk)
    mine = {**record.content, **now.changes()}
    mine = {**mine, **{key: records.clean(key, mine[key]) for key in now.changes()}}
    now.record, now.version = record, version_of(record, now.section.key)
    asked = isinstance(conflict, records.SignOffBegun)
    now.conflict = {
        "message": str(conflict),
        "asked": asked,
        "button": _("Save mine and void every signature") if asked else _("Save mine over theirs"),
        "parts": [part for part in comparing.compare(record.content, mine) if part.differs],
    }
    if not by_script:
        return _edit_page(request, membership, record, now, 409)
    return _answer(request, membership, record, now, "wrong", 409)


def _answer(
    request: HttpRequest, membership: Membership, record: Record, now: Editor, said: str, status: int = 200, **more: Any
) -> HttpResponse:
    """What a save changes on the page: the section's version and status, what it conflicts with, what is still missing."""
    context = {**page_context(membership, record), "editor": now, "problems": records.problems(record), "status": said}
    return render(request, "decisions/records/fragments/section_answer.html", {**context, **more}, status=status)


def _section_alone(
    request: HttpRequest, membership: Membership, record: Record, now: Editor, said: str = "", status: int = 200
) -> HttpResponse:
    """The section as it was typed, in place of the one on the page."""
    context = {**page_context(membership, record), "editor": now, "status": said}
    answer = render(request, "decisions/records/fragments/section.html", context, status=status)
    return morph(answer, f"#{now.section.key}")


@require_POST
def record_presence(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """A heartbeat: where I am; answers where the others are, and which sections are newer than mine."""
    membership, record = _writable(request, slug, record_id)
    user = signed_in(request)
    presence.beat(record, user, request.POST.get("section", ""))
    where = presence.others(record, user)
    sections = sections_of(record)
    seen = [
        int(one) if one.isascii() and one.isdigit() and len(one) < 10 else 0 for one in request.POST.getlist("version")
    ]
    stale = [
        section for section, version in zip(sections, seen, strict=False) if version < version_of(record, section.key)
    ]
    context = {
        **page_context(membership, record),
        "where": [(section.key, where.get(section.key, [])) for section in sections],
        "stale": [editor(record, section) for section in stale],
    }
    return render(request, "decisions/records/fragments/presence.html", context)
