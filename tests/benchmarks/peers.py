"""The packages that a team would otherwise pick, installed for the benchmark alone, in a folder of their own."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers import free_port

PACKAGES = ("django-eventstream==5.3.4", "channels==4.3.2", "channels-redis==4.3.0", "psycopg-pool")
SOCKETS = "websockets"  # for uvicorn, which looks for it before it loads the app: apart, since it must come first


def folder() -> Path | str:
    """Where they are, installing them the first time; or why they cannot be had."""
    names = "-".join(package.replace("==", "-") for package in PACKAGES)
    place = Path(tempfile.gettempdir()) / f"benchmark-peers-{names}-{sys.version_info.major}.{sys.version_info.minor}"
    if (place / "complete").exists():
        return place
    for packages, to in ((PACKAGES, place), ((SOCKETS,), place / "sockets")):
        command = [sys.executable, "-m", "pip", "install", "-q", "--upgrade", "--target", str(to), *packages]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        except subprocess.TimeoutExpired:
            return "pip did not finish within three minutes"
        if done.returncode:
            return "pip said: " + (done.stderr.strip().splitlines() or ["nothing"])[-1]
    (place / "complete").touch()
    return place


def redis() -> tuple[subprocess.Popen[bytes], str] | None:
    """A Redis of one's own and its address, if there is a server here."""
    program = shutil.which("redis-server")
    if program is None:
        return None
    port = free_port()
    words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    return server, f"redis://127.0.0.1:{port}/0"
