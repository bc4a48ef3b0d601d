"""Sign-off over HTTP: open it, sign in the app or by personal link, remind, take back, accept."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from decisions import records
from decisions.base.errors import Conflict, NotAllowed
from decisions.base.htmx import HtmxHttpRequest, checked
from decisions.base.permissions import membership_of, require_editor
from decisions.base.requests import signed_in
from decisions.models import RecordState, SignOff, User

from .act_forms import SignForm
from .base import live_sign_offs
from .section_forms import parts_of
from .views import record_of, record_page, stamp_of


@require_POST
def sign_off_open(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Ask the owners to sign; what is missing is shown on the record's page."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    seen = request.POST.get("content_hash", "")
    missed: list[str] = []
    try:
        records.open_sign_off(record=record, by=signed_in(request), content_hash=seen, missed=missed)
    except records.NotReady as missing:
        return record_page(request, membership, record, status=409, refused=missing.problems)
    if missed:
        _tell_missed(request, missed)
    elif any(one.seat and not one.email and not one.user_id for one in live_sign_offs(record)):
        messages.success(request, _("Sign-off requested. Owners sign in the workshop, or by the link we emailed them."))
    else:
        messages.success(request, _("Sign-off requested. We've emailed the owners."))
    return redirect("decisions:record", slug=slug, record_id=record_id)


@require_POST
def sign_off_stop(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Take the record back to draft."""
    membership = membership_of(request.user, slug)
    records.take_back(record=record_of(membership, record_id), by=signed_in(request))
    messages.success(request, _("Returned to draft. All signatures cancelled."))
    return redirect("decisions:record", slug=slug, record_id=record_id)


@require_POST
def sign_off_remind(request: HttpRequest, slug: str, record_id: UUID, sign_off_id: int) -> HttpResponse:
    """Send an owner a new personal link."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    require_editor(membership)
    missed: list[str] = []
    one = records.send_link_again(record=record, sign_off_id=sign_off_id, by=signed_in(request), missed=missed)
    if missed:
        _tell_missed(request, missed)
    else:
        messages.success(request, _("New link sent to %(name)s.") % {"name": one.name})
    return redirect("decisions:record", slug=slug, record_id=record_id)


def _tell_missed(request: HttpRequest, missed: list[str]) -> None:
    """Say whom the mail did not reach: nobody else would notice that they wait for ever."""
    text = _("We couldn't email %(names)s. Try “Remind” later.")
    messages.warning(request, text % {"names": ", ".join(missed)})


@require_POST
def sign(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Sign in the app, as the owner who was named."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    user = signed_in(request)
    own = records.own_sign_off(record, user)
    if own is None:
        if record.state != RecordState.IN_SIGN_OFF:
            raise Conflict(_("This record is no longer in sign-off."))
        raise NotAllowed(_("Only the owners named on this record can sign it."))
    form = SignForm(request.POST)
    if answer := checked(request, form):
        return answer
    if not form.is_valid():
        return record_page(request, membership, record, status=422, sign_form=form)
    records.sign(
        sign_off=own,
        position=form.cleaned_data["position"],
        note_text=form.cleaned_data["note"],
        content_hash=form.cleaned_data["content_hash"],
        by=user,
    )
    messages.success(request, _("Thank you. Your response is recorded."))
    return redirect("decisions:record", slug=slug, record_id=record_id)


@require_POST
def accept(request: HttpRequest, slug: str, record_id: UUID) -> HttpResponse:
    """Number and freeze the record."""
    membership = membership_of(request.user, slug)
    record = record_of(membership, record_id)
    seen = request.POST.get("content_hash", "")
    missed: list[str] = []
    accepted = records.accept(record=record, by=signed_in(request), content_hash=seen, missed=missed)
    messages.success(request, _("%(number)s accepted.") % {"number": accepted.label})
    if missed:
        text = _("We couldn't email the anchor to %(names)s. Give them the PDF, which has the same anchor.")
        messages.warning(request, text % {"names": ", ".join(missed)})
    return redirect("decisions:record", slug=slug, record_id=record_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_by_link(request: HtmxHttpRequest, token: str) -> HttpResponse:
    """The page behind a personal link: read the record and sign it, without an account."""
    found = records.by_token(token)
    if found is None:
        return render(request, "decisions/records/sign_gone.html", status=404)
    return sign_page(request, found, redirect("decisions:sign_by_link", token=token), token=token)


def sign_page(
    request: HtmxHttpRequest,
    found: SignOff,
    afterwards: HttpResponse,
    *,
    room: str = "",
    token: str = "",
    seat: int | None = None,
    by: User | None = None,
) -> HttpResponse:
    """The record to read, and the form to sign it by what proves the signer; `room` is the workshop's address."""
    record = found.record
    stamp = stamp_of(record, live_sign_offs(record))
    if request.htmx and request.GET.get("stamp") == stamp:
        return HttpResponse(status=204)
    is_open = record.state == RecordState.IN_SIGN_OFF
    form = SignForm(request.POST or None, initial={"content_hash": record.content_hash, "note": found.note})
    if answer := checked(request, form):
        return answer
    status = 200
    if request.method == "POST":
        if not is_open:
            raise Conflict(_("This record is no longer in sign-off."))
        status = 422
        if form.is_valid():
            if form.cleaned_data["content_hash"] != record.content_hash:
                raise Conflict(_("The record has changed since you opened it. Read it again first."))
            try:
                records.sign(
                    sign_off=found,
                    position=form.cleaned_data["position"],
                    note_text=form.cleaned_data["note"],
                    content_hash=form.cleaned_data["content_hash"],
                    token=token,
                    seat=seat,
                    by=by,
                )
            except ValidationError as fault:
                form.add_error(None, fault)
            else:
                return afterwards
    context = {
        "record": record,
        "own": found,
        "document": records.document_of(record),
        "parts": parts_of(record),
        "stamp": stamp,
        "form": form,
        "is_open": is_open,
        "room": room,
    }
    return render(request, "decisions/records/sign.html", context, status=status)
