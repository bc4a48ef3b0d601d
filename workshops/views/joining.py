"""Getting into a room: by code, by link, again."""

import uuid

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from decisions.models import User
from workshops import actions
from workshops.forms import CodeForm, JoinForm
from workshops.models import Phase, Seat, Workshop
from workshops.seats import cookie_name, seat_of, set_seat_cookie


def too_many(request: HttpRequest) -> bool:
    """Whether this address, or everybody together, has tried too many codes in this minute."""
    minute = int(timezone.now().timestamp() // 60)
    address = get_adapter().get_client_ip(request)
    counts = []
    for key in (f"join:{address}:{minute}", f"join:all:{minute}"):
        cache.add(key, 0, timeout=120)
        try:
            counts.append(cache.incr(key))
        except ValueError:  # evicted between the two calls
            counts.append(1)
    return counts[0] > settings.JOIN_RATE_PER_ADDRESS or counts[1] > settings.JOIN_RATE_TOTAL


def slow_down(request: HttpRequest) -> HttpResponse:
    """429, in words, with the time to wait."""
    response = render(request, "errors/too_many.html", status=429)
    response["Retry-After"] = "60"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest) -> HttpResponse:
    """Type the code from the screen. Wrong, closed and unknown codes all get the same answer."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if too_many(request):
            return slow_down(request)
        if form.is_valid():
            token = (
                Workshop.objects.filter(join_code=form.cleaned_data["code"])
                .exclude(phase=Phase.CLOSED)
                .values_list("join_token", flat=True)
                .first()
            )
            if token is not None:
                return redirect("workshops:join_link", token)
            form.add_error("code", _("No open workshop has this code. Check it on the screen."))
            status = 404
        else:
            status = 422
    return render(request, "workshops/join_code.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take a seat by the link from a screen, a chat or a mail."""
    if too_many(request):
        return slow_down(request)
    workshop = (
        Workshop.objects.select_related("decision__team").filter(join_token=token).exclude(phase=Phase.CLOSED).first()
    )
    if workshop is None:
        raise Http404
    held = seat_of(request, workshop.public_id)
    if held is not None:
        response = redirect("workshops:room", workshop.public_id)
        set_seat_cookie(response, held, workshop.public_id)
        return response
    user = request.user if isinstance(request.user, User) else None
    role = request.GET.get("role", "")
    form = JoinForm(request.POST or None, initial={"name": str(user) if user else "", "role": role})
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
def rejoin(request: HttpRequest, workshop_id: uuid.UUID, seat_id: int, key: str) -> HttpResponse:
    """Get one's own seat back on another device or browser, by the personal link shown in the room."""
    if too_many(request):
        return slow_down(request)
    seat = Seat.objects.filter(pk=seat_id, key=key, workshop__public_id=workshop_id, removed_at__isnull=True).first()
    if seat is None:
        raise Http404
    response = redirect("workshops:room", workshop_id)
    set_seat_cookie(response, seat, workshop_id)
    return response


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
