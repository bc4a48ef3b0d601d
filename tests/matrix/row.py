"""The permission matrix as data: one row a route and method, with the status each actor gets.

Actors: An anonymous, G participant, O observer seat, F facilitator of the room, M member of the team, E team editor,
W team owner, X owner of another team, A site admin. An actor not named in a row must get `otherwise`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ACTORS = ("An", "G", "O", "F", "M", "E", "W", "X", "A")


@dataclass(frozen=True)
class Row:
    """`route` is the URL name with its namespace; `world` builds its arguments from the test's world."""

    route: str
    method: str = "get"
    status: dict[str, int] = field(default_factory=dict)
    otherwise: int = 404
    arguments: Callable[[Any], dict[str, Any]] = lambda world: {}
    data: Callable[[Any], dict[str, Any]] = lambda world: {}
