"""What pilot figures show, held against the tables that the guide prints."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.framework.measures import MEASURES, TIERS
from decisions.framework.metrics import Verdict, at_most, exact, verdict, verdict_at_most, wilson

from .sampling import (
    Z_TWO_SIDED,
    chance_to_pass,
    corrected,
    failures_allowed,
    failures_that_fail,
    judged,
    n_to_pass,
    p95_rank,
    p95_upper,
    sign_test,
    smallest_n,
    wins_needed,
    zero_events_bound,
)

SIZES = (30, 50, 100, 150, 200, 300, 400)


@pytest.mark.parametrize(
    ("gate", "row"),
    [
        (0.80, "2/10 5/15 13/27 21/39 30/50 48/72 66/94"),
        (0.90, "0/6 1/9 5/15 8/22 13/27 21/39 30/50"),
        (0.95, "None/4 None/6 1/9 3/12 4/16 8/22 12/28"),
    ],
)
def test_failures_allowed_and_failures_that_fail(gate, row):
    assert " ".join(f"{failures_allowed(gate, n)}/{failures_that_fail(gate, n)}" for n in SIZES) == row


@pytest.mark.parametrize(
    ("gate", "by_wilson", "exactly"), [(0.80, 11, 14), (0.85, 16, 19), (0.90, 25, 29), (0.95, 52, 59), (0.98, 133, 149)]
)
def test_the_smallest_sample_that_can_pass(gate, by_wilson, exactly):
    assert smallest_n(gate) == by_wilson
    assert smallest_n(gate, exactly=True) == exactly


@pytest.mark.parametrize(
    ("true_share", "gate", "n"),
    [(0.90, 0.80, 80), (0.92, 0.85, 135), (0.95, 0.90, 180), (0.97, 0.90, 75), (0.98, 0.95, 230), (0.99, 0.95, 120)],
)
def test_the_sample_for_a_fair_chance_to_pass(true_share, gate, n):
    assert n_to_pass(true_share, gate) == n
    assert chance_to_pass(true_share, gate, n) >= 0.8 > chance_to_pass(true_share, gate, n - 20)


@pytest.mark.parametrize(
    ("n", "low", "high"), [(30, 74, 97), (50, 79, 96), (100, 83, 95), (200, 85, 93), (400, 87, 93)]
)
def test_two_sided_bounds_at_ninety_per_cent(n, low, high):
    found = wilson(n * 9 // 10, n, Z_TWO_SIDED)
    assert 100 * found[0] == pytest.approx(low, abs=0.6)
    assert 100 * found[1] == pytest.approx(high, abs=0.6)


@pytest.mark.parametrize(("n", "below"), [(30, 9.5), (50, 5.8), (100, 3.0), (150, 2.0), (300, 1.0)])
def test_no_event_is_not_no_risk(n, below):
    assert round(100 * zero_events_bound(n), 1) == below
    assert exact(0, n)[1] == pytest.approx(zero_events_bound(n))


def test_leak_probes():
    assert zero_events_bound(59) < 0.05 < zero_events_bound(58)
    assert zero_events_bound(299) < 0.01 < zero_events_bound(298)
    assert verdict_at_most(0, 299, 0.01, exactly=True) is Verdict.PASS
    assert verdict_at_most(0, 100, 0.01, exactly=True) is Verdict.NOT_SHOWN


@pytest.mark.parametrize(("n", "rank"), [(1, None), (58, None), (59, 1), (100, 2), (200, 5), (500, 17)])
def test_which_request_bounds_p95(n, rank):
    assert p95_rank(n) == rank


def test_p95_from_latencies():
    assert p95_upper([0.1] * 58) is None
    assert p95_upper([float(n) for n in range(1, 101)]) == 99.0


@pytest.mark.parametrize(("discordant", "wins"), [(5, None), (6, 6), (10, 9), (15, 12), (20, 15), (30, 21)])
def test_wins_that_show_a_difference(discordant, wins):
    assert wins_needed(discordant) == wins


def test_sign_test_without_a_difference():
    assert sign_test(0, 0) == 1.0
    assert sign_test(8, 2) > 0.05 > sign_test(9, 1)
    assert sign_test(2, 8) == sign_test(8, 2)


def test_a_lenient_judge_flatters():
    assert judged(0.80, sensitivity=0.97, specificity=0.60) == pytest.approx(0.856)
    assert corrected(0.856, sensitivity=0.97, specificity=0.60) == pytest.approx(0.80)


@pytest.mark.parametrize(
    ("observed", "sensitivity", "specificity"),
    [(0.30, 0.97, 0.60), (0.99, 0.90, 0.90), (0.5, 0.5, 0.5), (0.5, 0.2, 0.3)],
)
def test_a_judge_who_cannot_be_corrected_is_unusable(observed, sensitivity, specificity):
    assert corrected(observed, sensitivity, specificity) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(1, 0),
        lambda: wilson(3, 2),
        lambda: wilson(-1, 5),
        lambda: verdict(1, 2, 1.0),
        lambda: corrected(1.2, 0.9, 0.9),
        lambda: sign_test(-1, 2),
        lambda: n_to_pass(0.9, 0.9),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()


def test_no_sample_shows_nothing():
    assert verdict(0, 0, 0.9) is Verdict.NOT_SHOWN


counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, st.floats(0.01, 0.99))
def test_verdicts_are_in_order(count, gate):
    successes, n = count
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    found = verdict(successes, n, gate)
    assert found is not Verdict.PASS or successes / n >= gate
    assert found is not Verdict.FAIL or successes / n < gate
    if successes < n and found is Verdict.PASS:
        assert verdict(successes + 1, n, gate) is Verdict.PASS


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_the_binomial_is_a_sum_of_its_terms(count, p):
    k, n = count
    terms = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))
    assert at_most(k, n, p) == pytest.approx(terms, rel=1e-6, abs=1e-12)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_exact_bounds_leave_one_in_twenty(count):
    successes, n = count
    low, high = exact(successes, n)
    if successes:
        assert 1 - at_most(successes - 1, n, low) == pytest.approx(0.05, abs=1e-6)
    if successes < n:
        assert at_most(successes, n, high) == pytest.approx(0.05, abs=1e-6)


def test_start_values_grow_stricter_and_every_stop_lies_beyond_its_gate():
    for measure in MEASURES:
        assert str(measure.definition)
        if not measure.gates:
            assert measure.gate_text("internal") == measure.stop_text("internal") == ""
            continue
        gates = [measure.gates[tier] for tier in TIERS]
        assert gates == sorted(gates, reverse=not measure.at_least)
        assert measure.gate_text("customer").startswith(">=" if measure.at_least else "<=")
        assert measure.stop_text("customer").startswith("<" if measure.at_least else ">")


def test_a_million_items_are_no_burden():
    assert verdict(950_500, 1_000_000, 0.95, exactly=True) is Verdict.PASS
    assert 49_000 < failures_allowed(0.95, 1_000_000) < 50_000
    assert smallest_n(0.9999) > 20_000
