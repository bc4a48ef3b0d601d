"""What a room answered: leans on five criteria and what is true of its situation, read strictly from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

CRITERIA: Final = ("knowledge_churn", "audit_trust", "task_stability", "latency_cost", "data_sensitivity")
PRE_CHECK: Final = ("clearer_tools", "smaller_retrieval_scope", "ui_shows_sources", "document_quality")
LEANS: Final = (-2, -1, 0, 1, 2)
# the rule treats -2 and -1 alike, so four values are every way in which an unanswered criterion can fall
UNANSWERED_WAYS: Final = (-1, 0, 1, 2)
THREE_VALUED: Final = ("behaviour_dominates", "sources_matter")
MAX_BYTES: Final = 1_000_000
MAX_VOTES: Final = 10_000


class AnswerError(ValueError):
    """An answer that cannot be read; `field` is its address, such as `leans.task_stability`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What was answered beside the five leans; `None`: nobody was asked, and the rule counts what `counted` gives."""

    pre_check: tuple[str, ...] | None = None
    prompt_baseline_sufficient: bool | None = None
    behaviour_dominates: bool | None = None
    sources_matter: bool | None = None
    documents_drive: bool | None = None
    explainability_required: bool | None = None
    one_answer_this_week: bool | None = None
    training_capacity_short: bool | None = None
    update_owner: bool | None = None
    labelled_examples: bool | None = None
    clean_task_data: bool | None = None
    evaluation_set_locked: bool | None = None
    content_owner: bool | None = None
    fast_changing_rules: bool | None = None

    def counted(self, key: str) -> Any:
        """The answer, or what the rule counts where nobody was asked; None for what then follows from the leans."""
        said = getattr(self, key)
        return NOT_ASKED[key] if said is None else said

    def as_dict(self) -> dict[str, Any]:
        """The answers that were given, as `parse` reads them."""
        given = {key: said for key in SITUATION_KEYS if (said := getattr(self, key)) is not None}
        return {key: list(said) if isinstance(said, tuple) else said for key, said in given.items()}


SITUATION_KEYS: Final = tuple(f.name for f in fields(Situation))
# the rule's defaults: they let it run, and are no answers
NOT_ASKED: Final[Mapping[str, bool | tuple[str, ...] | None]] = {
    **dict.fromkeys(SITUATION_KEYS, False),
    **dict.fromkeys(THREE_VALUED),
    **dict.fromkeys(
        ("update_owner", "labelled_examples", "clean_task_data", "evaluation_set_locked", "content_owner"), True
    ),
    "pre_check": (),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """The room's leans (missing or `None`: not answered), the votes of contested criteria, and the situation."""

    leans: Mapping[str, int | None] = field(default_factory=dict)
    contested: Mapping[str, Sequence[int]] = field(default_factory=dict)
    situation: Situation = field(default_factory=Situation)

    def lean(self, criterion: str) -> int | None:
        """The settled lean, or None while the criterion is open; a contested one is open whatever `leans` says."""
        return None if self.contested.get(criterion) else self.leans.get(criterion)

    def ways(self, criterion: str) -> tuple[int, ...]:
        """Every value this criterion may still take: its lean, the votes cast, or any when nobody answered."""
        votes = self.contested.get(criterion)
        if votes:
            return tuple(sorted(set(votes)))
        lean = self.leans.get(criterion)
        return UNANSWERED_WAYS if lean is None else (lean,)

    def state(self, criterion: str) -> str:
        """`settled`, `contested` or `unanswered`."""
        if self.contested.get(criterion):
            return "contested"
        return "unanswered" if self.leans.get(criterion) is None else "settled"

    def with_lean(self, criterion: str, lean: int | None) -> Answers:
        """The same answers with this criterion settled."""
        contested = {key: votes for key, votes in self.contested.items() if key != criterion}
        return replace(self, leans={**self.leans, criterion: lean}, contested=contested)

    def with_situation(self, **changes: Any) -> Answers:
        """The same answers in another situation."""
        return replace(self, situation=replace(self.situation, **changes))

    def as_dict(self) -> dict[str, Any]:
        """The answers in the form that `parse` reads."""
        return {
            "leans": {key: self.leans.get(key) for key in CRITERIA},
            "contested": {key: list(votes) for key, votes in self.contested.items()},
            "situation": self.situation.as_dict(),
        }


