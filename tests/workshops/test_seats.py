"""People come, go, come back, change whom they speak for, and hand the lead on."""

import pytest

from decisions.base.errors import Conflict, NotAllowed
from tests.rooms import room, scoring
from workshops import actions
from workshops.actions import people as seat_acts
from workshops.board import shared_board
from workshops.models import Ballot, Seat
from workshops.readings import readings

pytestmark = pytest.mark.django_db


def names(r):
    return [seat.name for seat in shared_board(r.id).seats]


def change_role(r, who, role, by=None, observer=False):
    return actions.change_role(
        workshop_id=r.id, seat_id=r.seats[who].pk, role=role, is_observer=observer, by=r.seats[by or who]
    )


# --- joining


def test_a_guest_takes_a_seat_and_everybody_sees_it():
    r = room()
    before = r.now().version
    r.join("lena", "legal")
    assert names(r)[-1] == "Lena"
    assert r.now().version == before + 1
    assert r.minutes()[-1] == ("Lena", "joined")
    assert not r.lena.is_facilitator


def test_the_room_says_early_which_owner_is_missing():
    r = room()
    assert shared_board(r.id).missing_roles == ()
    actions.leave(workshop_id=r.id, by=r.daria)
    assert shared_board(r.id).missing_roles == ("Data",)
    r.join("dora", "data", observer=True)
    assert shared_board(r.id).missing_roles == ("Data",), "who only watches does not speak for data"
    r.join("dan", "data")
    assert shared_board(r.id).missing_roles == ()


def test_a_late_joiner_votes_in_the_open_round():
    r = scoring()
    opened = r.open()
    r.join("lena", "legal")
    r.votes(opened, ines=0, lena=1)
    assert shared_board(r.id).current.round.expected == 4


def test_nobody_joins_a_closed_room():
    r = room()
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(Conflict):
        r.join("lena", "legal")


def test_an_account_that_joins_twice_has_one_seat_under_its_first_name():
    r = room()
    mina = r.people.mina
    first = r.join("mina", "legal", user=mina)
    minutes = r.minutes()
    again = actions.join(workshop_id=r.id, name="Someone", role="data", is_observer=True, user=mina)
    assert again.pk == first.pk
    assert (again.name, again.role) == ("Mina", "legal")
    assert r.minutes() == minutes


def test_who_left_may_come_back_on_a_new_seat():
    r = room()
    mina = r.people.mina
    first = r.join("mina", "legal", user=mina)
    actions.leave(workshop_id=r.id, by=first)
    again = r.join("mina", "legal", user=mina)
    assert again.pk != first.pk
    assert names(r).count("Mina") == 1


def test_a_room_has_an_end(monkeypatch):
    monkeypatch.setattr(seat_acts, "MOST_SEATS", 6)
    r = room()
    r.join("lena", "legal")
    with pytest.raises(Conflict, match="full"):
        r.join("lukas", "legal")


def test_a_guest_never_leads_by_joining_an_unled_room_but_its_creator_does():
    r = room()
    Seat.objects.filter(pk=r.felix.pk).update(is_facilitator=False, removed_at="2026-11-18T10:00:00Z")
    assert not r.join("lena", "legal").is_facilitator
    assert not r.join("mina", "legal", user=r.people.mina).is_facilitator
    assert r.join("felix", "other", user=r.people.felix).is_facilitator


# --- leaving and being removed: one stated rule for ballots


@pytest.mark.parametrize("way", ["leave", "remove"])
def test_who_goes_takes_ballots_of_open_rounds_along_and_leaves_revealed_ones(way):
    r = scoring()
    done = r.score("audit_trust", 1, ines=2, sam=0)
    opened = r.open()
    r.votes(opened, ines=-2, sam=1)
    before = r.now().version
    if way == "leave":
        actions.leave(workshop_id=r.id, by=r.ines)
    else:
        actions.remove_seat(workshop_id=r.id, seat_id=r.ines.pk, by=r.felix)
    assert sorted(Ballot.objects.filter(round=opened).values_list("seat__name", flat=True)) == ["Sam"]
    assert sorted(Ballot.objects.filter(round=done).values_list("seat__name", flat=True)) == ["Ines", "Sam"]
    assert r.now().version == before + 1
    line = r.workshop.minutes.last()
    assert line.detail["withdrawn_ballots"] == 1
    r.reveal(opened)
    shown = {one.key: one.round for one in shared_board(r.id).criteria}
    assert [dot.name for dot in shown["knowledge_churn"].results.dots] == ["Sam"]
    assert [dot.name for dot in shown["audit_trust"].results.dots] == ["Sam", "Ines"]
    assert "Ines" not in names(r)


def test_removing_is_for_facilitators_and_not_of_oneself():
    r = room()
    with pytest.raises(NotAllowed):
        actions.remove_seat(workshop_id=r.id, seat_id=r.sam.pk, by=r.ines)
    with pytest.raises(Conflict):
        actions.remove_seat(workshop_id=r.id, seat_id=r.felix.pk, by=r.felix)
    assert len(names(r)) == 5


def test_removing_or_leaving_twice():
    r = room()
    actions.remove_seat(workshop_id=r.id, seat_id=r.sam.pk, by=r.felix)
    with pytest.raises(Conflict):
        actions.remove_seat(workshop_id=r.id, seat_id=r.sam.pk, by=r.felix)
    actions.leave(workshop_id=r.id, by=r.ines)
    with pytest.raises(NotAllowed):
        actions.leave(workshop_id=r.id, by=r.ines)


def test_nobody_is_removed_from_another_room():
    ours = room()
    theirs = room(cast=ours.people)
    with pytest.raises(Conflict):
        actions.remove_seat(workshop_id=ours.id, seat_id=theirs.sam.pk, by=ours.felix)
    assert theirs.seat("sam").removed_at is None


