"""Who is here, and how a room goes on whose facilitator has dropped."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions.base.errors import Conflict, NotAllowed
from decisions.teams import acts as teams
from tests.rooms import CHURN, room, scoring
from workshops import actions, fragments
from workshops.board import shared_board
from workshops.models import Presence
from workshops.presence import Notes

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


class Watched:
    """A room as its web processes note it: who holds a stream of which."""

    def __init__(self, made, clock, processes=1):
        self.made, self.clock = made, clock
        self.processes = [Notes() for _one in range(processes)]
        self.key = None

    def streams(self, *names, process=0):
        """These seats alone hold streams of this process."""
        seats = {self.made.seats[name].pk for name in names}
        self.key = self.processes[process].bring({self.made.id: seats} if seats else {}).get(self.made.id, (None,))[0]

    def later(self, seconds, *names):
        """So much later, with a note of every ten seconds."""
        self.streams(*names)
        for _ten in range(seconds // 10):
            self.clock.shift(timedelta(seconds=10))
            self.streams(*names)

    @property
    def board(self):
        return shared_board(self.made.id)

    def away(self):
        return [seat.name for seat in self.board.seats if not seat.is_here]


@pytest.fixture
def watched(clock):
    """A room with an open round, everybody there."""
    made = scoring()
    made.open()
    watched = Watched(made, clock)
    watched.later(60, "felix", "ines", "sam", "daria", "otto")
    return watched


def test_who_goes_is_away_half_a_minute_later_and_back_at_once(watched):
    assert watched.away() == []
    before = watched.key
    watched.streams("felix", "ines", "daria", "otto")
    assert watched.key == before, "a reload is no absence"
    watched.later(20, "felix", "ines", "daria", "otto")
    assert watched.away() == []
    watched.later(10, "felix", "ines", "daria", "otto")
    assert watched.away() == ["Sam"]
    assert watched.key != before
    assert watched.key == watched.board.presence, "the room is drawn once, and not every four seconds"
    html = fragments.draw_shared(watched.board, fragments.SCREEN)["people"]
    assert html.count("is-away") == 1
    watched.streams("felix", "ines", "sam", "daria", "otto")
    assert watched.away() == []
    assert watched.key == before == watched.board.presence


def test_processes_read_each_others_notes_and_one_that_ended_is_forgotten(clock):
    made = room()
    watched = Watched(made, clock, processes=2)
    clock.shift(timedelta(minutes=5))
    watched.streams("felix", process=0)
    watched.streams("ines", "sam", process=1)
    assert watched.away() == ["Daria", "Otto"]
    seen = watched.key
    clock.shift(timedelta(seconds=20))
    watched.streams("ines", process=1)  # Sam's stream moves from one process to the other
    watched.streams("felix", "sam", process=0)
    assert watched.key == seen
    for _four in range(4):  # the second process is killed: it says nothing more
        clock.shift(timedelta(seconds=20))
        watched.streams("felix", "sam", process=0)
    assert watched.away() == ["Ines", "Daria", "Otto"]
    clock.shift(timedelta(days=2))
    watched.streams("felix", process=0)
    assert Presence.objects.count() == 1


def test_noting_who_is_here_takes_as_many_queries_for_many_rooms_as_for_one(clock):
    first = room()
    rooms = [first, *(room(cast=first.people) for _one in range(2))]
    notes = Notes()

    def noted(some):
        everybody = {made.id: {seat.pk for seat in made.seats.values()} for made in some}
        notes.bring(everybody)
        with CaptureQueriesContext(connection) as queries:
            notes.bring(everybody)
        return len(queries)

    assert noted(rooms[:1]) == noted(rooms) == 2


def test_a_room_that_nobody_watches_any_more_is_noted_as_empty(watched):
    watched.streams()
    assert not Presence.objects.exists()
    watched.clock.shift(timedelta(minutes=1))
    assert len(watched.away()) == 5


def test_the_room_is_told_that_its_facilitator_has_dropped_and_who_may_take_over(watched):
    r = watched.made
    assert watched.board.dropped is None
    watched.later(40, "ines", "sam", "daria", "otto")
    lead = watched.board.dropped
    assert (lead.led, lead.editors, lead.may_stand_in) == (("Felix",), (), False)
    assert "Felix (facilitator) isn't connected." in r.client("ines").get(r.url("room")).content.decode()
    r.join("olga", "legal", user=r.people.olga)
    page = r.client("olga").get(r.url("room")).content.decode()
    assert "Olga can take over at once." in page
    assert "data-may-take-over" in page
    assert "data-may-take-over" not in r.client("ines").get(r.url("room")).content.decode()
    r.client("olga").post(r.url("offer_to_lead"))
    assert r.seat("olga").is_facilitator
    assert watched.board.dropped is None


def stand_in(r, name, *confirmed_by):
    actions.offer_to_lead(workshop_id=r.id, by=r.seats[name])
    for other in confirmed_by:
        actions.confirm_lead(workshop_id=r.id, seat_id=r.seats[name].pk, by=r.seats[other])


def test_after_two_minutes_most_of_those_who_are_here_let_one_of_them_lead(watched):
    r = watched.made
    watched.later(110, "ines", "sam", "daria", "otto")
    with pytest.raises(Conflict, match="Wait 10 more seconds"):
        stand_in(r, "ines")
    watched.later(10, "ines", "sam", "daria", "otto")
    assert watched.board.dropped.may_stand_in
    stand_in(r, "ines", "sam", "sam")
    assert watched.board.dropped.offers == ((r.ines.pk, "Ines", 1),)
    assert "Ines offers to lead: 1 of 3 have confirmed." in r.client("otto").get(r.url("room")).content.decode()
    with pytest.raises(Conflict):
        actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.ines)
    actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.daria)
    assert not r.seat("ines").stands_in, "most of four are three"
    actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.otto)
    assert r.seat("ines").stands_in
    assert not r.seat("ines").is_facilitator
    assert watched.board.dropped is None
    assert r.minutes()[-1] == ("Ines", "stood_in")


def standing_in(watched):
    r = watched.made
    watched.later(120, "ines", "sam", "daria", "otto")
    stand_in(r, "ines", "sam", "daria", "otto")
    return r


def test_who_stands_in_opens_reveals_and_settles_and_does_nothing_else(watched):
    r = standing_in(watched)
    opened = r.workshop.rounds.get()
    r.votes(opened, ines=-2, sam=-1, daria=-1)
    actions.reveal(workshop_id=r.id, round_id=opened.pk, by=r.ines)
    actions.settle(workshop_id=r.id, round_id=opened.pk, lean=-1, why="", by=r.ines)
    actions.open_round(workshop_id=r.id, criterion="audit_trust", by=r.ines)
    assert r.workshop.rounds.get(criterion=CHURN).settled_by == "Ines"
    by = {"workshop_id": r.id, "by": r.ines}
    refused = [
        lambda: actions.invite(email="a@example.org", name="A", role="data", is_observer=False, **by),
        lambda: actions.remove_seat(seat_id=r.sam.pk, **by),
        lambda: actions.change_role(seat_id=r.sam.pk, role="legal", is_observer=False, **by),
        lambda: actions.give_lead(seat_id=r.sam.pk, keep=True, **by),
        lambda: actions.write_record(flips=[], risks=[], user=None, **by),
        lambda: actions.close(**by),
        lambda: actions.remind_missing(**by),
        lambda: actions.open_ahead(**by),
    ]
    for act in refused:
        with pytest.raises(NotAllowed):
            act()
    page = r.client("ines").get(r.url("room")).content.decode()
    assert "You lead until a facilitator is back." in page
    for what in ("reveal", "nudge"):
        assert f"/{what}/" in page
    for what in ("close", "remove", "invitations", "hand-over", "record"):
        assert f"/{what}/" not in page
    assert fragments.load_room(r.id).seats[r.ines.pk] == "stand_in"


def test_a_facilitator_who_is_back_leads_alone_again(watched):
    r = standing_in(watched)
    actions.nudge(workshop_id=r.id, by=r.ines)
    r.reveal(r.workshop.rounds.get())
    assert not r.seat("ines").stands_in
    with pytest.raises(NotAllowed):
        actions.set_timer(workshop_id=r.id, seconds=60, by=r.ines)


def test_neither_late_comers_nor_the_absent_have_a_say(watched):
    r = watched.made
    watched.later(60, "ines", "sam", "daria")
    r.join("kim", "legal")
    r.join("lou", "legal")
    watched.later(70, "ines", "sam", "daria", "kim", "lou")
    with pytest.raises(NotAllowed):
        stand_in(r, "kim")
    actions.offer_to_lead(workshop_id=r.id, by=r.ines)
    with pytest.raises(NotAllowed):
        actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.lou)
    actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.sam)
    assert not r.seat("ines").stands_in, "at least two"
    actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.daria)
    assert r.seat("ines").stands_in, "most of those three who are here and were before"


def test_two_people_alone_cannot_make_one_of_them_lead(watched):
    r = watched.made
    watched.later(180, "ines", "sam")
    assert not watched.board.dropped.may_stand_in
    with pytest.raises(Conflict, match="Two others"):
        stand_in(r, "ines")


def test_nobody_stands_in_while_somebody_who_may_lead_is_here(watched):
    r = watched.made
    watched.later(180, "felix", "ines", "sam", "daria")
    with pytest.raises(Conflict, match="facilitator is here"):
        stand_in(r, "ines")
    r.join("olga", "legal", user=r.people.olga)
    watched.later(180, "olga", "ines", "sam", "daria")
    with pytest.raises(Conflict, match="Olga can take over"):
        stand_in(r, "ines")


def test_what_was_confirmed_before_the_facilitator_came_back_counts_no_more(watched):
    r = watched.made
    watched.later(130, "ines", "sam", "daria")
    stand_in(r, "ines", "sam")
    watched.later(20, "felix", "ines", "sam", "daria")
    assert watched.board.dropped is None
    watched.later(150, "ines", "sam", "daria")
    assert watched.board.dropped.offers == ()
    with pytest.raises(Conflict, match="offer has ended"):
        actions.confirm_lead(workshop_id=r.id, seat_id=r.ines.pk, by=r.daria)


def test_a_room_whose_facilitator_has_left_the_team_is_led_on_by_the_teams_editors(watched):
    r = watched.made
    of_felix = r.people.team.memberships.get(user=r.people.felix)
    teams.remove(team=r.people.team, membership_id=of_felix.pk, by=r.people.olga)
    watched.streams("ines", "sam", "daria", "otto")
    assert watched.board.dropped.led == ()
    assert "No one is facilitating right now." in r.client("ines").get(r.url("room")).content.decode()
    olga = r.client()
    olga.force_login(r.people.olga)
    assert "Join to vote" in olga.get(r.url("room")).content.decode()
    olga.post(reverse("workshops:join_link", args=[r.now().join_token]), {"name": "Olga", "role": "legal"})
    olga.post(r.url("take_over"))
    assert r.workshop.seats.get(name="Olga").is_facilitator
    r.join("pat", "legal")
    with pytest.raises(Conflict, match="facilitator is here"):
        stand_in(r, "ines")
