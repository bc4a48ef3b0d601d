"""Scale past one machine, simulated: ever more full rooms of ten over two processes at one rate.

What a vote costs should not depend on how many other rooms there are; what a room that does nothing holds should be small.
"""

import asyncio
from typing import TYPE_CHECKING

from tests.benchmarks.load import Result
from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from tests.benchmarks.contestants import Product
    from tests.benchmarks.live import Bench

ROOMS = (20, 100, 500)
RATE = 50.0
IDLE_SECONDS = 4.0


async def scale(bench: "Bench") -> None:
    """Print cost and memory for each number of rooms."""
    print(f"\n## scale: rooms x 10 over two processes, {RATE:g} votes/s in all, at random", flush=True)
    print(
        f"{'rooms':>6}{'p50':>9}{'p99':>9}{'web CPU':>9}{'db CPU':>8}{'lost':>6}{'KB a room':>11}{'a stream':>9}{'idle CPU':>10}"
    )
    first: Result | None = None
    for rooms in ROOMS:
        product = Idle(bench.product())
        result = await bench.run(Row(f"scale-{rooms}", rooms, 10, RATE, "random", webs=2), product)
        first = first or result
        print(
            f"{rooms:6}{result.at(50):9.2f}{result.at(99):9.2f}{result.web_cpu:9.2f}{result.database_cpu:8.2f}{result.lost:6}"
            f"{product.memory / rooms / 1024:11.1f}{product.memory / rooms / 12 / 1024:9.1f}{product.idle_cpu:9.1f}%",
            flush=True,
        )
        if rooms == ROOMS[-1] and first.web_cpu and result.web_cpu:
            ratio = result.web_cpu / first.web_cpu
            bench.goals.at_most(f"web CPU a vote in {rooms} rooms, against {ROOMS[0]}", ratio, 1.25, "x")
            bench.goals.at_most(f"lost in {rooms} rooms", result.lost + result.refused, 0)


class Idle:
    """The product, looked at between opening and the first vote."""

    def __init__(self, product: "Product") -> None:
        self.product = product
        self.memory = self.idle_cpu = 0.0

    def __getattr__(self, name: str):
        return getattr(self.product, name)

    async def open(self, row: Row) -> list[int]:
        product = self.product
        product.start(row.webs)
        await product.warm_elsewhere()
        await asyncio.sleep(0.5)
        before = sum(web.memory() for web in product.webs)
        sizes = await product.fill(row)
        await asyncio.sleep(1.0)
        self.memory = sum(web.memory() for web in product.webs) - before
        cpu = sum(web.cpu_seconds() for web in product.webs)
        await asyncio.sleep(IDLE_SECONDS)
        self.idle_cpu = (sum(web.cpu_seconds() for web in product.webs) - cpu) / IDLE_SECONDS * 100
        return sizes
