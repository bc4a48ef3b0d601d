"""Two web processes are one room: a vote taken by one is on the screens of the other."""

import asyncio

import pytest

from tests.faults.stories import check_same_as_fresh, everyone, stop_all, vote_once
from tests.servers import Site
from tests.wire import play, until

pytestmark = pytest.mark.once


async def one_room(site: Site, first, second) -> None:
    """Everyone watches both processes; votes alternate between them; all end with the same right state."""
    (room,) = site.rooms(1, 6)
    watchers = [await everyone(first, room), await everyone(second, room)]
    for at in range(6):
        await vote_once((first, second)[at % 2], room, at)
    version = site.facts(room["id"])["version"]
    flat = [watcher for group in watchers for watcher in group]
    await until(lambda: all(watcher.version == version for watcher in flat), 3, "the last version everywhere")
    await check_same_as_fresh(first, room, watchers[0])
    await check_same_as_fresh(second, room, watchers[1])
    assert watchers[0][0].fragments["people"] == watchers[1][5].fragments["people"]
    await stop_all(flat)


def test_on_one_postgresql(postgres_site):
    play(one_room(postgres_site, postgres_site.web(), postgres_site.web()))


def test_on_postgresql_with_redis(redis_site):
    play(one_room(redis_site, redis_site.web(), redis_site.web()))


def test_on_one_sqlite_file(sqlite_site):
    play(one_room(sqlite_site, sqlite_site.web(), sqlite_site.web()))


def test_a_management_command_is_heard_too(postgres_site):
    """A process that serves no streams can change a room as well."""

    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 2)
        watchers = await everyone(web, room)
        change = "from workshops import actions; from workshops.models import Seat; "
        change += (
            f"seat = Seat.objects.get(pk={room['seats'][0]['id']}); actions.cast_ballot(workshop_id={room['id']}, "
        )
        change += f"round_id={room['round']}, score=1, confidence='sure', reason='', by=seat)"
        await asyncio.to_thread(postgres_site.manage, "shell", "-v0", "-c", change)
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 2, "the vote")
        await stop_all(watchers)

    play(story())


def test_a_listener_that_is_cut_off_misses_nothing(postgres, postgres_site):
    """The database ends all LISTEN connections while votes go on."""

    async def story():
        first, second = postgres_site.web(), postgres_site.web()
        (room,) = postgres_site.rooms(1, 8)
        watchers = await everyone(second, room)
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        cut += "AND datname = current_database() AND (query LIKE 'LISTEN%' OR query LIKE 'SELECT pg_notify%')"
        cut_off = 0
        for at in range(8):
            voting = asyncio.create_task(vote_once(first, room, at))
            if at % 2 == 0:
                with postgres_site.connect() as link:
                    cut_off += link.execute(cut).fetchone()[0]
            await voting
        assert cut_off >= 2, "nobody was cut off"
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 6, "the last version")
        await check_same_as_fresh(second, room, watchers)
        await stop_all(watchers)

    play(story())


def test_a_bus_that_carries_nothing_leaves_rooms_five_seconds_behind_at_most(redis_site, redis_server):
    """Redis is gone: votes are taken all the same, and the other process finds out by itself."""

    async def story():
        first, second = redis_site.web(), redis_site.web()
        (room,) = redis_site.rooms(1, 4)
        watchers = await everyone(second, room)
        redis_server.stop()
        for at in range(4):
            await vote_once(first, room, at)
        version = redis_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 5, "the last version")
        redis_server.start()
        await stop_all(watchers)

    play(story())
