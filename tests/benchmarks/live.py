"""How quickly a vote is on the last screen of a full room, and what that costs, against a bare broadcast and the peers.

    python -m tests.benchmarks.live                          everything: some 12 minutes
    python -m tests.benchmarks.live --quick                  short runs, for a first look
    python -m tests.benchmarks.live --only 1x60 reveal       rows and single measurements by name
    python -m tests.benchmarks.live --product before=PATH    another checkout's product beside this one, in the same run

Prints every figure and holds it against the goals. Absolute times belong to the machine; read the ratios. See README.md.
"""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import uvloop

from tests.benchmarks import machine, peers
from tests.benchmarks.contestants import HERE, BenchSite, Contestant, Floor, Peer, Product
from tests.benchmarks.goals import Goals
from tests.benchmarks.load import Result, arrivals, drive, evaluate, percentile, settled
from tests.benchmarks.rows import OTHER_WAYS, ROWS, Row
from tests.postgres import Postgres

SMALL = 400  # bytes a push of the floor that everybody is held against
LAST_PUSH = 0.3  # seconds after the last answer, in which what was written is pushed
RUN_LIMIT = 150.0  # seconds that one run may take in all


class Bench:
    """One PostgreSQL, and on it one contestant after the other."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.postgres = Postgres(durable=arguments.durable, options="-c synchronous_commit=on -c max_connections=200")
        self.goals = Goals()
        self.results: dict[str, dict[str, Result]] = {}
        self.checkouts = {"this product": HERE, **dict(arguments.product)}
        self.coalescing: dict[str, float] = {}
        self.open: list[Contestant] = []
        self.redis: subprocess.Popen[bytes] | None = None
        for name, here in self.checkouts.items():
            site = BenchSite(here, "product:application", self.postgres.create(template(name)))
            site.migrate()
            told = "from workshops.live.hub import COALESCE_SECONDS; print('waits', 1000 * COALESCE_SECONDS)"
            found = float(site.manage("shell", "-v0", "-c", told).split("waits ")[1])
            site.close()
            self.coalescing[name] = arguments.coalesce or found
        self.packages = peers.folder() if arguments.peers else "not asked for"
        if isinstance(self.packages, str):
            print(f"the peers are not measured: {self.packages}")

    # --- contestants

    def product(self, name: str = "this product", how: str = "stream", who: str = "") -> Product:
        return Product(who or name, self.checkouts[name], self.postgres, template(name), self.coalescing[name], how)

    def floor(self, payload: float = SMALL, coalesce: float | None = None) -> Floor:
        return Floor(payload, self.coalescing["this product"] if coalesce is None else coalesce)

    def other(self, name: str, payload: float) -> Contestant | None:
        """A peer, or the product's own screens by another way; None when it cannot be had here."""
        if name in OTHER_WAYS:
            return self.product(how=OTHER_WAYS[name], who=name)
        if isinstance(self.packages, str):
            return None
        url = ""
        if name.endswith("Redis"):
            if (started := peers.redis()) is None:
                print(f"{name} is not measured: there is no redis-server here")
                return None
            self.redis, url = started
        return Peer(name, self.postgres, self.packages, payload, url)

    # --- one run

    async def run(self, row: Row, contestant: Contestant) -> Result:
        """One contestant over one row; what did not finish says so and has no figures."""
        result = Result(contestant.name, contestant.coalesce)
        self.open.append(contestant)
        try:
            async with asyncio.timeout(RUN_LIMIT):
                await self.measure(row, contestant, result)
        except (TimeoutError, AssertionError, OSError) as error:
            print(f"{contestant.name}: no figures: {type(error).__name__} {str(error)[-300:]}")
        finally:
            await contestant.close()
            self.open.remove(contestant)
            if self.redis is not None:
                self.redis.kill()
                self.redis.wait()
                self.redis = None
        return result

    async def measure(self, row: Row, contestant: Contestant, result: Result) -> None:
        warm_up = 0.0 if row.arrivals == "once" else self.arguments.warm_up
        sizes = await contestant.open(row)
        plan = arrivals(row, sizes, warm_up + self.arguments.seconds)
        screens = contestant.screens
        before: dict[str, float] = {}

        def clocks() -> dict[str, float]:
            web = sum(map(machine.cpu_seconds, (web.pid for web in contestant.webs)))
            database = machine.family_cpu_seconds(self.leader)
            others = machine.busy_seconds() - web - database - machine.cpu_seconds(0)
            return {"web": web, "database": database, "others": others, "at": asyncio.get_running_loop().time()}

        def begin() -> None:
            before.update(clocks())
            for screen in (screen for group in screens for screen in group):
                screen.forget()

        votes = await drive(plan, contestant.act, warm_up, begin)
        await asyncio.sleep(LAST_PUSH)
        after = {name: value - before[name] for name, value in clocks().items()}  # what is asked from here on is ours
        wanted = await asyncio.to_thread(contestant.number, votes)
        await settled(screens, wanted)
        measured = [vote for vote in votes if vote.due - votes[0].due >= warm_up]
        evaluate(result, measured, screens)
        result.web_cpu = after["web"] * 1000 / max(1, result.acknowledged)
        result.database_cpu = after["database"] * 1000 / max(1, result.acknowledged)
        result.others, result.load = after["others"] / after["at"], machine.load()
        result.wrong = await contestant.wrong()

    @property
    def leader(self) -> int:
        return int((self.postgres.data / "postmaster.pid").read_text().split()[0])

    async def row(self, row: Row) -> None:
        """Everybody over one row, the product's checkouts first: they tell what the others must carry."""
        how = {"even": "evenly", "random": "at random", "once": "everybody's first, evenly"}[row.arrivals]
        print(f"\n## {row.name}: {row.rooms} x {row.people}, {row.rate:g} votes/s {how}, {row.webs} process(es)")
        print(HEAD, flush=True)
        results = self.results[row.name] = {}
        floors: dict[float, Result] = {}

        async def add(contestant: Contestant, key: str = "") -> Result:
            result = results[key or contestant.name] = await self.run(row, contestant)
            print(line(result, floors.get(result.coalesce) or next(iter(floors.values()), None)), flush=True)
            return result

        for name in self.checkouts:
            if self.coalescing[name] not in floors:
                coalesce = self.coalescing[name]
                floors[coalesce] = await add(self.floor(coalesce=coalesce), f"floor of {name}")
            ours = await add(self.product(name))
            results.setdefault(f"floor of {name}", floors[self.coalescing[name]])
            if row.payload_floor and ours.push_bytes and not self.arguments.quick:
                await add(self.floor(ours.push_bytes, self.coalescing[name]), f"as many bytes as {name}")
        payload = results["this product"].push_bytes or SMALL
        for name in row.others if not self.arguments.quick else ():
            if (other := self.other(name, payload)) is not None:
                await add(other)

    def close(self) -> None:
        for contestant in self.open:
            with suppress(AttributeError):
                contestant.site.close()
        if self.redis is not None:
            self.redis.kill()
        self.postgres.remove()


