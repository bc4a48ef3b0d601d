"""Before the reveal nothing that reaches anyone depends on somebody else's score, confidence or reason.

`TWIN_SCHEDULES` sets how many random schedules are run in twin worlds (9 unless told; a full
run takes 1,000, and others on the second database).
"""

import logging
import os
from dataclasses import replace

import pytest
from django.db import connection

from decisions.base.errors import Conflict
from tests.workshops import twins
from workshops import actions, board, fragments
from workshops.board import load
from workshops.live import bus
from workshops.models import Ballot, Round, Workshop

pytestmark = pytest.mark.django_db
SCHEDULES = int(os.environ.get("TWIN_SCHEDULES", "9"))
PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_twin_worlds_look_the_same_to_everybody(part):
    differed = revealed = 0
    first = 10_000 if connection.vendor == "postgresql" and SCHEDULES >= 30 else 0
    for seed in range(first + part, first + SCHEDULES, PARTS):
        one, two, ballots = twins.twins(twins.schedule(seed))
        assert one.happened == two.happened, f"schedule {seed}: what is possible depends on hidden values"
        assert not (found := twins.difference(one, two)), f"schedule {seed}: {found}"
        differed += ballots
        revealed += sum(act[0] == "reveal" and ok for act, ok in zip(one.plan.acts, one.happened, strict=True))
    assert differed > SCHEDULES / PARTS, "too few ballots differed: this would prove little"
    assert revealed > SCHEDULES / PARTS / 8, "and some rounds must have been revealed on the way"


def votes_on_an_open_round(**more) -> twins.Schedule:
    """A room with a revealed round behind it and ballots cast, changed and taken back in an open one."""
    acts = (
        ("phase", "precheck"),
        ("phase", "scoring"),
        ("open", "audit_trust"),
        ("cast", "voter0", "audit_trust", 0.1),
        ("cast", "voter1", "audit_trust", 0.1),
        ("reveal", "audit_trust"),
        ("settle", "audit_trust"),
        ("open", "knowledge_churn"),
        ("cast", "voter0", "knowledge_churn", 0.1),
        ("cast", "voter1", "knowledge_churn", 0.1),
        ("cast", "voter2", "knowledge_churn", 0.1),
        ("cast", "voter1", "knowledge_churn", 0.1),
        ("withdraw", "voter2", "knowledge_churn"),
        ("cast", "voter2", "knowledge_churn", 0.1),
        ("nudge",),
        ("remind",),
    )
    base = twins.Schedule(4711, "names", False, ("voter0", "voter1", "voter2"), "voter0", acts, frozenset())
    return replace(base, **more)


@pytest.mark.parametrize(
    "shown", ["names", *(pytest.param(shown, marks=pytest.mark.once) for shown in ("roles", "counts"))]
)
def test_every_address_is_the_same_to_everybody_in_both_worlds(shown):
    one, two, ballots = twins.twins(votes_on_an_open_round(shown=shown), full=True)
    assert ballots >= 3
    assert all(one.happened)
    assert not (found := twins.difference(one, two)), found
    asked = [what for what, _answer in one.received if " gets " in what]
    assert len(asked) > 60
    assert {what.split()[1] for what in asked} >= {"voter0", "felix", "otto", "mina", "olga", "xaver", "stranger"}
    (_mail, letters) = one.received[-1]
    assert letters, "somebody was reminded"
    assert sum("/invitations/" in what for what in asked) >= 3


def test_what_was_scored_ahead_is_the_same_to_everybody_at_every_address():
    casts = tuple(("cast", who, one, 0.1) for who in ("voter0", "voter1") for one in twins.CRITERIA)
    plan = votes_on_an_open_round(acts=(("ahead",), *casts, ("remind",), ("start",)), voters=("voter0", "voter1"))
    one, two, ballots = twins.twins(plan, full=True)
    assert ballots == 5
    (_mail, letters) = one.received[-1]
    assert [to for to, _subject, _body in letters] == [["absent@example.org"]], "voter1 has voted on everything"
    assert not (found := twins.difference(one, two)), found


def test_after_the_reveal_the_same_schedule_does_look_different():
    """The worlds are not the same by accident: once revealed, what differed is seen."""
    plan = votes_on_an_open_round()
    plan = replace(plan, acts=(*plan.acts, ("reveal", "knowledge_churn")))
    one = twins.World(plan, lambda step, who: twins.value(plan.seed, "one", step, who)).run()
    two = twins.World(plan, lambda step, who: twins.value(plan.seed, "two", step, who)).run()
    assert twins.difference(one, two)


# --- leaks built in on purpose: each must be found


def open_scores(workshop_id):
    return list(
        Ballot.objects.filter(round__workshop=workshop_id, round__state="open").values_list(
            "seat_id", "score", "reason"
        )
    )


