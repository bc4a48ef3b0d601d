"""The product's views under a plain WSGI server with as many threads: no stream, no hub, no signals.

`python -m plain_wsgi PORT THREADS`. HTTP is parsed in C, as uvicorn's is, so that only the way differs.
"""

import io
import os
import socket
import sys
import threading

import httptools
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

from workshops.live import bus  # noqa: E402


class Nobody:
    """A listener without rooms."""

    def heard_from_thread(self, workshop_id, version, vote):
        pass


bus._open.append(bus.Bus(Nobody()))


class Request:
    """Collects one request."""

    def __init__(self) -> None:
        self.url, self.headers, self.body, self.complete = b"", [], b"", False

    def on_url(self, url):
        self.url += url

    def on_header(self, name, value):
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        self.complete = True


def answer(link: socket.socket, request: Request, method: str) -> None:
    url = httptools.parse_url(request.url)
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": url.path.decode("latin-1"),
        "QUERY_STRING": (url.query or b"").decode("latin-1"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        name = name.upper().replace("-", "_")
        environ[name if name == "CONTENT_TYPE" else f"HTTP_{name}"] = value
    head = []
    result = django(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
    body = b"".join(result)
    result.close()
    lines = [f"HTTP/1.1 {head[0]}", *(f"{name}: {value}" for name, value in head[1] if name != "Content-Length")]
    lines += [f"Content-Length: {len(body)}", "", ""]
    link.sendall("\r\n".join(lines).encode("latin-1") + body)


def serve(listener: socket.socket) -> None:
    while True:
        link, _address = listener.accept()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with link:
            request = Request()
            parser = httptools.HttpRequestParser(request)
            while data := link.recv(65536):
                parser.feed_data(data)
                if request.complete:
                    answer(link, request, parser.get_method().decode())
                    request = Request()
                    parser = httptools.HttpRequestParser(request)


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=256)
    threads = [threading.Thread(target=serve, args=(listening,)) for _ in range(int(sys.argv[2]))]
    for thread in threads:
        thread.start()
