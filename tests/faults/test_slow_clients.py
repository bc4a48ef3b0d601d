"""Clients that read slowly, or not at all: they cost one state, get the latest, and are dropped when they are dead."""

import socket
import time
from pathlib import Path

import pytest

from tests.faults.stories import check_same_as_fresh, everyone, stop_all
from tests.servers import vote, withdraw
from tests.wire import Actor, Watcher, patience, play, until

DROPPED_WITHIN = 45.0

pytestmark = pytest.mark.once


def deaf(web, room, seat) -> socket.socket:
    """A client that asks for its stream and then never reads."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.connect(("127.0.0.1", web.port))
    request = f"GET /w/{room['public_id']}/stream/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {seat['cookie']}\r\n\r\n"
    link.sendall(request.encode())
    return link


def held(web) -> int:
    """How many connections the process has open."""
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    port = f":{web.port:04X}"
    return sum(line.split()[1].endswith(port) and line.split()[3] == "01" for line in table)


def test_a_client_that_never_reads_costs_little_and_is_dropped(postgres_site):
    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 150)
        actors = [Actor(web.port, seat["cookie"]) for seat in room["seats"][:8]]
        watchers = await everyone(web, {**room, "seats": room["seats"][:20]})

        async def votes(at):
            actor = actors[at % 8]
            if at % 16 < 8:
                assert await vote(actor, room, 1) == 200
            else:
                assert await withdraw(actor, room) < 300

        for at in range(640):  # what a process sets up for its first pushes is nobody's in particular
            await votes(at)
        before, most = web.memory(), 0
        links = [deaf(web, room, seat) for seat in room["seats"][100:110]]
        began = time.monotonic()
        dropped_after = None
        at = 0
        while time.monotonic() - began < 2 * DROPPED_WITHIN:
            at += 1
            await votes(at)
            most = max(most, web.memory() - before)
            if at % 20 == 0 and held(web) <= len(actors) + len(watchers):
                dropped_after = time.monotonic() - began
                break
        assert dropped_after is not None, f"still {held(web)} connections"
        assert dropped_after <= DROPPED_WITHIN * patience()
        # a queue would have grown with every push; one state each, the server's own buffers included, does not
        assert most / len(links) < 400_000, most
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: all(watcher.version == version for watcher in watchers), 3, "the others are up to date")
        for link in links:
            link.close()
        await stop_all(watchers)

    play(story())


def test_a_client_that_wakes_up_gets_the_latest_state_and_not_the_past(postgres_site):
    async def story():
        web = postgres_site.web()
        (room,) = postgres_site.rooms(1, 200)
        actor = Actor(web.port, room["seats"][0]["cookie"])
        watchers = await everyone(web, {**room, "seats": room["seats"][:2]})
        slow = Watcher(web.port, f"/w/{room['public_id']}/stream/", room["seats"][1]["cookie"]).start()
        await until(lambda: slow.version)
        slow.writer.transport.pause_reading()
        for at in range(150):
            await (withdraw(actor, room) if at % 2 else vote(actor, room, 1))
        version = postgres_site.facts(room["id"])["version"]
        await until(lambda: watchers[0].version == version, 5)
        slow.writer.transport.resume_reading()
        await until(lambda: slow.version == version, 5, "the slow one is up to date")
        await check_same_as_fresh(web, {**room, "seats": [room["seats"][1]]}, [slow])
        await stop_all([*watchers, slow])

    play(story())
