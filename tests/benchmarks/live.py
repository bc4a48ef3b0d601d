"""How quickly a vote is on the last screen, and what that costs, against a bare broadcast, polling and poke-then-fetch.

    python tests/benchmarks/live.py            everything: some 15 minutes
    python tests/benchmarks/live.py --quick    short runs, for a first look
    python tests/benchmarks/live.py --only 1x60 reveal

Prints every figure and holds it against the goals. Absolute times belong to the machine; read the ratios. See README.md.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import uvloop

from tests.benchmarks.goals import Goals
from tests.benchmarks.load import Poller, Result, Vote, evaluate, settled, steady_votes
from tests.postgres import Postgres
from tests.servers import Site, free_port
from tests.wire import Actor, Watcher, until

SCENARIOS = {
    "1x10": (1, 10, 5.0),
    "1x60": (1, 60, 15.0),
    "1x200": (1, 200, 50.0),
    "5x10": (5, 10, 12.5),
    "20x10": (20, 10, 50.0),
    "20x10 fast": (20, 10, 200.0),
}
OTHERS_IN = {"1x60", "1x200", "20x10"}
WARM_UP = 3.0


class Bench:
    """One PostgreSQL, and on it one contestant after the other."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.postgres = Postgres(durable=arguments.durable, options="-c synchronous_commit=on -c max_connections=200")
        Site(self.postgres.create("migrated")).migrate().close()
        self.goals = Goals()
        self.results: dict[tuple[str, str], Result] = {}
        self.sites: list[Site] = []

    def site(self, app: str = "config.asgi:application", **environment: str) -> Site:
        site = Site(self.postgres.create(f"bench_{free_port()}", template="migrated"), app=(app,))
        site.environment.update({"LOG_LEVEL": "ERROR", **environment})
        self.sites.append(site)
        return site

    def floor(self, payload: float) -> Site:
        site = Site("sqlite:///unused", app=("tests.benchmarks.floor:application",))
        site.environment.update({"PAYLOAD": str(int(payload)), "COALESCE_MS": "50"})
        self.sites.append(site)
        return site

    def close(self) -> None:
        for site in self.sites:
            site.close()
        self.postgres.remove()

    def database_cpu(self) -> float:
        """CPU seconds of all PostgreSQL processes, those that have ended included."""
        leader = int((self.postgres.data / "postmaster.pid").read_text().split()[0])
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue
            if int(stat.parent.name) == leader:
                total += sum(int(field) for field in fields[11:15])
            elif int(fields[1]) == leader:
                total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    # --- one scenario --------------------------------------------------------------------------------------------

    async def product(self, rooms: int, people: int, rate: float, how: str = "stream", webs: int = 1) -> Result:
        """Our own server; `how` its screens learn of votes: stream, poll or poke."""
        site = self.site("tests.benchmarks.poke:application" if how == "poke" else "config.asgi:application")
        made = site.rooms(rooms, people)
        servers = [site.web() for _ in range(webs)]
        screens = []
        for room in made:
            group = []
            for at, seat in enumerate(room["seats"]):
                port = servers[at % webs].port
                if how == "stream":
                    path = f"/w/{room['public_id']}/stream/?view=room"
                    group.append(Watcher(port, path, seat["cookie"]).start())
                else:
                    group.append(Poller(port, room, seat, how == "poke", random.uniform(0, 2)).start())
            screens.append(group)
        await until(lambda: all(screen.version for group in screens for screen in group), 60, "all screens")
        actors = [
            [Actor(servers[(at + 1) % webs].port, seat["cookie"]) for at, seat in enumerate(room["seats"])]
            for room in made
        ]

        async def act(vote: Vote, actor: Actor, turn: int) -> bool:
            room = made[vote.room]
            path = f"/w/{room['public_id']}/rounds/{room['round']}/"
            if turn % 2:
                return (await actor.ask("POST", path + "withdraw/")).status < 300
            form = {"score": random.randint(-2, 2), "confidence": "sure", "reason": "our documents change weekly"}
            return (await actor.ask("POST", path + "ballot/", form)).status < 300

        before = [(sum(web.cpu_seconds() for web in servers), self.database_cpu())]
        pushed = [sum(s.bytes for g in screens for s in g), sum(len(s.arrivals) for g in screens for s in g)]
        began = time.perf_counter() + 0.2
        votes = await steady_votes(actors, rate, WARM_UP + self.arguments.seconds, act, began)
        wanted = []
        for number, room in enumerate(made):
            facts = site.facts(room["id"])
            self.assign_versions(votes, number, room, facts)
            wanted.append(facts["version"])
        await settled(screens, wanted)
        result = evaluate(votes, screens, WARM_UP)
        result.wrong = await self.wrong(made, screens, servers[0].port) if how == "stream" else 0
        share = result.sent / max(1, len(votes))
        result.web_cpu = (sum(web.cpu_seconds() for web in servers) - before[0][0]) * share
        result.database_cpu = (self.database_cpu() - before[0][1]) * share
        pushes = sum(len(s.arrivals) for g in screens for s in g) - pushed[1]
        result.payload = (sum(s.bytes for g in screens for s in g) - pushed[0]) / max(1, pushes)
        for group in actors:
            for actor in group:
                actor.close()
        for group in screens:
            for screen in group:
                await screen.stop()
        site.close()
        return result

    @staticmethod
    def assign_versions(votes: list[Vote], number: int, room: dict, facts: dict) -> None:
        """Each act wrote one line of the minutes and raised the version by one, under the room's lock."""
        assert len(facts["acts"]) == facts["version"], "minutes and version went apart"
        seat_of = {seat["name"]: at for at, seat in enumerate(room["seats"])}
        turns: dict[int, list[int]] = {}
        for version, (who, act) in enumerate(facts["acts"], 1):
            if act in {"voted", "withdrew"} and who in seat_of:
                turns.setdefault(seat_of[who], []).append(version)
        for vote in votes:
            if vote.room == number and vote.ok:
                vote.version = turns[vote.seat].pop(0)

    @staticmethod
    async def wrong(rooms: list[dict], screens: list[list[Watcher]], port: int) -> int:
        """How many screens show anything else than a fresh page would."""
        count = 0
        for room, group in zip(rooms, screens, strict=True):
            actor = Actor(port, room["seats"][0]["cookie"])
            fresh = json.loads((await actor.ask("GET", f"/w/{room['public_id']}/state/")).body)["fragments"]
            actor.close()
            for watcher in group:
                shown = watcher.fragments
                count += any(shown.get(name) != html for name, html in fresh.items() if name != "ballot")
        return count

    async def bare(self, rooms: int, people: int, rate: float, payload: float) -> Result:
        """The floor with the same load and as many bytes a push."""
        site = self.floor(payload)
        web = site.web()
        screens = [[Watcher(web.port, f"/stream/{room}", "").start() for _ in range(people)] for room in range(rooms)]
        await until(lambda: all(screen.connected for group in screens for screen in group), 30, "all streams")
        actors = [[Actor(web.port) for _ in range(people)] for _ in range(rooms)]

        async def act(vote: Vote, actor: Actor, turn: int) -> bool:
            answer = await actor.ask("POST", f"/vote/{vote.room}", {"score": 1})
            vote.version = int(answer.body)
            return answer.status == 200

        before = web.cpu_seconds()
        votes = await steady_votes(actors, rate, WARM_UP + self.arguments.seconds, act, time.perf_counter() + 0.2)
        wanted = [max((vote.version for vote in votes if vote.room == room), default=0) for room in range(rooms)]
        await settled(screens, wanted)
        result = evaluate(votes, screens, WARM_UP)
        result.web_cpu = (web.cpu_seconds() - before) * result.sent / max(1, len(votes))
        result.payload = payload
        for group in actors:
            for actor in group:
                actor.close()
        for group in screens:
            for screen in group:
                await screen.stop()
        site.close()
        return result

    async def scenario(self, name: str) -> None:
        rooms, people, rate = SCENARIOS[name]
        print(f"\n{name.split()[0]} at {rate:g} votes/s, {self.arguments.seconds:g} s", flush=True)
        print(
            f"{'':24}{'ack':>7}{'lost':>6}{'deliv':>8}{'p50':>9}{'p99':>9}{'x floor':>9}{'CPU/1000':>10}{'x floor':>9}{'CPU/vote':>10}{'db':>7}"
        )
        product = await self.product(rooms, people, rate)
        floor = await self.bare(rooms, people, rate, product.payload)
        contestants = {"this product": product, "floor": floor}
        if name in OTHERS_IN and not self.arguments.quick:
            contestants["poke, then fetch"] = await self.product(rooms, people, rate, "poke")
            contestants["polling every 2 s"] = await self.product(rooms, people, rate, "poll")
        if name == "20x10":
            contestants["two processes"] = await self.product(rooms, people, rate, webs=2)
        for contestant, result in contestants.items():
            self.results[name, contestant] = result
            print(
                f"{contestant:24}{result.acknowledged:7}{result.lost:6}{result.delivered:8}"
                f"{result.at(50):9.1f}{result.at(99):9.1f}{result.at(50) / floor.at(50):9.2f}"
                f"{result.cpu_a_thousand:10.3f}{result.cpu_a_thousand / floor.cpu_a_thousand:9.2f}"
                f"{result.cpu_a_vote:8.1f}ms{result.database_cpu / max(1, result.acknowledged) * 1000:6.1f}",
                flush=True,
            )
        print(f"{'':24}payload a push: {product.payload:.0f} bytes; refused: {product.refused}; wrong: {product.wrong}")


def chosen(arguments: argparse.Namespace, name: str) -> bool:
    return not arguments.only or name in arguments.only


async def run(arguments: argparse.Namespace) -> Goals:
    from tests.benchmarks.more import extras  # the single measurements, apart for their length

    bench = await asyncio.to_thread(Bench, arguments)
    try:
        for name in SCENARIOS:
            if chosen(arguments, name):
                await bench.scenario(name)
        await extras(bench, lambda name: chosen(arguments, name))
        bench.goals.of_scenarios(bench.results)
        bench.goals.show()
        return bench.goals
    finally:
        await asyncio.to_thread(bench.close)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each run, after its warm-up")
    parser.add_argument("--quick", action="store_true", help="short runs, without polling and poke")
    parser.add_argument("--durable", action="store_true", help="PostgreSQL with fsync, as in production")
    parser.add_argument("--only", nargs="*", help="scenario names, or: reveal reconnect memory throughput stop queries")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds = min(arguments.seconds, 6.0)
    uvloop.run(run(arguments))


if __name__ == "__main__":
    main()
