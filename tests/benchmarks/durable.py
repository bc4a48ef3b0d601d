"""What a vote costs on SQLite when it must survive a power cut: `python -m tests.benchmarks.durable [FOLDER]`.

Commits as large as a vote's (a ballot, a minute, the room's version) with `synchronous` at NORMAL and FULL in turns, on the
disk of the folder. The ratio belongs to that disk: FULL waits for it at each commit.
"""

import sqlite3
import sys
import tempfile
import time
from pathlib import Path

VOTES, TURNS = 200, 5


def votes(file: Path, synchronous: str) -> list[float]:
    """Milliseconds of each commit."""
    link = sqlite3.connect(file, isolation_level=None)
    link.execute("PRAGMA journal_mode=WAL")
    link.execute(f"PRAGMA synchronous={synchronous}")
    for table in ("ballot", "minute", "room"):
        link.execute(f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, said TEXT)")
    taken = []
    for number in range(VOTES):
        began = time.perf_counter()
        link.execute("BEGIN IMMEDIATE")
        link.execute("INSERT INTO ballot (said) VALUES (?)", ["because " * 20])
        link.execute("INSERT INTO minute (said) VALUES ('voted')")
        link.execute("INSERT OR REPLACE INTO room (id, said) VALUES (1, ?)", [str(number)])
        link.execute("COMMIT")
        taken.append((time.perf_counter() - began) * 1000)
    link.close()
    return taken


def main(folder: str) -> None:
    """Both in turns, so that what else the machine does falls on both."""
    taken: dict[str, list[float]] = {"NORMAL": [], "FULL": []}
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for _turn in range(TURNS):
            for name, found in taken.items():
                found += votes(Path(place) / f"{name}.sqlite3", name)
    for name, found in taken.items():
        found.sort()
        print(
            f"{name:8}{len(found)} votes, ms: median {found[len(found) // 2]:.2f}, p99 {found[len(found) * 99 // 100]:.2f}"
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
