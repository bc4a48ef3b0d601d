"""The single measurements: reveal, reconnect, memory, throughput, stopping, and the queries of a page."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.benchmarks.load import median, percentile
from tests.servers import Site, Web, free_port, vote, watch, withdraw
from tests.wire import Actor, Watcher, until

if TYPE_CHECKING:
    from tests.benchmarks.live import Bench


async def extras(bench: "Bench", wanted: Callable[[str], bool]) -> None:
    """Run those that are asked for."""
    for name, measure in MEASURES.items():
        if wanted(name):
            print(f"\n{name}", flush=True)
            await measure(bench)


async def streams(web: Web, room: dict, **more) -> list[Watcher]:
    watchers = [watch(web, room, seat, **more) for seat in room["seats"]]
    await until(lambda: all("stage" in watcher.fragments for watcher in watchers), 60, "all streams")
    return watchers


async def stop(watchers: list[Watcher]) -> None:
    for watcher in watchers:
        await watcher.stop()


async def reveal(bench: "Bench") -> None:
    """In a room of 200, from the press on Reveal until every screen shows the results and its own ballot."""
    site = bench.site()
    (room,) = site.rooms(1, 200)
    web = site.web()
    watchers = await streams(web, room)
    actors = [Actor(web.port, seat["cookie"]) for seat in room["seats"]]
    for actor in actors:
        assert await vote(actor, room, 1) == 200
        actor.close()
    await asyncio.sleep(1)
    before = [(watcher.fragments["stage"], watcher.fragments["ballot"]) for watcher in watchers]
    felix = Actor(web.port, room["facilitator"]["cookie"])
    path = f"/w/{room['public_id']}/rounds/{room['round']}/reveal/"
    began = time.perf_counter()
    answer = await felix.ask("POST", path, {"stage": room["stage"], "anyway": "1"})
    assert answer.status < 400, answer.status
    await until(
        lambda: all(
            watcher.fragments["stage"] != stage and watcher.fragments["ballot"] != ballot
            for watcher, (stage, ballot) in zip(watchers, before, strict=True)
        ),
        10,
        "the results everywhere",
    )
    took = max(watcher.last_event for watcher in watchers) - began
    size = len(watchers[0].fragments["stage"]) + len(watchers[0].fragments["ballot"])
    await stop(watchers)
    site.close()

    floor = bench.floor(size)
    web = floor.web()
    watchers = [Watcher(web.port, "/stream/0", "").start() for _ in range(200)]
    await until(lambda: all(watcher.connected for watcher in watchers), 30)
    pushes = []
    for _ in range(10):
        await asyncio.sleep(0.3)
        began = time.perf_counter()
        version = int((await Actor(web.port).ask("POST", "/vote/0", {"a": 1})).body)
        await until(lambda version=version: all(watcher.version >= version for watcher in watchers), 5)
        pushes.append(max(watcher.last_event for watcher in watchers) - began)
    await stop(watchers)
    floor.close()
    print(
        f"everyone has the results after {took * 1000:.0f} ms; the floor's push of as many bytes: {median(pushes) * 1000:.1f} ms"
    )
    bench.goals.at_most("reveal in a room of 200", took, 1, " s")
    bench.goals.at_most("reveal in a room of 200, against the floor's push", took / median(pushes), 20, "x floor")


async def reconnect(bench: "Bench") -> None:
    """From opening a connection to having the whole present state, in a room of 60 where others watch."""

    async def times(port: int, path: str, cookies: str, ready: Callable[[Watcher], bool]) -> list[float]:
        taken = []
        for _ in range(100):
            watcher = Watcher(port, path, cookies, reconnect=False)
            began = time.perf_counter()
            watcher.start()
            while not ready(watcher):
                await asyncio.sleep(0.0002)
            taken.append((watcher.last_event - began) * 1000)
            await watcher.stop()
            await asyncio.sleep(0.01)
        return taken

    site = bench.site()
    (room,) = site.rooms(1, 60)
    web = site.web()
    watchers = await streams(web, room)
    path = f"/w/{room['public_id']}/stream/?view=room"
    names = set(watchers[0].fragments)
    size = sum(len(html) for html in watchers[0].fragments.values())
    cookies = room["seats"][0]["cookie"]
    await times(web.port, path, cookies, lambda watcher: names <= watcher.fragments.keys())
    ours = await times(web.port, path, cookies, lambda watcher: names <= watcher.fragments.keys())
    await stop(watchers)
    site.close()
    floor = bench.floor(size)
    web = floor.web()
    await times(web.port, "/stream/0", "", lambda watcher: bool(watcher.bytes))
    bare = await times(web.port, "/stream/0", "", lambda watcher: bool(watcher.bytes))
    floor.close()
    ratio = median(ours) / median(bare)
    print(
        f"whole state after {median(ours):.2f} ms (p99 {percentile(ours, 99):.2f}); floor {median(bare):.2f} ms; "
        f"{ratio:.2f}x; {size} bytes"
    )
    bench.goals.at_most("reconnect to the whole state", ratio, 4.5, "x floor")


async def memory(bench: "Bench") -> None:
    """What 1,000 streams hold: memory, threads, database connections."""
    site = bench.site()
    (room,) = site.rooms(1, 200)
    web = site.web()

    def connections() -> int:
        with site.connect() as link:
            statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            return link.execute(statement).fetchone()[0] - 1

    # whatever the process needs once, it should have before: threads, templates, connections
    for _ in range(2):
        await stop(await streams(web, room))
    await asyncio.sleep(1)
    before, threads, links = web.memory(), web.threads(), connections()
    held = []
    for _ in range(5):
        held += [watch(web, room, seat) for seat in room["seats"]]
        await until(lambda: all(watcher.version for watcher in held), 60)  # noqa: B023 - awaited at once
    await asyncio.sleep(1)
    each = (web.memory() - before) / len(held) / 1024
    more_threads, more_links = web.threads() - threads, connections() - links
    await stop(held)
    await asyncio.sleep(1)
    left = (web.memory() - before) / 1024 / 1024
    site.close()
    print(
        f"{each:.1f} KB a stream; {threads} threads before, {more_threads:+d} with 1,000 streams; database connections {more_links:+d}"
    )
    print(f"after they have gone, {left:+.1f} MB")
    bench.goals.at_most("memory a stream", each, 16, " KB")
    bench.goals.at_most("threads that 1,000 streams add", more_threads, 0)
    bench.goals.at_most("database connections that 1,000 streams add", more_links, 0)


async def throughput(bench: "Bench") -> None:
    """Votes acknowledged a second by clients that never pause, against the same views under a plain WSGI server."""

    async def flat_out(port: int, rooms: list[dict], seconds: float) -> float:
        counted = 0
        end = time.perf_counter() + seconds

        async def one(room: dict, seat: dict) -> None:
            nonlocal counted
            actor = Actor(port, seat["cookie"])
            turn = 0
            while time.perf_counter() < end:
                turn += 1
                status = await (vote(actor, room, 1) if turn % 2 else withdraw(actor, room))
                assert status < 300, status
                counted += 1
            actor.close()

        await asyncio.gather(*(one(room, seat) for room in rooms for seat in room["seats"]))
        return counted / seconds

    seconds = min(8.0, bench.arguments.seconds)
    figures: dict[str, list[float]] = {"product": [], "plain": []}
    for _ in range(3):
        site = bench.site()
        rooms = site.rooms(16, 1)
        web = site.web()
        await flat_out(web.port, rooms, 2)
        figures["product"].append(await flat_out(web.port, rooms, seconds))
        site.close()
        site = bench.site()
        rooms = site.rooms(16, 1)
        plain = PlainWeb(site)
        await flat_out(plain.port, rooms, 2)
        figures["plain"].append(await flat_out(plain.port, rooms, seconds))
        plain.stop()
        site.close()
    ours, theirs = median(figures["product"]), median(figures["plain"])
    print(f"{ours:.0f} votes a second; plain WSGI {theirs:.0f}; {ours / theirs:.2f}")
    bench.goals.at_least("votes a second, against a plain WSGI server", ours / theirs, 0.75, "x")


class PlainWeb(Web):
    """The views under the plain WSGI server."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, free_port())

    def start(self) -> None:
        self.command = [self.command[0], "-m", "tests.benchmarks.plain_wsgi", str(self.port), "8"]
        super().start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


