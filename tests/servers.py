"""The real server as processes of its own: for faults, for several web processes, and for the benchmark."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.wire import Actor, Watcher

HERE = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Web:
    """One web process."""

    def __init__(self, site: "Site", port: int, **environment: str) -> None:
        self.port = port
        self.here = site.here
        self.log = site.home / f"web-{port}.log"
        self.command = [sys.executable, "-m", "uvicorn", *site.app, "--host", "127.0.0.1", "--port", str(port)]
        self.command += ["--log-level", "warning", "--timeout-graceful-shutdown", "3"]
        if (site.here / "config" / "protocol.py").exists():  # not in every checkout that a benchmark runs
            self.command += ["--no-proxy-headers", "--http", "config.protocol:PunctualProtocol"]
        self.environment = {**site.environment, **environment}
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start, or start again; returns when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.here, env=self.environment, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=20).close()
                return
            except urllib.error.HTTPError:
                return  # it answers; the floor has no health check
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()}")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def terminate(self) -> float:
        """Ask it to stop; the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - began

    def stop(self) -> None:
        """End it, whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu_seconds(self) -> float:
        """Processor time it has used so far, in user and kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Bytes of its own memory that are resident now."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))

    def threads(self) -> int:
        """How many threads it has now."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))


class Site:
    """A database, its rooms, and the web processes on it; `here` is the checkout whose code runs."""

    here = HERE

    def __init__(
        self, database_url: str = "", redis_url: str = "", app: tuple[str, ...] = ("config.asgi:application",)
    ):
        self.home = Path(tempfile.mkdtemp(prefix="gw-site-"))
        self.app = app
        self.database_url = database_url or f"sqlite:///{self.home / 'site.sqlite3'}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(self.home),
            "PYTHONWARNINGS": "ignore",
        }
        self.webs: list[Web] = []

    def migrate(self) -> "Site":
        """Make the tables."""
        self.manage("migrate", "-v0")
        return self

    def manage(self, *arguments: str) -> str:
        """Run a management command."""
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        """Run a Python program of the repository in this site's environment."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.here,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rooms(self, rooms: int = 1, people: int = 3) -> list[dict[str, Any]]:
        """Make rooms with an open round; see tests/make_rooms.py for what comes back."""
        return json.loads(self.run("-m", "tests.make_rooms", str(rooms), str(people)))

    def facts(self, workshop_id: int) -> dict[str, Any]:
        """What the database holds of a room: version, ballots by seat, and who did what, in order."""
        with closing(self.connect()) as link:

            def rows(statement: str) -> list[Any]:
                cursor = link.cursor()
                cursor.execute(statement.format(workshop_id))
                return cursor.fetchall()

            ballots = (
                "SELECT seat_id, score, reason FROM workshops_ballot b JOIN workshops_round r ON r.id = b.round_id"
            )
            return {
                "version": rows("SELECT version FROM workshops_workshop WHERE id = {}")[0][0],
                "ballots": {
                    seat: (score, reason) for seat, score, reason in rows(ballots + " WHERE r.workshop_id = {}")
                },
                "acts": rows("SELECT who, act FROM workshops_minute WHERE workshop_id = {} ORDER BY id"),
            }

    def connect(self) -> Any:
        """A plain connection to the site's database."""
        if self.database_url.startswith("sqlite"):
            return sqlite3.connect(self.database_url.removeprefix("sqlite:///"))
        return psycopg.connect(self.database_url.replace("postgres://", "postgresql://"), autocommit=True)

    def web(self, port: int = 0, **environment: str) -> Web:
        """Start a web process."""
        web = Web(self, port or free_port(), **environment)
        self.webs.append(web)
        return web

    def close(self) -> None:
        """End everything and leave nothing behind."""
        for web in self.webs:
            web.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def watch(web: Web, room: dict[str, Any], seat: dict[str, Any], view: str = "room", **more: Any) -> Watcher:
    """Open a stream for a seat."""
    path = f"/w/{room['public_id']}/stream/?view={view}"
    return Watcher(web.port, path, seat["cookie"], **more).start()


async def vote(actor: Actor, room: dict[str, Any], score: int, reason: str = "") -> int:
    """Cast a ballot; the status that came back."""
    path = f"/w/{room['public_id']}/rounds/{room['round']}/ballot/"
    answer = await actor.ask("POST", path, {"score": score, "confidence": "sure", "reason": reason})
    return answer.status


async def withdraw(actor: Actor, room: dict[str, Any]) -> int:
    """Take the ballot back; the status that came back."""
    return (await actor.ask("POST", f"/w/{room['public_id']}/rounds/{room['round']}/withdraw/")).status
