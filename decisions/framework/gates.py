"""Gates as data - direction, value, unit, sample - read from what people write; what cannot be read is refused in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from .measures import MEASURE, NO_GATE
from .text import Sentence, _

AT_LEAST: Final = "at_least"
ABOVE: Final = "above"
AT_MOST: Final = "at_most"
BELOW: Final = "below"
DIRECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    AT_LEAST: (">=", "≥", "=>", "at least", "minimum", "min.", "min", "no less than", "not under", "not below"),
    AT_MOST: ("<=", "≤", "=<", "at most", "maximum", "max.", "max", "no more than", "not over", "up to", "within"),
    ABOVE: (">", "over", "above", "more than"),
    BELOW: ("<", "under", "below", "less than", "fewer than"),
}
CONFIDENCE: Final = "95%"
WATCHED: Final = frozenset({"watched, no gate", "watched", "no gate", "trend"})
UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("%", "percent", "per cent", "pct"), "%"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **{"€": "EUR", "eur": "EUR", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "chf": "CHF"},
}
# in how many seconds each is
TIMES: Final[Mapping[str, Decimal]] = {"ms": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600)}

_WORDS = {word: way for way, words in DIRECTIONS.items() for word in words}
_WAY = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
_NUMBER = r"(?P<number>[0-9]{1,9}(?:[.,][0-9]{1,6})?)"
_UNIT = r"(?P<unit>(?!(?:of|in)\b)[^\W\d_][\w /.]{0,39}|[%€$£]?(?:\s*(?:/|per\b)\s*\w[\w ]{0,30})?)"
_BEFORE = r"(?:(?P<before>[€$£]|EUR|USD|GBP|CHF)\s*)?"
_GATE = re.compile(
    rf"(?:(?P<statistic>p[0-9]{{2}}|median|mean)\b\s*)?(?:(?P<way>{_WAY})\s*)?{_BEFORE}{_NUMBER}\s*{_UNIT}",
    re.IGNORECASE,
)
_FIGURE = re.compile(rf"{_BEFORE}{_NUMBER}\s*{_UNIT}", re.IGNORECASE)
_BEHIND = {
    **dict.fromkeys(("or less", "or fewer", "max", "max.", "maximum", "at most"), AT_MOST),
    **dict.fromkeys(("or more", "or better", "min.", "minimum", "at least"), AT_LEAST),
}
_NONE = re.compile(
    r"(?:(?:<=|≤|at most|max)\s*)?(?:0|zero|none(?= ?/| in| of| allowed))(?![.,\w])"
    r"(?:\s*(?P<unit>%)|\s+allowed)?(?:\s*(?:/|in|of)\s*(?P<sample>[0-9]{1,7}))?$"
)
_SAMPLE = re.compile(
    r"(?:at least |>=\s*|≥\s*|~\s*)?([0-9]{1,7})\+?\s+(?!days?\b|weeks?\b|months?\b|hours?\b|minutes?\b)\w"
)


class GateError(ValueError):
    """A gate that cannot be read; `str()` says what to write instead."""

    def __init__(self, message: Sentence) -> None:
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit: which way, how much of what, and on how large a sample at least."""

    direction: str
    value: Decimal
    unit: str  # "%" for a share of the sample, "" for a count of which none is allowed
    sample: int | None = None
    statistic: str = ""

    @property
    def is_floor(self) -> bool:
        """Whether more is better."""
        return self.direction in (AT_LEAST, ABOVE)

    @property
    def allows_none(self) -> bool:
        """Whether one event is one too many."""
        return not self.is_floor and self.value == 0

    @property
    def is_share(self) -> bool:
        """Whether it is held against hits of a sample."""
        return self.unit == "%" or self.allows_none

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the record; decimals as strings."""
        sampled = self.is_share or self.statistic == "p95"
        return {
            "direction": self.direction,
            "value": _plain(self.value),
            "unit": self.unit,
            "statistic": self.statistic,
            "sample": self.sample,
            "confidence": CONFIDENCE if sampled else None,
        }


def is_watched(text: str) -> bool:
    """Whether the words say that there is no gate on purpose."""
    said = " ".join(text.split()).casefold()
    return said in WATCHED or said == str(NO_GATE).casefold()


def has_gate(row: Mapping[str, Any]) -> bool:
    """Whether a record's metric is held against a gate: not where it is only watched, or no gate was named."""
    text, measure = str(row.get("gate") or ""), MEASURE.get(str(row.get("key") or ""))
    return bool(text.strip()) and not is_watched(text) and not (measure and measure.kind == "trend")


