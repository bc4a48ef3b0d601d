"""What a record's PDF costs: `python -m tests.benchmarks.pdf [ROUNDS]`.

In one run, on one record: WeasyPrint's floor (one plain layout of the same page, written once), the product's first
download (fit, appendix, attachment, conformance, through the worker), a cached download (key and stored bytes), and
headless Chromium printing the same HTML, warm and from a cold start. Then the event loop's lag: idle, while the worker
makes PDFs, and while a thread of the web process makes them, which is what the worker is there to avoid. Times are
medians in milliseconds, on the clock and of processor time; judge by the ratios of the latter, which hold on a busy machine.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOOR = "floor"


Times = tuple[float, float]  # milliseconds on the clock and of processor time


def own_processor() -> float:
    return time.process_time()


def childrens_processor() -> float:
    """Of ended children, theirs included: what a Chromium and its helpers used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median_ms(work: Callable[[], object], rounds: int, processor: Callable[[], float] = own_processor) -> Times:
    taken, used = [], []
    for _round in range(rounds):
        began, before = time.perf_counter(), processor()
        work()
        taken.append((time.perf_counter() - began) * 1000)
        used.append((processor() - before) * 1000)
    return statistics.median(taken), statistics.median(used)


def floor(folder: Path, rounds: int) -> None:
    """In a process of its own, for the web process must not load the engine: the plain layout, and the HTML for Chromium."""
    from decisions.exports.pdf.worker import prepare

    renderer = prepare(folder)
    from decisions.exports.pdf import fonts, page_one, render
    from tests.decisions.exports import documents

    gc.freeze()
    gc.set_threshold(400_000, 20, 100)
    job = render.Fit(renderer, page_one.build(documents.support_copilot(), fonts.Glyphs()), "A4", "0" * 64, "en")
    level, _best = job.fit()
    renders = job.renders
    html, sheet = job.html(level), job.sheet(level)
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{(fonts.FOLDER / name).as_uri()}") }}'
        for name, family, weight in (
            ("GroundworkSans-Regular.ttf", "Groundwork Sans", 400),
            ("GroundworkSans-Medium.ttf", "Groundwork Sans", 500),
            ("GroundworkSans-SemiBold.ttf", "Groundwork Sans", 600),
            ("GroundworkSans-Bold.ttf", "Groundwork Sans", 700),
            ("GroundworkSerif-SemiBold.ttf", "Groundwork Serif", 600),
            ("GroundworkMono-Regular.ttf", "Groundwork Mono", 400),
        )
    )
    style = (render.TEMPLATES / "decisions" / "exports" / "print.css").read_text()
    (folder / "page.html").write_text(html.replace("</head>", f"<style>{faces}{style}{sheet}</style></head>"))
    one = median_ms(lambda: (renderer.layout(html, sheet).write_pdf(), gc.collect()), rounds)
    fit = median_ms(
        lambda: (
            render.Fit(
                renderer, page_one.build(documents.support_copilot(), fonts.Glyphs()), "A4", "0" * 64, "en"
            ).fit(),
            gc.collect(),
        ),
        rounds,
    )
    print(json.dumps({"level": level.name, "renders": renders, "one": one, "fit": fit}), flush=True)


