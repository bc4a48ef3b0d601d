"""The operations of the API; each reads its token's team and no other."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, NinjaAPI, Path, Query

from decisions.api import representations as give
from decisions.api import shapes_out as out
from decisions.api.document import Api
from decisions.api.idempotency import once
from decisions.api.keys import Token
from decisions.api.problems import Problem
from decisions.api.queries import AuditQuery, ConfigurationQuery, DecisionQuery, EntryQuery, PilotQuery, RecordQuery
from decisions.api.shapes_in import ComplaintIn, End, EntryIn, RollBack
from decisions.audit import queries as audit
from decisions.base.errors import Conflict
from decisions.base.times import moment_of
from decisions.log import listing as log
from decisions.log.listing import Filters
from decisions.models import ApiToken, Decision, Pilot, Record, Scope
from decisions.trail import acts, reading
from decisions.trail.entry import Draft, Refused
from decisions.trail.fields import FIELDS, OWN

READ, APPEND, AUDIT = Token(Scope.LOG_READ), Token(Scope.LOG_APPEND), Token(Scope.AUDIT_READ)
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The decision's number.", examples=[1])]
IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Send the same key with a repetition: it is done once and answered the same.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
            "example": "build-4711",
        }
    ]
}

api: NinjaAPI = Api()


def _token(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token


def _decision(request: HttpRequest, number: int) -> Decision:
    decision = Decision.objects.select_related("team").filter(team_id=_token(request).team_id, number=number).first()
    if decision is None:
        raise Problem(404, "This team has no decision with that number.")
    return decision


def _refuse(refused: Refused, where: str = "body") -> Problem:
    errors = [{"field": f"{where}.{name}", "message": message} for name, message in refused.errors.items()]
    return Problem(422, "The entry has errors.", errors=errors)


@api.get("/team", response=out.TeamOut, auth=READ, operation_id="read_team", summary="Whose token this is")
def read_team(request: HttpRequest) -> Any:
    """The team, the token's scopes, and the anchor of the team's log."""
    return give.team(_token(request))


@api.get("/decisions", response=out.DecisionPage, auth=READ, operation_id="list_decisions", summary="List decisions")
def list_decisions(request: HttpRequest, asked: Query[DecisionQuery]) -> Any:
    """Newest first."""
    team = _token(request).team
    filters = Filters(
        q=asked.q,
        status=asked.status or "",
        approach=asked.approach or "",
        tag=asked.tag,
        after=str(asked.cursor) if asked.cursor else "",
    )
    page = log.page_of(team, filters, size=asked.limit)
    last = str(page.lines[-1].summary.number) if page.lines and page.next_address else None
    return out.DecisionPage(items=[give.decision(line, team.slug) for line in page.lines], next=last)


@api.get(
    "/decisions/{number}", response=out.DecisionOut, auth=READ, operation_id="read_decision", summary="Read a decision"
)
def read_decision(request: HttpRequest, number: Number) -> Any:
    """One decision as it stands."""
    decision = _decision(request, number)
    page = log.page_of(decision.team, Filters(after=str(number + 1)), size=1)
    return give.decision(page.lines[0], decision.team.slug)


@api.get(
    "/decisions/{number}/configuration",
    response=out.ConfigurationOut,
    auth=READ,
    operation_id="read_configuration",
    summary="What was live at a time",
)
def read_configuration(request: HttpRequest, number: Number, asked: Query[ConfigurationQuery]) -> Any:
    """The entry in force, what is missing from it, and whether a complaint of that moment can be replayed."""
    decision = _decision(request, number)
    moment = moment_of(asked.at) if asked.at else timezone.now()
    if moment is None:
        raise Problem(
            422, "Invalid date and time.", errors=[{"field": "query.at", "message": "Invalid date and time."}]
        )
    own = acts.own_fields(decision.team, with_retired=True)
    return give.configuration(reading.live_at(decision, asked.environment, moment, own), number, decision.team.slug)


@api.get(
    "/decisions/{number}/entries",
    response=out.EntryPage,
    auth=READ,
    operation_id="list_entries",
    summary="Read the configuration log",
)
def list_entries(request: HttpRequest, number: Number, asked: Query[EntryQuery]) -> Any:
    """Entries, last written first."""
    decision = _decision(request, number)
    rows = reading.history(decision, environment=asked.environment or "", before=asked.cursor, size=asked.limit + 1)
    following = str(rows[asked.limit - 1].sequence) if len(rows) > asked.limit else None
    items = [give.entry(row, number, decision.team.slug) for row in rows[: asked.limit]]
    return out.EntryPage(items=items, next=following)


@api.post(
    "/decisions/{number}/entries",
    response={201: out.EntryOut},
    auth=APPEND,
    operation_id="append_entry",
    summary="Append an entry",
    openapi_extra=IDEMPOTENT,
)
def append_entry(request: HttpRequest, number: Number, entry: Annotated[EntryIn, Body()]) -> HttpResponse:
    """What a deployment pipeline sends. Entries are never changed; a roll-back is a further entry."""
    decision = _decision(request, number)

    def write() -> dict[str, Any]:
        try:
            row = acts.add_entry(
                decision=decision, draft=_draft(entry), actor=_token(request).name, from_now=not entry.live_from
            )
        except Refused as refused:
            raise _by_kind(refused) from refused
        return give.entry(row, number, decision.team.slug).model_dump()

    return once(request, _token(request), write)


def _draft(entry: Any) -> Draft:
    moment = moment_of(entry.live_from) if entry.live_from else timezone.now()
    if moment is None:
        raise Refused({"live_from": "Invalid date and time."})
    said = {"environment": entry.environment, "live_from": moment, "reason": entry.reason}
    said |= {"approver": entry.approver or "", "kind": entry.kind}
    if isinstance(entry, RollBack):
        return Draft(**said, restores=entry.restores)
    if isinstance(entry, End):
        return Draft(**said)
    given = entry.fields.model_dump(exclude_unset=True)
    given |= {OWN + key: value for key, value in entry.own.items()}
    return Draft(
        **said,
        approach=entry.approach,
        fields={key: value for key, value in given.items() if value is not None},
        not_used=tuple(key for key, value in given.items() if value is None),
    )


def _by_kind(refused: Refused) -> Problem | Conflict:
    # What depends on what the trail holds now is a conflict with it; the rest is wrong in itself.
    of_state = {"restores", "promotes"} & refused.errors.keys()
    unknown = [name for name in refused.errors if name.startswith(OWN) and name not in FIELDS]
    if of_state or unknown or ("environment" in refused.errors and len(refused.errors) == 1):
        return Conflict("; ".join(f"{name}: {message}" for name, message in refused.errors.items()))
    return _refuse(refused)


@api.get(
    "/decisions/{number}/entries/{entry_id}",
    response=out.EntryOut,
    auth=READ,
    operation_id="read_entry",
    summary="Read an entry",
)
def read_entry(request: HttpRequest, number: Number, entry_id: UUID) -> Any:
    """One entry, with its place in the chain."""
    decision = _decision(request, number)
    row = reading.entry_of(decision, entry_id)
    if row is None:
        raise Problem(404, "This decision has no entry with that ID.")
    return give.entry(row, number, decision.team.slug)


@api.post(
    "/decisions/{number}/complaints",
    response={201: out.ComplaintOut},
    auth=APPEND,
    operation_id="attach_complaint",
    summary="Attach a complaint",
    openapi_extra=IDEMPOTENT,
)
def attach_complaint(request: HttpRequest, number: Number, complaint: ComplaintIn) -> HttpResponse:
    """To a moment and the entry then in force, by reference only; a moment still to come is refused with 409."""
    decision = _decision(request, number)
    moment = moment_of(complaint.moment)
    if moment is None or moment > timezone.now():
        raise Conflict("That time is in the future.")

    def write() -> dict[str, Any]:
        try:
            row = acts.attach_complaint(
                decision=decision,
                environment=complaint.environment,
                moment=moment,
                reference=complaint.reference,
                runtime=complaint.runtime.model_dump(exclude_none=True),
                actor=_token(request).name,
            )
        except Refused as refused:
            raise _refuse(refused) from refused
        return give.complaint(row, number).model_dump()

    return once(request, _token(request), write)


@api.get(
    "/decisions/{number}/pilots", response=out.PilotPage, auth=READ, operation_id="list_pilots", summary="Read pilots"
)
def list_pilots(request: HttpRequest, number: Number, asked: Query[PilotQuery]) -> Any:
    """A decision's pilots, newest first."""
    decision = _decision(request, number)
    rows = decision.pilots.select_related("record").prefetch_related("results").order_by("-pk")
    if asked.cursor is not None:
        last = Pilot.objects.filter(decision=decision, public_id=asked.cursor).first()
        if last is None:
            raise Problem(404, "That page doesn't exist. Start without a cursor.")
        rows = rows.filter(pk__lt=last.pk)
    found = list(rows[: asked.limit + 1])
    following = str(found[asked.limit - 1].public_id) if len(found) > asked.limit else None
    return out.PilotPage(items=[give.pilot(row, number) for row in found[: asked.limit]], next=following)


