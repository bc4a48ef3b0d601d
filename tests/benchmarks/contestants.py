"""Who runs over a row: the product of some checkout, the floor, the peers. Each opens full rooms and takes votes."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.load import Vote
from tests.benchmarks.rows import Row
from tests.benchmarks.screens import BareScreen, EventstreamScreen, Poller, Screen, SocketScreen, fresh_fragments
from tests.postgres import Postgres
from tests.servers import Site, Web, free_port
from tests.wire import Actor, until

HERE = Path(__file__).resolve().parents[2]
SERVERS = HERE / "tests" / "benchmarks" / "servers"
OPENED_AT_ONCE = 100


class BenchSite(Site):
    """Servers of the benchmark's own folder, over the code of some checkout."""

    def __init__(self, here: Path, app: str, database_url: str = "", **environment: str) -> None:
        super().__init__(database_url or "sqlite:///unused", app=(app,))
        self.here = here
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "benchmark_settings",
            "PYTHONPATH": f"{here}{os.pathsep}{SERVERS}",
            "LOG_LEVEL": "ERROR",
            **environment,
        }


async def open_all(screens: list[list], ready: Callable[[Any], bool]) -> None:
    """Open them some at a time: admission is limited, and that is not what is measured here."""
    everything = [screen for group in screens for screen in group]
    for at in range(0, len(everything), OPENED_AT_ONCE):
        some = everything[at : at + OPENED_AT_ONCE]
        for screen in some:
            await screen.start()
        await until(lambda some=some: all(ready(screen) for screen in some), 30, "the screens")


class Contestant:
    """Servers, open screens, and people who act; `coalesce` is how long it waits out a burst, in ms."""

    coalesce = 0.0

    def __init__(self, name: str) -> None:
        self.name = name
        self.site: Site
        self.webs: list[Web] = []
        self.screens: list[list[Any]] = []
        self.actors: list[list[Actor]] = []

    async def open(self, row: Row) -> list[int]:
        """Everything up to the first vote; how many people sit in each room."""
        raise AssertionError

    async def act(self, vote: Vote, turn: int) -> tuple[bool, int]:
        """One vote, and the size of its answer."""
        raise AssertionError

    def number(self, votes: list[Vote]) -> list[int]:
        """Give each vote the version that it made; the last version of each room."""
        return [
            max((vote.version for vote in votes if vote.room == room), default=0) for room in range(len(self.screens))
        ]

    async def wrong(self) -> int:
        """How many screens show anything else than a fresh page."""
        return 0

    async def close(self) -> None:
        for actor in (actor for group in self.actors for actor in group):
            actor.close()
        for screen in (screen for group in self.screens for screen in group):
            await screen.stop()
        self.site.close()


