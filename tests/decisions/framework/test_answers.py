"""Reading answers: everything valid is read, everything else is refused by the name of its field."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.framework.answers import CRITERIA, MAX_BYTES, AnswerError, parse, read_json
from decisions.framework.lever import parse_lever
from decisions.framework.recommendation import recommend

from .strategies import any_answers, any_json


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ([], "input"),
        (None, "input"),
        ("leans", "input"),
        ({"lean": {}}, "lean"),
        ({"leans": []}, "leans"),
        ({"leans": None}, "leans"),
        ({"leans": {"churn": 1}}, "leans.churn"),
        ({"leans": {"knowledge_churn": 3}}, "leans.knowledge_churn"),
        ({"leans": {"knowledge_churn": -3}}, "leans.knowledge_churn"),
        ({"leans": {"audit_trust": 1.0}}, "leans.audit_trust"),
        ({"leans": {"audit_trust": True}}, "leans.audit_trust"),
        ({"leans": {"audit_trust": "1"}}, "leans.audit_trust"),
        ({"leans": {"audit_trust": [1]}}, "leans.audit_trust"),
        ({"leans": {"audit_trust": float("nan")}}, "leans.audit_trust"),
        ({"leans": {"audit_trust": 10**400}}, "leans.audit_trust"),
        ({"contested": {"latency_cost": 1}}, "contested.latency_cost"),
        ({"contested": {"latency_cost": None}}, "contested.latency_cost"),
        ({"contested": {"latency_cost": []}}, "contested.latency_cost"),
        ({"contested": {"latency_cost": [1, False]}}, "contested.latency_cost"),
        ({"contested": {"latency_cost": [1, 5]}}, "contested.latency_cost"),
        ({"contested": {"latency": [1]}}, "contested.latency"),
        ({"situation": {"documents_drive": 1}}, "situation.documents_drive"),
        ({"situation": {"documents_drive": None}}, "situation.documents_drive"),
        ({"situation": {"documents_drive": "yes"}}, "situation.documents_drive"),
        ({"situation": {"sources_matter": 0}}, "situation.sources_matter"),
        ({"situation": {"pre_check": "document_quality"}}, "situation.pre_check"),
        ({"situation": {"pre_check": ["documents"]}}, "situation.pre_check"),
        ({"situation": {"pre_check": [["clearer_tools"]]}}, "situation.pre_check"),
        ({"situation": {"pre_check": None}}, "situation.pre_check"),
        ({"situation": {"urgent": True}}, "situation.urgent"),
    ],
)
def test_the_wrong_field_is_named(raw, field):
    with pytest.raises(AnswerError) as refused:
        parse(raw)
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: ")


def test_nothing_is_asked_for_that_may_be_left_out():
    given = parse({"leans": {"audit_trust": None}, "contested": {}, "situation": {}})
    assert all(given.state(key) == "unanswered" for key in CRITERIA)
    assert given.situation.update_owner is None, "not asked"
    assert given.situation.counted("update_owner") is True
    assert given.situation.behaviour_dominates is None


def test_ticks_are_a_set_and_votes_are_kept():
    given = parse(
        {
            "contested": {"audit_trust": [2, 2, -1]},
            "situation": {"pre_check": ["document_quality", "clearer_tools", "document_quality"]},
        }
    )
    assert given.situation.pre_check == ("clearer_tools", "document_quality")
    assert given.contested["audit_trust"] == (2, 2, -1)
    assert given.ways("audit_trust") == (-1, 2)


def refusal(reader, given):
    try:
        reader(given)
    except AnswerError as error:
        return error
    return None


@given(any_answers)
@settings(deadline=None)
def test_answers_survive_the_round_trip_through_json(given):
    again = parse(json.loads(json.dumps(given.as_dict())))
    assert [again.ways(key) for key in CRITERIA] == [given.ways(key) for key in CRITERIA]
    assert set(again.situation.pre_check or ()) == set(given.situation.pre_check or ())
    assert json.loads(json.dumps(recommend(again).as_dict()))


@given(any_json)
@settings(max_examples=200)
def test_parse_raises_nothing_but_answer_error(raw):
    for reader in (parse, parse_lever):
        refused = refusal(reader, raw)
        assert refused is None or (refused.field and str(refused).isprintable())


@given(st.binary(max_size=200))
def test_bytes_raise_nothing_but_answer_error(data):
    refused = refusal(read_json, data)
    assert refused is None or refused.field == "input"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"\xff\xfe{}",
        b"\xed\xa0\x80",
        b"{",
        b"{} {}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b" " * (MAX_BYTES + 1),
        "{\u00a0}".encode(),
        b"\x00",
    ],
    ids=["empty", "blank", "utf16", "surrogate", "cut", "two", "deep list", "deep object", "long", "nbsp", "nul"],
)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(AnswerError) as refused:
        read_json(data)
    assert refused.value.field == "input"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"leans": {"audit_trust": 1, "audit_trust": 1}}', "leans.audit_trust"),
        ('{"leans": {}, "leans": {}}', "leans"),
        ('{"situation": {"update_owner": true, "update_owner": false}}', "situation.update_owner"),
        ('{"leans": {"audit_trust": NaN}}', "leans.audit_trust"),
        ('{"leans": {"audit_trust": -Infinity}}', "leans.audit_trust"),
        ('{"leans": {"audit_trust": 1e0}}', "leans.audit_trust"),
        ('{"leans": {"audit_trust": ' + "9" * 5000 + "}}", "leans.audit_trust"),
        ('{"leans": {"audit_trust": -' + "9" * 30 + "}}", "leans.audit_trust"),
        ('{"leans": {"\\ud800": 1}}', "leans.'\\ud800'"),
        ('{"leans": {"a\\u001b[31m": 1}}', "leans.'a\\x1b[31m'"),
    ],
)
def test_what_json_allows_and_we_do_not(text, field):
    with pytest.raises(AnswerError) as refused:
        parse(read_json(text.encode()))
    assert refused.value.field == field
    assert len(str(refused.value)) < 300


def test_a_byte_order_mark_and_minus_zero_are_harmless():
    assert parse(read_json(b'\xef\xbb\xbf{"leans": {"audit_trust": -0}}')).lean("audit_trust") == 0
