"""The product itself for browser stories: a real server process on the test's database, and four people's browsers."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """The address of the test's own database, for another process."""
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    user, password, host, port = (str(own.get(key) or "") for key in ("USER", "PASSWORD", "HOST", "PORT"))
    login = quote(user) + (f":{quote(password)}" if password else "")
    if host.startswith("/"):
        return f"postgres://{login}@/{own['NAME']}?host={quote(host)}"
    return f"postgres://{login}@{host or 'localhost'}:{port or 5432}/{own['NAME']}"


@pytest.fixture
def product(transactional_db, tmp_path):
    """The address of the running product; its mail and files are in `tmp_path`, its log is shown when a test fails."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "PUBLIC_URL": address,
        "DATA_DIR": str(tmp_path),
        "INSECURE_HTTP": "1",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }
    before = settings.PUBLIC_URL
    settings.PUBLIC_URL = address
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--log-level", "warning"]
    with open(tmp_path / "server.log", "wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log)
        try:
            _wait(address, server, tmp_path / "server.log")
            yield address
        finally:
            settings.PUBLIC_URL = before
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
            print((tmp_path / "server.log").read_text()[-4000:])


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    for _try in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended at once:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer:\n{log.read_text()}")


@pytest.fixture
def mails(tmp_path):
    """What was mailed so far, decoded, oldest first: a function of the address it went to."""
    import email
    from email.policy import default

    def sent_to(person: str) -> list[str]:
        found = []
        for file in sorted((tmp_path / "mail").glob("*.log"), key=lambda file: file.stat().st_mtime_ns):
            for raw in re.split(rb"^-{79}\n", file.read_bytes(), flags=re.MULTILINE):
                if raw.strip():
                    message = email.message_from_bytes(raw, policy=default)
                    if person in str(message["To"]):
                        found.append(message.get_body(("plain",)).get_content())
        return found

    return sent_to


@pytest.fixture
def person(browser):
    """Opens a browser of somebody's own; keeps every byte it received, and its complaints."""
    opened = []

    def enter(**options):
        context = browser.new_context(**options)
        page = context.new_page()
        page.received = []
        page.complaints = []
        page.on("response", lambda answer: page.received.append(answer))
        page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        opened.append(context)
        return page

    yield enter
    for context in opened:
        context.close()