def chromium(folder: Path, rounds: int) -> tuple[Times, Times] | None:
    """Warm: one browser, a new page each time, through its debugging protocol. Cold: a new process each time."""
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        return None
    address = (folder / "page.html").as_uri()
    arguments = ["--headless", "--disable-gpu", "--no-first-run", *(["--no-sandbox"] if os.geteuid() == 0 else [])]

    def cold() -> None:
        command = [binary, *arguments, f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer"]
        subprocess.run(
            [*command, f"--print-to-pdf={folder / 'chromium.pdf'}", address],
            check=True,
            capture_output=True,
            timeout=120,
        )

    cold_ms = median_ms(cold, max(2, rounds // 3), childrens_processor)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=arguments)

        def warm() -> None:
            tab = browser.new_page()
            tab.goto(address)
            tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
            tab.close()

        warm()
        warm_ms = median_ms(warm, rounds)
        browser.close()
    return warm_ms, cold_ms


async def lag(work: Callable[[], object] | None, seconds: float) -> tuple[float, float]:
    """The loop's delay beyond a 5 ms sleep, 50th and 99th percentile in ms, while `work` runs again and again."""
    stop = asyncio.Event()

    async def export() -> None:
        while work is not None and not stop.is_set():
            await asyncio.to_thread(work)

    task = asyncio.create_task(export())
    late = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append((time.perf_counter() - began - 0.005) * 1000)
    stop.set()
    await task
    late.sort()
    return late[len(late) // 2], late[int(len(late) * 0.99)]


# The same measurement in a process that lays out in a thread of its own: what a product without a worker would do.
IN_THREAD = """
import asyncio, json, sys
from pathlib import Path
from decisions.exports.pdf.worker import prepare
renderer = prepare(Path(sys.argv[1]))
from tests.benchmarks.pdf import lag
from tests.decisions.exports import documents
print(json.dumps(asyncio.run(lag(lambda: renderer.render(documents.support_copilot()), float(sys.argv[2])))))
"""


def memory_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main(rounds: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    from decisions.exports import canonical
    from decisions.exports.pdf import pool as pdf
    from tests.decisions.exports import documents

    document = documents.support_copilot()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ended = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.pdf", FLOOR, name, str(rounds)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        plain = json.loads(ended.stdout.splitlines()[-1])
        worker = pdf.Worker(timeout=300)  # a busy machine must not end the measurement
        data = canonical.record_json(document)

        def workers_processor() -> float:
            return (worker.process and pdf._processor_seconds(worker.process.pid)) or 0.0

        cold = median_ms(lambda: worker.render(data, "A4"), 1, workers_processor)
        first = median_ms(lambda: worker.render(data, "A4"), rounds, workers_processor)
        stored = folder / f"{pdf.cache_key(document)}.pdf"
        stored.write_bytes(worker.render(data, "A4"))
        cached = median_ms(lambda: (folder / f"{pdf.cache_key(document)}.pdf").read_bytes(), rounds * 20)
        assert worker.process is not None
        heavy = dict(documents.extremes())["forty long items"]
        resting = memory_mib(worker.process.pid)
        worker.render(canonical.record_json(heavy), "A4")
        after = memory_mib(worker.process.pid)
        printed = chromium(folder, rounds)
        idle = asyncio.run(lag(None, 4))
        busy = asyncio.run(lag(lambda: worker.render(data, "A4"), 6))
        ended = subprocess.run(
            [sys.executable, "-c", IN_THREAD, str(folder / "thread"), "6"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        threaded = json.loads(ended.stdout.splitlines()[-1])
        worker.stop()

    one = plain["one"]
    table: list[tuple[str, Times]] = [
        ("WeasyPrint's floor: one plain layout of page one", one),
        (f"fitting page one ({plain['renders']} layouts, level {plain['level']})", plain["fit"]),
        ("first download: fit, appendix, data, conformance", first),
        ("first download with the worker's own start", cold),
        ("cached download: key and stored bytes", cached),
    ]
    if printed:
        table += [
            ("Chromium printing the same page, from a cold start", printed[1]),
            ("Chromium printing the same page, warm (clock only)", (printed[0][0], 0.0)),
        ]
    print(f"{'':52}{'clock':>9}{'x floor':>9}{'work':>9}{'x floor':>9}")
    for label, (clock, work) in table:
        print(f"{label:52}{clock:9.1f}{clock / one[0]:9.2f}{work:9.1f}{work / one[1]:9.2f}")
    if printed:
        ratios = one[0] / printed[0][0], one[0] / printed[1][0], one[1] / printed[1][1]
        print("one layout against Chromium: {:.2f}x warm, {:.2f}x cold, {:.2f}x of its work".format(*ratios))
    print(f"\n{'lag of the event loop':52}{'p50':>9}{'p99':>9}")
    for label, (half, most) in (
        ("idle", idle),
        ("while the worker exports", busy),
        ("while a thread exports", threaded),
    ):
        print(f"{label:52}{half:9.2f}{most:9.2f}")
    print(f"\nthe worker holds {resting:.0f} MiB, {after:.0f} MiB after a record of 40 long items in every list")


if __name__ == "__main__":
    if sys.argv[1:2] == [FLOOR]:
        floor(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
