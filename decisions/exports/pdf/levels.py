"""How tightly page one is set: type shrinks first, then lists go to the appendix line by line, then texts are clamped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

FREE = 99
# every kind of block that a level may clamp; `agreed` is what owners who agree noted
KINDS = (
    *("title", "question", "choice", "rationale", "risk", "fallback", "name", "cell", "item", "flip", "then", "note"),
    "agreed",
)


@dataclass(frozen=True)
class Level:
    """Type size in points, spacing factor, and what may be cut: lines a block, items a list."""

    name: str
    points: float
    gap: float
    lines: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)

    @property
    def clamped(self) -> bool:
        return bool(self.lines)

    @property
    def wide(self) -> bool:
        """Whether the sign-off takes the whole width, because little else is left."""
        return "wide" in self.lines

    def lines_of(self, kind: str) -> int:
        return self.lines.get(kind, FREE)

    def items_of(self, key: str) -> int:
        return self.items.get(key, FREE)


# Small print that reads well on paper is 7.2 pt, and nothing is dropped before type is near it; 6.8 pt are for the longest
# record that input allows, on Letter.
ROOMY = (
    *(Level("a", 9.6, 1.1), Level("b", 9.3, 1.05), Level("b", 8.9, 1.0)),
    START := Level("c", 8.6, 0.95),
    *(Level("d", 8.3, 0.88), Level("d", 8.1, 0.82), Level("e", 7.9, 0.75), Level("e", 7.7, 0.7), Level("f", 7.5, 0.65)),
)
# What goes to the appendix first, and how many lines of each stay. Approach, fallback, gates, dissents, conditions, the
# signals that flip, who accepted and the address are not among them.
DROPPED_FIRST = (
    *(("modes", 0), ("guardrails", 0), ("backlog", 0), ("triggers", 2), ("assumptions", 3), ("risks", 3)),
    ("phase_one", 4),
)
_FEW = {"modes": 0, "guardrails": 0, "backlog": 0, "triggers": 2, "owners": 8, "metrics": 10, "flips": 2}
# The last is bounded by construction, for records from before input had limits: every block has a number of lines, every
# list a number of items, and their sum is under a page of either paper size.
CLAMPED = (
    Level(
        *("h", 7.5, 0.6),
        {"rationale": 8, "risk": 3, "item": 3, "question": 2, "title": 2, "agreed": 2},
        {**_FEW, "phase_one": 4, "assumptions": 3, "risks": 3},
    ),
    Level(
        *("i", 7.3, 0.5),
        {"wide": 1, "rationale": 4, "risk": 2, "item": 2, "question": 2, "title": 2, "agreed": 1},
        {**_FEW, "phase_one": 3, "assumptions": 2, "risks": 2},
    ),
    Level(
        *("j", 7.2, 0.35),
        {"wide": 1, "rationale": 3, "risk": 1, "item": 1, "question": 1, "title": 1, "agreed": 1},
        {**_FEW, "phase_one": 0, "assumptions": 0, "risks": 0},
    ),
    *(
        Level(
            *(name, points, 0.3),
            {"wide": 1, "rationale": 2, "risk": 1, "item": 1, "question": 1, "title": 1, "agreed": 1},
            {**_FEW, "phase_one": 0, "assumptions": 0, "risks": 0},
        )
        for name, points in (("k", 7.1), ("l", 6.8))
    ),
    Level(
        *("m", 6.8, 0.3),
        {
            **{"wide": 1, "rationale": 2, "risk": 1, "question": 1, "title": 1, "agreed": 1, "name": 1, "choice": 1},
            **{"fallback": 3, "note": 3, "flip": 2, "then": 1, "cell": 1, "item": 1},
        },
        {**_FEW, "phase_one": 0, "assumptions": 0, "risks": 0, "triggers": 1},
    ),
)
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}  # millimetres
MARGIN_TOP, MARGIN_BOTTOM = 9.5, 10.0  # as in print.css


def dropping(counts: Mapping[str, int], height: Callable[[Level], float]) -> list[Level]:
    """The tightest type with ever fewer lines of lists, least important first; failure modes stand in pairs.

    A list whose absence saves no height, because a longer one stands beside it, stays.
    """
    levels = [ROOMY[-1]]
    for key, least in DROPPED_FIRST:
        items = levels[-1].items
        if height(replace(ROOMY[-1], items={**items, key: least})) > height(levels[-1]) - 1:
            continue
        for left in range(counts[key] - 1, least - 1, -1):
            if key != "modes" or left % 2 == 0:
                levels.append(replace(ROOMY[-1], name=f"g{len(levels)}", items={**items, key: left}))
    return levels[1:]
