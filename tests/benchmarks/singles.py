"""The single measurements: moments at which the whole room is drawn, and what streams and pages hold."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tests.benchmarks.contestants import Contestant, Product, open_all
from tests.benchmarks.flat_out import pool, throughput
from tests.benchmarks.load import median, percentile
from tests.benchmarks.rows import Row
from tests.benchmarks.screens import Screen
from tests.wire import Actor, until

if TYPE_CHECKING:
    from tests.benchmarks.live import Bench

SINGLE_LIMIT = 100.0
FULL = Row("a room of 200", 1, 200, 0)


async def in_each_checkout(bench: "Bench", measure: Callable[[Product], Awaitable[dict[str, float]]], row: Row = FULL):
    """The figures of this product and of each other checkout, printed; the time that each took."""
    found = {}
    for name in bench.checkouts:
        product = bench.product(name)
        try:
            async with asyncio.timeout(SINGLE_LIMIT):
                await product.open(row)
                found[name] = await measure(product)
        except (AssertionError, TimeoutError, OSError) as error:
            print(f"{name:28}no figures: {type(error).__name__} {str(error)[-300:]}", flush=True)
            continue
        finally:
            await product.close()
        print(f"{name:28}" + ", ".join(f"{what} {value:.4g}" for what, value in found[name].items()), flush=True)
    return found


def hold(bench: "Bench", what: str, found: dict[str, dict[str, float]], key: str) -> None:
    """Not slower than any other checkout of this run."""
    ours = found.pop("this product", None)
    if ours is not None:
        bench.goals.not_slower(what, ours[key], {name: figures[key] for name, figures in found.items()})


async def floor_push(bench: "Bench", payload: float) -> float:
    """A push of so many bytes to 202 screens by the floor, in ms."""
    floor = bench.floor(payload)
    try:
        await floor.open(FULL)
        (screens,), taken = floor.screens, []
        for _ in range(10):
            await asyncio.sleep(0.2)
            began = time.perf_counter()
            version = int((await floor.actors[0][0].ask("POST", "/vote/0", {"a": 1})).body)
            await until(lambda version=version: all(screen.version >= version for screen in screens), 5)
            taken.append((max(screen.last_event for screen in screens) - began) * 1000)
        return median(taken)
    finally:
        await floor.close()


async def reveal(bench: "Bench") -> None:
    """In a full room of 200, from the press on Reveal until every screen has the results; ms and bytes a screen."""

    async def measure(product: Product) -> dict[str, float]:
        (room,), (screens,) = product.rooms, product.screens
        cast = await asyncio.gather(*(product.cast(actor, room, 0) for actor in product.actors[0]))
        assert all(ok for ok, _size in cast)
        await asyncio.sleep(1)
        before = screens[0].version
        for screen in screens:
            screen.forget()
        felix = Actor(product.webs[0].port, room["facilitator"]["cookie"])
        path = f"/w/{room['public_id']}/rounds/{room['round']}/reveal/"
        began = time.perf_counter()
        answer = await felix.ask("POST", path, {"stage": room["stage"], "anyway": "1"})
        assert answer.status < 400, answer.status
        answered = (time.perf_counter() - began) * 1000
        own = [screen for screen in screens if screen.audience == "participant"]
        await until(
            lambda: (
                all(screen.version > before for screen in screens)
                and all(any(b"ballot" in message for message in screen.kept[-3:]) for screen in own)
            ),
            10,
            "the results everywhere",
        )
        await asyncio.sleep(0.3)
        took = (max(screen.last_event for screen in screens) - began) * 1000
        bytes_of = {audience: [s.bytes for s in screens if s.audience == audience] for audience in AUDIENCES}
        sizes = {f"bytes a {audience}": median(list(map(float, sizes))) for audience, sizes in bytes_of.items()}
        return {"ms": took, "answered": answered, **sizes, "wrong": float(await product.wrong())}

    found = await in_each_checkout(bench, measure)
    if "this product" in found:
        ours = found["this product"]
        push = await floor_push(bench, ours["bytes a participant"])
        print(f"the floor's push of as many bytes to 202 screens: {push:.1f} ms")
        bench.goals.at_most("reveal in a room of 200", ours["ms"] / 1000, 1, " s")
        bench.goals.at_most("reveal in a room of 200, against the floor's push", ours["ms"] / push, 20, "x floor")
        bench.goals.at_most("reveal: wrong screens", ours["wrong"], 0)
    hold(bench, "reveal in a room of 200", found, "ms")


AUDIENCES = ("participant", "facilitator", "screen")


async def joins(bench: "Bench") -> None:
    """200 people join a room within ten seconds, each with a stream; until all who are there show the newcomer, in ms."""

    async def measure(product: Product) -> dict[str, float]:
        (room,), (screens,) = product.rooms, product.screens
        web = product.webs[0]
        cpu, began = web.cpu_seconds(), time.perf_counter() + 0.1
        answered: list[float] = []
        pressed: dict[str, float] = {}

        async def one(number: int) -> None:
            await asyncio.sleep(began + number / 20 - time.perf_counter())
            actor, name = Actor(web.port), f"Newcomer {number}"
            pressed[name] = time.perf_counter()
            answer = await actor.ask("POST", f"/j/{room['join_token']}/", {"name": name, "role": random.choice(ROLES)})
            actor.close()
            answered.append((time.perf_counter() - pressed[name]) * 1000)
            cookie = re.search(r"(seat-[^;]+)", answer.headers.get("set-cookie", ""))
            assert cookie, f"{answer.status} {answer.headers}"[:200]
            screens.append(Screen(web.port, f"/w/{room['public_id']}/stream/?view=room", cookie[1]))
            await screens[-1].start()

        await asyncio.gather(*(one(number) for number in range(200)))
        acts = product.site.facts(room["id"])["acts"]
        made = {who: version for version, (who, act) in enumerate(acts, 1) if act == "joined" and who in pressed}
        # whoever was sent away meanwhile comes back to a state whose parts carry the labels of their own last change
        await until(lambda: time.perf_counter() - max(screen.last_event for screen in screens) > 1, 30, "the last push")
        shown = []
        for name, version in made.items():
            there = [screen for screen in screens if screen.opened < pressed[name]]
            last = max(
                next((at for came, at in screen.arrivals if came >= version), screen.last_event) for screen in there
            )
            shown.append((last - pressed[name]) * 1000)
        return {
            "p50": percentile(shown, 50),
            "p99": percentile(shown, 99),
            "answered": percentile(answered, 50),
            "answered p99": percentile(answered, 99),
            "web CPU ms a join": (web.cpu_seconds() - cpu) * 1000 / len(made),
            "wrong": float(await product.wrong()),
        }

    found = await in_each_checkout(bench, measure, Row("two sit there", 1, 2, 0))
    if "this product" in found:
        bench.goals.at_most("joins of 200: wrong screens", found["this product"]["wrong"], 0)
    hold(bench, "joins of 200 within ten seconds, p50", dict(found), "p50")
    hold(bench, "joins of 200 within ten seconds, p99", dict(found), "p99")


ROLES = ("product", "security", "data", "engineering", "legal", "other")


async def restart(bench: "Bench") -> None:
    """All 202 screens of a room come back at once to a server that has just started: ms until state and own ballot."""

    async def measure(product: Product) -> dict[str, float]:
        (screens,), (web,) = product.screens, product.webs
        for screen in screens:
            await screen.stop()
        await asyncio.to_thread(web.terminate)
        await asyncio.to_thread(web.start)
        again = product.full_room(product.rooms[0])
        product.screens = [again]
        began = time.perf_counter()
        await asyncio.gather(*(screen.start() for screen in again))
        await until(lambda: all(screen.whole_at for screen in again), 30, "everybody's state")
        taken = [(screen.whole_at - began) * 1000 for screen in again]
        size = median([float(screen.bytes) for screen in again])
        return {"p50": percentile(taken, 50), "last": max(taken), "bytes": size, "wrong": float(await product.wrong())}

    found = await in_each_checkout(bench, measure)
    if "this product" in found:
        bench.goals.at_most("back after a restart: wrong screens", found["this product"]["wrong"], 0)
    hold(bench, "200 back after a restart, the last one", found, "last")


async def reconnect(bench: "Bench") -> None:
    """One screen comes back to a room of 60 where others watch: ms until it has the state, and its ballot too."""

    async def times(contestant: Contestant) -> list[float]:
        model, states, taken = contestant.screens[0][0], [], []
        for turn in range(200):
            screen = type(model)(model.port, model.path, model.cookies)
            began = time.perf_counter()
            await screen.start()
            while not screen.whole_at:
                await asyncio.sleep(0.001)  # no busier: server and database have but the other processor
            if turn >= 100:
                states.append((screen.state_at - began) * 1000)
                taken.append((screen.whole_at - began) * 1000)
            size = screen.bytes
            await screen.stop()
            await asyncio.sleep(0.01)
        return [median(states), percentile(states, 99), median(taken), percentile(taken, 99), size]

    row = Row("a room of 60", 1, 60, 0)

    async def measure(product: Product) -> dict[str, float]:
        return dict(zip(("state", "state p99", "p50", "p99", "bytes"), await times(product), strict=True))

    found = await in_each_checkout(bench, measure, row)
    if "this product" in found:
        floor = bench.floor(found["this product"]["bytes"])
        try:
            await floor.open(row)
            bare, *_rest = await times(floor)
        finally:
            await floor.close()
        print(f"the floor with as many bytes: {bare:.2f} ms")
        bench.goals.at_most("reconnect to the whole state", found["this product"]["state"] / bare, 4.5, "x floor")
    hold(bench, "reconnect to the whole state and the own ballot", found, "p50")


async def memory(bench: "Bench") -> None:
    """What 1,000 streams of one room hold: memory, threads, database connections."""
    product = bench.product()
    try:
        await product.open(FULL)
        (room,), (web,) = product.rooms, product.webs

        def connections() -> int:
            with product.site.connect() as link:
                statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                return link.execute(statement).fetchone()[0] - 1

        # whatever the process needs once, it has by now: threads, templates, connections
        await asyncio.sleep(1)
        before, threads, links = web.memory(), web.threads(), connections()
        held = [screen for _ in range(5) for screen in product.full_room(room)[:200]]
        await open_all([held], lambda screen: screen.version)
        await asyncio.sleep(1)
        each = (web.memory() - before) / len(held) / 1024
        more_threads, more_links = web.threads() - threads, connections() - links
        for screen in held:
            await screen.stop()
        await asyncio.sleep(1)
        left = (web.memory() - before) / 1024 / 1024
    finally:
        await product.close()
    print(f"{each:.1f} KB a stream; threads {threads} {more_threads:+d}; database connections {more_links:+d}")
    print(f"after they have gone, {left:+.1f} MB")
    bench.goals.at_most("memory a stream", each, 16, " KB")
    bench.goals.at_most("threads that 1,000 streams add", more_threads, 0)
    bench.goals.at_most("database connections that 1,000 streams add", more_links, 0)


async def stop(bench: "Bench") -> None:
    """SIGTERM with 200 open streams, in seconds."""

    async def measure(product: Product) -> dict[str, float]:
        return {"seconds": await asyncio.to_thread(product.webs[0].terminate)}

    found = await in_each_checkout(bench, measure)
    if "this product" in found:
        bench.goals.at_most("SIGTERM with 200 open streams", found["this product"]["seconds"], 1, " s")


async def queries(bench: "Bench") -> None:
    """The room page's queries for 3 and for 200 participants."""
    product, counts = bench.product(), {}
    try:
        product.start(webs=0)
        for people in (3, 200):
            (room,) = product.make_rooms("queries", [people])
            code = (
                "from django.test import Client; from django.db import connection; "
                "from django.test.utils import CaptureQueriesContext; "
                f"c = Client(HTTP_COOKIE={room['seats'][0]['cookie']!r}); c.get('/w/{room['public_id']}/'); "
                "q = CaptureQueriesContext(connection); q.__enter__(); "
                f"r = c.get('/w/{room['public_id']}/', HTTP_HOST='localhost'); q.__exit__(None, None, None); "
                "print('queries', r.status_code, len(q))"
            )
            found = re.search(r"queries 200 (\d+)", product.site.manage("shell", "-v0", "-c", code))
            assert found
            counts[people] = int(found[1])
    finally:
        await product.close()
    print(f"3 people: {counts[3]}; 200 people: {counts[200]}")
    same = counts[3] == counts[200]
    bench.goals.holds("queries of a room page, 3 and 200 people", "the same", f"{counts[3]} and {counts[200]}", same)


SINGLES = {
    "reveal": reveal,
    "joins": joins,
    "restart": restart,
    "reconnect": reconnect,
    "memory": memory,
    "throughput": throughput,
    "pool": pool,
    "stop": stop,
    "queries": queries,
}