def template(name: str) -> str:
    return "migrated_" + "".join(letter for letter in name if letter.isalnum())


HEAD = (
    f"{'':28}{'wait':>5}{'acked':>7}{'lost':>5}{'wrong':>6}{'p50':>9}{'p99':>9}{'x floor':>8}"
    f"{'answered':>10}{'p99':>8}{'bytes':>7}{'web CPU':>8}{'x floor':>8}{'db CPU':>7}"
    f"{'a participant':>14}{'facilitator':>12}{'screen':>8}{'room':>10}{'load':>6}{'others':>7}{'late':>6}"
)


def line(result: Result, floor: Result | None) -> str:
    def ratio(ours: float, theirs: float) -> str:
        return f"{ours / theirs:8.2f}" if floor is not None and theirs else f"{'':8}"

    sizes = "".join(f"{result.bytes.get(name, 0):{wide}.0f}" for name, wide in SIZES.items())
    return (
        f"{result.who:28}{result.coalesce:5.0f}{result.acknowledged:7}{result.lost:5}{result.wrong:6}"
        f"{result.at(50):9.2f}{result.at(99):9.2f}{ratio(result.at(50), floor.at(50) if floor else 0)}"
        f"{percentile(result.answered, 50):10.2f}{percentile(result.answered, 99):8.2f}{result.answer_bytes:7.0f}"
        f"{result.web_cpu:8.2f}{ratio(result.web_cpu, floor.web_cpu if floor else 0)}{result.database_cpu:7.2f}"
        f"{sizes}{result.load:6.1f}{result.others:7.2f}{result.late:6.1f}"
        + (f"  refused {result.refused}" if result.refused else "")
    )


