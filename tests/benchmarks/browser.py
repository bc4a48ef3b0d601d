"""What one vote costs the browsers that show it, in a room of 200: milliseconds of Chromium's main thread a push.

    python tests/benchmarks/browser.py                 this checkout
    python tests/benchmarks/browser.py OTHER [OTHER]   other checkouts beside it, in turns, with the ratios

A real server and two real pages, a participant's and the facilitator's. Others vote one after the other, far enough apart
that each vote is a push of its own; what the pages cost while nobody votes is taken off.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

PEOPLE = 200
VOTES = 30
APART = 0.25
TURNS = 3
PARTS = {"all": "TaskDuration", "script": "ScriptDuration", "style": "RecalcStyleDuration", "layout": "LayoutDuration"}
HERE = Path(__file__).resolve().parents[2]


async def measure() -> dict[str, dict[str, float]]:
    """The milliseconds a push of each page, in all and by part."""
    from playwright.async_api import async_playwright

    from tests.servers import Site, vote
    from tests.wire import Actor

    site = Site().migrate()
    try:
        (room,) = site.rooms(1, PEOPLE)
        web = site.web()
        arguments = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
            pages = {}
            for who, seat in {"participant": room["seats"][0], "facilitator": room["facilitator"]}.items():
                context = await browser.new_context()
                cookies = [cookie.partition("=") for cookie in seat["cookie"].split("; ")]
                at = f"http://127.0.0.1:{web.port}"
                await context.add_cookies([{"name": name, "value": value, "url": at} for name, _, value in cookies])
                page = await context.new_page()
                await page.goto(f"http://127.0.0.1:{web.port}/w/{room['public_id']}/")
                await page.wait_for_timeout(2000)
                link = await context.new_cdp_session(page)
                await link.send("Performance.enable")
                pages[who] = (page, link)

            async def spent() -> dict[str, dict[str, float]]:
                found = {}
                for who, (_page, link) in pages.items():
                    metrics = {
                        one["name"]: one["value"] for one in (await link.send("Performance.getMetrics"))["metrics"]
                    }
                    found[who] = {part: metrics[name] * 1000 for part, name in PARTS.items()}
                return found

            async def over(seats: list[dict]) -> dict[str, dict[str, float]]:
                before = await spent()
                for seat in seats:
                    if seat:
                        actor = Actor(web.port, seat["cookie"])
                        assert await vote(actor, room, 1) < 300
                        actor.close()
                    await asyncio.sleep(APART)
                await asyncio.sleep(1)
                after = await spent()
                return {who: {part: after[who][part] - before[who][part] for part in PARTS} for who in pages}

            voters = room["seats"][1:]
            await over(voters[:10])  # warm
            idle = await over([{}] * VOTES)
            busy = await over(voters[10 : 10 + VOTES])
            for page, _link in pages.values():
                words = await page.locator(".counted").first.inner_text()
                assert str(10 + VOTES) in words, f"the page shows {words!r}"
            await browser.close()
        return {who: {part: (busy[who][part] - idle[who][part]) / VOTES for part in PARTS} for who in pages}
    finally:
        site.close()


def run(checkout: Path) -> dict[str, dict[str, float]]:
    """Measure the product of a checkout in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(others: list[Path]) -> None:
    checkouts = [*others, HERE]
    runs: dict[Path, list[dict[str, dict[str, float]]]] = {checkout: [] for checkout in checkouts}
    print(
        f"load {os.getloadavg()[0]:.2f}; {PEOPLE} people, {VOTES} votes, {TURNS} turns; median ms of main thread a push"
    )
    for _turn in range(TURNS):
        for checkout in checkouts:
            runs[checkout].append(run(checkout))
    for who in ("participant", "facilitator"):
        for part in PARTS:
            figures = [statistics.median(one[who][part] for one in runs[checkout]) for checkout in checkouts]
            ratios = "".join(
                f"   {figures[-1] / max(figure, 1e-9):.2f}x of {at + 1}" for at, figure in enumerate(figures[:-1])
            )
            print(f"{who:12} {part:7}" + "".join(f"{figure:9.2f}" for figure in figures) + ratios)


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        print(json.dumps(asyncio.run(measure())))
    else:
        main([Path(one).resolve() for one in sys.argv[1:]])
