"""A team's framework and starting points: members read, owners and facilitators write, nobody else knows of them."""

from typing import Any

from decisions.models import FrameworkVersion, OwnStartingPoint
from decisions.team_framework import acts as frameworks
from tests.decisions.team_framework.rewording import POINT, typed
from tests.matrix.row import Row

READ = {"M": 200, "E": 200, "W": 200}
FORM = {"M": 403, "E": 200, "W": 200}
WRITE = {"M": 403, "E": 302, "W": 302}


def _version(world: Any) -> FrameworkVersion:
    """The team's wording, with one word of its own."""
    raw = {"criteria": {"latency_cost": {"name": "Speed and money"}}}
    return frameworks.newest(world.people.team.pk) or frameworks.save(
        team=world.people.team, raw=raw, seen=0, why="", by=world.people.olga
    )


def _point(world: Any) -> OwnStartingPoint:
    kept = OwnStartingPoint.objects.filter(team=world.people.team, key="own-returns-desk").first()
    return kept or frameworks.keep_starting_point(team=world.people.team, raw=POINT, by=world.people.olga)


def version(world: Any) -> dict[str, Any]:
    return {"number": _version(world).number}


def reworded(world: Any) -> dict[str, Any]:
    _version(world)
    return typed(world.people.team.pk, **{"audit_trust-name": "Proof"})


def point(world: Any) -> dict[str, Any]:
    return {"key": _point(world).key}


def filled(world: Any) -> dict[str, Any]:
    return {"name": "Returns desk", "tier": "internal", "version": _point(world).version}


ROWS = [
    Row("decisions:framework", "get", READ),
    Row("decisions:framework_version", "get", READ, arguments=version),
    Row("decisions:framework_version", "get", arguments=lambda world: {"number": 99}),
    Row("decisions:framework_edit", "get", FORM),
    Row("decisions:framework_edit", "post", {"M": 403, "E": 422, "W": 422}),
    Row("decisions:framework_edit", "post", WRITE, data=reworded),
    Row("decisions:framework_reset", "get", dict.fromkeys("MEW", 405), otherwise=405),
    Row("decisions:framework_reset", "post", WRITE, data=lambda world: {"seen": _version(world).number}),
    Row("decisions:framework_reset", "post", {"M": 403, "E": 409, "W": 409}),  # a form without the version seen
    Row("decisions:starting_point_new", "get", FORM),
    Row("decisions:starting_point_new", "post", {"M": 403, "E": 422, "W": 422}),
    Row("decisions:starting_point_new", "post", WRITE, data=filled),
    Row("decisions:starting_point", "get", FORM, arguments=point),
    Row("decisions:starting_point", "get", arguments=lambda world: {"key": "own-nowhere"}),
    Row("decisions:starting_point", "post", WRITE, arguments=point, data=filled),
    Row("decisions:starting_point_retire", "post", WRITE, arguments=point),
    Row("decisions:starting_point_retire", "post", arguments=lambda world: {"key": "own-nowhere"}),
    # the room's switch: its facilitators say whether legal asks for explanations
    Row(
        "workshops:explainability",
        "post",
        {"F": 302, "G": 403, "O": 403},
        data=lambda world: {"required": "yes"},
    ),
    Row("workshops:explainability", "post", dict.fromkeys("GOF", 409)),
]
