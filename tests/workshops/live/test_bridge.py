"""Django on threads inside the ASGI server: every request arrives byte for byte, and no client can hold a thread."""

import http.client
import socket
import threading
import time
from contextlib import contextmanager
from io import BytesIO
from wsgiref.util import FileWrapper

import pytest
import uvicorn

from config import bridge as bridge_module
from config.bridge import Bridge


class Echo:
    """A WSGI app that notes what it gets and answers what it is told to."""

    def __init__(self) -> None:
        self.seen: list[dict] = []
        self.bodies: list[bytes] = []
        self.answer = [b"hello"]
        self.headers = [("Content-Type", "text/plain")]
        self.closed = threading.Event()
        self.hold = 0.0

    def __call__(self, environ, start_response):
        time.sleep(self.hold)
        self.seen.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", self.headers)
        return self.answer


@contextmanager
def serving(app, threads=2):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(Bridge(app, threads), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(5)


def ask(port, method="GET", path="/", body=None, headers=()):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request(method, path, body, dict(headers))
        answer = link.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        link.close()


def raw(port, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(request)
        received = b""
        while piece := link.recv(65536):
            received += piece
        return received


def test_a_request_arrives_byte_for_byte():
    app = Echo()
    with serving(app) as port:
        status, headers, body = ask(port, "POST", "/caf%C3%A9/%FF/?q=%00&x=1", b"\x00\xff" * 10, {"X-One": "1"})
    assert (status, body, headers["content-length"]) == (200, b"hello", "5")
    environ = app.seen[0]
    assert environ["PATH_INFO"].encode("latin-1") == b"/caf\xc3\xa9/\xff/"
    assert environ["QUERY_STRING"] == "q=%00&x=1"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["CONTENT_LENGTH"] == "20"
    assert environ["HTTP_X_ONE"] == "1"
    assert app.bodies == [b"\x00\xff" * 10]


def test_bytes_that_no_browser_sends_are_no_fault_of_the_server():
    app = Echo()
    with serving(app) as port:
        received = raw(port, b"GET /?q=\xe9\xff HTTP/1.1\r\nHost: a\r\nX-Odd: \xe9\r\nConnection: close\r\n\r\n")
        assert b" 500 " not in received.split(b"\r\n")[0]


def test_a_header_spelt_with_underscores_cannot_pose_as_the_proxys():
    app = Echo()
    with serving(app) as port:
        raw(port, b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_Proto: https\r\nConnection: close\r\n\r\n")
        raw(port, b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n")
    assert "HTTP_X_FORWARDED_PROTO" not in app.seen[0]
    assert app.seen[1]["HTTP_COOKIE"] == "a=1; b=2"


def test_a_chunked_body_has_a_length_for_django():
    app = Echo()
    with serving(app) as port:
        ask(port, "POST", "/", iter([b"abc", b"def"]))
    assert app.seen[0]["CONTENT_LENGTH"] == "6"
    assert app.bodies == [b"abcdef"]


def test_head_has_no_body_and_a_client_that_asks_to_continue_is_told_so():
    app = Echo()
    with serving(app) as port:
        status, headers, body = ask(port, "HEAD")
        assert (status, body, headers["content-length"]) == (200, b"", "5")
        request = (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
            link.sendall(request)
            assert link.recv(100).startswith(b"HTTP/1.1 100")
            link.sendall(b"ok")
            assert b" 200 " in link.recv(1000)


def test_a_body_beyond_all_limits_is_refused_before_it_is_sent():
    app = Echo()
    with serving(app) as port:
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (bridge_module.LARGEST_BODY + 1)
        assert raw(port, head).startswith(b"HTTP/1.1 413")
        said = raw(port, head.replace(b" / ", b" /api/v1/decisions/1/entries "))
        assert said.startswith(b"HTTP/1.1 413")
        assert b"application/problem+json" in said
        assert b'"status": 413' in said
    assert app.seen == []


def test_a_slow_upload_holds_no_thread():
    app = Echo()
    with serving(app, threads=1) as port:
        slow = socket.create_connection(("127.0.0.1", port), timeout=5)
        slow.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
        assert ask(port)[0] == 200
        slow.close()
        assert ask(port)[0] == 200


def test_a_slow_download_of_a_file_holds_no_thread(tmp_path):
    app = Echo()
    big = tmp_path / "big"
    big.write_bytes(b"x" * 30_000_000)
    opened = []

    def answer(environ, start_response):
        if environ["PATH_INFO"] != "/file":
            return app(environ, start_response)
        start_response("200 OK", [("Content-Length", "30000000")])
        opened.append(big.open("rb"))
        return environ["wsgi.file_wrapper"](opened[0], 4096)

    with serving(answer, threads=1) as port:
        slow = socket.create_connection(("127.0.0.1", port), timeout=5)
        slow.sendall(b"GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert slow.recv(1000).startswith(b"HTTP/1.1 200")
        assert ask(port)[0] == 200
        received = 0
        while piece := slow.recv(1_000_000):
            received += len(piece)
        slow.close()
        assert received > 29_999_000
        end = time.monotonic() + 5
        while not opened[0].closed and time.monotonic() < end:
            time.sleep(0.01)
        assert opened[0].closed


def test_a_generated_answer_is_sent_piece_by_piece_and_closed(monkeypatch):
    app = Echo()

    class Pieces:
        streaming = True

        def __iter__(self):
            return iter([b"one ", b"", b"two"])

        def close(self):
            app.closed.set()

    app.answer = Pieces()
    with serving(app) as port:
        assert ask(port)[2] == b"one two"
        assert app.closed.wait(2)


def test_too_many_waiting_are_told_to_come_back(monkeypatch):
    monkeypatch.setattr(bridge_module, "WAITING_LIMIT", 2)
    app = Echo()
    app.hold = 0.5
    with serving(app, threads=1) as port:
        waiting = [threading.Thread(target=ask, args=(port,)) for _ in range(2)]
        for thread in waiting:
            thread.start()
        time.sleep(0.2)
        status, headers, _body = ask(port)
        for thread in waiting:
            thread.join()
    assert (status, headers["retry-after"]) == (503, "2")


def test_a_fault_of_the_app_is_a_500_and_the_next_request_is_served():
    def broken(environ, start_response):
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError("a fault")
        start_response("200 OK", [])
        return [b"fine"]

    with serving(broken) as port:
        assert ask(port, path="/broken")[0] == 500
        assert ask(port)[2] == b"fine"


@pytest.mark.parametrize("size", [0, 10, 300_000, 2_000_000])
def test_files_of_all_sizes_arrive_whole(size):
    content = b"ab" * (size // 2)

    def answer(environ, start_response):
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return FileWrapper(BytesIO(content))

    with serving(answer) as port:
        assert ask(port)[2] == content
