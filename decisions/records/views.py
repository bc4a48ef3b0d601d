"""A record's pages: read it as it prints, begin one, look back, compare, replace, withdraw."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import records
from decisions.base.htmx import checked
from decisions.base.links import public_link
from decisions.base.permissions import may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.base.workshops import room_of
from decisions.ledger import rows
from decisions.ledger.canonical import text_hash
from decisions.models import Decision, Membership, Record, RecordRevision, RecordState, SignOff, User
from decisions.records import comparing, presence, shares

from . import revisits
from .act_forms import NewRecordForm, ShareForm, SignForm, WithdrawForm
from .base import WRITABLE, live_sign_offs
from .section_forms import parts_of

MOST_REVISIONS = 500


def record_of(membership: Membership, record_id: UUID) -> Record:
    """The team's record of that id; Http404 when there is none."""
    found = Record.objects.select_related("team", "decision", "supersedes").filter(team=membership.team, pk=record_id)
    record = found.first()
    if record is None:
        raise Http404
    return record


def page_context(membership: Membership, record: Record) -> dict[str, Any]:
    """What every page of a record shows."""
    return {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "record": record,
        "decision": record.decision,
        "writable": record.state in WRITABLE,
    }


def stamp_of(record: Record, sign_offs: list[SignOff], where: dict[str, list[str]] | None = None) -> str:
    """Another one whenever the page would look different beside its sections; a page that polls with it hears nothing else."""
    return text_hash(repr([record.state, record.revision, [(one.pk, one.position) for one in sign_offs], where]))[:16]


def standing(membership: Membership, record: Record, user: User) -> dict[str, Any]:
    """How the page stands, in three queries: what others do is asked for every few seconds."""
    may_write = may_edit(membership) and record.state in WRITABLE
    where = presence.others(record, user) if may_write else {}
    sign_offs = live_sign_offs(record)
    return {
        "parts": parts_of(record, may_write=may_write, where=where),
        "sign_offs": sign_offs,
        "stamp": stamp_of(record, sign_offs, where),
    }


def record_context(request: HttpRequest, membership: Membership, record: Record) -> dict[str, Any]:
    """What the record's page shows: the paper, and its one next step."""
    user = signed_in(request)
    now = standing(membership, record, user)
    own = records.own_sign_off(record, user) if record.state == RecordState.IN_SIGN_OFF else None
    waiting = [one for one in now["sign_offs"] if one.position == "pending"]
    links = shares.open_links(record) if record.number and may_edit(membership) else []
    problems = records.problems(record) if record.state == RecordState.DRAFT else ()
    sign_form = SignForm(initial={"content_hash": record.content_hash})
    checked(request, sign_form, reverse("decisions:sign", args=[membership.team.slug, record.pk]))
    return {
        **page_context(membership, record),
        **now,
        "document": records.document_of(record),
        "problems": problems,
        "warnings": records.warnings(record) if record.state == RecordState.DRAFT else (),
        "go_on": next((one for one in problems if now["parts"][one.section].is_editable), None),
        "waiting": waiting,
        "own": own,
        "sign_form": sign_form if own else None,
        "may_accept": record.state == RecordState.IN_SIGN_OFF and now["sign_offs"] and not waiting,
        "revisit": revisits.live(record),
        "replacement": Record.objects.filter(supersedes=record).first(),
        "links": [(link, public_link("decisions:shared", shares.token_of(link))) for link in links],
        "share_form": ShareForm(),
        "doubts": doubts_about(record),
        "room": room_of(record),
        "standing": records.accepted_record(record.decision_id) if record.state == RecordState.WITHDRAWN else None,
    }


def doubts_about(record: Record) -> rows.Doubts:
    """Whether the record that is shown is the one that the log speaks of; a draft is in no log yet."""
    shown = [record, *record.sign_offs.all(), *record.revisits.all()]
    found = rows.doubts(shown, whole=("sign_off", "revisit"))
    return found if record.number else replace(found, unknown=frozenset())


