"""Mail is no weapon, and guessing join codes locks nobody out."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from decisions.base import mail_limits
from decisions.base.errors import Conflict
from decisions.base.mail import plain
from decisions.base.rate_limits import address_key
from decisions.models import InvitationMail, Membership, Team
from decisions.teams import acts as teams
from tests.people import cast
from tests.rooms import room
from workshops import actions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean():
    cache.clear()
    yield
    cache.clear()


def another_team(world, number):
    team = Team.objects.create(name=f"Team {number}", slug=f"team-{number}")
    Membership.objects.create(team=team, user=world.olga, role="owner")
    return team


def test_an_address_gets_five_invitations_a_day_from_the_whole_site():
    world = cast()
    for number in range(5):
        teams.invite(team=another_team(world, number), email="victim@example.net", role="member", by=world.olga)
    last = another_team(world, 5)
    with pytest.raises(Conflict, match="several invitations today"):
        teams.invite(team=last, email="Victim@example.net", role="member", by=world.olga)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        teams.invite(team=last, email="victim@example.net", role="member", by=world.olga)


def test_withdrawing_is_no_way_around_it():
    world = cast()
    for _turn in range(5):
        invitation, token = teams.invite(team=world.team, email="victim@example.net", role="member", by=world.olga)
        assert token
        teams.withdraw_invitation(team=world.team, invitation_id=invitation.pk, by=world.olga)
    with pytest.raises(Conflict):
        teams.invite(team=world.team, email="victim@example.net", role="member", by=world.olga)


def test_rooms_and_teams_count_together():
    made = room()
    for number in range(5):
        teams.invite(
            team=another_team(made.people, number), email="victim@example.net", role="member", by=made.people.olga
        )
    with pytest.raises(Conflict, match="several invitations today"):
        actions.invite(
            workshop_id=made.id, email="victim@example.net", name="V", role="data", is_observer=False, by=made.felix
        )


@pytest.mark.parametrize("limit", ["BY_A_PERSON", "FOR_A_TEAM", "site"])
def test_a_sender_a_team_and_the_site_have_limits_too(limit, monkeypatch, settings):
    world = cast()
    if limit == "site":
        settings.INVITATION_MAILS_PER_DAY = 3
    else:
        monkeypatch.setattr(mail_limits, limit, 3)
    for number in range(3):
        teams.invite(team=world.team, email=f"{number}@example.net", role="member", by=world.olga)
    with pytest.raises(Conflict, match="Many invitations"):
        teams.invite(team=world.team, email="3@example.net", role="member", by=world.olga)


def test_addresses_are_not_kept_for_the_counting():
    world = cast()
    teams.invite(team=world.team, email="victim@example.net", role="member", by=world.olga)
    assert "victim" not in repr(vars(InvitationMail.objects.get()))


@pytest.mark.parametrize(
    "name",
    [
        "win.example",
        "https://win.example",
        "a@win.example",
        "Call 0900123456",
        "Win 5000 € now!",
        "x" * 90,
        "$$$",
        "a\nb: c",
    ],
)
def test_team_names_and_titles_that_could_be_a_lure_enter_no_subject(client, name):
    made = room(title=name)
    made.people.team.name = name
    made.people.team.save()
    client.force_login(made.people.olga, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/t/helio-desk/members/invite/", {"email": "new@example.net", "role": "member"})
    actions.invite(workshop_id=made.id, email="v@example.net", name="V", role="data", is_observer=False, by=made.felix)
    assert [letter.subject for letter in mail.outbox] == [
        "You're invited to a team on Groundwork",
        "Invitation to vote",
    ]
    assert name not in mail.outbox[0].body


def test_plain_titles_stay():
    assert plain("Support copilot") == "Support copilot"
    assert plain("Größe & Kosten, 2026") == "Größe & Kosten, 2026"


# --- join codes


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_tries_are_counted_by_address_and_by_64_of_ipv6(address, key):
    assert address_key(address) == key


def guess(address, code="22222222"):
    return Client(REMOTE_ADDR=address).post("/join/", {"code": code}).status_code


def test_the_addresses_of_one_64_are_one_guesser():
    for number in range(10):
        assert guess(f"2001:db8:1:2::{number:x}") == 422
    assert guess("2001:db8:1:2:ffff::1") == 429
    assert guess("2001:db8:1:3::1") == 422


def test_the_total_slows_guessers_and_locks_no_clean_address_out(settings):
    settings.JOIN_RATE_TOTAL = 20
    made = room()
    code = made.workshop.join_code
    guessers = [f"198.51.100.{number}" for number in range(20)]
    assert {guess(address) for address in guessers} == {422}
    assert {guess(address) for address in guessers} == {429}, "each has guessed wrong within the hour"
    assert guess(guessers[0], code) == 429, "a guesser's right code waits too"
    for number in range(30):
        assert guess(f"203.0.113.{number}", code) == 302, "a clean address with the right code comes in"
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert guess(guessers[0], code) == 302