async def stopping(bench: "Bench") -> None:
    """SIGTERM with 200 open streams."""
    taken = []
    for _ in range(3):
        site = bench.site()
        (room,) = site.rooms(1, 200)
        web = site.web()
        watchers = await streams(web, room, reconnect=False)
        taken.append(await asyncio.to_thread(web.terminate))
        await stop(watchers)
        site.close()
    print(f"exit after {', '.join(f'{one:.2f}' for one in taken)} s")
    bench.goals.at_most("SIGTERM with 200 open streams", max(taken), 1, " s")


async def queries(bench: "Bench") -> None:
    """The room page's queries for 3 and for 200 participants."""
    counts = {}
    for people in (3, 200):
        site = bench.site()
        (room,) = site.rooms(1, people)
        code = (
            "from django.test import Client; from django.db import connection; "
            "from django.test.utils import CaptureQueriesContext; "
            f"c = Client(HTTP_COOKIE={room['seats'][0]['cookie']!r}); c.get('/w/{room['public_id']}/'); "
            "q = CaptureQueriesContext(connection); q.__enter__(); "
            f"r = c.get('/w/{room['public_id']}/', HTTP_HOST='localhost'); q.__exit__(None, None, None); "
            "print('queries', r.status_code, len(q))"
        )
        found = re.search(r"queries 200 (\d+)", site.manage("shell", "-v0", "-c", code))
        assert found
        counts[people] = int(found[1])
        site.close()
    print(f"3 people: {counts[3]}; 200 people: {counts[200]}")
    same = counts[3] == counts[200]
    bench.goals.holds("queries of a room page, 3 and 200 people", "the same", f"{counts[3]} and {counts[200]}", same)


MEASURES = {
    "reveal": reveal,
    "reconnect": reconnect,
    "memory": memory,
    "throughput": throughput,
    "stop": stopping,
    "queries": queries,
}
