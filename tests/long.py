"""What takes minutes to hours, before a release: `./dev test --long`, or `./dev test --long blind schema` for some of it.

A step is a name, what is set in its environment, and the arguments of Python. Tests marked `long` are found by the first.
"""

import os
import subprocess
import sys
import time

PYTEST = ("-m", "pytest", "-q")
STEPS: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
    ("marked long", {}, (*PYTEST, "-m", "long", "tests")),
    ("blindness: twin worlds", {"TWIN_SCHEDULES": "1000"}, (*PYTEST, "tests/workshops/test_blindness.py")),
    ("meetings: random courses", {"STATEFUL_EXAMPLES": "200"}, (*PYTEST, "tests/workshops/test_always.py")),
    (
        "said: workshops traced to what was said",
        {"SAID_WORKSHOPS": "300"},
        (*PYTEST, "tests/decisions/records/test_only_what_was_said.py"),
    ),
    (
        "live: loads of a page in a row",
        {"LIVE_LOADS": "100"},
        (*PYTEST, "tests/workshops/live/test_client.py", "-k", "load_after"),
    ),
    ("schema: questions to the API", {"SCHEMA_EXAMPLES": "900"}, (*PYTEST, "-s", "tests/decisions/api/test_schema.py")),
    ("faults: kills under votes", {"FAULT_KILLS": "20"}, (*PYTEST, "tests/faults/test_web.py", "-k", "killed")),
    (
        "races: on PostgreSQL",
        {"RACE_TRIALS": "500"},
        (
            "tests/postgres.py",
            sys.executable,
            *PYTEST,
            "tests/workshops/test_races.py",
            "tests/decisions/records/test_races.py",
            "tests/decisions/api/test_races.py",
        ),
    ),
    ("mutants: promises broken on purpose", {}, ("-m", "tests.mutants")),
    ("pdf: random records, both papers", {"GW_PDF_RECORDS": "200"}, (*PYTEST, "tests/decisions/exports")),
]
NO_TESTS = 5  # pytest's exit code


def main(words: list[str]) -> int:
    """Run the steps whose name holds one of the words, all without any; every step runs, whatever the one before said."""
    told = []
    for name, environment, command in STEPS:
        if words and not any(word in name for word in words):
            continue
        print(f"== {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, *command], env={**os.environ, **environment}, check=False).returncode
        told.append((name, time.monotonic() - began, code in {0, NO_TESTS}))
    for name, seconds, is_well in told:
        print(f"{seconds:7.0f} s  {'passed' if is_well else 'FAILED'}  {name}")
    return 0 if told and all(is_well for _name, _seconds, is_well in told) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
