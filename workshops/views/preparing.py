"""Preparing a workshop on a decision."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from decisions.base.permissions import membership_of, require_editor
from decisions.models import Decision
from workshops import actions
from workshops.facts import facts_of
from workshops.forms import WorkshopForm
from workshops.seats import set_seat_cookie


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Prepare a workshop and open its lobby."""
    membership = membership_of(request.user, slug)
    require_editor(membership)
    decision = Decision.objects.select_related("team").filter(team=membership.team, number=number).first()
    if decision is None:
        raise Http404
    form = WorkshopForm(request.POST or None, initial={"name": str(request.user)})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            workshop, seat = actions.create_workshop(decision=decision, by=membership.user, **form.cleaned_data)
            messages.success(request, _("Workshop created. Share the link or code."))
            response = redirect("workshops:room", workshop.public_id)
            set_seat_cookie(response, seat, workshop.public_id)
            return response
        status = 422
    context = {"form": form, "decision": decision, "team": membership.team}
    context["open_workshop"] = next((one for one in facts_of(decision, None, None) if one.is_open), None)
    return render(request, "workshops/new.html", context, status=status)
