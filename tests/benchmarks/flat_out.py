"""Votes by people who never pause: how many a second the ways to run Django inside a web process let through."""

import asyncio
import time
from typing import TYPE_CHECKING

from tests.benchmarks.contestants import Product
from tests.benchmarks.load import median, percentile
from tests.servers import Web, free_port
from tests.wire import Actor

if TYPE_CHECKING:
    from tests.benchmarks.live import Bench

ROOMS = 16  # with one person each, who waits for nobody
THREADS = 8
SECONDS = 4.0


async def flat_out(product: Product, seconds: float) -> list[float]:
    """How long each vote took to be acknowledged, in ms."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def one(actor: Actor, room: dict) -> None:
        turn = 0
        while (began := time.perf_counter()) < end:
            assert (await product.cast(actor, room, turn))[0]
            taken.append((time.perf_counter() - began) * 1000)
            turn += 1
        actor.close()

    await asyncio.gather(*(one(Actor(product.webs[0].port, r["seats"][0]["cookie"]), r) for r in product.rooms))
    return taken


async def throughput(bench: "Bench") -> None:
    """Votes acknowledged a second by people who never pause, against the same views under a plain WSGI server."""
    seconds = min(SECONDS, bench.arguments.seconds)
    figures: dict[str, list[float]] = {"product": [], "plain": []}
    for _ in range(2):
        for name, kept in figures.items():
            product = bench.product()
            try:
                product.start(webs=1 if name == "product" else 0)
                if name == "plain":
                    product.webs = [PlainWeb(product.site, free_port())]
                    product.site.webs += product.webs
                product.rooms = product.make_rooms("flat out", [1] * ROOMS)
                await flat_out(product, 1)
                kept.append(len(await flat_out(product, seconds)) / seconds)
            finally:
                await product.close()
    ours, theirs = median(figures["product"]), median(figures["plain"])
    print(f"{ours:.0f} votes a second; plain WSGI {theirs:.0f}; {ours / theirs:.2f}")
    bench.goals.at_least("votes a second, against a plain WSGI server", ours / theirs, 0.75, "x")


class PlainWeb(Web):
    """The views under the plain WSGI server."""

    def start(self) -> None:
        self.command = [self.command[0], "-m", "plain_wsgi", str(self.port), str(THREADS)]
        super().start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


async def pool(bench: "Bench") -> None:
    """The bridge against Django's own ASGI handler on Django's own connection pool: votes a second, connections, memory."""
    if isinstance(bench.packages, str):
        return print(f"psycopg-pool is not measured: {bench.packages}")
    found = {}
    for turn in range(2):
        for name, how in WAYS.items():
            figures = await _one_way(bench, how)
            print(f"{name:40}" + ", ".join(f"{what} {value:.4g}" for what, value in figures.items()), flush=True)
            found[name, turn] = figures
    best = {name: max(found[name, turn]["votes a second"] for turn in range(2)) for name in WAYS}
    ours, theirs = best.values()
    bench.goals.at_least("votes a second, against Django's ASGI handler on a pool", ours / theirs, 1, "x")


WAYS = {"the bridge": {}, "Django's ASGI handler, pool of 8": {"POOL": str(THREADS)}}


async def _one_way(bench: "Bench", how: dict[str, str]) -> dict[str, float]:
    product = bench.product()
    try:
        product.start(webs=0)
        product.site.environment |= {**how, "PEERS": str(bench.packages)}
        product.site.app = ("asgi_pool:application",) if how else product.site.app
        web = product.site.web()
        product.webs = [web]
        product.rooms = product.make_rooms("flat out", [1] * ROOMS)
        idle = web.memory()
        await flat_out(product, 1)
        cpu, most = web.cpu_seconds(), [0, 0]

        async def look() -> None:
            link = await asyncio.to_thread(product.site.connect)
            statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            while True:
                most[0] = max(most[0], (await asyncio.to_thread(link.execute, statement)).fetchone()[0] - 1)
                most[1] = max(most[1], web.threads())
                await asyncio.sleep(0.25)

        looking = asyncio.create_task(look())
        seconds = min(SECONDS, bench.arguments.seconds)
        taken = await flat_out(product, seconds)
        cpu = web.cpu_seconds() - cpu
        looking.cancel()
        return {
            "votes a second": len(taken) / seconds,
            "answered p50": median(taken),
            "p99": percentile(taken, 99),
            "web CPU ms a vote": cpu * 1000 / len(taken),
            "connections at most": most[0],
            "threads at most": most[1],
            "MB more": (web.memory() - idle) / 1024**2,
        }
    finally:
        await product.close()
