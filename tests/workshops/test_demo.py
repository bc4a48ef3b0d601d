"""The demo's own decisions hold to what the product asks of everybody."""

import pytest

from decisions.framework.gates import has_gate
from decisions.models import Pilot, Record, RecordState
from decisions.records import problems, warnings
from workshops.demo.seed import seed

pytestmark = pytest.mark.django_db


def test_the_demo_signs_only_what_may_be_signed_and_its_pilot_measured_every_gate():
    seed()

    states = {record.state for record in Record.objects.all()}
    assert states == {RecordState.ACCEPTED, RecordState.IN_SIGN_OFF}
    for record in Record.objects.all():
        assert problems(record) == ()
        assert warnings(record) == ()
        assert all(metric["limit"] for metric in record.content["metrics"] if has_gate(metric))
    pilot = Pilot.objects.get()
    gated = [metric["key"] for metric in pilot.record.content["metrics"] if has_gate(metric)]
    assert len(gated) >= 7
    assert {one.key: one.verdict for one in pilot.results.all()} == dict.fromkeys(gated, "pass")
    assert pilot.verdict == "pass"


def test_the_room_hands_over_all_its_rounds():
    seed()

    record = Record.objects.get(state=RecordState.ACCEPTED)
    (twice,) = [one for one in record.content["criteria"] if one["rounds"] > 1]
    assert twice["key"] == "data_sensitivity"
    (first,) = twice["earlier"]
    assert sorted(one["score"] for one in first["ballots"]) == [-2, -1, -1, 1]
    assert sorted(one["score"] for one in twice["ballots"]) != [-2, -1, -1, 1]
    assert first["lean"] is None
