"""How often something was tried in the present minute."""

import time
from contextlib import suppress

from django.core.cache import cache

WINDOW = 60  # seconds


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
