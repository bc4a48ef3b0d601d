"""Pages of the configuration trail: read it, ask it, add to it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from decisions.base.errors import Conflict
from decisions.base.htmx import HtmxHttpRequest, addressed, checked
from decisions.base.permissions import decision_of, may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.base.times import zoned
from decisions.models import Configuration, ConfigurationKind, Decision, Membership
from decisions.trail import acts, reading

from .entry import Draft, Refused, read
from .forms import AtForm, EntryForm, PlaceForm, SequenceForm

PAGE = 50
UNASKED = 250  # entries that come as one scrolls; below these a press brings more, so that the page has an end


def context_of(membership: Membership, decision: Decision) -> dict[str, Any]:
    """What every page of the trail needs."""
    return {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "decision": decision,
        "environments": reading.environments(decision),
        "zone": timezone.get_current_timezone_name(),
    }


def entry_or_404(decision: Decision, entry_id: UUID | int) -> Configuration:
    """The decision's entry of that id or number."""
    row = reading.entry_of(decision, entry_id)
    if row is None:
        raise Http404
    return row


@require_safe
def trail(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
    """What is live now, a field to ask about any moment, and every entry as it was written."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    form = SequenceForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = reading.history(
        decision, environment=asked.get("environment") or "", before=asked.get("cursor"), size=PAGE + 1
    )
    shown = (asked.get("shown") or 0) + len(rows[:PAGE])
    context = context_of(membership, decision)
    context |= {
        "lines": [(row, read(row.entry)) for row in rows[:PAGE]],
        "picked": _picked(request, rows[:PAGE]),
        "older": _older(asked, rows[PAGE - 1]) if len(rows) > PAGE else "",
        "is_first_page": not asked.get("cursor"),
        "is_more": request.htmx.target == "tbody#trail-lines",
        "shown": shown,
        "goes_on_unasked": shown < UNASKED,
        "environment": asked.get("environment") or "",
        "live": [(row, entry, reading.short(entry)) for row, entry in live_in(decision)],
        "at_form": AtForm(initial=AtForm.initial_for(context["environments"])),
        "form": form,
    }
    if form.is_valid() and request.htmx.target == "section#trail-entries":
        asked_for = {"environment": context["environment"]} if context["environment"] else {}
        return addressed(render(request, "decisions/trail/fragments/list.html", context), request, urlencode(asked_for))
    if form.is_valid() and context["is_more"]:
        return render(request, "decisions/trail/fragments/more.html", context)
    return render(request, "decisions/trail/trail.html", context, status=200 if form.is_valid() else 422)


def _older(asked: Mapping[str, Any], last: Configuration) -> str:
    """What asks for the entries that were written before the last one that is shown."""
    environment = {"environment": asked["environment"]} if asked.get("environment") else {}
    return urlencode({"cursor": last.sequence, **environment})


def _picked(request: HttpRequest, rows: Sequence[Configuration]) -> dict[str, str]:
    """Which entries are ticked to be compared: those that were, as far as they are shown, else the newest two."""
    there = [str(row.public_id) for row in rows]
    newest = {"after": there[:1], "before": there[1:2]}
    return {
        side: next((one for one in (request.GET.get(side, ""), *newest[side]) if one in there), "") for side in newest
    }


def live_in(decision: Decision) -> list[tuple[Configuration, Any]]:
    """What is live now, environment by environment."""
    return [(row, read(row.entry)) for row in reading.live_now(decision, timezone.now())]


@require_http_methods(["GET", "HEAD", "POST"])
def trail_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write an entry, beginning with what is live now or with the entry named by `from`."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    own = acts.own_fields(membership.team)
    context = context_of(membership, decision)
    if request.method != "POST":
        form = EntryForm(initial=_beginning(request, decision), own=own)
        checked(request, form)
        return render(request, "decisions/trail/new.html", {**context, "form": form})
    form = EntryForm(request.POST, own=own)
    if answer := checked(request, form):
        return answer
    if form.is_valid() and (answer := _written(request, membership, decision, form, form.draft())):
        return answer
    return render(request, "decisions/trail/new.html", {**context, "form": form}, status=422)


def _written(
    request: HttpRequest, membership: Membership, decision: Decision, form: PlaceForm, draft: Draft
) -> HttpResponse | None:
    """The way back to the trail once the entry stands; None when it is refused, and the form then says why."""
    try:
        acts.add_entry(decision=decision, draft=draft, actor=str(request.user), by=signed_in(request))
    except Refused as refused:
        form.refuse(refused)
        return None
    messages.success(request, _what_is_live(draft))
    return redirect("decisions:trail", slug=membership.team.slug, number=decision.number)


def _what_is_live(draft: Draft) -> str:
    said = {
        ConfigurationKind.LIVE: _("Live in %(where)s from %(when)s."),
        ConfigurationKind.ROLLED_BACK: _("Rolled back in %(where)s from %(when)s."),
        ConfigurationKind.ENDED: _("Nothing is live in %(where)s from %(when)s."),
    }.get(ConfigurationKind(draft.kind), _("Proposed for %(where)s."))
    when = zoned(timezone.localtime(draft.live_from), "j M Y, H:i")
    return said % {"where": draft.environment, "when": when}


def _beginning(request: HttpRequest, decision: Decision) -> dict[str, Any]:
    initial: dict[str, Any] = {"live_from": timezone.now()}
    try:
        row = reading.entry_of(decision, UUID(request.GET.get("from", "")))
    except ValueError:
        live = live_in(decision)
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
    row = entry_or_404(decision, entry_id)
    own = acts.own_fields(membership.team, with_retired=True)
    entry = read(row.entry)
    missing = () if row.kind == ConfigurationKind.ENDED else reading.missing_from(entry, own)
    context = context_of(membership, decision)
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
        "live": live_in(decision),
    }
    return render(request, "decisions/trail/entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def trail_restore(request: HttpRequest, slug: str, number: int, entry_id: UUID) -> HttpResponse:
    """Roll back: a new entry that makes this earlier one live again."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    require_editor(membership)
    row = entry_or_404(decision, entry_id)
    if row.kind not in acts.RESTORABLE:
        raise Conflict(_("You can only roll back to an entry that was live."))
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
    live = live_in(decision)
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
    context = {**context_of(membership, decision), "row": row, "entry": read(row.entry) if row else None}
    if request.method != "POST":
        form = PlaceForm(initial={"environment": environment, "live_from": timezone.now()})
        checked(request, form)
        return render(request, template, {**context, "form": form})
    form = PlaceForm(request.POST)
    if answer := checked(request, form):
        return answer
    if form.is_valid():
        draft = Draft(kind=kind, restores=row.public_id if row else None, **form.place())
        if answer := _written(request, membership, decision, form, draft):
            return answer
    return render(request, template, {**context, "form": form}, status=422)
