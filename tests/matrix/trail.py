"""The trail: members read it and attach complaints, editors append, nobody changes; owners keep tokens and addresses."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from decisions.base import api_tokens
from decisions.models import Pilot
from decisions.trail import acts
from decisions.trail.entry import Draft
from tests.matrix.row import Row

READ = {"M": 200, "E": 200, "W": 200}
FORM = {"M": 403, "E": 200, "W": 200}
WRONG = {"M": 403, "E": 422, "W": 422}
WRITE = {"M": 403, "E": 302, "W": 302}
OWNER = {"M": 403, "E": 403, "W": 302}
PLACE = {"environment": "production", "live_from": "2026-01-02T09:00", "reason": "Release"}
ENTRY = {**PLACE, "kind": "live", "approach": "rag", "base_model_id": "m-1"}
AT = {"at": "2026-01-03T09:00", "environment": "production"}


def decision(world: Any) -> Any:
    return world.room.workshop.decision


def live(world: Any) -> dict[str, Any]:
    """An entry of the trail, once."""
    if "live" not in world.known:
        draft = Draft(
            kind="live", environment="production", live_from=datetime(2026, 1, 1, tzinfo=UTC), reason="First",
            approach="rag", fields={"base_model_id": "m-1"},
        )  # fmt: skip
        world.known["live"] = acts.add_entry(decision=decision(world), draft=draft, actor="pipeline").public_id
    return {"entry_id": world.known["live"]}


def with_live(world: Any) -> dict[str, Any]:
    live(world)
    return {}


def pilot(world: Any) -> dict[str, Any]:
    made = Pilot.objects.create(
        team=world.people.team, decision=decision(world), name="November", evaluation_set="e-1", verdict="trend",
        ended_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
    )  # fmt: skip
    return {"pilot_id": made.public_id}


def feed(world: Any) -> dict[str, Any]:
    return {"token": api_tokens.make_feed(team=world.people.team, name="r", by=world.people.olga)[1]}


def adopted(kind: str, world: Any) -> dict[str, Any]:
    return {"slug": world.known["slug"], "thing_id": world.known[f"{kind}_id"]}


ROWS = [
    Row("decisions:trail", "get", READ),
    Row("decisions:trail", "post", otherwise=405),
    Row("decisions:trail_new", "get", FORM),
    Row("decisions:trail_new", "post", WRONG),
    Row("decisions:trail_new", "post", WRITE, data=lambda world: ENTRY),
    Row("decisions:trail_entry", "get", otherwise=404),
    Row("decisions:trail_entry", "get", READ, arguments=live),
    Row("decisions:trail_entry", "put", otherwise=405, arguments=live),
    Row("decisions:trail_entry", "delete", otherwise=405, arguments=live),
    Row("decisions:trail_restore", "get", FORM, arguments=live),
    Row("decisions:trail_restore", "post", WRONG, arguments=live),
    Row("decisions:trail_restore", "post", WRITE, arguments=live, data=lambda world: PLACE),
    Row("decisions:trail_restore", "get", {"M": 403}),
    Row("decisions:trail_end", "get", FORM),
    Row("decisions:trail_end", "post", WRONG),
    Row("decisions:trail_end", "post", WRITE, arguments=with_live, data=lambda world: PLACE),
    Row("decisions:trail_at", "get", READ),
    Row("decisions:trail_at", "get", {"M": 422, "E": 422, "W": 422}, data=lambda world: {"at": "soon"}),
    Row("decisions:trail_at", "get", READ, data=lambda world: AT),
    Row("decisions:complaint_attach", "post", {"M": 422, "E": 422, "W": 422}),
    Row(
        "decisions:complaint_attach",
        "post",
        {"M": 302, "E": 302, "W": 302},
        data=lambda world: {**AT, "reference": "SUP-1"},
    ),
    Row("decisions:trail_compare", "get", READ),
    Row("decisions:trail_compare", "get", {"M": 422, "E": 422, "W": 422}, data=lambda world: {"before": "x"}),
    Row(
        "decisions:trail_compare",
        "get",
        READ,
        data=lambda world: {"before": live(world)["entry_id"], "after": live(world)["entry_id"]},
    ),
    Row("decisions:history", "get", READ),
    Row("decisions:next_step", "get", READ),
    Row("decisions:pilot_new", "get", FORM),
    Row("decisions:pilot_new", "post", WRONG),
    Row("decisions:pilot", "get", otherwise=404),
    Row("decisions:pilot", "get", READ, arguments=pilot),
    Row("decisions:trail_csv", "get", READ),
    Row("decisions:trail_jsonl", "get", READ),
    Row("decisions:trail_fields", "get", READ),
    Row("decisions:trail_fields", "post", WRONG),
    Row("decisions:trail_fields", "post", WRITE, data=lambda world: {"label": "Router"}),
    Row("decisions:trail_field_retire", "post", WRITE),
    Row("decisions:connections", "get", {"M": 403, "E": 403, "W": 200}),
    Row("decisions:token_new", "post", {"M": 403, "E": 403, "W": 422}),
    Row(
        "decisions:token_new",
        "post",
        {"M": 403, "E": 403, "W": 200},
        data=lambda world: {"token-name": "CI", "token-scopes": ["log:append"], "token-days": "9"},
    ),
    Row("decisions:token_revoke", "post", OWNER),
    *(
        Row(f"decisions:adopt_{kind}s", "post", OWNER, arguments=partial(adopted, kind))
        for kind in ("token", "feed", "webhook")
    ),
    Row("decisions:feed_new", "post", {"M": 403, "E": 403, "W": 422}),
    Row("decisions:feed_new", "post", {"M": 403, "E": 403, "W": 200}, data=lambda world: {"feed-name": "r"}),
    Row("decisions:feed_revoke", "post", OWNER),
    Row("decisions:webhook_new", "post", {"M": 403, "E": 403, "W": 422}),
    Row("decisions:webhook_end", "post", OWNER),
    Row("decisions:feed", "get", otherwise=404),
    Row("decisions:feed", "get", otherwise=200, arguments=feed),  # whoever has the secret address
    Row("decisions:feed", "post", otherwise=405),
]
