"""The viewers' own fragments: everybody gets the own ballot, and equal ones are drawn once."""

import pytest

from tests.rooms import CHURN, scoring
from workshops import actions, fragments

pytestmark = pytest.mark.django_db


def check(made):
    """What the stream hands to each seat is what that seat's own page shows."""
    seats = [made.seat(name) for name in made.seats]
    drawn = fragments.load_room(made.id).draw_own([seat.pk for seat in seats])
    for name, seat in made.seats.items():
        found = made.client(name).get(made.url("state"), HTTP_HX_REQUEST="true").content.decode()
        assert drawn[seat.pk]["ballot"] in found, name
    return drawn


def test_everybody_gets_the_own_ballot_and_nobody_elses():
    made = scoring()
    made.join("lena", "legal")
    made.join("emil")
    opened = made.open(CHURN)
    check(made)
    for name, cast in {
        "ines": {"score": 0, "confidence": "sure", "reason": ""},
        "sam": {"score": 0, "confidence": "sure", "reason": "Audit asks for sources."},
        "daria": {"score": 0, "confidence": "unsure", "reason": ""},
        "lena": {"score": 1, "confidence": "sure", "reason": ""},
    }.items():
        actions.cast_ballot(workshop_id=made.id, round_id=opened.pk, by=made.seats[name], **cast)
        check(made)
    made.reveal(opened)
    revealed = check(made)
    assert revealed[made.ines.pk] == revealed[made.sam.pk], "the fragment says the score alone now"
    assert len({revealed[made.seats[name].pk]["ballot"] for name in ("ines", "lena", "emil")}) == 3


def test_a_round_that_opens_is_drawn_once_for_all_who_vote_and_once_for_observers(
    monkeypatch, django_assert_num_queries
):
    made = scoring()
    for number in range(20):
        made.join(f"guest{number}")
    made.open(CHURN)
    drawn = []
    draw = fragments.draw
    monkeypatch.setattr(fragments, "draw", lambda name, context: drawn.append(name) or draw(name, context))
    loaded = fragments.load_room(made.id)
    with django_assert_num_queries(1):
        assert set(loaded.draw_own([seat.pk for seat in made.seats.values()])) == set(loaded.seats)
    assert drawn == ["ballot", "ballot"]
