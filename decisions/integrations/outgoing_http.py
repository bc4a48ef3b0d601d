"""Calling addresses that people typed: only public ones, reached by the very address that was checked."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from decisions.base.typed_text import is_printable

TIMEOUT = 10  # seconds, to connect and for each read
LONGEST = 20  # seconds from the first connection to the status: a receiver that drips bytes holds nobody longer
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """That address is not called; `str()` says why, for people."""


@dataclass(frozen=True)
class Target:
    """Where to connect, decided once: the name is not looked up a second time."""

    host: str
    port: int
    path: str
    is_tls: bool
    ips: tuple[str, ...]

    @property
    def name(self) -> str:
        """The host as the Host header writes it; an IPv6 address stands in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def allows_private() -> bool:
    """Whether this site may call addresses of its own network (setting WEBHOOK_ALLOW_PRIVATE)."""
    return bool(getattr(settings, "WEBHOOK_ALLOW_PRIVATE", False))


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, also when it is wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def check_address(url: str) -> str:
    """The address in normal form; raises AddressRefused for what is never called. Names are looked up only when calling."""
    url = url.strip()
    if not is_printable(url) or any(char.isspace() for char in url) or "\\" in url:
        raise AddressRefused(_("Enter a full https:// address."))
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError as fault:
        raise AddressRefused(_("Enter a full https:// address.")) from fault
    schemes = {"https", "http"} if allows_private() else {"https"}
    if parts.scheme not in schemes:
        raise AddressRefused(_("Enter an address that starts with https://"))
    if not host or parts.username is not None or parts.password is not None or port == 0:
        raise AddressRefused(_("Enter an address with a host name and no user name or password."))
    if not allows_private():
        try:
            if not is_public(ipaddress.ip_address(host)):
                raise AddressRefused(_("Addresses on the server's own network aren't allowed."))
        except ValueError:  # a name, looked up when it is called
            if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
                raise AddressRefused(_("Addresses on the server's own network aren't allowed.")) from None
    return url


def target_of(url: str) -> Target:
    """Look the host up; every address that it has must be allowed. Raises AddressRefused or OSError."""
    parts = urlsplit(check_address(url))
    host = (parts.hostname or "").encode("idna").decode()
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allows_private() and not all(is_public(ipaddress.ip_address(ip.partition("%")[0])) for ip in found):
        raise AddressRefused(_("Addresses on the server's own network aren't allowed."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, is_tls, tuple(dict.fromkeys(found)))


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST the body and give the status; redirects are not followed, the answer's body is not read.

    Raises AddressRefused, OSError (a time-out is one) or http.client.HTTPException.
    """
    target = target_of(url)
    connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT)
    # The time-out of a socket begins anew with every byte; this does not.
    watch = threading.Timer(LONGEST, _cut, [connection])
    watch.daemon = True
    try:
        connection.sock = _connected(target)
        watch.start()
        if target.is_tls:
            context = ssl.create_default_context()
            connection.sock = shaken = context.wrap_socket(
                connection.sock, server_hostname=target.host, do_handshake_on_connect=False
            )
            shaken.do_handshake()
        connection.request("POST", target.path, body=body, headers={"Host": target.name, **headers})
        return connection.getresponse().status
    except UnicodeError as fault:
        raise AddressRefused(_("Enter a full https:// address.")) from fault
    finally:
        watch.cancel()
        connection.close()


def _connected(target: Target) -> socket.socket:
    """A connection to the first of the addresses that answers, as when the newer network is not reached from here."""
    for ip in target.ips[:-1]:
        try:
            return socket.create_connection((ip, target.port), timeout=TIMEOUT / 2)
        except OSError:
            continue
    return socket.create_connection((target.ips[-1], target.port), timeout=TIMEOUT)


def _cut(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError):
        if connection.sock is not None:
            # the plain method: TLS sockets forget their state in their own, while the other thread still reads
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
