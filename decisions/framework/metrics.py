"""What pilot figures show: verdicts with three outcomes from a share's bounds.

Bounds are one-sided at 95%. Wilson's interval for gates, because bars from the normal curve are too short under a few
hundred items (Bowyer et al., arXiv 2503.01747); the exact binomial for probes that allow no failure.
"""

from collections.abc import Callable
from enum import StrEnum
from math import exp, lgamma, log, log1p, sqrt
from typing import Final

CONFIDENCE: Final = 0.95
Z: Final = 1.6448536269514722
MIN_REQUESTS_FOR_P95: Final = 59
MOST: Final = 10_000_000


class Verdict(StrEnum):
    """What a sample shows about a gate; `NOT_SHOWN` means collect more, not nearly passed."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    NOT_SHOWN = "not_shown"


def wilson(successes: int, n: int, z: float = Z) -> tuple[float, float]:
    """Wilson's lower and upper bound of a share."""
    _check(successes, n)
    share, squared = successes / n, z * z
    middle = share + squared / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    low, high = (middle - reach) / (1 + squared / n), (middle + reach) / (1 + squared / n)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def exact(successes: int, n: int) -> tuple[float, float]:
    """The exact (Clopper-Pearson) lower and upper bound of a share, each one-sided at 95%."""
    _check(successes, n)
    risk = 1 - CONFIDENCE
    low = 0.0 if successes == 0 else _root(lambda p: 1 - at_most(successes - 1, n, p) - risk)
    high = 1.0 if successes == n else _root(lambda p: risk - at_most(successes, n, p))
    return low, high


def verdict(successes: int, n: int, gate: float, *, exactly: bool = False) -> Verdict:
    """Whether `successes` of `n` show that the true share reaches the gate; with no sample, nothing is shown."""
    if not 0 < gate < 1:
        raise ValueError("a gate is a share between 0 and 1")
    if n == 0:
        return Verdict.NOT_SHOWN
    low, high = exact(successes, n) if exactly else wilson(successes, n)
    if low >= gate:
        return Verdict.PASS
    return Verdict.FAIL if high < gate else Verdict.NOT_SHOWN


def verdict_at_most(events: int, n: int, limit: float, *, exactly: bool = False) -> Verdict:
    """The same for a share that must stay at or below a limit, such as hallucinations."""
    return verdict(n - events, n, 1 - limit, exactly=exactly)


def at_most(k: int, n: int, p: float) -> float:
    """The chance of at most `k` in `n` independent trials of chance `p`."""
    if k < 0:
        return 0.0
    if k >= n or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    # the shorter tail, from its largest term outward until nothing is added: quick for a million items too
    return _tail(k, n, p) if k <= n * p else 1.0 - _tail(n - k - 1, n, 1 - p)


def _tail(k: int, n: int, p: float) -> float:
    term = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))
    total, odds = term, (1 - p) / p
    for i in range(k, 0, -1):
        term *= odds * i / (n - i + 1)
        total += term
        if term < total * 1e-17:
            break
    return min(1.0, total)


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return high


def _check(successes: int, n: int) -> None:
    if n < 1 or not 0 <= successes <= n or n > MOST:
        raise ValueError("a sample needs at least one item, and cannot have more successes than items")
