"""The three decisions of the demo team, read from `stories.toml` beside this module."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class Person(NamedTuple):
    """A member of the team, who owns or runs it, and what they stand for in a room."""

    name: str
    email: str
    team_role: str
    role: str


@dataclass(frozen=True)
class Scored:
    """One round of a criterion: voter -> (score, confidence, reason), what was said, and the lean (None: scored again)."""

    criterion: str
    votes: dict[str, tuple[int, str, str]]
    lean: int | None = None
    why: str = ""
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Story:
    """One decision from its question to where it stands."""

    title: str
    question: str
    context: str
    starting_point: str
    tags: list[str]
    rounds: tuple[Scored, ...] = ()
    situation: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)
    sign_offs: dict[str, tuple[str, str]] = field(default_factory=dict)


def _story(told: dict[str, Any]) -> Story:
    return Story(**{**told, "rounds": tuple(Scored(**one) for one in told.get("rounds", ()))})


_told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TEAM, SLUG, PASSWORD = _told["team"], _told["slug"], _told["password"]
PEOPLE = {key: Person(*one) for key, one in _told["people"].items()}
SUPPORT, MARKETING, CODE = STORIES = tuple(_story(_told[key]) for key in ("support", "marketing", "code"))
TRAIL: dict[str, dict[str, Any]] = _told["trail"]
