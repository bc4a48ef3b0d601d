"""The database goes away under votes and comes back: nothing is lost, nobody sees a 500, the rooms find their way."""

import asyncio
import sqlite3
import time

import pytest

from tests.faults.stories import Voters, check_same_as_fresh, everyone, stop_all, vote_once
from tests.servers import vote
from tests.wire import Actor, patience, play, until

pytestmark = pytest.mark.once


def test_an_immediate_stop_and_start_under_votes(postgres, postgres_site):
    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 10)
        watchers = await everyone(web, room)
        voters = Voters(web, room).start()
        for _ in range(3):
            await asyncio.sleep(0.7)
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(1.0)
            await asyncio.to_thread(postgres.start)
            began = time.monotonic()
            count = len(voters.statuses)
            await until(lambda count=count: 200 in voters.statuses[count:], 10, "votes are taken again")
            assert time.monotonic() - began <= 10 * patience()
        await asyncio.sleep(0.5)
        await voters.stop()
        assert 503 in voters.statuses
        assert not [status for status in voters.statuses if status not in {200, 503}]
        assert all(int(seconds) >= 1 for seconds in voters.retry_after)
        voters.check_nothing_lost(postgres_site)
        # the rooms are right again without anybody's doing
        async with asyncio.timeout(30):
            await vote_again(web, room, watchers)
        await check_same_as_fresh(web, room, watchers)
        assert all(watcher.connected for watcher in watchers)
        await stop_all(watchers)

    async def vote_again(web, room, watchers):
        await (actor := Actor(web.port, room["seats"][0]["cookie"])).ask(
            "POST", f"/w/{room['public_id']}/rounds/{room['round']}/withdraw/"
        )
        actor.close()
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 10, "the last version")

    play(story())


def test_a_stream_that_is_asked_for_while_the_database_is_away(postgres, postgres_site):
    """It is told to come back, and then gets the whole state."""

    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 1)
        await asyncio.to_thread(postgres.stop)
        actor = Actor(web.port, room["seats"][0]["cookie"])
        answer = await actor.ask("GET", f"/w/{room['public_id']}/stream/")
        page = await actor.ask("GET", f"/w/{room['public_id']}/")
        health = await actor.ask("GET", "/healthz")
        await asyncio.to_thread(postgres.start)
        assert {answer.status, page.status, health.status} == {503}
        assert all(int(one.headers["retry-after"]) >= 1 for one in (answer, page, health))
        watchers = await everyone(web, room)
        await check_same_as_fresh(web, room, watchers)
        await stop_all(watchers)

    play(story())


def test_a_votes_change_made_while_the_database_restarts_reaches_the_other_process(postgres, postgres_site):
    """What was notified while nobody listened is found by comparing versions."""

    async def story():
        first, second = postgres_site.web(), postgres_site.web()
        (room,) = postgres_site.rooms(1, 4)
        watchers = await everyone(second, room)
        await asyncio.to_thread(postgres.stop, "fast")
        await asyncio.to_thread(postgres.start)
        actor = Actor(first.port, room["seats"][2]["cookie"])
        async with asyncio.timeout(30):
            while await vote(actor, room, 2) >= 300:
                await asyncio.sleep(0.05)
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 5, "the vote")
        await check_same_as_fresh(second, room, watchers)
        await stop_all(watchers)

    play(story())


def test_a_locked_sqlite_file_makes_votes_wait_and_none_fail(sqlite_site):
    async def story():
        web = sqlite_site.web()
        (room,) = sqlite_site.rooms(1, 5)
        watchers = await everyone(web, room)
        lock = sqlite3.connect(sqlite_site.home / "site.sqlite3", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        votes = [asyncio.create_task(vote_once(web, room, at)) for at in range(5)]
        await asyncio.sleep(4)
        assert not any(one.done() for one in votes)
        lock.execute("COMMIT")
        lock.close()
        await asyncio.gather(*votes)
        assert time.monotonic() - began >= 4
        version = sqlite_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 5, "all votes")
        assert "locked" not in web.log.read_text()
        await stop_all(watchers)

    play(story())
