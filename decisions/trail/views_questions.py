"""Questions to the trail: what was live at a moment, what a complaint was about, and what differs between two entries."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from decisions.base.htmx import HtmxHttpRequest, addressed, morph
from decisions.base.permissions import decision_of, membership_of
from decisions.base.requests import signed_in
from decisions.models import Decision, Membership
from decisions.trail import acts, reading

from .entry import Refused, environment_named, read
from .forms import AtForm, CompareForm, ComplaintForm
from .views import context_of, entry_or_404, live_in


@require_safe
def trail_at(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
    """What was live on that date and time in that environment: one line, then everything."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    asked = request.GET or None  # nothing asked yet: the form, filled in with now
    form = AtForm(asked, initial=AtForm.initial_for(reading.environments(decision)))
    return _at_page(
        request, membership, decision, form, ComplaintForm(), 200 if asked is None or form.is_valid() else 422
    )


def _at_page(
    request: HtmxHttpRequest,
    membership: Membership,
    decision: Decision,
    form: AtForm,
    complaint_form: ComplaintForm,
    status: int,
) -> HttpResponse:
    context = {**context_of(membership, decision), "at_form": form, "complaint_form": complaint_form}
    if form.is_valid():
        own = acts.own_fields(membership.team, with_retired=True)
        environment = environment_named(form.cleaned_data["environment"])
        answer = reading.live_at(decision, environment, form.cleaned_data["at"], own)
        context |= {
            "answer": answer,
            "short": reading.short(answer.entry) if answer.entry else "",
            "live": live_in(decision),
            "may_attach": answer.at <= timezone.now(),
        }
    if request.htmx.target == "div#at-answer":  # asked on another page, and answered there
        if not form.is_valid():
            parts = {**context, "here": True}
            return morph(render(request, "decisions/trail/fragments/at_form.html", parts, status=status), "#at-form")
        answered = render(request, "decisions/trail/fragments/at_here.html", context)
        return addressed(answered, request, request.GET.urlencode())
    return render(request, "decisions/trail/at.html", context, status=status)


@require_POST
def complaint_attach(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
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
            messages.success(request, _("Complaint %(reference)s linked.") % {"reference": complaint.reference})
            return redirect("decisions:trail", slug=slug, number=number)
    return _at_page(request, membership, decision, place, form, 422)


@require_safe
def trail_compare(request: HtmxHttpRequest, slug: str, number: int) -> HttpResponse:
    """Two entries field by field."""
    membership = membership_of(request.user, slug)
    decision = decision_of(membership, number)
    context = context_of(membership, decision)
    if not request.GET:
        return render(request, "decisions/trail/compare.html", {**context, "form": CompareForm()})
    form = CompareForm(request.GET)
    if not form.is_valid():
        return render(request, "decisions/trail/compare.html", {**context, "form": form}, status=422)
    for name, which in list(form.cleaned_data.items()):
        if isinstance(which, int) and reading.entry_of(decision, which) is None:
            form.add_error(name, _("This decision has no entry with that number."))
    if form.errors:
        return render(request, "decisions/trail/compare.html", {**context, "form": form}, status=422)
    before = entry_or_404(decision, form.cleaned_data["before"])
    after = entry_or_404(decision, form.cleaned_data["after"])
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
    if request.htmx.target == "div#comparison":
        compared = render(request, "decisions/trail/fragments/comparison_here.html", context)
        return addressed(compared, request, request.GET.urlencode())
    return render(request, "decisions/trail/compare.html", context)