def leak_agreement(monkeypatch):
    """The progress line tells how far the open ballots are apart."""
    true = load._round

    def leaking(one, *rest):
        view = true(one, *rest)
        scores = [score for _seat, score, _reason in open_scores(one.workshop_id)]
        return replace(view, words=f"{max(scores) - min(scores)} apart") if scores and view.is_open else view

    monkeypatch.setattr(load, "_round", leaking)


def leak_order(monkeypatch):
    """Who has voted is listed by score."""
    true = board.shared_board

    def leaking(workshop_id, **more):
        shared = true(workshop_id, **more)
        scores = {seat: score for seat, score, _reason in open_scores(workshop_id)}
        return replace(shared, seats=tuple(sorted(shared.seats, key=lambda seat: scores.get(seat.id, -9))))

    monkeypatch.setattr(board, "shared_board", leaking)
    monkeypatch.setattr(twins, "shared_board", leaking)


def leak_log(monkeypatch):
    """A log line says what was voted."""
    true = actions.cast_ballot

    def leaking(**more):
        true(**more)
        logging.getLogger("workshops").debug("ballot cast: %s", more["score"])

    monkeypatch.setattr(actions, "cast_ballot", leaking)


def leak_version(monkeypatch):
    """Changing one's mind raises the version, but only when the score is another."""
    true = actions.cast_ballot

    def leaking(**more):
        before = {seat: score for seat, score, _reason in open_scores(more["workshop_id"])}
        true(**more)
        if before.get(more["by"].pk, more["score"]) != more["score"]:
            room = Workshop.objects.get(pk=more["workshop_id"])
            room.version += 1
            room.save()

    monkeypatch.setattr(actions, "cast_ballot", leaking)


def leak_refusal(monkeypatch):
    """A vote that agrees with all the others is refused."""
    true = actions.cast_ballot

    def leaking(**more):
        if {score for _seat, score, _reason in open_scores(more["workshop_id"])} == {more["score"]}:
            raise Conflict("nothing to talk about")
        true(**more)

    monkeypatch.setattr(actions, "cast_ballot", leaking)


def leak_length(monkeypatch):
    """A page is longer by the reasons' length."""
    from django.http import HttpResponse

    true = HttpResponse.make_bytes

    def leaking(self, value):
        total = sum(len(reason) for (reason,) in Ballot.objects.filter(round__state="open").values_list("reason"))
        return true(self, value) + b" " * total

    monkeypatch.setattr(HttpResponse, "make_bytes", leaking)


def leak_etag(monkeypatch):
    """A header holds a hash over the ballots."""
    from django.core.handlers.base import BaseHandler

    true = BaseHandler.get_response

    def leaking(self, request):
        response = true(self, request)
        response["ETag"] = str(hash(tuple(Ballot.objects.values_list("score", flat=True))))
        return response

    monkeypatch.setattr(BaseHandler, "get_response", leaking)


def leak_signal(monkeypatch):
    """What goes over the bus to other processes says what was voted."""
    true = bus.written

    def leaking(workshop_id, version, vote):
        scores = {seat: score for seat, score, _reason in open_scores(workshop_id)}
        return f"{true(workshop_id, version, vote)}:{scores.get(vote.seat_id, '') if vote else ''}"

    monkeypatch.setattr(bus, "written", leaking)


def leak_pushed_piece(monkeypatch):
    """A piece that is pushed with a vote, and is on no page, tells how the votes stand."""
    true = fragments.LoadedBoard.after

    def leaking(self, version, votes):
        found = true(self, version, votes)
        total = sum(score for _seat, score, _reason in open_scores(self.board.workshop.id))
        return found and {**found, "screen": {**found["screen"], "counted": f"<p id=counted>{total}</p>"}}

    monkeypatch.setattr(fragments.LoadedBoard, "after", leaking)


LEAKS = [
    leak_agreement,
    leak_order,
    leak_log,
    leak_version,
    leak_refusal,
    leak_length,
    leak_etag,
    leak_signal,
    leak_pushed_piece,
]


@pytest.mark.once
@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_built_in_on_purpose_is_found(leak, monkeypatch):
    leak(monkeypatch)
    for seed in range(60):
        one, two, _ballots = twins.twins(twins.schedule(seed))
        if one.happened != two.happened or twins.difference(one, two):
            return
    pytest.fail("the twins did not notice")


def test_no_open_ballots_value_is_even_loaded_for_a_board(django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.rooms import scoring

    r = scoring()
    opened = r.open()
    r.vote("ines", opened, -2, "sure", "unread")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        board.shared_board(r.id, with_minutes=True)
    assert Round.objects.get(pk=opened.pk).state == "open"
    reading = [query["sql"] for query in queries if "workshops_ballot" in query["sql"]]
    for sql in reading:
        columns = sql.split(" FROM ")[0]
        values = any(f'"{column}"' in columns for column in ("score", "confidence", "reason"))
        assert not values or "revealed" in sql, "values are read of revealed rounds only"