def parse_gate(text: str, *, key: str = "", sample: str = "") -> Gate | None:
    """The gate in these words; None when there are none, or when they say that it is only watched.

    `key` is the framework's metric, which knows its direction and whether it is a share; `sample` is what people wrote
    as the sample. Raises GateError for every other text.
    """
    said = " ".join(text.split())
    if not said or is_watched(said):
        return None
    counted = _sample(sample)
    if none := _NONE.match(said.casefold()):
        gate = Gate(AT_MOST, Decimal(0), none["unit"] or "", int(none["sample"]) if none["sample"] else counted)
    else:
        gate = _limit(said, key, counted)
    measure = MEASURE.get(key)
    if measure is not None and measure.at_least != gate.is_floor:
        better = _("Higher is better here, so use ≥.") if measure.at_least else _("Lower is better here, so use ≤.")
        raise GateError(better)
    return gate


def figure_in(text: str) -> tuple[Decimal, str] | None:
    """A measured figure with its unit, such as `9.9 s`; None for what is no figure."""
    found = _FIGURE.fullmatch(" ".join(text.split()))
    if found is None or (value := _decimal(found["number"])) is None:
        return None
    return value, _unit(f"{found['before'] or ''} {found['unit']}")


def keeps(gate: Gate, figure: str) -> bool | None:
    """Whether a measured figure keeps the limit; None where the two cannot be compared."""
    measured = figure_in(figure)
    if measured is None:
        return None
    value, unit = measured
    limit = gate.value
    if unit in TIMES and gate.unit in TIMES:
        value, limit = value * TIMES[unit], limit * TIMES[gate.unit]
    elif not _alike(unit, gate.unit):
        return None
    return {
        AT_LEAST: value >= limit,
        ABOVE: value > limit,
        AT_MOST: value <= limit,
        BELOW: value < limit,
    }[gate.direction]


def _limit(said: str, key: str, sample: int | None) -> Gate:
    behind = next((way for words, way in _BEHIND.items() if said.casefold().endswith(f" {words}")), None)
    if behind:
        said = next(said[: -len(words)].strip() for words in _BEHIND if said.casefold().endswith(f" {words}"))
    found = _GATE.fullmatch(said)
    if found is None:
        raise GateError(
            _(
                "We can't read this gate. Enter a direction, a number and a unit: ≥ 85%, ≤ 4 s, 0 of 299. Or enter “no "
                "gate”."
            )
        )
    direction = _WORDS[found["way"].lower()] if found["way"] else behind
    if direction is None:
        raise GateError(_("Enter a direction: ≥ for at least, ≤ for at most."))
    value = _decimal(found["number"])
    if value is None:
        raise GateError(_("Is the comma a decimal point? Enter 1000 or 1.0."))
    unit = _unit(f"{found['before'] or ''} {found['unit']}")
    if not unit:
        is_figure = key in MEASURE and MEASURE[key].kind == "limit" and not MEASURE[key].at_least
        if is_figure or not 0 < value < 1:
            raise GateError(_("Enter a number with its unit, like 85%, 4 s or 0.05 EUR."))
        value, unit = value * 100, "%"
    if unit == "%" and not 0 < value < 100:
        raise GateError(_("Enter a share between 0% and 100%. No sample can show either end."))
    return Gate(
        direction, value, unit, sample, (found["statistic"] or "").lower() or ("p95" if key == "latency_p95" else "")
    )


def _decimal(number: str) -> Decimal | None:
    """The number; None where a comma may stand between thousands."""
    if re.fullmatch(r"[0-9]+,[0-9]{3}", number):
        return None
    return Decimal(number.replace(",", "."))


def _unit(said: str) -> str:
    """One spelling for a unit, with what it is counted by behind `per`."""
    said = " ".join(said.replace("/", " per ").split()).rstrip(".")
    base, per, by = said.partition(" per ")
    return UNITS.get(said.casefold()) or f"{UNITS.get(base.casefold(), base)}{per}{by}"


def _alike(first: str, second: str) -> bool:
    """Whether two units are one; what it is counted by may be left out: `EUR` beside `EUR per answer`."""
    one, other = (unit.casefold().split(" per ", 1) for unit in (first, second))
    return one[0] == other[0] and (len(one) == 1 or len(other) == 1 or one[1] == other[1])


def _sample(text: str) -> int | None:
    found = _SAMPLE.match(" ".join(text.split()).casefold())
    return int(found[1]) if found and int(found[1]) else None


def _plain(value: Decimal) -> str:
    """1E+2 as 100, 0.950 as 0.95."""
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