SIZES = {"participant": 14, "facilitator": 12, "screen": 8, "room": 10}


async def run(arguments: argparse.Namespace) -> Goals:
    from tests.benchmarks.scale import scale
    from tests.benchmarks.singles import SINGLES

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    bench = await asyncio.to_thread(Bench, arguments)
    try:
        for row in ROWS:
            if chosen(arguments, row.name):
                await bench.row(row)
        for name, measure in SINGLES.items():
            if chosen(arguments, name):
                print(f"\n## {name}: {measure.__doc__.splitlines()[0]}", flush=True)
                await measure(bench)
        if chosen(arguments, "scale"):
            await scale(bench)
        bench.goals.of_rows(bench.results)
        bench.goals.show()
        if arguments.json:
            figures = {row: {key: one.figures() for key, one in found.items()} for row, found in bench.results.items()}
            Path(arguments.json).write_text(json.dumps({"rows": figures, "goals": bench.goals.rows}, indent=1))
        return bench.goals
    finally:
        await asyncio.to_thread(bench.close)


def chosen(arguments: argparse.Namespace, name: str) -> bool:
    """Asked for by its whole name, or by what stands after its dash; all when nothing is named."""
    return not arguments.only or name in arguments.only or name.partition("-")[2] in arguments.only


def checkout(text: str) -> tuple[str, Path]:
    name, found, path = text.rpartition("=")
    place = Path(path).resolve()
    if not (place / "manage.py").exists():
        raise argparse.ArgumentTypeError(f"{place} is no checkout of this product")
    return (name if found else place.name), place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run, after its warm-up")
    parser.add_argument("--warm-up", type=float, default=3.0, help="seconds before what is measured")
    parser.add_argument(
        "--quick", action="store_true", help="two seconds a run, this product and the small floor alone"
    )
    parser.add_argument("--only", nargs="*", metavar="NAME", help="rows, or single measurements")
    parser.add_argument("--product", type=checkout, action="append", default=[], metavar="[NAME=]PATH")
    parser.add_argument("--coalesce", type=float, help="ms, instead of what each product has")
    parser.add_argument(
        "--no-peers", dest="peers", action="store_false", help="without django-eventstream and channels"
    )
    parser.add_argument("--durable", action="store_true", help="PostgreSQL with fsync, as in production")
    parser.add_argument("--come-first", action="store_true", help="run before everything else on this machine (root)")
    parser.add_argument("--json", metavar="FILE", help="write all figures there as well")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.warm_up, arguments.peers = min(arguments.seconds, 2.0), 1.0, False
    machine.many_files()
    if arguments.come_first and (why := machine.come_first()):
        print(f"running beside everything else: {why}")
    print(
        f"load before: {machine.load():.1f}; ms, bytes and ms of processor time a vote; 'others': cores used by other things"
    )
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        uvloop.run(run(arguments))
        return
    sys.exit(130)


if __name__ == "__main__":
    main()
