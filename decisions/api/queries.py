"""What the API's addresses may ask for."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from decisions.api.shapes_in import PRINTABLE, Environment, Moment
from decisions.models import Approach, Status

Words = Annotated[str, StringConstraints(pattern=rf"^[^{PRINTABLE}]*$", max_length=200)]


class DecisionQuery(BaseModel):
    """Search and filters."""

    q: Words = Field(
        "", description="Words to find: each matches the start of a word of the decision, or any part of its title."
    )
    status: Status | None = None
    approach: Approach | None = None
    tag: Annotated[str, StringConstraints(pattern=rf"^[^{PRINTABLE}]*$", max_length=40)] = ""
    cursor: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class ConfigurationQuery(BaseModel):
    """When and where."""

    environment: Environment = "production"
    at: Moment | None = Field(None, description="Absent: now.")


class EntryQuery(BaseModel):
    """Which entries."""

    environment: Environment | None = None
    cursor: Annotated[int, Field(ge=1, le=2**53)] | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class AuditQuery(BaseModel):
    """Which lines of the audit page."""

    cursor: Annotated[int, Field(ge=1, le=2**53)] | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class PilotQuery(BaseModel):
    """Which pilots."""

    cursor: UUID | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class RecordQuery(BaseModel):
    """Which records."""

    state: Literal["draft", "in_sign_off", "accepted", "superseded", "withdrawn"] | None = None
    cursor: UUID | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)
