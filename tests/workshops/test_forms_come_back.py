"""A form of the room that was wrong comes back with 422, what is wrong beside the field, and what was typed."""

import pytest

from tests import rooms

pytestmark = pytest.mark.django_db
TOO_LONG = "much too long " * 200


def test_a_ballot_keeps_its_score_its_confidence_and_its_reason():
    room = rooms.scoring()
    opened = room.open()
    answer = room.client("ines").post(
        room.url("ballot", round_id=opened.pk), {"score": "2", "confidence": "sure", "reason": TOO_LONG}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert TOO_LONG.strip() in html
    assert 'name="score" value="2" checked' in html
    assert 'name="confidence" value="sure" checked' in html
    assert 'aria-invalid="true"' in html


def test_a_settlement_keeps_its_lean_and_its_sentence():
    room = rooms.scoring()
    opened = room.open()
    room.votes(opened, ines=-2, sam=-2, daria=-2)
    room.reveal(opened)
    answer = room.client("felix").post(
        room.url("settle", round_id=opened.pk), {"lean": "1", "why": TOO_LONG, "stage": room.now().stage}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert TOO_LONG.strip() in html
    assert 'name="lean" value="1" checked' in html
    assert 'name="lean" value="-2" checked' not in html


def test_a_note_keeps_its_text():
    room = rooms.scoring()
    opened = room.open()
    room.votes(opened, ines=-2, sam=-2, daria=-2)
    room.reveal(opened)
    answer = room.client("ines").post(room.url("note", round_id=opened.pk), {"text": TOO_LONG})
    assert answer.status_code == 422
    assert TOO_LONG.strip() in answer.content.decode()
