"""The web process dies, or is asked to stop: no acknowledged vote is lost, and everybody is back soon."""

import asyncio
import os
import random
import time

import pytest

from tests.faults.stories import Voters, check_same_as_fresh, everyone, stop_all, vote_once
from tests.servers import watch
from tests.wire import Actor, patience, play, until

KILLS = int(os.environ.get("FAULT_KILLS", "6"))

pytestmark = pytest.mark.once


def test_killed_again_and_again_under_votes(postgres_site):
    """SIGKILL at any moment: what was acknowledged is stored, and the process is ready again within 5 s."""

    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 12)
        watchers = await everyone(web, room)
        voters = Voters(web, room).start()
        ready = []
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.3, 1.0))
            web.kill()
            began = time.monotonic()
            await asyncio.to_thread(web.start)
            ready.append(time.monotonic() - began)
        await asyncio.sleep(1)
        await voters.stop()
        voters.check_nothing_lost(postgres_site)
        assert len(voters.statuses) > 5 * KILLS
        assert max(ready) < 5 * patience(), ready
        assert 500 not in voters.statuses
        await until(lambda: all(watcher.connected for watcher in watchers), 10, "everyone is back")
        await check_same_as_fresh(web, room, watchers)
        await stop_all(watchers)

    play(story())


def test_killed_on_sqlite_too(sqlite_site):
    async def story():
        web = sqlite_site.web()
        (room,) = sqlite_site.rooms(1, 6)
        voters = Voters(web, room).start()
        for _ in range(2):
            await asyncio.sleep(0.7)
            web.kill()
            await asyncio.to_thread(web.start)
        await asyncio.sleep(0.5)
        await voters.stop()
        voters.check_nothing_lost(sqlite_site)

    play(story())


def test_asked_to_stop_with_open_streams_it_stops_within_a_second(postgres_site):
    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 60)
        watchers = await everyone(web, room, reconnect=False)
        took = await asyncio.to_thread(web.terminate)
        assert took <= 1.0 * patience(), f"{took:.2f} s"
        await until(lambda: all(watcher.task.done() for watcher in watchers), 2, "all streams have ended")

    play(story())


def test_a_restart_under_two_hundred_streams(postgres_site):
    """Exit within 5 s; everybody is back within 10 s of that, not all at once, with the whole state."""

    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 200)
        watchers = await everyone(web, room)
        took = await asyncio.to_thread(web.terminate)
        assert took <= 5 * patience()
        for watcher in watchers:
            watcher.forget()
        began = time.monotonic()
        await asyncio.to_thread(web.start)
        await until(lambda: all("ballot" in watcher.fragments for watcher in watchers), 10, "all are back")
        assert time.monotonic() - began <= 10 * patience()
        await vote_once(web, room, 7)
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 3, "the vote")
        await check_same_as_fresh(web, room, watchers)
        await stop_all(watchers)

    play(story())


def test_streams_hold_no_threads_and_no_database_connections(postgres_site):
    async def story():
        web = postgres_site.web()
        few, many = postgres_site.rooms(2, 150)
        watchers = [watch(web, few, seat) for seat in few["seats"][:3]]
        await until(lambda: all(watcher.version for watcher in watchers))
        for at in range(3):
            await vote_once(web, few, at)

        def connections():
            with postgres_site.connect() as link:
                statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                return link.execute(statement).fetchone()[0] - 1

        # admission uses two threads, however many come
        await everyone(web, few)
        threads, links = web.threads(), connections()
        watchers += await everyone(web, many)
        assert web.threads() <= threads + 1
        assert connections() <= links + 1
        await stop_all(watchers)

    play(story())


def test_a_closed_stream_is_forgotten(postgres_site):
    """Browsers that go leave nothing behind in the process."""

    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 100)
        sizes = []
        for _ in range(4):
            watchers = await everyone(web, room)
            await stop_all(watchers)
            await asyncio.sleep(0.5)
            sizes.append(web.memory())
        assert sizes[-1] - sizes[1] < 2_000_000, sizes

    play(story())


def test_a_removed_person_hears_nothing_more_and_does_not_come_back(postgres_site):
    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 3)
        watchers = await everyone(web, room)
        felix = Actor(web.port, room["facilitator"]["cookie"])
        gone = watchers[0]
        path = f"/w/{room['public_id']}/seats/{room['seats'][0]['id']}/remove/"
        assert (await felix.ask("POST", path)).status < 400
        await until(lambda: not gone.connected and gone.status == 404, 5, "the removed stream ends")
        before = dict(gone.fragments)
        await vote_once(web, room, 1)
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: watchers[1].version == version, 3, "the others hear the vote")
        assert gone.fragments == before
        assert gone.version < version
        stranger = Actor(web.port, room["seats"][0]["cookie"])
        nobody = Actor(web.port)
        other = room["public_id"][:-1] + ("0" if room["public_id"][-1] != "0" else "1")
        answers = [
            await stranger.ask("GET", f"/w/{room['public_id']}/stream/"),
            await nobody.ask("GET", f"/w/{room['public_id']}/stream/"),
            await nobody.ask("GET", f"/w/{other}/stream/"),
        ]
        seen = {(answer.status, answer.body, tuple(sorted(answer.headers.keys() - {"date"}))) for answer in answers}
        assert len(seen) == 1
        assert answers[0].status == 404
        await stop_all(watchers)

    play(story())
