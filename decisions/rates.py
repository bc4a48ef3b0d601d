"""How often something was tried in the present minute."""

import time
from contextlib import suppress

from django.core.cache import cache

WINDOW = 60  # seconds


def count(key: str) -> int:
    """The tries under this key in this minute, with this one; each process counts for itself unless they share a cache."""
    key = _now(key)
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        return int(cache.incr(key))
    except ValueError:  # evicted between the two calls
        return 1


def take_back(key: str) -> None:
    """Do not count that try after all."""
    with suppress(ValueError):
        cache.decr(_now(key))


def seconds_left() -> int:
    """The seconds until counting begins anew."""
    return WINDOW - int(time.time() % WINDOW)


def _now(key: str) -> str:
    return f"rate:{key}:{int(time.time() // WINDOW)}"
