"""Signing in the room: an owner reads the record and signs it by their seat, on the device they voted with."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from decisions import records
from decisions.base.errors import NotAllowed
from decisions.base.htmx import HtmxHttpRequest
from decisions.models import User
from decisions.records.views_signing import sign_page
from workshops.readings import record_of
from workshops.views.room import require_seat


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """The record of this workshop, for the owner in this seat."""
    seat = require_seat(request, workshop_id)
    record = record_of(seat.workshop)
    if record is None:
        raise Http404
    own = records.sign_off_of_seat(record, seat.pk)
    if own is None:
        raise NotAllowed(_("Only the owners chosen for this record are asked to sign it."))
    return sign_page(
        request,
        own,
        redirect("workshops:sign", workshop_id),
        room=reverse("workshops:room", args=[workshop_id]),
        seat=seat.pk,
        by=request.user if isinstance(request.user, User) and seat.user_id is not None else None,
    )
