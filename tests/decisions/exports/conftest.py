"""The PDFs that several tests look at, laid out once in a process of their own."""

import fcntl
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.decisions.exports import documents

ROOT = Path(__file__).resolve().parents[3]
# All 200 random records on both papers take many minutes; `GW_PDF_RECORDS=200` runs them.
RANDOM = int(os.environ.get("GW_PDF_RECORDS", "6"))
EXTREMES = [name for name, _document in documents.extremes()]
WHOLE = {"forty long items", "Arabic", "Chinese", "emoji", "HTML", "controls"}  # with their appendix in every run
STORIES = (
    "support_copilot",
    "draft",
    "in_sign_off",
    "superseded",
    "withdrawn",
    "every_script",
    "two_rounds",
    "fix_first",
)


def lay_out(folder, *jobs, **environment):
    """Run the jobs in one process and give back what it tells of each, by name and paper."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.decisions.exports.render_many", str(folder), *jobs],
        cwd=environment.pop("cwd", ROOT),
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    return {(one["name"], one["paper"]): one for one in told}


@pytest.fixture(scope="session")
def printed(tmp_path_factory):
    """Stories on both papers, extremes on one each in turn, and random records: everything that must be one page."""
    full = RANDOM >= 200
    papers = ("A4", "Letter")
    jobs = [f"{name}:{paper}" for name in (*STORIES[:2], "longest") for paper in papers]
    jobs += [f"{name}:A4" for name in STORIES[2:]]
    for index, name in enumerate(EXTREMES):
        start = "" if full or name in WHOLE else "fit:"
        jobs += [f"{start}{name}:{paper}" for paper in (papers if full else papers[index % 2 :][:1])]
    for seed in range(RANDOM):
        jobs += [f"fit:{seed}:{paper}" for paper in (papers if full else papers[seed % 2 :][:1])]
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the folder above is all workers': the first lays out, the others wait
        folder = folder.parent
    (folder / "printed").mkdir(exist_ok=True)
    told = folder / "printed" / "told"
    with (folder / "printed" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_bytes(pickle.dumps(lay_out(folder / "printed", *jobs)))
    return pickle.loads(told.read_bytes())
