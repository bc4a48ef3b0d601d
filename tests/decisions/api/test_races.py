"""Eight pipelines at once on PostgreSQL: no fork, no lost entry, and one entry for one key."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection

from decisions.ledger import append as ledger
from decisions.models import Configuration, LogHead
from decisions.trail.entry import read
from tests.decisions.api.calls import ENTRY, Pipeline
from tests.people import cast, decision

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TRIALS = int(os.environ.get("RACE_TRIALS", "80"))  # a long run holds 500
WRITERS = 8
EACH = TRIALS // WRITERS


@pytest.fixture
def pipelines(settings):
    settings.API_RATE_PER_MINUTE = 10**9
    cache.clear()
    world = cast()
    for _number in range(2):
        decision(world.team)
    return [Pipeline(world.team, world.olga) for _writer in range(WRITERS)]


def at_once(acts):
    barrier = threading.Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_eight_writers_make_no_fork_and_lose_nothing(pipelines):
    """Two decisions of one team, one log, and every writer appends many times."""

    def writer(place, pipeline):
        number = place % 2 + 1
        body = {key: value for key, value in ENTRY.items() if key != "live_from"}
        return [
            pipeline.post(f"/decisions/{number}/entries", {**body, "reason": f"Writer {place}, {turn}"})
            for turn in range(EACH)
        ]

    written = at_once([lambda p=place, q=one: writer(p, q) for place, one in enumerate(pipelines)])
    answers = [answer for one in written for answer in one]
    assert {answer.status_code for answer in answers} == {201}
    entries = [answer.json() for answer in answers]
    assert sorted(entry["sequence"] for entry in entries) == list(range(1, WRITERS * EACH + 1))
    assert ledger.verify(LogHead.objects.get()).exit_code == 0
    # each entry names the one that was in force when it was written: the one before it in its decision
    for number in (1, 2):
        before = None
        for row in Configuration.objects.filter(decision__number=number).select_related("entry").order_by("sequence"):
            entry = read(row.entry)
            assert entry.previous == (before.id if before else "")
            before = entry


def test_one_key_sent_eight_times_at_once_is_one_entry(pipelines):
    pipeline = pipelines[0]
    for turn in range(TRIALS // 4):
        key = {"Idempotency-Key": f"build-{turn}"}
        answers = at_once([lambda headers=key: pipeline.post("/decisions/1/entries", ENTRY, headers)] * WRITERS)
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
    assert Configuration.objects.count() == TRIALS // 4
    assert json.loads(answers[0].content)["sequence"] == TRIALS // 4
