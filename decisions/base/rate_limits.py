"""How often something was tried in the present minute."""

import ipaddress
import time
from contextlib import suppress

from django.core.cache import cache

WINDOW = 60  # seconds
MEMORY = 3600


def address_key(address: str) -> str:
    """Whom tries are counted for: an IPv4 address; of IPv6 the /64, since whoever has one address has all of those."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def remember(key: str) -> None:
    """Keep in mind for MEMORY seconds that somebody has done this."""
    cache.set(f"did:{key}", True, MEMORY)


def is_remembered(key: str) -> bool:
    """Whether they have."""
    return bool(cache.get(f"did:{key}"))


def this_minute(key: str) -> str:
    """The key under which this minute's tries are counted."""
    return f"rate:{key}:{int(time.time() // WINDOW)}"


def count(minute: str) -> int:
    """The tries of that minute, with this one; each process counts for itself unless they share a cache."""
    cache.add(minute, 0, timeout=2 * WINDOW)
    try:
        return int(cache.incr(minute))
    except ValueError:  # evicted between the two calls
        return 1


def take_back(minute: str) -> None:
    """Do not count that try after all, even if the next minute has begun meanwhile."""
    with suppress(ValueError):
        cache.decr(minute)


def seconds_left() -> int:
    """The seconds until counting begins anew."""
    return WINDOW - int(time.time() % WINDOW)
