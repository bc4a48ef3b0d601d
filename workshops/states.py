"""When something may happen: the tables of allowed moves. Who may do it is in permissions."""

PHASES = ("lobby", "precheck", "scoring", "outcome", "closed")

# Forward along the meeting; back from the outcome to score again; and a workshop may be ended at any time.
PHASE_MOVES: dict[str, frozenset[str]] = {
    "lobby": frozenset({"precheck", "scoring", "closed"}),
    "precheck": frozenset({"lobby", "scoring", "outcome", "closed"}),
    "scoring": frozenset({"precheck", "outcome", "closed"}),
    "outcome": frozenset({"scoring", "closed"}),
    "closed": frozenset(),
}

ROUND_STATES = ("open", "revealed", "settled", "contested")

# Reopening is no move of a round: it begins the next round and keeps this one as it is.
ROUND_MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"revealed"}),
    "revealed": frozenset({"settled", "contested"}),
    "settled": frozenset(),
    "contested": frozenset({"settled"}),
}

REVEALED = frozenset({"revealed", "settled", "contested"})


def may_move(table: dict[str, frozenset[str]], now: str, then: str) -> bool:
    """Whether the table has the edge from `now` to `then`."""
    return then in table.get(now, frozenset())