def record_page(
    request: HttpRequest, membership: Membership, record: Record, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The record as it prints, with its one next step."""
    context = {**record_context(request, membership, record), **more}
    return render(request, "decisions/records/record.html", context, status=status)


@require_safe
def record(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """The record's page."""
    membership = membership_of(request.user, slug)
    return record_page(request, membership, record_of(membership, record_id))


@require_http_methods(["GET", "HEAD", "POST"])
def record_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Begin a record without a workshop."""
    membership = membership_of(request.user, slug)
    decision = Decision.objects.select_related("team").filter(team=membership.team, number=number).first()
    if decision is None:
        raise Http404
    require_editor(membership)
    form = NewRecordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = records.draft_without_workshop(decision=decision, by=signed_in(request), **form.cleaned_data)
        return redirect("decisions:record", slug=slug, record_id=made.pk)
    context = {"team": membership.team, "membership": membership, "decision": decision, "form": form}
    return render(request, "decisions/records/new.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def record_history(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Every saved state of the text, its minutes, and void sign-offs."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    revisions = record.revisions.order_by("-number").only("number", "section", "by", "at", "content_hash", "record_id")
    others = Record.objects.filter(decision=record.decision).exclude(pk=record.pk).order_by("-created_at")
    elsewhere = Record.objects.filter(team=membership.team, number__isnull=False).exclude(decision=record.decision)
    context = {
        **page_context(membership, record),
        "revisions": revisions[:MOST_REVISIONS],
        "others": others,
        "elsewhere": elsewhere.select_related("decision").defer("content", "canonical", "document").order_by("-number"),
        "voided": record.sign_offs.exclude(voided_at=None).order_by("-voided_at"),
    }
    return render(request, "decisions/records/history.html", context)


@require_safe
def record_compare(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Two revisions of this record, or this record and another one of the team."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    if other_id := request.GET.get("with"):
        try:
            other = record_of(membership, UUID(other_id))
        except ValueError as fault:
            raise Http404 from fault
        sides = [(_name(other), other.content), (_name(record), record.content)]
    else:
        newest = _revision(record, request.GET.get("to"), record.revision)
        earlier = _revision(record, request.GET.get("from"), max(1, newest.number - 1))
        sides = [
            (_("Revision %(number)d") % {"number": one.number}, json.loads(one.canonical)) for one in (earlier, newest)
        ]
    parts = comparing.compare(sides[0][1], sides[1][1])
    context = {
        **page_context(membership, record),
        "before": sides[0][0],
        "after": sides[1][0],
        "parts": [part for part in parts if part.differs],
        "same": [part.title for part in parts if not part.differs],
    }
    return render(request, "decisions/records/compare.html", context)


def _name(record: Record) -> str:
    return record.label or _("Draft of %(day)s") % {"day": f"{record.created_at:%Y-%m-%d}"}


def _revision(record: Record, wanted: str | None, otherwise: int) -> RecordRevision:
    number = otherwise
    if wanted:
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
            raise Http404
        number = int(wanted)
    found = record.revisions.filter(number=number).first()
    if found is None:
        raise Http404
    return found


@require_POST
def record_replace(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Begin the record that will replace this one, or go to the draft that somebody has begun."""
    membership = membership_of(request.user, slug)
    replacement = records.begin_replacement(record=record_of(membership, record_id), by=signed_in(request))
    return redirect("decisions:record", slug=slug, record_id=replacement.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def record_withdraw(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Withdraw a record or a draft, for a reason."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    require_editor(membership)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        records.withdraw(record=record, by=signed_in(request), why=form.cleaned_data["why"])
        messages.success(request, _("Record withdrawn."))
        return redirect("decisions:record", slug=slug, record_id=record.pk)
    context = {**page_context(membership, record), "form": form}
    return render(request, "decisions/records/withdraw.html", context, status=422 if request.method == "POST" else 200)
