"""Pages of the configuration trail: read it, ask it, add to it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.errors import Conflict
from decisions.forms.trail import (
    AtForm,
    CompareForm,
    ComplaintForm,
    EntryForm,
    PlaceForm,
    SequenceForm,
)
from decisions.models import Configuration, ConfigurationKind, Decision, Membership
from decisions.permissions import may_edit, membership_of, require_editor
from decisions.trail import acts, reading
from decisions.trail.entry import Draft, Refused, environment_named, read
from decisions.views.decisions import decision_of
from decisions.views.requests import signed_in

PAGE = 50


def _context(membership: Membership, decision: Decision) -> dict[str, Any]:
    return {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "decision": decision,
        "environments": reading.environments(decision),
        "zone": timezone.get_current_timezone_name(),
    }


def _entry_or_404(decision: Decision, entry_id: UUID | int) -> Configuration:
    row = reading.entry_of(decision, entry_id)
    if row is None:
        raise Http404
    return row


@require_safe
def trail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is live now, a field to ask about any moment, and every entry as it was written."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    form = SequenceForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = reading.history(
        decision, environment=asked.get("environment") or "", before=asked.get("before"), size=PAGE + 1
    )
    context = _context(membership, decision)
    context |= {
        "lines": [(row, read(row.entry)) for row in rows[:PAGE]],
        "next_before": rows[PAGE - 1].sequence if len(rows) > PAGE else None,
        "is_first_page": not asked.get("before"),
        "environment": asked.get("environment") or "",
        "live": [(row, entry, reading.short(entry)) for row, entry in _live(decision)],
        "at_form": AtForm(initial=AtForm.initial_for(context["environments"])),
        "form": form,
    }
    return render(request, "decisions/trail/trail.html", context, status=200 if form.is_valid() else 422)


def _live(decision: Decision) -> list[tuple[Configuration, Any]]:
    return [(row, read(row.entry)) for row in reading.live_now(decision, timezone.now())]


@require_http_methods(["GET", "HEAD", "POST"])
def trail_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write an entry, beginning with what is live now or with the entry named by `from`."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    own = acts.own_fields(membership.team)
    context = _context(membership, decision)
    if request.method != "POST":
        form = EntryForm(initial=_beginning(request, decision), own=own)
        return render(request, "decisions/trail/new.html", {**context, "form": form})
    form = EntryForm(request.POST, own=own)
    if form.is_valid():
        try:
            acts.add_entry(decision=decision, draft=form.draft(), actor=str(request.user), by=signed_in(request))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The entry is in the trail."))
            return redirect("decisions:trail", slug=slug, number=number)
    return render(request, "decisions/trail/new.html", {**context, "form": form}, status=422)


def _beginning(request: HttpRequest, decision: Decision) -> dict[str, Any]:
    initial: dict[str, Any] = {"live_from": timezone.now()}
    try:
        row = reading.entry_of(decision, UUID(request.GET.get("from", "")))
    except ValueError:
        live = _live(decision)
        row = live[0][0] if live else None
    if row is not None:
        initial |= EntryForm.values_of(read(row.entry))
        if row.kind == ConfigurationKind.PROPOSED:
            initial["promotes"] = row.public_id
    elif record := decision.records.filter(state="accepted").first():
        initial["approach"] = record.approach
    return initial


@require_safe
def trail_entry(request: HttpRequest, slug: str, number: int, entry_id: UUID) -> HttpResponse:
    """One entry whole, with what is missing from it."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    row = _entry_or_404(decision, entry_id)
    own = acts.own_fields(membership.team, with_retired=True)
    entry = read(row.entry)
    missing = () if row.kind == ConfigurationKind.ENDED else reading.missing_from(entry, own)
    context = _context(membership, decision)
    context |= {
        "row": row,
        "entry": entry,
        "sections": () if row.kind == ConfigurationKind.ENDED else reading.sections_of(entry, own),
        "missing": missing,
        "replay": reading.replay_of(entry, missing),
        "complaints": reading.complaints_of(row),
        "approach": reading.approach_name(entry),
        "term": reading.term_of(decision, row),
        "is_restorable": row.kind in acts.RESTORABLE and not entry.is_erased,
        "live": _live(decision),
    }
    return render(request, "decisions/trail/entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def trail_restore(request: HttpRequest, slug: str, number: int, entry_id: UUID) -> HttpResponse:
    """Roll back: a new entry that makes this earlier one live again."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    row = _entry_or_404(decision, entry_id)
    if row.kind not in acts.RESTORABLE:
        raise Conflict(_("Only an entry that was live can be restored."))
    return _small_form(
        request,
        membership,
        decision,
        kind=ConfigurationKind.ROLLED_BACK,
        environment=row.environment,
        template="decisions/trail/restore.html",
        row=row,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def trail_end(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """End what is live in an environment without putting anything else there."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    live = _live(decision)
    environment = request.GET.get("environment", "") or (live[0][1].environment if live else "production")
    return _small_form(
        request,
        membership,
        decision,
        kind=ConfigurationKind.ENDED,
        environment=environment,
        template="decisions/trail/end.html",
    )


def _small_form(
    request: HttpRequest,
    membership: Membership,
    decision: Decision,
    *,
    kind: ConfigurationKind,
    environment: str,
    template: str,
    row: Configuration | None = None,
) -> HttpResponse:
    context = {**_context(membership, decision), "row": row, "entry": read(row.entry) if row else None}
    if request.method != "POST":
        form = PlaceForm(initial={"environment": environment, "live_from": timezone.now()})
        return render(request, template, {**context, "form": form})
    form = PlaceForm(request.POST)
    if form.is_valid():
        draft = Draft(kind=kind, restores=row.public_id if row else None, **form.place())
        try:
            acts.add_entry(decision=decision, draft=draft, actor=str(request.user), by=signed_in(request))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The entry is in the trail."))
            return redirect("decisions:trail", slug=membership.team.slug, number=decision.number)
    return render(request, template, {**context, "form": form}, status=422)


@require_safe
def trail_at(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What was live on that date and time in that environment: one line, then everything."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    asked = request.GET or None  # nothing asked yet: the form, filled in with now
    form = AtForm(asked, initial=AtForm.initial_for(reading.environments(decision)))
    return _at_page(
        request, membership, decision, form, ComplaintForm(), 200 if asked is None or form.is_valid() else 422
    )


def _at_page(
    request: HttpRequest,
    membership: Membership,
    decision: Decision,
    form: AtForm,
    complaint_form: ComplaintForm,
    status: int,
) -> HttpResponse:
    context = {**_context(membership, decision), "at_form": form, "complaint_form": complaint_form}
    if form.is_valid():
        own = acts.own_fields(membership.team, with_retired=True)
        environment = environment_named(form.cleaned_data["environment"])
        answer = reading.live_at(decision, environment, form.cleaned_data["at"], own)
        context |= {
            "answer": answer,
            "short": reading.short(answer.entry) if answer.entry else "",
            "live": _live(decision),
            "may_attach": answer.at <= timezone.now(),
        }
    return render(request, "decisions/trail/at.html", context, status=status)


@require_POST
def complaint_attach(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Attach a complaint to a moment, by reference only; every member may."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    place, form = AtForm(request.POST), ComplaintForm(request.POST)
    if place.is_valid() and form.is_valid():
        try:
            complaint = acts.attach_complaint(
                decision=decision,
                environment=place.cleaned_data["environment"],
                moment=place.cleaned_data["at"],
                reference=form.cleaned_data["reference"],
                runtime=form.runtime(),
                actor=str(request.user),
                by=signed_in(request),
            )
        except Refused as refused:
            for name, message in refused.errors.items():
                form.add_error(name if name in form.fields else None, message)
        else:
            messages.success(
                request, _("%(reference)s is attached to that moment.") % {"reference": complaint.reference}
            )
            return redirect("decisions:trail", slug=slug, number=number)
    return _at_page(request, membership, decision, place, form, 422)


@require_safe
def trail_compare(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Two entries field by field."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    context = _context(membership, decision)
    if not request.GET:
        return render(request, "decisions/trail/compare.html", {**context, "form": CompareForm()})
    form = CompareForm(request.GET)
    if not form.is_valid():
        return render(request, "decisions/trail/compare.html", {**context, "form": form}, status=422)
    for name, which in list(form.cleaned_data.items()):
        if isinstance(which, int) and reading.entry_of(decision, which) is None:
            form.add_error(name, _("This decision has no entry of that number."))
    if form.errors:
        return render(request, "decisions/trail/compare.html", {**context, "form": form}, status=422)
    before = _entry_or_404(decision, form.cleaned_data["before"])
    after = _entry_or_404(decision, form.cleaned_data["after"])
    own = acts.own_fields(membership.team, with_retired=True)
    before_entry, after_entry = read(before.entry), read(after.entry)
    pairs = reading.compare(before_entry, after_entry, own)
    context |= {
        "before": before,
        "after": after,
        "facts": reading.facts(before_entry, after_entry),
        "form": CompareForm(initial={"before": before.sequence, "after": after.sequence}),
        "changed": [pair for pair in pairs if pair.is_changed],
        "same": [pair for pair in pairs if not pair.is_changed],
    }
    return render(request, "decisions/trail/compare.html", context)
