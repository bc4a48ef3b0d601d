"""The site administrator's view: people and teams are managed here, records and the log only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from decisions.models import Decision, Invitation, LogEntry, LogHead, Membership, Record, Revisit, SignOff, Team, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts; passwords are set by their owners through the reset mail."""

    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "groups", "last_login", "date_joined")
    readonly_fields = ("last_login", "date_joined")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Teams and their members; the counters are not for hands."""

    list_display = ("name", "slug", "created_at")
    readonly_fields = ("last_decision_number", "last_record_number")
    inlines = (MembershipInline,)


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """What people did, signed or logged is not changed by an administrator."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    list_display = ("number", "title", "team", "created_at")
    list_filter = ("team",)


@admin.register(Record)
class RecordAdmin(ReadOnly):
    list_display = ("label", "decision", "state", "approach", "accepted_at")
    list_filter = ("state", "approach")


@admin.register(SignOff)
class SignOffAdmin(ReadOnly):
    list_display = ("record", "role", "name", "position", "signed_at", "voided_at")
    exclude = ("token_hash",)


@admin.register(LogHead)
class LogHeadAdmin(ReadOnly):
    list_display = ("name", "sequence", "head")


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly):
    list_display = ("sequence", "log", "type", "at", "actor")
    list_filter = ("type",)


@admin.register(Revisit)
class RevisitAdmin(ReadOnly):
    list_display = ("decision", "due_on", "held_at")


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("email", "team", "role", "expires_at", "accepted_at")
    exclude = ("token_hash",)
