"""Fixtures that every test may use."""

import os
import shutil

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from decisions.ledger import guards

# Playwright's sync API runs an event loop in the test's thread; the ORM calls around it are sync on purpose.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Tests with real commits empty their tables afterwards, which the database refuses for what only grows.
_empty_tables = TransactionTestCase._fixture_teardown


def _empty_tables_without_guards(self):
    with guards.disabled():
        _empty_tables(self)


TransactionTestCase._fixture_teardown = _empty_tables_without_guards


# Whatever asks for one of these meets the test database; without any, pytest-django refuses every query.
DATABASE_FIXTURES = {"live_server", "django_db_setup"}  # the second is what `db` and all like it rest on


def touches_the_database(item):
    """Whether a test can see which database it runs on."""
    is_django_case = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return bool(
        is_django_case or item.get_closest_marker("django_db") or DATABASE_FIXTURES.intersection(item.fixturenames)
    )


def pytest_addoption(parser):
    parser.addoption(
        "--second-database",
        action="store_true",
        help="leave out what ran with the first database and cannot differ: tests without a database, and those marked once",
    )


def is_for_now(item):
    """Whether a test belongs to this run."""
    options = item.config.option
    if item.get_closest_marker("long") and "long" not in options.markexpr:
        return False
    # races need row locks, which SQLite does not have: there one writer at a time is the rule of the file itself
    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        return False
    if not options.second_database or item.get_closest_marker("story"):
        return True
    is_in_a_browser = item.get_closest_marker("browser") or "browser" in item.fixturenames
    return touches_the_database(item) and not is_in_a_browser and not item.get_closest_marker("once")


# Begun first, so that no worker is left alone with one of them at the end.
LONG_FILES = (
    "browser/",
    "faults/",
    "decisions/exports/",
    "decisions/api/test_schema.py",
    "workshops/test_blindness.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: not item.nodeid.startswith(tuple(f"tests/{name}" for name in LONG_FILES)))
    left_out = [item for item in items if not is_for_now(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if is_for_now(item)]


@pytest.fixture(autouse=True)
def nothing_tried():
    """What a test tries counts for it alone: all tests come from one address within minutes."""
    cache.clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, without the connections it would make on its own."""
    arguments = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return {**browser_type_launch_args, "executable_path": executable, "args": arguments}
