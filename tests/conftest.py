"""Fixtures that every test may use."""

import os
import shutil

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import TransactionTestCase

from decisions.ledger import guards

# Playwright's sync API runs an event loop in the test's thread; the ORM calls around it are sync on purpose.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# What every test finds: the tables' own lists, made by migrating.
KEPT_TABLES = {"auth_permission", "django_content_type", "django_migrations", "django_site"}


def _empty_tables(case):
    """After a test with real commits: delete its rows, which the database refuses for what only grows.

    Django empties every table and makes content types, permissions, guards and search anew: some 0.5 s each time.
    """
    for alias in case._databases_names(include_mirrors=False):
        database = connections[alias]
        tables = database.introspection.django_table_names(only_existing=True)
        quoted = [database.ops.quote_name(name) for name in tables if name not in KEPT_TABLES]
        with transaction.atomic(alias), database.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in quoted)
            )
            written = [name for (name,) in cursor.fetchall()]
            if not written:
                continue
            if database.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
                cursor.execute("".join(f"DELETE FROM {name};" for name in written))
                continue
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            with guards.disabled(alias):
                for name in written:
                    cursor.execute(f"DELETE FROM {name}")


TransactionTestCase._fixture_teardown = _empty_tables


# Whatever asks for one of these meets the test database; without any, pytest-django refuses every query.
DATABASE_FIXTURES = {"live_server", "django_db_setup"}  # the second is what `db` and all like it rest on


# Sites on databases of their own, whatever the test database is.
OWN_SITES = {"sqlite_site", "postgres_site", "redis_site"}


def touches_the_database(item):
    """Whether a test can see which database it runs on."""
    if OWN_SITES.intersection(item.fixturenames):
        return False
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


# Begun first and in this order, so that no worker is left alone with one of them at the end. What lays PDFs out for others
# to look at comes first of all: while it does, the other worker has something else to do.
LONG_FILES = (
    "decisions/exports/test_one_page.py",
    "workshops/test_blindness.py",
    "faults/",
    "test_permissions.py",
    "browser/",
    "workshops/live/",
    "workshops/test_races.py",
    "decisions/api/test_schema.py",
    "decisions/records/test_only_what_was_said.py",
    "security/",
    "decisions/exports/",
)


def place_in_the_run(item):
    """Where its file stands among the long ones; all others come after them, in their own order."""
    path = item.nodeid.removeprefix("tests/")
    return next((at for at, name in enumerate(LONG_FILES) if path.startswith(name)), len(LONG_FILES))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    items.sort(key=place_in_the_run)
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
