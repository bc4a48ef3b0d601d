"""The record: members read, editors write, the named owner signs, a link reads one accepted record, and nobody else.

Another state than the right one is 409, another team's record 404, and a frozen record takes no writes at all.
"""

from typing import Any

from decisions import records
from decisions.base.links import token_hash
from decisions.models import Record
from decisions.records import shares
from tests.decisions.records import stories
from tests.matrix.row import Row

READ = {"M": 200, "E": 200, "W": 200}
WRITE = {"M": 403, "E": 302, "W": 302}
FORM = {"M": 403, "E": 200, "W": 200}
TOO_LATE = {"M": 403, "E": 409, "W": 409}


def _records(world: Any) -> dict[str, Record]:
    """One accepted record, one that waits for its owners (Mina is one), and one that everybody has signed."""
    if "records" in world.known:
        return world.known["records"]
    cast = world.people
    owners = [{"role": "product", "name": "Mina", "email": "mina@example.org"}, *stories.readings()["owners"][1:]]
    waiting = stories.in_sign_off(cast, owners=owners)
    security = waiting.sign_offs.get(role="security")
    world.known["personal link"] = records.new_link_token()
    security.token_hash = token_hash(world.known["personal link"])
    security.save()
    signed = stories.in_sign_off(cast)
    stories.everybody_signs(signed)
    world.known["records"] = {"accepted": stories.accepted(cast), "waiting": waiting, "signed": signed}
    return world.known["records"]


def the(state: str) -> Any:
    return lambda world: {"record_id": _records(world)[state].pk}


def text_of(state: str, **more: Any) -> Any:
    """The hash that a form carries."""
    return lambda world: {"content_hash": _records(world)[state].content_hash, **more}


def link(world: Any) -> dict[str, Any]:
    record = _records(world)["accepted"]
    made = shares.share(record=record, by=world.people.felix, days=1)
    return {"token": shares.token_of(made), "kind": "json"}


def personal(world: Any) -> dict[str, Any]:
    assert _records(world)
    return {"token": world.known["personal link"]}


def to_remind(world: Any) -> dict[str, Any]:
    record = _records(world)["waiting"]
    return {"record_id": record.pk, "sign_off_id": record.sign_offs.get(role="data").pk}


SHARE = {"note": "", "days": "7"}

ROWS = [
    # reading
    Row("decisions:record", "get", READ),
    Row("decisions:record", "get", READ, arguments=the("accepted")),
    Row("decisions:record", "post", otherwise=405),
    Row("decisions:record_history", "get", READ),
    Row("decisions:record_compare", "get", READ),
    Row("decisions:record_file", "get", READ, arguments=lambda world: {"kind": "json"}),
    Row("decisions:record_file", "get", READ, arguments=lambda world: {"kind": "md"}),
    Row("decisions:record_file", "get", otherwise=404, arguments=lambda world: {"kind": "exe"}),
    # writing
    Row("decisions:record_new", "get", FORM),
    Row("decisions:record_new", "post", WRITE, data=lambda world: {"approach": "rag"}),
    Row("decisions:record_edit", "get", dict.fromkeys("MEW", 302)),  # to the paper, which everybody reads
    Row("decisions:record_edit", "post", otherwise=405),
    Row("decisions:record_section", "get", FORM),
    Row("decisions:record_section", "get", TOO_LATE, arguments=the("accepted")),
    Row("decisions:record_section", "post", {"M": 403, "E": 422, "W": 422}),
    Row("decisions:record_section", "post", WRITE, data=lambda world: {"version": "0", "fallback-text": "Decline."}),
    Row(
        "decisions:record_section",
        "post",
        TOO_LATE,
        arguments=the("accepted"),
        data=lambda world: {"version": "1", "fallback-text": "Something else."},
    ),
    Row(
        "decisions:record_section", "get", {"M": 403}, arguments=lambda world: {"section": "criteria"}
    ),  # a room scored
    Row("decisions:record_news", "post", READ),
    Row("decisions:record_news", "post", READ, arguments=the("accepted")),
    Row("decisions:record_news", "get", otherwise=405),
    # signing
    Row("decisions:sign_off_open", "post", TOO_LATE),  # this draft is not finished
    Row("decisions:sign_off_stop", "post", WRITE, arguments=the("waiting")),
    Row("decisions:sign_off_stop", "post", TOO_LATE, arguments=the("accepted")),
    Row("decisions:sign_off_remind", "post", WRITE, arguments=to_remind),
    Row(
        "decisions:sign",
        "post",
        {"M": 302, "E": 403, "W": 403},
        arguments=the("waiting"),
        data=text_of("waiting", position="agree"),
    ),
    Row("decisions:sign", "post", dict.fromkeys("MEW", 409), arguments=the("accepted")),
    Row("decisions:accept", "post", TOO_LATE, arguments=the("waiting"), data=text_of("waiting")),
    Row("decisions:accept", "post", WRITE, arguments=the("signed"), data=text_of("signed")),
    Row("decisions:accept", "post", TOO_LATE, arguments=the("signed"), data=lambda world: {"content_hash": "0" * 64}),
    Row("decisions:sign_by_link", "get", otherwise=404),
    Row("decisions:sign_by_link", "get", otherwise=200, arguments=personal),  # whoever holds it: nothing is signed yet
    Row("decisions:sign_by_link", "post", otherwise=422, arguments=personal),
    Row(
        "decisions:sign_by_link",
        "post",
        otherwise=409,
        arguments=personal,
        data=lambda world: {"position": "agree", "content_hash": "0" * 64},
    ),
    # afterwards
    Row("decisions:record_replace", "post", WRITE, arguments=the("accepted")),
    Row("decisions:record_replace", "post", TOO_LATE),
    Row("decisions:record_withdraw", "get", FORM),
    Row("decisions:record_withdraw", "post", WRITE, data=lambda world: {"why": "Not now."}),
    Row("decisions:record_share", "post", WRITE, arguments=the("accepted"), data=lambda world: SHARE),
    Row("decisions:record_share", "post", TOO_LATE, data=lambda world: SHARE),
    Row("decisions:share_revoke", "post", WRITE),
    Row("decisions:shared", "get", otherwise=404),
    Row("decisions:shared", "get", otherwise=200, arguments=link),
    Row("decisions:shared", "post", otherwise=405, arguments=link),
    Row("decisions:shared_file", "get", otherwise=200, arguments=link),
    Row("decisions:shared_file", "get", otherwise=404),
    Row("decisions:verify", "get", otherwise=200),
    Row("decisions:verify", "post", otherwise=422),
    Row("decisions:record_schema", "get", otherwise=200),
    Row("decisions:record_schema", "post", otherwise=405),
    Row("decisions:archive", "get", READ),
    Row("decisions:archive", "post", WRITE),
    Row("decisions:archive_file", "get", otherwise=404),  # it is not written yet
]
