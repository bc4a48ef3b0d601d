"""The site administrator's view of rooms: read-only, and as blind as everybody else before a reveal."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from decisions.admin import ReadOnly
from workshops.models import Ballot, Minute, Round, Seat, Workshop
from workshops.states import REVEALED


@admin.register(Workshop)
class WorkshopAdmin(ReadOnly):
    """Workshops without their join secrets."""

    list_display = ("decision", "phase", "created_at", "closed_at")
    list_filter = ("phase",)
    exclude = ("join_code", "join_token")


@admin.register(Seat)
class SeatAdmin(ReadOnly):
    """Seats without their keys."""

    list_display = ("name", "role", "workshop", "is_facilitator", "is_observer", "removed_at")
    exclude = ("key",)


@admin.register(Round)
class RoundAdmin(ReadOnly):
    """Rounds."""

    list_display = ("workshop", "criterion", "number", "state", "lean")
    list_filter = ("state",)


@admin.register(Ballot)
class BallotAdmin(ReadOnly):
    """Ballots of revealed rounds only: a filter in the address would tell even about values that are masked."""

    list_display = ("round", "seat", "score", "confidence")
    list_select_related = ("round__workshop", "seat")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ballot]:
        return super().get_queryset(request).filter(round__state__in=REVEALED)


@admin.register(Minute)
class MinuteAdmin(ReadOnly):
    """Minutes."""

    list_display = ("at", "workshop", "who", "act")