def test_the_last_facilitator_hands_the_lead_on_before_leaving():
    r = room()
    with pytest.raises(Conflict):
        actions.leave(workshop_id=r.id, by=r.felix)
    actions.give_lead(workshop_id=r.id, seat_id=r.ines.pk, keep=True, by=r.felix)
    actions.leave(workshop_id=r.id, by=r.felix)
    assert r.seat("ines").is_facilitator
    assert not r.seat("felix").is_facilitator


# --- roles


def test_everybody_may_say_whom_they_speak_for_between_rounds():
    r = scoring()
    change_role(r, "ines", "legal")
    assert r.seat("ines").role == "legal"
    assert shared_board(r.id).missing_roles == ("Product",)
    assert r.minutes()[-1] == ("Ines", "changed_role")


def test_a_facilitator_changes_others_roles_and_nobody_else_does():
    r = room()
    change_role(r, "sam", "data", by="felix")
    assert r.seat("sam").role == "data"
    with pytest.raises(NotAllowed):
        change_role(r, "sam", "legal", by="ines")
    assert r.seat("sam").role == "data"


def test_roles_stay_while_a_round_is_open():
    r = scoring()
    opened = r.open()
    for by in ("ines", "felix"):
        with pytest.raises(Conflict):
            change_role(r, "ines", "legal", by=by)
    r.reveal(opened)
    change_role(r, "ines", "legal")
    assert r.seat("ines").role == "legal"


def test_who_has_voted_does_not_become_an_observer():
    r = scoring()
    r.score("audit_trust", 1, ines=2)
    with pytest.raises(Conflict):
        change_role(r, "ines", "product", observer=True)
    change_role(r, "sam", "security", observer=True)
    assert r.seat("sam").is_observer


def test_roles_stay_after_the_end():
    r = room()
    actions.close(workshop_id=r.id, by=r.felix)
    with pytest.raises(Conflict):
        change_role(r, "ines", "legal")


def test_the_same_role_again_says_nothing():
    r = room()
    before, minutes = r.now().version, r.minutes()
    change_role(r, "ines", "product")
    assert (r.now().version, r.minutes()) == (before, minutes)


# --- the lead


def test_felix_shares_the_lead():
    r = scoring()
    actions.give_lead(workshop_id=r.id, seat_id=r.ines.pk, keep=True, by=r.felix)
    assert r.seat("ines").is_facilitator
    assert r.seat("felix").is_facilitator
    actions.open_round(workshop_id=r.id, criterion="audit_trust", by=r.ines)
    assert r.minutes()[-2:] == [("Felix", "shared_lead"), ("Ines", "opened")]


def test_felix_hands_the_lead_over_whole():
    r = scoring()
    actions.give_lead(workshop_id=r.id, seat_id=r.ines.pk, keep=False, by=r.felix)
    assert not r.seat("felix").is_facilitator
    with pytest.raises(NotAllowed):
        r.open()
    with pytest.raises(NotAllowed):
        actions.give_lead(workshop_id=r.id, seat_id=r.felix.pk, keep=False, by=r.felix)


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_nobody_else_gives_the_lead(who):
    r = room()
    with pytest.raises(NotAllowed):
        actions.give_lead(workshop_id=r.id, seat_id=r.seats[who].pk, keep=True, by=r.seats[who])
    assert not r.seat(who).is_facilitator


def test_the_lead_is_not_given_to_who_has_left_or_leads_already():
    r = room()
    actions.leave(workshop_id=r.id, by=r.ines)
    for who in ("ines", "felix"):
        with pytest.raises(Conflict):
            actions.give_lead(workshop_id=r.id, seat_id=r.seats[who].pk, keep=False, by=r.felix)
    assert r.seat("felix").is_facilitator


def test_an_editor_of_the_team_takes_the_lead_of_a_room_whose_facilitator_dropped():
    r = room()
    r.join("olga", "legal", user=r.people.olga)
    actions.take_over(workshop_id=r.id, by=r.olga)
    assert r.seat("olga").is_facilitator
    assert r.minutes()[-1] == ("Olga", "took_over")
    minutes = r.minutes()
    with pytest.raises(Conflict):
        actions.take_over(workshop_id=r.id, by=r.olga)
    assert r.minutes() == minutes


def test_guests_members_and_owners_of_other_teams_do_not_take_over():
    r = room()
    r.join("mina", "legal", user=r.people.mina)
    r.join("xaver", "legal", user=r.people.xaver)
    for who in ("ines", "otto", "mina", "xaver"):
        with pytest.raises(NotAllowed):
            actions.take_over(workshop_id=r.id, by=r.seats[who])
        assert not r.seat(who).is_facilitator


def test_who_was_an_editor_when_joining_and_is_no_more_does_not_take_over():
    r = room()
    r.join("olga", "legal", user=r.people.olga)
    r.people.team.memberships.filter(user=r.people.olga).delete()
    with pytest.raises(NotAllowed):
        actions.take_over(workshop_id=r.id, by=r.olga)


# --- what the record is told of the people


def test_who_attended_stays_in_the_readings_even_after_leaving():
    r = scoring()
    r.score("audit_trust", 1, ines=2, sam=1)
    actions.leave(workshop_id=r.id, by=r.sam)
    r.join("sana", "security")
    told = readings(r.now(), flips=[], risks=[])
    assert {"name": "Ines", "role": "product"} in told["attendees"]
    assert {"name": "Sam", "role": "security"} in told["attendees"]
    owners = {owner["role"]: owner["name"] for owner in told["owners"]}
    assert owners == {"product": "Ines", "security": "Sana", "data": "Daria"}
