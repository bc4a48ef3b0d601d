"""Gates: what people write is understood as direction, value, unit and sample, or refused; never silently no gate."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.framework.gates import Gate, GateError, has_gate, is_watched, keeps, parse_gate


def gate_from(data):
    return Gate(data["direction"], Decimal(data["value"]), data["unit"], data["sample"], data["statistic"])


@pytest.mark.parametrize(
    ("words", "direction", "value", "unit", "sample"),
    [
        ("p95 <= 4 s", "at_most", "4", "s", None),
        (">= 0.95", "at_least", "95", "%", None),
        ("max 5%", "at_most", "5", "%", None),
        ("under 5 %", "below", "5", "%", None),
        ("≥ 85 %", "at_least", "85", "%", None),
        ("at most 2,5 %", "at_most", "2.5", "%", None),
        ("5 % or less", "at_most", "5", "%", None),
        ("more than 60 %", "above", "60", "%", None),
        ("0 of 299", "at_most", "0", "", 299),
        ("0 / 299", "at_most", "0", "", 299),
        ("none in 59", "at_most", "0", "", 59),
        ("0 allowed", "at_most", "0", "", None),
        ("<= 0 %", "at_most", "0", "%", None),
        ("<= 900 ms", "at_most", "900", "ms", None),
        ("under 2 seconds", "below", "2", "s", None),
        ("<= 0.05 EUR", "at_most", "0.05", "EUR", None),
        ("$0.05 max", "at_most", "0.05", "USD", None),
        ("€ 0.04/answer or less", "at_most", "0.04", "EUR per answer", None),
        ("at most 3 complaints", "at_most", "3", "complaints", None),
    ],
)
def test_what_people_write_is_understood(words, direction, value, unit, sample):
    gate = parse_gate(words)

    found = gate.as_dict()
    assert (found["direction"], found["value"], found["unit"], found["sample"]) == (direction, value, unit, sample)
    assert gate_from(found) == gate


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("product sets it", "can't read this gate"),
        ("none", "can't read this gate"),  # no gate, or none allowed?
        ("fast enough", "can't read this gate"),
        (">= 18 of 20", "can't read this gate"),
        ("9" * 100 + " %", "can't read this gate"),
        ("95 %", "Enter a direction"),
        ("4 s", "Enter a direction"),
        ("<= 3", "Enter a number with its unit"),
        ("<= 1,000 ms", "comma"),
        (">= 100 %", "between 0% and 100%"),
        (">= 0 %", "between 0% and 100%"),
        ("<= 120 %", "between 0% and 100%"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_write(words, told):
    with pytest.raises(GateError, match=told):
        parse_gate(words)


@pytest.mark.parametrize(
    ("key", "words", "told"),
    [
        ("latency_p95", ">= 4 s", "Lower is better"),
        ("latency_p95", "<= 0.4", "Enter a number with its unit"),
        ("hallucination_rate", ">= 95 %", "Lower is better"),
        ("grounded_correctness", "<= 85 %", "Higher is better"),
        ("grounded_correctness", "0", "Higher is better"),
    ],
)
def test_a_metric_of_the_framework_knows_its_direction_and_its_kind(key, words, told):
    with pytest.raises(GateError, match=told):
        parse_gate(words, key=key)


def test_the_sample_counts_into_the_gate():
    assert parse_gate(">= 85 %", sample="200 prompts, 30+ in each group").sample == 200
    assert parse_gate("0 of 299", sample="59 probes").sample == 299
    assert parse_gate(">= 85 %", sample="2 weeks of traffic").sample is None
    assert parse_gate("<= 4 s", key="latency_p95").statistic == "p95"


@pytest.mark.parametrize("words", ["", "watched, no gate", "No gate", "trend"])
def test_no_gate_is_said(words):
    assert parse_gate(words) is None
    assert not has_gate({"gate": words})
    assert is_watched(words) is bool(words)


@pytest.mark.parametrize(
    ("gate", "figure", "kept"),
    [
        ("<= 4 s", "9.9 s", False),
        ("<= 4 s", "4 s", True),
        ("under 4 s", "4 s", False),
        ("<= 4 s", "900 ms", True),
        ("<= 4 s", "0.1 min", False),
        ("<= 0.05 EUR", "0.04 EUR per answer", True),
        ("<= 0.05 EUR", "€0.06", False),
        ("<= 0.05 EUR", "0.04 USD", None),
        ("<= 4 s", "4", None),
        ("<= 4 s", "fast", None),
        ("<= 4 s", "1,000 ms", None),
        ("at least 20 answers per hour", "25 answers per hour", True),
    ],
)
def test_figures_are_compared_with_their_units_or_not_at_all(gate, figure, kept):
    assert keeps(parse_gate(gate), figure) is kept


@given(st.text(max_size=200), st.sampled_from(["", "latency_p95", "role_leak", "own"]))
def test_any_text_is_a_gate_or_none_or_refused(text, key):
    try:
        gate = parse_gate(text, key=key)
    except GateError:
        return
    if gate is None:
        assert not text.strip() or is_watched(text)
    else:
        assert gate_from(gate.as_dict()) == gate
