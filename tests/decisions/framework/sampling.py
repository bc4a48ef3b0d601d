"""How the guide's tables on samples follow from the verdicts: what the product states there and never computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from decisions.framework.metrics import CONFIDENCE, MIN_REQUESTS_FOR_P95, MOST, Verdict, at_most, verdict

Z_TWO_SIDED: Final = 1.959963984540054


def failures_allowed(gate: float, n: int) -> int | None:
    """The most failures with which `n` can PASS; None where even none would not do."""
    if verdict(n, n, gate) is not Verdict.PASS:
        return None
    return _last(lambda failures: verdict(n - failures, n, gate) is Verdict.PASS, n)


def failures_that_fail(gate: float, n: int) -> int | None:
    """The fewest failures with which `n` is a FAIL; None where `n` is too small to show even that."""
    if verdict(0, n, gate) is not Verdict.FAIL:
        return None
    return _last(lambda failures: verdict(n - failures, n, gate) is not Verdict.FAIL, n) + 1


def smallest_n(gate: float, *, exactly: bool = False) -> int:
    """The smallest sample that can PASS, and only without a single failure."""
    n = 1
    while verdict(n, n, gate, exactly=exactly) is not Verdict.PASS:
        n *= 2
        if n > MOST:
            raise ValueError("no sample of a practical size can show this gate")
    low = n // 2
    while n - low > 1:
        middle = (low + n) // 2
        if verdict(middle, middle, gate, exactly=exactly) is Verdict.PASS:
            n = middle
        else:
            low = middle
    return n


def chance_to_pass(true_share: float, gate: float, n: int) -> float:
    """How likely a system with this true share is to PASS with `n` items."""
    allowed = failures_allowed(gate, n)
    return 0.0 if allowed is None else at_most(allowed, n, 1 - true_share)


def n_to_pass(true_share: float, gate: float, chance: float = 0.8, step: int = 5) -> int:
    """The smallest sample, in steps of five, with this chance to PASS.

    The chance climbs in a sawtooth, because failures come whole: a few items more can mean a slightly lower chance.
    """
    if true_share <= gate:
        raise ValueError("a true share at or below the gate never passes reliably")
    n = step
    while n <= 20_000:
        if chance_to_pass(true_share, gate, n) >= chance:
            return n
        n += step
    raise ValueError("true share and gate are too close for a practical sample")


def zero_events_bound(n: int) -> float:
    """The largest true rate that is still plausible after no event in `n`: what a clean security probe shows."""
    return float(1 - (1 - CONFIDENCE) ** (1 / n))


def p95_rank(n: int) -> int | None:
    """Which of the slowest of `n` requests bounds p95 from above (1 is the slowest); None below 59 requests."""
    if n < MIN_REQUESTS_FOR_P95:
        return None
    # the k-th slowest is above the true p95 unless k or more requests fall into the slowest twentieth by luck
    rank = 1
    while at_most(rank, n, 1 - CONFIDENCE) <= 1 - CONFIDENCE:
        rank += 1
    return rank


def p95_upper(latencies: Sequence[float]) -> float | None:
    """The upper 95% bound of p95 latency; None where there are too few requests for any claim."""
    rank = p95_rank(len(latencies))
    return None if rank is None else sorted(latencies, reverse=True)[rank - 1]


def sign_test(wins: int, losses: int) -> float:
    """The two-sided exact p-value of A against B on the same prompts; ties are left out beforehand."""
    if wins < 0 or losses < 0:
        raise ValueError("counts cannot be negative")
    n = wins + losses
    if n == 0:
        return 1.0
    return min(1.0, 2 * at_most(min(wins, losses), n, 0.5))


def wins_needed(discordant: int) -> int | None:
    """The fewest wins among prompts on which A and B differ that show A to be better; None where none would do."""
    for wins in range(discordant // 2 + 1, discordant + 1):
        if sign_test(wins, discordant - wins) < 1 - CONFIDENCE:
            return wins
    return None


def corrected(observed: float, sensitivity: float, specificity: float) -> float | None:
    """The true share behind a judge's share; None where the judge is unusable (no better than chance, or off scale)."""
    for share in (observed, sensitivity, specificity):
        if not 0 <= share <= 1:
            raise ValueError("shares lie between 0 and 1")
    power = sensitivity + specificity - 1
    if power <= 0:
        return None
    share = (observed + specificity - 1) / power
    return share if -1e-12 <= share <= 1 + 1e-12 else None


def judged(true_share: float, sensitivity: float, specificity: float) -> float:
    """The share that a judge with these errors would report for a true share."""
    return true_share * sensitivity + (1 - true_share) * (1 - specificity)


def _last(holds: Callable[[int], bool], n: int) -> int:
    """The last of 0..n for which `holds`, which is true up to some point and false after it; it holds for 0."""
    low, high = 0, n + 1
    while high - low > 1:
        middle = (low + high) // 2
        if middle <= n and holds(middle):
            low = middle
        else:
            high = middle
    return low
