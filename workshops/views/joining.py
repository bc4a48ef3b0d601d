"""Getting into a room: by code, by link, again."""

import re
import uuid

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from decisions.base import rate_limits
from decisions.base.htmx import checked
from decisions.models import User
from workshops import actions
from workshops.forms import CodeForm, JoinForm
from workshops.guests import invitation_behind
from workshops.models import Phase, Seat, Workshop
from workshops.seats import cookie_name, seat_of, set_seat_cookie

LINK = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what else an address may hold never reaches the database


class Tries:
    """Wrong codes and links of this minute, of one address and in all.

    What was right is not counted: a whole room joins from one office address in the same minute. When all together try
    too often, whoever was wrong within the hour waits; an address that was not is heard, so that guessers who share
    the limit out among many addresses lock nobody out.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.whose = f"join:{rate_limits.address_key(get_adapter().get_client_ip(request))}"
        self.keys = (rate_limits.this_minute(self.whose), rate_limits.this_minute("join:all"))

    def too_many(self) -> bool:
        """Count one more try; whether it is one too many."""
        of_address, of_all = map(rate_limits.count, self.keys)
        if of_address > settings.JOIN_RATE_PER_ADDRESS:
            return True
        return of_all > settings.JOIN_RATE_TOTAL and rate_limits.is_remembered(self.whose)

    def was_wrong(self) -> None:
        """Remember whose try it was."""
        rate_limits.remember(self.whose)

    def was_right(self) -> None:
        """Take the try off the count again."""
        for key in self.keys:
            rate_limits.take_back(key)


def slow_down(request: HttpRequest) -> HttpResponse:
    """429, in words, with the time to wait."""
    response = render(request, "errors/too_many.html", status=429)
    response["Retry-After"] = "60"
    return response


def no_such_link(request: HttpRequest) -> HttpResponse:
    """404, whatever is wrong with the link, and 429 to whoever goes on guessing; a right link is never refused."""
    tries = Tries(request)
    if tries.too_many():
        return slow_down(request)
    tries.was_wrong()
    raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest) -> HttpResponse:
    """Type the code from the screen. Wrong, closed and unknown codes all get the same answer."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tries = Tries(request)
        if tries.too_many():
            return slow_down(request)
        if form.is_valid():
            token = (
                Workshop.objects.filter(join_code=form.cleaned_data["code"])
                .exclude(phase=Phase.CLOSED)
                .values_list("join_token", flat=True)
                .first()
            )
            if token is not None:
                tries.was_right()
                return redirect("workshops:join_link", token)
            tries.was_wrong()
            form.add_error("code", _("No open workshop has this code. Check it and try again."))
        status = 422
    return render(request, "workshops/join_code.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take a seat by the link from a screen, a chat or a mail."""
    known = Workshop.objects.select_related("decision__team").exclude(phase=Phase.CLOSED)
    workshop = known.filter(join_token=token).first() if LINK.fullmatch(token) else None
    if workshop is None:
        return no_such_link(request)
    held = seat_of(request, workshop.public_id)
    if held is not None:
        response = redirect("workshops:room", workshop.public_id)
        set_seat_cookie(response, held, workshop.public_id)
        return response
    user = request.user if isinstance(request.user, User) else None
    role = request.GET.get("role", "")
    form = JoinForm(request.POST or None, initial={"name": str(user) if user else "", "role": role})
    if answer := checked(request, form):
        return answer
    status = 200
    if request.method == "POST":
        if form.is_valid():
            seat = actions.join(workshop_id=workshop.pk, user=user, **form.cleaned_data)
            response = redirect("workshops:room", workshop.public_id)
            set_seat_cookie(response, seat, workshop.public_id)
            return response
        status = 422
    return render(request, "workshops/join.html", {"form": form, "workshop": workshop}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def personal_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a mailed link. Taking the seat needs a POST, so that a mail scanner's look takes none."""
    invitation = invitation_behind(token) if LINK.fullmatch(token) else None
    if invitation is None:
        return no_such_link(request)
    public_id = invitation.workshop.public_id
    held = seat_of(request, public_id)
    seat = invitation.seat
    if held is not None and seat is not None and held.pk == seat.pk:
        return _into_the_room(held)
    if seat is not None and _is_of_another_account(request, seat):
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        user = request.user if isinstance(request.user, User) else None
        taken = actions.take_invited_seat(token=token, user=user, keep=held if "keep" in request.POST else None)
        if taken is None:  # withdrawn while the page was open
            return no_such_link(request)
        return _into_the_room(taken if seat is None else actions.open_elsewhere(taken))
    context = {
        "invitation": invitation,
        "workshop": invitation.workshop,
        "held": held,
        "keeps_only": held is not None and held.user_id is not None,
    }
    return render(request, "workshops/personal_link.html", context)


def _into_the_room(seat: Seat) -> HttpResponse:
    public_id = seat.workshop.public_id
    response = redirect("workshops:room", public_id)
    set_seat_cookie(response, seat, public_id)
    return response


def _is_of_another_account(request: HttpRequest, seat: Seat) -> bool:
    """Whether the seat is held by being signed in, as somebody who this browser is not."""
    return seat.user_id is not None and seat.user_id != request.user.pk


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rejoin(request: HttpRequest, workshop_id: uuid.UUID, seat_id: int, key: str) -> HttpResponse:
    """The page behind the link to one's own seat, for another device. The seat is taken by POST: a link that somebody
    sends must not put its reader on the sender's seat, who would then read what the reader votes."""
    seats = Seat.objects.select_related("workshop__decision__team")
    seats = seats.filter(workshop__public_id=workshop_id, removed_at__isnull=True)
    seat = seats.filter(pk=seat_id, key=key).first() if LINK.fullmatch(key) else None
    if seat is None:
        return no_such_link(request)
    if _is_of_another_account(request, seat):
        return redirect_to_login(request.get_full_path())
    held = seat_of(request, workshop_id)
    if held is not None and held.pk == seat.pk:
        return _into_the_room(held)
    if request.method == "POST":
        return _into_the_room(actions.open_elsewhere(seat))
    return render(request, "workshops/rejoin.html", {"seat": seat, "held": held, "workshop": seat.workshop})


@never_cache
@require_POST
def keep_here(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """End one's own seat on every other device."""
    seat = seat_of(request, workshop_id)
    if seat is None:
        raise Http404
    return _into_the_room(actions.keep_here(workshop_id=seat.workshop_id, by=seat))


@never_cache
@require_POST
def leave(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Give the seat up."""
    seat = seat_of(request, workshop_id)
    if seat is None:
        raise Http404
    actions.leave(workshop_id=seat.workshop_id, by=seat)
    response = redirect("workshops:join_code")
    response.delete_cookie(cookie_name(workshop_id))
    return response
