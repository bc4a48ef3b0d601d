"""Run a command with a throw-away PostgreSQL: `python tests/postgres.py [--durable] COMMAND...` sets DATABASE_URL.

Works for root (the server then runs as `postgres` or `nobody`) and for ordinary users; it listens on a unix socket in a
temporary folder, so that no port can be taken, and leaves nothing behind.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
MISSING = "PostgreSQL's server was not found; install it with: apt-get install postgresql (or name its folder in PGBIN)"


def find_binaries() -> Path:
    """The folder of initdb and pg_ctl; Debian keeps it off the PATH."""
    candidates = [os.environ.get("PGBIN", ""), *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    for folder in [*candidates, *sorted(glob.glob("/opt/homebrew/opt/postgresql@*/bin"), reverse=True)]:
        if folder and Path(folder, "initdb").exists():
            return Path(folder)
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    sys.exit(MISSING)


class Postgres:
    """A server of one's own: started, stopped as one likes, and removed at the end."""

    def __init__(self, durable: bool = False, options: str = "") -> None:
        self.bin = find_binaries()
        self.home = Path(tempfile.mkdtemp(prefix="gw-pg-", dir="/tmp"))  # a socket's path must stay short
        self.data = self.home / "data"
        self.options = f"-c listen_addresses='' -k {self.home} {'' if durable else FAST} {options}"
        self.user: dict[str, object] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = _first_account("postgres", "nobody")
            os.chown(self.home, account.pw_uid, account.pw_gid)
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.home.chmod(0o711)
        self._run("initdb", "-U", "groundwork", "-A", "trust", "--encoding=UTF8", "--locale=C", "-N")
        self.start()

    def url(self, database: str = "postgres") -> str:
        """The DATABASE_URL of one of its databases."""
        return f"postgres://groundwork@{quote(str(self.home), safe='')}/{database}"

    def start(self) -> None:
        """Start, or start again after a stop; returns when it takes connections."""
        self._run("pg_ctl", "-w", "-l", str(self.home / "log"), "-o", self.options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop: `immediate` is the nearest to a crash, `fast` ends sessions properly."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database, empty or as a copy of another, and return its URL."""
        command = [self.bin / "createdb", "-h", self.home, "-U", "groundwork", "-T", template, database]
        subprocess.run(command, check=True, env=_environment())
        return self.url(database)

    def remove(self) -> None:
        """Stop and delete everything."""
        subprocess.run(
            [self.bin / "pg_ctl", "-D", self.data, "-m", "immediate", "stop"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
            **self.user,
        )
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, "-D", self.data, *arguments],
            stdout=subprocess.DEVNULL,  # not a pipe: the server would inherit it and keep it open
            cwd="/",
            env=_environment(),
            **self.user,
        )
        if done.returncode:
            log = self.home / "log"
            raise RuntimeError(f"{program} failed: {log.read_text() if log.exists() else ''}")


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def _first_account(*names: str) -> pwd.struct_passwd:
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("no account to run PostgreSQL as: neither postgres nor nobody exists")


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    durable = arguments[:1] == ["--durable"]
    command = arguments[durable:]
    if not command:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    server = Postgres(durable)
    try:
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": server.url()})
        try:
            return child.wait()
        except (KeyboardInterrupt, SystemExit):
            child.terminate()
            child.wait()
            raise
    finally:
        server.remove()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
