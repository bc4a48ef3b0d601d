"""The room's pages: for a seat, for the big screen, and as fragments for browsers without a stream."""

import uuid
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from decisions import records
from decisions.base.htmx import HtmxHttpRequest
from decisions.base.permissions import membership_of
from decisions.records.section_forms import parts_of
from workshops import board as boards
from workshops import fragments, permissions, what_ifs
from workshops.live.audience import partial
from workshops.minutes import minute_line
from workshops.models import Phase, Role, Seat, Workshop
from workshops.outcome import outcome_view
from workshops.readings import framework_in, record_of
from workshops.seats import device_in, seat_of, set_seat_cookie

GUESTS_READ_FOR = timedelta(days=30)  # after the acceptance


def require_seat(request: HttpRequest, workshop_id: uuid.UUID) -> Seat:
    """The viewer's seat; without one the room does not exist."""
    seat = seat_of(request, workshop_id)
    if seat is None:
        raise Http404
    return seat


def require_reader(request: HttpRequest, workshop_id: uuid.UUID) -> Workshop:
    """The workshop, for its seats and for the members of its team; for everybody else it does not exist."""
    found = Workshop.objects.select_related("decision__team").filter(public_id=workshop_id).first()
    if found is None:
        raise Http404
    if seat_of(request, workshop_id) is None:
        membership_of(request.user, found.decision.team.slug)
    return found


def board_of(workshop: Workshop, **more: Any) -> boards.Board:
    """The room as everybody in it may see it."""
    shared = boards.shared_board(workshop.pk, **more)
    if shared is None:
        raise Http404
    return shared


def boards_of(seat: Seat) -> tuple[boards.Board, boards.OwnBoard]:
    """The room as its audience and as this seat alone may see it; nothing once the seat is out."""
    shared = boards.shared_board(seat.workshop_id)
    own = boards.own_boards(shared, [seat.pk]).get(seat.pk) if shared is not None else None
    if shared is None or own is None:  # removed while this was on its way
        raise Http404
    return shared, own


def room_context(request: HttpRequest, seat: Seat) -> dict[str, Any]:
    """Everything the room page shows this seat."""
    shared, own = boards_of(seat)
    audience = fragments.audience_of(seat)
    return {
        **fragments.shared_context(shared, audience),
        "own": own,
        **fragments.seat_news(seat, device_in(request.COOKIES, seat.workshop.public_id)),
        **seat_context(seat),
    }


def seat_context(seat: Seat) -> dict[str, Any]:
    """What the room says to this seat of itself."""
    return {
        "seat": seat,
        "roles": Role.choices,
        "may_take_over": permissions.may_take_over(seat),
        "is_closed": seat.workshop.phase == Phase.CLOSED,
    }


@never_cache
@require_safe
def room(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """The workshop as this seat sees it now; a member of the team without one reads along."""
    seat = seat_of(request, workshop_id)
    if seat is None:
        board = board_of(require_reader(request, workshop_id))
        return render(request, "workshops/reading.html", fragments.shared_context(board, fragments.READER))
    response = render(request, "workshops/room.html", room_context(request, seat))
    set_seat_cookie(response, seat, workshop_id)
    return response


@never_cache
@require_safe
def screen(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """The shared screen: readable from the back of the room, the same for everybody."""
    seat = require_seat(request, workshop_id)
    shared = boards.shared_board(seat.workshop_id)
    if shared is None:
        raise Http404
    return render(
        request, "workshops/screen.html", {**fragments.shared_context(shared, fragments.SCREEN), "seat": seat}
    )


@never_cache
@require_safe
def what_if(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """The outcome of other answers, by a plain form; it changes nothing."""
    shared = board_of(require_reader(request, workshop_id))
    if shared.outcome is None:
        raise Http404
    it = shared.outcome
    questions = what_ifs.questions(it.answers, request.GET, it.criteria)
    context = {
        "board": shared,
        "it": it,
        "what": outcome_view(questions.answers, names=it.recommendation.names, criteria=it.criteria),
        "leans": questions.leans,
        "switches": questions.switches,
    }
    return render(request, "workshops/what_if.html", context)


@never_cache
@require_safe
def state(request: HtmxHttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """The room's fragments as they are now, for a browser that cannot hold a stream."""
    seat = require_seat(request, workshop_id)
    audience = fragments.audience_of(seat)
    if request.GET.get("view") == fragments.SCREEN:
        audience = fragments.SCREEN
    shared, own = boards_of(seat)
    found = fragments.draw_shared(shared, audience)
    if audience != fragments.SCREEN:
        found |= fragments.draw_ballot(own)
    if request.htmx:
        return HttpResponse("".join(partial(name, html) for name, html in found.items()))
    return JsonResponse({"version": shared.workshop.version, "fragments": found})


@never_cache
@require_safe
def minutes(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """Who did what, when."""
    workshop = require_reader(request, workshop_id)
    board = board_of(workshop, with_minutes=True)
    lines = [minute_line(minute, framework_in(workshop).names) for minute in board.minutes]
    return render(request, "workshops/minutes.html", {"board": board, "lines": lines})


@never_cache
@require_safe
def record(request: HttpRequest, workshop_id: uuid.UUID) -> HttpResponse:
    """The record drafted here: for members on its own page, for guests to read, until a month after it is accepted."""
    workshop = require_reader(request, workshop_id)
    found = record_of(workshop)
    if found is None:
        raise Http404
    team = workshop.decision.team
    if request.user.is_authenticated and team.memberships.filter(user=request.user).exists():
        return redirect("decisions:record", team.slug, found.pk)
    if found.accepted_at and found.accepted_at + GUESTS_READ_FOR < timezone.now():
        raise Http404
    seat = seat_of(request, workshop_id)
    signs = seat is not None and records.sign_off_of_seat(found, seat.pk) is not None
    context = {"record": found, "document": records.document_of(found), "parts": parts_of(found), "signs": signs}
    return render(request, "workshops/record.html", {**context, "workshop": workshop})