@api.get("/records", response=out.RecordPage, auth=READ, operation_id="list_records", summary="List records")
def list_records(request: HttpRequest, asked: Query[RecordQuery]) -> Any:
    """The team's records, newest first."""
    team = _token(request).team
    rows = Record.objects.filter(team=team).select_related("decision", "supersedes", "superseded_by")
    if asked.state:
        rows = rows.filter(state=asked.state)
    rows = rows.order_by("-created_at", "-pk").defer("canonical", "document", "minutes")
    if asked.cursor is not None:
        last = Record.objects.filter(team=team, pk=asked.cursor).only("created_at").first()
        if last is None:
            raise Problem(404, "That page doesn't exist. Start without a cursor.")
        older = rows.filter(created_at__lt=last.created_at)
        rows = older | rows.filter(created_at=last.created_at, pk__lt=last.pk)
    found = list(rows[: asked.limit + 1])
    following = str(found[asked.limit - 1].pk) if len(found) > asked.limit else None
    return out.RecordPage(items=[give.record(row, team.slug) for row in found[: asked.limit]], next=following)


@api.get(
    "/records/{record_id}", response=out.RecordWhole, auth=READ, operation_id="read_record", summary="Read a record"
)
def read_record(request: HttpRequest, record_id: UUID) -> Any:
    """A record; with its document as issued, once it was accepted."""
    team = _token(request).team
    rows = Record.objects.select_related("decision", "supersedes", "superseded_by")
    row = rows.filter(team=team, pk=record_id).first()
    if row is None:
        raise Problem(404, "This team has no record with that number.")
    return give.whole_record(row, team.slug)


@api.get("/audit", response=out.AuditPage, auth=AUDIT, operation_id="list_audit", summary="Read the audit page")
def list_audit(request: HttpRequest, asked: Query[AuditQuery]) -> Any:
    """Who changed whose access, when and from where, newest first."""
    rows = list(audit.events(_token(request).team, asked.cursor)[: asked.limit + 1])
    following = str(rows[asked.limit - 1].pk) if len(rows) > asked.limit else None
    return out.AuditPage(items=[give.audit(row) for row in rows[: asked.limit]], next=following)