def parse(raw: object) -> Answers:
    """Answers from decoded JSON; raises AnswerError naming the first field that is wrong."""
    answers = keys_of(raw, "input", allowed=("leans", "contested", "situation"), prefix="")
    leans = keys_of(answers.get("leans", {}), "leans", allowed=CRITERIA)
    contested = keys_of(answers.get("contested", {}), "contested", allowed=CRITERIA)
    return Answers(
        leans={key: None if lean is None else _lean(lean, f"leans.{key}") for key, lean in leans.items()},
        contested={key: _votes(votes, f"contested.{key}") for key, votes in contested.items()},
        situation=_situation(answers.get("situation", {})),
    )


def _situation(raw: object) -> Situation:
    given = keys_of(raw, "situation", allowed=SITUATION_KEYS)
    values: dict[str, Any] = {}
    for key, value in given.items():
        where = f"situation.{key}"
        values[key] = _pre_check(value, where) if key == "pre_check" else _switch(value, where, key in THREE_VALUED)
    return Situation(**values)


def _pre_check(raw: object, where: str) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise AnswerError(where, "must be a list")
    for tick in raw:
        if not isinstance(tick, str) or tick not in PRE_CHECK:
            raise AnswerError(where, f"{shown(tick)} is not one of {', '.join(PRE_CHECK)}")
    return tuple(item for item in PRE_CHECK if item in raw)


def _switch(raw: object, where: str, may_be_null: bool) -> bool | None:
    if isinstance(raw, bool) or (raw is None and may_be_null):
        return raw
    raise AnswerError(where, f"must be true{', false or null' if may_be_null else ' or false'}, not {shown(raw)}")


def _lean(raw: object, where: str) -> int:
    # a JSON true is an int to Python, and no lean
    if isinstance(raw, bool) or not isinstance(raw, int) or raw not in LEANS:
        raise AnswerError(where, f"must be a whole number from -2 to 2 or null, not {shown(raw)}")
    return int(raw)


def _votes(raw: object, where: str) -> tuple[int, ...]:
    if not isinstance(raw, list | tuple):
        raise AnswerError(where, "must be a list of the scores that were cast")
    if not raw:
        raise AnswerError(where, "holds no score; leave it out, or set the lean to null")
    if len(raw) > MAX_VOTES:
        raise AnswerError(where, f"holds more than {MAX_VOTES} scores")
    for vote in raw:
        if isinstance(vote, bool) or not isinstance(vote, int) or vote not in LEANS:
            raise AnswerError(where, f"every score must be a whole number from -2 to 2, not {shown(vote)}")
    return tuple(raw)


def keys_of(raw: object, where: str, *, allowed: Sequence[str], prefix: str | None = None) -> Mapping[str, object]:
    """The members of a JSON object, after refusing every key that is not `allowed` or comes twice."""
    if not isinstance(raw, Mapping):
        raise AnswerError(where, "must be an object")
    address = f"{where}." if prefix is None else prefix
    for key in getattr(raw, "repeated", ()):
        raise AnswerError(f"{address}{name(key)}", "is given twice")
    for key in raw:
        if key not in allowed:
            raise AnswerError(f"{address}{name(key)}", "is not known here")
    return raw


def name(key: object) -> str:
    """A key from outside, safe to print on one line of a terminal."""
    printable = key if isinstance(key, str) and key and key.isascii() and key.isprintable() else ascii(key)
    return printable if len(printable) <= 80 else f"{printable[:80]}..."


def shown(value: object) -> str:
    """A value from outside, short and safe to print on one line of a terminal."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping | list | tuple):
        return "a list" if isinstance(value, list | tuple) else "an object"
    if isinstance(value, int) and abs(value) > 10**20:
        return "a very large number"
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


class _Pairs(dict[str, object]):
    """A JSON object that remembers which of its keys came more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        self.repeated = tuple(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def _integer(digits: str) -> int | float:
    # Python refuses to read an integer of more than 4,300 digits; here it becomes a value that no field accepts
    return int(digits) if len(digits) <= 40 else float("inf")


def read_json(data: bytes) -> object:
    """Decoded JSON from bytes of any kind; raises AnswerError, with the field `input`, where it is not JSON."""
    if len(data) > MAX_BYTES:
        raise AnswerError("input", f"is longer than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerError("input", f"is not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise AnswerError("input", "is empty; JSON is expected on standard input")
    try:
        return json.loads(text, object_pairs_hook=_Pairs, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise AnswerError("input", f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise AnswerError("input", "is nested too deeply") from None
