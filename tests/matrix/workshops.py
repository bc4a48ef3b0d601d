"""The room: its pages are for its seats and its team, its acts for those who may, for everybody else it does not exist.

G, O and F are guests with seats. E prepared the room and has left it: without a seat, the members of the team read along,
and do nothing. The stream, /w/<id>/stream/, is answered beside Django; its admission is tried in tests/workshops/live.
"""

from typing import Any

from tests.matrix.row import ACTORS, Row
from tests.rooms import AUDIT

SEATS = {"G": 200, "O": 200, "F": 200}
READERS = {**SEATS, "M": 200, "E": 200, "W": 200}


def stage(world: Any, **more: Any) -> dict[str, Any]:
    """What a facilitator's form carries."""
    return {"stage": world.room.now().stage, **more}


def lead(route: str, done: int = 302, data: Any = stage, **more: Any) -> Row:
    """An act of facilitators: 403 for the others in the room; `done` is 409 where the room is not at that point."""
    return Row(f"workshops:{route}", "post", {"F": done, "G": 403, "O": 403}, data=data, **more)


def revealed(world: Any) -> dict[str, Any]:
    return {"workshop_id": world.room.workshop.public_id, "round_id": world.revealed.pk}


def done(world: Any) -> dict[str, Any]:
    """The room whose record is drafted; its guests are not these."""
    return {"workshop_id": world.done.workshop.public_id}


def room_link(world: Any) -> dict[str, Any]:
    return {"token": world.room.workshop.join_token}


def personal_link(world: Any) -> dict[str, Any]:
    return {"token": world.seat_token}


ROWS = [
    Row("workshops:join_code", "get", otherwise=200),
    Row("workshops:join_code", "post", otherwise=422, data=lambda world: {"code": "2" * 8}),
    Row("workshops:join_link", "get", dict.fromkeys("GOF", 302), otherwise=200, arguments=room_link),
    Row("workshops:join_link", "get", otherwise=404),
    Row(
        "workshops:join_link",
        "post",
        otherwise=302,
        arguments=room_link,
        data=lambda world: {"name": "Lena", "role": "legal"},
    ),
    # a mailed link shows what it is, to scanners too; the seat is taken by the button, by whoever holds the link
    Row("workshops:personal_link", "get", otherwise=200, arguments=personal_link),
    Row("workshops:personal_link", "post", otherwise=302, arguments=personal_link),
    *(Row("workshops:personal_link", method, otherwise=404) for method in ("get", "post")),
    Row("workshops:invitations", "get", {"F": 200, "G": 403, "O": 403}),
    lead("invitations", data=lambda world: {"email": "lena@example.org", "name": "Lena", "role": "legal"}),
    lead("invitations", 422, data=lambda world: {"email": "nobody"}),
    lead("invite_again"),
    lead("withdraw_invitation"),
    lead("remind"),
    # whoever holds the personal link may take the seat, after being asked
    Row("workshops:rejoin", "get", otherwise=200),
    Row("workshops:rejoin", "post", otherwise=302),
    Row("workshops:keep_here", "post", dict.fromkeys("GOF", 302)),
    Row("workshops:rejoin", "get", otherwise=404, arguments=lambda world: {**world.rejoin, "key": "wrong"}),
    Row("workshops:new", "get", {"M": 403, "E": 200, "W": 200}),
    Row(
        "workshops:new",
        "post",
        {"M": 403, "E": 302, "W": 302},
        data=lambda world: {"name": "Olga", "role": "product", "shown": "names"},
    ),
    *(Row(f"workshops:{page}", "get", SEATS) for page in ("screen", "state")),
    *(Row(f"workshops:{page}", "get", READERS) for page in ("room", "minutes")),
    Row("workshops:record", "get", otherwise=404),  # there is none yet
    Row("workshops:record", "get", dict.fromkeys("MEW", 302), arguments=done),
    Row("workshops:sign", "get", otherwise=404),  # there is no record yet to sign
    Row("workshops:rename", "post", dict.fromkeys("GOF", 302), data=lambda world: {"name": "Lena"}),
    Row("workshops:offer_to_lead", "post", dict.fromkeys("GOF", 409)),  # the facilitator is here
    Row("workshops:confirm_lead", "post", dict.fromkeys("GOF", 409)),
    lead("precheck", 409),  # scoring has begun
    lead("open_again", 409),
    Row("workshops:what_if", "get", otherwise=404),  # there is no outcome yet to vary
    Row("workshops:leave", "post", {"G": 302, "O": 302, "F": 409}),  # the last facilitator hands over first
    Row("workshops:ballot", "post", {"G": 302, "O": 403, "F": 403}, data=lambda world: {"score": "1"}),
    Row(
        "workshops:ballot",
        "post",
        {"G": 409, "O": 403, "F": 403},
        arguments=revealed,
        data=lambda world: {"score": "1", "reason": "too late"},
    ),
    Row("workshops:withdraw", "post", {"G": 302, "O": 403, "F": 403}),
    Row("workshops:withdraw", "post", {"G": 409, "O": 403, "F": 403}, arguments=revealed),
    Row("workshops:note", "post", dict.fromkeys("GOF", 302), arguments=revealed, data=lambda world: {"text": "said"}),
    Row("workshops:note", "post", dict.fromkeys("GOF", 409), data=lambda world: {"text": "too early"}),
    lead("phase", data=lambda world: stage(world, phase="precheck")),
    lead("situation"),
    lead("open_round", 409, lambda world: stage(world, criterion="task_stability")),
    lead("open_ahead", 409),
    lead("start_session", 409),
    lead("reveal_next", 200),  # it asks first
    lead("reveal", data=lambda world: stage(world, anyway="1")),
    lead("reveal", 409, lambda world: {"stage": world.room.now().stage - 1, "anyway": "1"}),  # a stale form
    lead("settle", 422, lambda world: stage(world, lean="1", why=""), arguments=revealed),  # a reason is asked for
    lead("settle", 409, lambda world: stage(world, lean="1", why="")),  # still open
    lead("reopen", 409, lambda world: stage(world, criterion=AUDIT)),
    lead("timer", data=lambda world: {"seconds": "60"}),
    lead("nudge"),
    lead("remove_seat"),
    lead("share_lead"),
    lead("hand_over"),
    lead("seat_role", 409, lambda world: {"role": "legal"}),  # a round is open
    Row("workshops:take_over", "post", dict.fromkeys("GOF", 403)),
    lead("write_record", 409),
    lead("close"),
    Row("workshops:close", "post", dict.fromkeys("GOF", 409)),  # a form without its stage is out of date
]

assert {actor for row in ROWS for actor in row.status} <= set(ACTORS)
