"""What the API gives."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    """A shape of an answer."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Anchor(Out):
    """Where the team's log stands: keep it, and nothing before it can change unnoticed."""

    log: str
    sequence: int
    head: str


class TeamOut(Out):
    """Whose token this is."""

    name: str
    slug: str
    scopes: list[str]
    anchor: Anchor


class Owner(Out):
    """Somebody who owns a decision."""

    role: str
    name: str


class DecisionOut(Out):
    """A decision as the log lists it."""

    number: int
    title: str
    question: str
    status: str
    approach: str
    owners: list[Owner]
    tags: list[str]
    revisit_on: str | None
    created_at: str
    url: str


class EntryOut(Out):
    """An entry of the trail, with its place in the chain."""

    id: str
    decision: int
    sequence: int
    kind: str
    environment: str
    live_from: str
    approach: str
    fields: dict[str, str | None] = Field(description="null: not used; absent: not recorded.")
    reason: str
    approver: str
    restores: str | None
    promotes: str | None
    previous: str | None
    record: str | None
    actor: str
    recorded_at: str
    prev: str
    payload_hash: str
    entry_hash: str
    url: str


class ConfigurationOut(Out):
    """What was live at a moment in an environment."""

    at: str
    environment: str
    is_live: bool
    entry: EntryOut | None
    until: str | None
    missing: list[str]
    replay: Literal["fully", "partly", "not"]


class ComplaintOut(Out):
    """A complaint attached to a moment."""

    id: str
    decision: int
    reference: str
    environment: str
    moment: str
    entry: str | None
    sequence: int


class RecordOut(Out):
    """A record; its document is given once it was accepted."""

    id: str
    decision: int
    number: str | None
    state: str
    approach: str
    title: str
    content_hash: str
    accepted_at: str | None
    supersedes: str | None
    superseded_by: str | None
    url: str


class RecordWhole(RecordOut):
    """A record with the document as issued."""

    document: dict[str, Any] | None


class ResultOut(Out):
    """One metric of a pilot."""

    key: str
    name: str
    gate: str
    sample: int | None
    hits: int | None
    figure: str
    low: str
    high: str
    verdict: str


class PilotOut(Out):
    """A pilot's results against the record's gates."""

    id: str
    decision: int
    name: str
    evaluation_set: str
    evaluation_set_hash: str
    environment: str
    started_on: str | None
    ended_on: str
    verdict: str
    record: str | None
    results: list[ResultOut]


class AuditOut(Out):
    """A line of the audit page."""

    id: int
    at: str
    act: str
    by: str | None
    about: str | None
    detail: str
    address: str


class _Page(Out):
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class DecisionPage(_Page):
    """Decisions, newest first."""

    items: list[DecisionOut]


class EntryPage(_Page):
    """Entries, last written first."""

    items: list[EntryOut]


class RecordPage(_Page):
    """Records, newest first."""

    items: list[RecordOut]


class PilotPage(_Page):
    """Pilots, newest first."""

    items: list[PilotOut]


class AuditPage(_Page):
    """Lines of the audit page, newest first."""

    items: list[AuditOut]
