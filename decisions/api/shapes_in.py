"""What the API takes, as exactly as its OpenAPI document says it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag, create_model

from decisions.trail.fields import FIELDS

PRINTABLE = r"\x00-\x1f\x7f-\x9f\ufffe\uffff"
# One visible character at least, no control characters.
SPOKEN = rf"^[^{PRINTABLE}]*[^\s{PRINTABLE}][^{PRINTABLE}]*$"
DAY = (
    r"20[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))|20(?:[02468][048]|[13579][26])-02-29"
)
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"

Moment = Annotated[
    str,
    StringConstraints(pattern=rf"^(?:{DAY})T{CLOCK}$"),
    Field(description="A date and time with its zone, 2000 to 2099.", examples=["2026-11-18T15:04:00Z"]),
]
Environment = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9 ._/-]{0,38}[a-z0-9])?$"),
    Field(description="Lower case.", examples=["production"]),
]
Reason = Annotated[str, StringConstraints(pattern=SPOKEN, max_length=500), Field(examples=["Release 41"])]
Person = Annotated[str, StringConstraints(pattern=SPOKEN, max_length=120)]
Text = Annotated[str, StringConstraints(pattern=SPOKEN, max_length=400)]
Hash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:+/=_.-]{6,128}$")]
Number = (
    Annotated[float, Field(ge=-1e15, le=1e15)]
    | Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$")]
)


def _whole(value: Any) -> Any:
    # 8.0 is a whole number in JSON, whatever Python makes of it
    return int(value) if isinstance(value, float) and value.is_integer() else value


Count = (
    Annotated[int, Field(ge=0, le=999_999_999_999_999), BeforeValidator(_whole)]
    | Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}$")]
)
Flag = bool | Literal["yes", "no"]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{1,119}$")]
References = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{1,99}(?:,[A-Za-z0-9][A-Za-z0-9._:/#-]{1,99}){0,8}$"),
]
OF_KIND: dict[str, Any] = {
    "text": Text,
    "hash": Hash,
    "number": Number,
    "count": Count,
    "flag": Flag,
    "time": Moment,
}


class Exact(BaseModel):
    """Nothing but what is named, nothing turned into something else."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _fields(name: str, required: tuple[str, ...]) -> type[BaseModel]:
    parts: dict[str, Any] = {}
    for key, field in FIELDS.items():
        kind, said = OF_KIND[field.kind], str(field.name)
        if key in required:
            parts[key] = (kind, Field(description=said))
        else:
            parts[key] = (kind | None, Field(default=None, description=f"{said}; null: not used."))
    return create_model(name, __base__=Exact, __doc__="Absent: not recorded. null: not used.", **parts)


# mypy cannot follow models that are made from the catalogue
Fields: Any = _fields("Fields", ("base_model_id",))
HybridFields: Any = _fields("HybridFields", ("base_model_id", "retrieval_settings", "fine_tune_checkpoint_id"))
OwnKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]


class _Entry(Exact):
    environment: Environment
    live_from: Moment | None = Field(default=None, description="Absent: now.")
    reason: Reason
    approver: Person | None = None


class _Whole(_Entry):
    kind: Literal["live", "proposed"] = "live"
    own: dict[OwnKey, Text | None] = Field(
        default={},
        description="The team's own fields.",
        max_length=40,
        json_schema_extra={"additionalProperties": False},
    )


class PlainEntry(_Whole):
    """A configuration goes live or is proposed."""

    approach: Literal["rag", "fine_tuning", "prompt_only"]
    fields: Fields


class HybridEntry(_Whole):
    """The same for a hybrid: both its retrieval settings and its checkpoint ID are needed."""

    approach: Literal["hybrid"]
    fields: HybridFields


class RollBack(_Entry):
    """An earlier configuration is live again."""

    kind: Literal["rolled_back"]
    restores: Annotated[UUID, Field(strict=False, description="The id of that entry.")]


class End(_Entry):
    """Nothing is live there from then on."""

    kind: Literal["ended"]


def _which(value: Any) -> str:
    kind = value.get("kind", "live") if isinstance(value, dict) else getattr(value, "kind", "live")
    approach = value.get("approach") if isinstance(value, dict) else getattr(value, "approach", "")
    if kind in ("rolled_back", "ended"):
        return str(kind)
    return "hybrid" if approach == "hybrid" else "configuration"


EntryIn = Annotated[
    Annotated[PlainEntry, Tag("configuration")]
    | Annotated[HybridEntry, Tag("hybrid")]
    | Annotated[RollBack, Tag("rolled_back")]
    | Annotated[End, Tag("ended")],
    Discriminator(_which),
]


class Runtime(Exact):
    """What of the run can be named, by ids."""

    trace_id: Reference | None = None
    conversation_id: Reference | None = None
    retrieved_chunks: References | None = None
    finish_reason: Reference | None = None
    error_type: Reference | None = None
    tokens: (
        Annotated[
            str, StringConstraints(pattern=r"^[0-9]{1,9}(?:,[0-9]{1,9})?$"), Field(description="In, or in and out.")
        ]
        | None
    ) = None
    latency_ms: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")] | None = None


class ComplaintIn(Exact):
    """A complaint, by reference only: its words stay where they are."""

    environment: Environment
    moment: Moment
    reference: Reference
    runtime: Runtime = Runtime()
