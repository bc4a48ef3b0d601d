"""What several fault tests do: people who keep voting, and what must be true afterwards."""

import asyncio
import json
from dataclasses import dataclass, field

from tests.servers import Site, Web, vote, watch
from tests.wire import Actor, Watcher, until


@dataclass
class Voters:
    """Everybody in a room changes the ballot over and over, and remembers what was acknowledged."""

    web: Web
    room: dict
    pause: float = 0.01
    acknowledged: dict[int, str] = field(default_factory=dict)  # seat: the last reason that was answered with 2xx
    perhaps: dict[int, str] = field(default_factory=dict)  # seat: sent after that, and never answered
    statuses: list[int] = field(default_factory=list)
    unanswered: int = 0
    stopping: bool = False
    retry_after: list[str] = field(default_factory=list)

    async def one(self, seat: dict) -> None:
        actor = Actor(self.web.port, seat["cookie"])
        path = f"/w/{self.room['public_id']}/rounds/{self.room['round']}/ballot/"
        number = 0
        while not self.stopping:
            number += 1
            reason = f"reason {number} of {seat['id']}"
            form = {"score": number % 5 - 2, "confidence": "sure", "reason": reason}
            try:
                answer = await asyncio.wait_for(actor.ask("POST", path, form), 30)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                self.unanswered += 1
                self.perhaps[seat["id"]] = reason
                await asyncio.sleep(0.05)
                continue
            self.statuses.append(answer.status)
            if answer.status < 300:
                self.acknowledged[seat["id"]] = reason
                self.perhaps.pop(seat["id"], None)
            elif answer.status == 503:
                self.retry_after.append(answer.headers.get("retry-after", ""))
                # a 503 says that it was not counted, but a commit whose answer was lost may have been
                self.perhaps[seat["id"]] = reason
                await asyncio.sleep(0.1)
            await asyncio.sleep(self.pause)
        actor.close()

    def start(self) -> "Voters":
        self.tasks = [asyncio.create_task(self.one(seat)) for seat in self.room["seats"]]
        return self

    async def stop(self) -> None:
        self.stopping = True
        await asyncio.gather(*self.tasks)

    def check_nothing_lost(self, site: Site) -> None:
        """Each stored ballot is the last acknowledged one, or one sent after it."""
        stored = site.facts(self.room["id"])["ballots"]
        assert self.acknowledged, "nobody voted"
        for seat, reason in self.acknowledged.items():
            allowed = {reason, self.perhaps.get(seat, reason)}
            assert stored[seat][1] in allowed, f"seat {seat}: {stored[seat]} is none of {allowed}"


async def check_same_as_fresh(web: Web, room: dict, watchers: list[Watcher], own: bool = False) -> None:
    """What the stream pushed equals what is drawn for a fresh page now.

    The own ballot is drawn when its round begins and left to its owner from then on, so it counts only when asked for.
    """
    for seat, watcher in zip(room["seats"], watchers, strict=True):
        actor = Actor(web.port, seat["cookie"])
        answer = await actor.ask("GET", f"/w/{room['public_id']}/state/?view=room")
        actor.close()
        assert answer.status == 200
        fresh = json.loads(answer.body)["fragments"]
        assert fresh.keys() == watcher.fragments.keys()
        for name in fresh.keys() - (set() if own else {"ballot"}):
            assert watcher.fragments[name] == fresh[name], f"{name} of seat {seat['id']} differs"


async def everyone(web: Web, room: dict, **more) -> list[Watcher]:
    """A stream for each person of the room, all connected."""
    watchers = [watch(web, room, seat, **more) for seat in room["seats"]]
    try:
        await until(lambda: all(watcher.version for watcher in watchers), 20, "all streams")
    except AssertionError as error:
        raise AssertionError(f"{[watcher.status for watcher in watchers]} {web.log.read_text()[-2000:]}") from error
    return watchers


async def stop_all(watchers: list[Watcher]) -> None:
    for watcher in watchers:
        await watcher.stop()


async def vote_once(web: Web, room: dict, at: int, score: int = 1) -> None:
    """One person votes and is heard."""
    actor = Actor(web.port, room["seats"][at]["cookie"])
    assert await vote(actor, room, score) < 300
    actor.close()
