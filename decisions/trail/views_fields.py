"""The page of the trail's own fields."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from decisions.base.errors import Conflict
from decisions.base.permissions import may_edit, membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.trail import acts

from .forms import OwnFieldForm


@require_http_methods(["GET", "HEAD", "POST"])
def trail_fields(request: HttpRequest, slug: str) -> HttpResponse:
    """The team's own fields in the trail."""
    membership = membership_of(request.user, slug)
    form = OwnFieldForm(request.POST or None)
    status = 200
    if request.method == "POST":
        require_editor(membership)
        status = 422
        if form.is_valid():
            try:
                acts.define_field(team=membership.team, by=signed_in(request), **form.cleaned_data)
            except Conflict as conflict:
                form.add_error("label", str(conflict))
            else:
                messages.success(request, _("Field added."))
                return redirect("decisions:trail_fields", slug=slug)
    context = {
        "team": membership.team,
        "membership": membership,
        "may_edit": may_edit(membership),
        "fields": membership.team.trail_fields.all(),
        "form": form,
    }
    return render(request, "decisions/trail/fields.html", context, status=status)


@require_POST
def trail_field_retire(request: HttpRequest, slug: str, field_id: int) -> HttpResponse:
    """Stop offering a field; old entries keep it."""
    membership = membership_of(request.user, slug)
    acts.retire_field(team=membership.team, field_id=field_id, by=signed_in(request))
    return redirect("decisions:trail_fields", slug=slug)
