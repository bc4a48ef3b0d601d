"""What comes over the wire before anybody is known: forged addresses, slow and large requests, wrong names and schemes."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import free_port, watch
from tests.wire import TOKEN, Actor, play, read_head, until

ROOT = Path(__file__).resolve().parents[2]


async def raw(port, head, body=b"", wait=True):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    status = (await read_head(reader))[0] if wait else 0
    writer.close()
    return status


def head(method, path, **headers):
    named = {"Host": "127.0.0.1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named.items()) + "\r\n"


def guess(address):
    body = f"csrfmiddlewaretoken={TOKEN}&code=22222222"
    more = {"X_Forwarded_For": address, "Forwarded": f"for={address}", "X_Real_IP": address}
    form = {"Content_Type": "application/x-www-form-urlencoded", "Content_Length": len(body)}
    return head("POST", "/join/", Cookie=f"csrftoken={TOKEN}", **more, **form), body.encode()


def test_no_forged_address_gets_around_a_limit(sqlite_site):
    """The documented start, and no proxy configured: eleven tries are from one address, whatever they say."""

    async def story():
        web = sqlite_site.web()
        for at in range(10):
            assert await raw(web.port, *guess(f"192.0.2.{at}")) == 422
        assert await raw(web.port, *guess("192.0.2.99")) == 429

    play(story())


def test_the_commands_that_are_written_down_believe_no_forwarded_address_and_wait_for_no_head():
    commands = []
    for file in ("README.md", "docs/live.md", "dev"):
        text = (ROOT / file).read_text().replace("\\\n", " ")
        commands += [line for line in text.splitlines() if re.search(r"uvicorn config\.asgi:application", line)]
    assert len(commands) >= 4
    for command in commands:
        assert "--no-proxy-headers" in command
        assert "--http config.protocol:PunctualProtocol" in command or "--reload" in command


def test_with_one_proxy_configured_its_word_counts_and_what_came_before_it_does_not(sqlite_site):
    async def story():
        web = sqlite_site.web(TRUSTED_PROXY_COUNT="1")
        for at in range(10):
            assert await raw(web.port, *guess(f"203.0.113.{at}, 192.0.2.7")) == 422
        assert await raw(web.port, *guess("203.0.113.99, 192.0.2.7")) == 429
        assert await raw(web.port, *guess("192.0.2.8")) == 422

    play(story())


def test_half_sent_heads_are_closed(sqlite_site):
    async def story():
        web = sqlite_site.web()
        slow = []
        for at in range(60):
            reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
            if at % 3:
                writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: " if at % 3 == 1 else b"\r\n")
            slow.append((reader, writer))
        kept = Actor(web.port)
        assert (await kept.ask("GET", "/healthz")).status == 200
        kept.writer.write(b"\r\nGET /")  # what a kept connection dribbles stops uvicorn's own timer
        began = time.monotonic()

        async def dribble():
            while True:
                await asyncio.sleep(1)
                for _reader, writer in slow[1::3]:
                    writer.write(b"a")

        dribbling = asyncio.create_task(dribble())
        ended = [reader.read() for reader, _writer in slow] + [kept.reader.read()]
        await asyncio.wait_for(asyncio.gather(*ended, return_exceptions=True), 30)
        dribbling.cancel()
        assert 8 < time.monotonic() - began < 25

    play(story())


def test_a_head_without_end_is_closed(sqlite_site):
    async def story():
        web = sqlite_site.web()
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.write(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (at, b"a" * 1000) for at in range(100)))
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 20)
        assert time.monotonic() - began < 5

    play(story())


def test_a_body_that_dribbles_ends(sqlite_site):
    async def story():
        web = sqlite_site.web()
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.write(head("POST", "/join/", Content_Length=60_000).encode())

        async def dribble():
            while True:
                writer.write(b"a")
                await asyncio.sleep(0.5)

        dribbling = asyncio.create_task(dribble())
        began = time.monotonic()
        status, _headers = await asyncio.wait_for(read_head(reader), 40)
        dribbling.cancel()
        assert status == 408
        assert time.monotonic() - began < 30

    play(story())


def test_a_large_body_of_a_stranger_is_refused_before_it_is_sent(sqlite_site):
    """By its declared length, without a byte of it: at every route but the one that takes files of anybody."""

    async def story():
        web = sqlite_site.web()
        (made,) = sqlite_site.rooms(1, 1)
        large = 1024 * 1024
        for path in ("/join/", "/accounts/login/", "/accounts/signup/", "/api/v1/team", "/nowhere/", "/t/x/members/"):
            assert await raw(web.port, head("POST", path, Content_Length=large)) == 413, path
        forged = "sessionid=0123456789abcdef0123456789abcdef; seat-" + "0" * 32 + "=forged"
        bearer = {"Authorization": "Bearer gw_forged"}
        assert await raw(web.port, head("POST", "/join/", Content_Length=large, Cookie=forged)) == 413
        assert await raw(web.port, head("POST", "/api/v1/x", Content_Length=large, **bearer)) == 413
        # chunked: as soon as it is too much
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        assert await raw(web.port, head("POST", "/join/", Transfer_Encoding="chunked"), chunk + chunk) == 413
        # what is taken of anybody, and of those who are known, is read: to a 403 without a form's token, or Django's own limit
        body = b"a" * large
        assert await raw(web.port, head("POST", "/verify/", Content_Length=large), body) == 403
        guest, lead = made["seats"][0]["cookie"], made["facilitator"]["cookie"].partition("; ")[2]
        for cookie in (guest, lead):
            assert await raw(web.port, head("POST", "/join/", Content_Length=large, Cookie=cookie), body) == 403

    play(story())


def test_the_stream_asks_for_the_sites_name_and_for_https_as_every_page_does(sqlite_site):
    async def story():
        (made,) = sqlite_site.rooms(1, 1)
        path, cookie = f"/w/{made['public_id']}/stream/", made["seats"][0]["cookie"]
        web = sqlite_site.web()
        for forged in ("evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:x"):
            assert await raw(web.port, head("GET", path, Host=forged, Cookie=cookie)) == 400, forged
            assert await raw(web.port, head("GET", f"/w/{made['public_id']}/", Host=forged, Cookie=cookie)) == 400
        watcher = watch(web, made, made["seats"][0])
        await until(lambda: watcher.version)
        await watcher.stop()

    play(story())


def test_the_stream_is_not_given_over_plain_http(sqlite_site):
    async def story():
        (made,) = sqlite_site.rooms(1, 1)
        path, cookie = f"/w/{made['public_id']}/stream/", made["seats"][0]["cookie"]
        port = free_port()
        web = sqlite_site.web(
            port, INSECURE_HTTP="0", PUBLIC_URL="https://127.0.0.1", TRUSTED_PROXY_COUNT="1", ALLOWED_HOSTS="127.0.0.1"
        )
        for asked in (path, f"/w/{made['public_id']}/"):
            assert await raw(web.port, head("GET", asked, Cookie=cookie)) == 301, asked
            secure = head("GET", asked, Cookie=cookie, X_Forwarded_Proto="https")
            assert await raw(web.port, secure) == 200, asked

    play(story())


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        ({}, "max-age=31536000"),
        ({"SECURE_HSTS_INCLUDE_SUBDOMAINS": "1"}, "max-age=31536000; includeSubDomains"),
        (
            {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "1", "SECURE_HSTS_PRELOAD": "1"},
            "max-age=31536000; includeSubDomains; preload",
        ),
    ],
)
def test_hsts_says_no_more_than_was_asked_for(environment, header, tmp_path):
    ask = (
        "import django; django.setup(); from django.test import Client; "
        "print(Client(HTTP_HOST='localhost').get('/healthz', secure=True).headers['Strict-Transport-Security'])"
    )
    given = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "INSECURE_HTTP": "0", "DEBUG": "0"}
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env={**given, "DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://localhost", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == header
