"""How tightly page one is set: from comfortable to clamped, each level shorter than the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FREE = 99
# lines that no level exceeds: these blocks are labels, and a label of five lines is no label
BASE_LINES = {"title": 2, "question": 3, "choice": 2, "name": 2, "then": 3, "cell": 2}
BASE_ITEMS = {"list": 9, "metrics": 8, "criteria": 5, "signoffs": 8, "modes": 6, "triggers": 4, "flips": 2}
KINDS = (*BASE_LINES, "rationale", "risk", "fallback", "item", "flip", "note")


@dataclass(frozen=True)
class Level:
    """Type size in points, spacing factor, and what may be cut: lines a block, items a list."""

    name: str
    points: float
    gap: float
    modes: bool
    lines: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)

    @property
    def clamped(self) -> bool:
        return bool(self.lines)

    def lines_of(self, kind: str) -> int:
        return self.lines.get(kind, BASE_LINES.get(kind, FREE))

    def items_of(self, kind: str) -> int:
        return self.items.get(kind, BASE_ITEMS[kind])


# The first levels only shrink type, and let the failure modes go to the appendix before type gets small. The rest never
# go below 7.2 pt (small print that still reads on paper) and clamp. The last is bounded by construction: every block
# has a number of lines, every list a number of items, and their sum is under a page of either paper size.
LEVELS = (
    Level("a", 9.6, 1.1, True),
    Level("b", 9.1, 1.0, True),
    Level("c", 8.6, 0.95, True),
    Level("d", 8.6, 0.9, False),
    Level("e", 8.3, 0.85, False),
    Level("f", 8.0, 0.8, False),
    Level("g", 7.7, 0.75, False),
    Level(
        *("h", 7.6, 0.72, False),
        {"rationale": 7, "risk": 3, "fallback": 5, "item": 3, "flip": 3, "note": 3, "question": 2},
        {"list": 5, "metrics": 6, "signoffs": 5, "triggers": 3},
    ),
    Level(
        *("i", 7.5, 0.6, False),
        {"rationale": 5, "risk": 2, "fallback": 4, "item": 2, "flip": 2, "note": 2, "question": 2, "then": 2},
        {"list": 4, "metrics": 5, "signoffs": 5, "triggers": 2},
    ),
    Level(
        *("j", 7.2, 0.5, False),
        {"rationale": 4, "risk": 2, "fallback": 3, "item": 2, "flip": 2, "note": 2, "question": 2, "then": 1},
        {"list": 3, "metrics": 5, "signoffs": 5, "triggers": 2},
    ),
    Level(
        *("k", 7.2, 0.4, False),
        {
            **{"rationale": 3, "risk": 1, "fallback": 3, "item": 2, "flip": 2, "note": 1, "question": 1, "then": 1},
            **{"choice": 1, "name": 1, "cell": 1},
        },
        {"list": 3, "metrics": 5, "signoffs": 4, "triggers": 1},
    ),
)
START = 2
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}  # millimetres
MARGIN_TOP, MARGIN_BOTTOM = 9.5, 10.0  # as in print.css