class Product(Contestant):
    """The product of a checkout; `how` its screens learn of votes: stream, poke or polling."""

    def __init__(
        self, name: str, here: Path, postgres: Postgres, template: str, coalesce: float, how: str = "stream"
    ) -> None:
        super().__init__(name)
        self.here, self.postgres, self.template, self.coalesce, self.how = here, postgres, template, coalesce, how
        self.rooms: list[dict[str, Any]] = []

    def start(self, webs: int = 1) -> BenchSite:
        """A fresh database with its servers."""
        url = self.postgres.create(f"bench_{free_port()}", template=self.template)
        app = "poke:application" if self.how == "poke" else "product:application"
        self.site = BenchSite(self.here, app, url, COALESCE_MS=f"{self.coalesce:g}")
        self.webs = [self.site.web() for _ in range(webs)]
        return self.site

    def make_rooms(self, seed: str, sizes: list[int]) -> list[dict[str, Any]]:
        return json.loads(self.site.run(str(SERVERS / "benchmark_rooms.py"), seed, *map(str, sizes)))

    def full_room(self, room: dict[str, Any]) -> list[Any]:
        """A screen for everybody, the facilitator and the wall."""
        path = f"/w/{room['public_id']}/stream/?view="
        lead, ports = room["facilitator"]["cookie"], [web.port for web in self.webs]
        everybody = [
            Screen(ports[at % len(ports)], path + "room", seat["cookie"]) for at, seat in enumerate(room["seats"])
        ]
        return [
            *everybody,
            Screen(ports[0], path + "room", lead, "facilitator"),
            Screen(ports[-1], path + "screen", lead, "screen"),
        ]

    async def open(self, row: Row) -> list[int]:
        self.start(row.webs)
        return await self.fill(row)

    async def fill(self, row: Row) -> list[int]:
        """Make the rooms and open all their screens."""
        sizes = [row.people] * row.rooms
        if row.arrivals == "once" and row.rooms > 1:  # counts, too, that no other room has had
            chance = random.Random(row.name)
            sizes = [chance.randint(row.people // 2, row.people * 3 // 2) for _ in sizes]
        self.rooms = self.make_rooms(row.name, sizes)
        if self.how == "stream":
            self.screens = [self.full_room(room) for room in self.rooms]
        else:
            port = self.webs[0].port
            self.screens = [
                [Poller(port, room, seat["cookie"], self.how == "poke", random.uniform(0, 2)) for seat in room["seats"]]
                for room in self.rooms
            ]
        await open_all(self.screens, lambda screen: screen.version)
        if row.arrivals == "once":
            await self.warm_elsewhere()
        ports = [web.port for web in self.webs]
        self.actors = [
            [Actor(ports[(at + 1) % len(ports)], seat["cookie"]) for at, seat in enumerate(room["seats"])]
            for room in self.rooms
        ]
        return sizes

    async def warm_elsewhere(self) -> None:
        """The way of a vote, walked in a room of three."""
        (room,) = self.make_rooms("warm", [3])
        watching = [self.full_room(room)]
        await open_all(watching, lambda screen: screen.version)
        for turn in range(30):
            for web in self.webs:
                actor = Actor(web.port, room["seats"][turn % 3]["cookie"])
                await self.cast(actor, room, turn // 3)
                actor.close()
        for screen in watching[0]:
            await screen.stop()

    async def cast(self, actor: Actor, room: dict[str, Any], turn: int) -> tuple[bool, int]:
        path = f"/w/{room['public_id']}/rounds/{room['round']}/"
        if turn % 2:
            answer = await actor.ask("POST", path + "withdraw/")
        else:
            form = {"score": random.randint(-2, 2), "confidence": "sure", "reason": "our documents change weekly"}
            answer = await actor.ask("POST", path + "ballot/", form)
        return answer.status < 300, len(answer.body)

    async def act(self, vote: Vote, turn: int) -> tuple[bool, int]:
        return await self.cast(self.actors[vote.room][vote.seat], self.rooms[vote.room], turn)

    def number(self, votes: list[Vote]) -> list[int]:
        """Each act wrote one line of the minutes and raised the version by one, under the room's lock."""
        versions = []
        for at, room in enumerate(self.rooms):
            facts = self.site.facts(room["id"])
            assert len(facts["acts"]) == facts["version"], "minutes and version went apart"
            seat_of = {seat["name"]: number for number, seat in enumerate(room["seats"])}
            turns: dict[int, list[int]] = {}
            for version, (who, act) in enumerate(facts["acts"], 1):
                if act in {"voted", "withdrew"}:
                    turns.setdefault(seat_of[who], []).append(version)
            for vote in votes:
                if vote.room == at and vote.ok:
                    vote.version = turns[vote.seat].pop(0)
            versions.append(facts["version"])
        return versions

    async def wrong(self) -> int:
        if self.how != "stream":
            return 0
        count = 0
        for room, group in zip(self.rooms, self.screens, strict=True):
            cookies = {"participant": room["seats"][0]["cookie"]}
            for audience in ("participant", "facilitator", "screen"):
                cookie = cookies.get(audience, room["facilitator"]["cookie"])
                fresh = await fresh_fragments(self.webs[0].port, room["public_id"], cookie, audience)
                for screen in group:
                    if screen.audience == audience:
                        shown = screen.fragments
                        count += any(shown.get(name) != html for name, html in fresh.items())
        return count


class Bare(Contestant):
    """A server that knows rooms by number alone and answers a vote with its version."""

    screen: Callable[..., Screen] = BareScreen
    path = "/stream/{}"
    vote_path = "/vote/{}"

    def serve(self, row: Row) -> Site:
        raise AssertionError

    async def open(self, row: Row) -> list[int]:
        self.site = self.serve(row)
        self.webs = [self.site.web()]
        port = self.webs[0].port
        audiences = ["participant"] * row.people + ["facilitator", "screen"]
        self.screens = [
            [self.screen(port, self.path.format(room), audience=audience) for audience in audiences]
            for room in range(row.rooms)
        ]
        await open_all(self.screens, lambda screen: screen.pushes or screen.status == 101)
        self.actors = [[Actor(port) for _ in range(row.people)] for _ in range(row.rooms)]
        return [row.people] * row.rooms

    async def act(self, vote: Vote, turn: int) -> tuple[bool, int]:
        form = {"score": random.randint(-2, 2), "seat": vote.seat}
        answer = await self.actors[vote.room][vote.seat].ask("POST", self.vote_path.format(vote.room), form)
        vote.version = int(answer.body) if answer.status == 200 else 0
        return answer.status == 200, len(answer.body)


class Floor(Bare):
    """A bare broadcast of so many bytes a push."""

    def __init__(self, payload: float, coalesce: float, name: str = "") -> None:
        super().__init__(name or f"floor, {payload:.0f} bytes")
        self.payload, self.coalesce = int(payload), coalesce

    def serve(self, row: Row) -> Site:
        return BenchSite(HERE, "floor:application", PAYLOAD=str(self.payload), COALESCE_MS=f"{self.coalesce:g}")


class Peer(Bare):
    """A package over the same PostgreSQL, pushing as many bytes as the product."""

    path = "/stream/{}/"
    vote_path = "/vote/{}/"
    apps = {
        "django-eventstream": ("eventstream_room:application", EventstreamScreen),
        "channels in memory": ("channels_room:application", SocketScreen),
        "channels on Redis": ("channels_room:application", SocketScreen),
    }

    def __init__(self, name: str, postgres: Postgres, packages: Path, payload: float, redis_url: str = "") -> None:
        super().__init__(name)
        self.postgres, self.packages, self.payload, self.redis_url = postgres, packages, payload, redis_url

    def serve(self, row: Row) -> Site:
        app, self.screen = self.apps[self.name]
        url = self.postgres.create(f"bench_{free_port()}")
        more = {"PAYLOAD": str(int(self.payload)), "PEERS": str(self.packages), "REDIS_URL": self.redis_url}
        site = BenchSite(HERE, app, url, **more)
        site.environment["PYTHONPATH"] += f"{os.pathsep}{self.packages / 'sockets'}"
        with site.connect() as link:
            link.execute("CREATE TABLE rooms (room int PRIMARY KEY, version int NOT NULL)")
            link.execute("CREATE TABLE ballots (room int, seat int, score int, PRIMARY KEY (room, seat))")
            link.execute("INSERT INTO rooms SELECT n, 0 FROM generate_series(0, %s) n", [row.rooms])
        return site
