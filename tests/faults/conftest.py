"""Databases and servers of one's own, to be broken on purpose."""

import shutil
import subprocess
import tempfile

import pytest

from tests.postgres import Postgres
from tests.servers import Site, free_port


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL that a test may stop and start, with a migrated database to copy."""
    # a crash of the server must lose nothing it has acknowledged; only a crash of the machine would need fsync
    server = Postgres(options="-c synchronous_commit=on")
    Site(server.create("migrated")).migrate().close()
    yield server
    server.remove()


@pytest.fixture
def postgres_site(postgres):
    """A site on a PostgreSQL database of its own."""
    site = Site(postgres.create(f"site_{free_port()}", template="migrated"))
    yield site
    site.close()


@pytest.fixture
def redis_site(postgres, redis_server):
    """The same with Redis between its processes."""
    site = Site(postgres.create(f"site_{free_port()}", template="migrated"), redis_server.url)
    yield site
    site.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("migrated") / "site.sqlite3"
    Site(f"sqlite:///{file}").migrate().close()
    return file


@pytest.fixture
def sqlite_site(migrated_sqlite):
    """A site on a SQLite file of its own."""
    site = Site()
    shutil.copy(migrated_sqlite, site.home / "site.sqlite3")
    yield site
    site.close()


class Redis:
    """A Redis server that a test may stop and start."""

    def __init__(self) -> None:
        self.port = free_port()
        self.home = tempfile.mkdtemp(prefix="gw-redis-")
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.home],
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stdout:
            if "Ready to accept connections" in line:
                return
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture
def redis_server():
    server = Redis()
    yield server
    server.remove()
