"""Founding a team, inviting into it, changing roles and leaving."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from decisions.base.errors import Conflict, NotAllowed
from decisions.base.links import token_hash
from decisions.models import Invitation, Membership, Team, TeamRole, User
from decisions.teams import acts as teams
from tests.people import cast, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client):
    return cast()


def link_in(message):
    return re.search(r"/invitation/[^/\s]+/", message.body).group(0)


def invite(client, world, email="ines@example.org", role="member"):
    client.force_login(world.olga)
    return client.post("/t/helio-desk/members/invite/", {"email": email, "role": role})


def test_a_founder_owns_the_team_and_goes_on_to_its_first_decision(client):
    ines = person("Ines")
    client.force_login(ines)
    answer = client.post("/teams/new/", {"name": "  Support   Platform "}, follow=True)
    team = Team.objects.get()
    assert (team.name, team.slug) == ("Support Platform", "support-platform")
    assert ines.memberships.get().role == TeamRole.OWNER
    assert answer.redirect_chain[-1][0] == "/t/support-platform/decisions/new/"
    page = client.get("/t/support-platform/").content.decode()
    assert "Create first decision" in page


def test_a_form_that_comes_back_says_so_in_the_page_title(client):
    client.force_login(person("Ines"))
    assert "<title>Create a team · Groundwork</title>" in client.get("/teams/new/").text
    assert "<title>Error: Create a team · Groundwork</title>" in client.post("/teams/new/", {"name": ""}).text


def test_teams_of_one_name_get_slugs_of_their_own(client):
    ines = person("Ines")
    slugs = [
        teams.create_team(name=name, by=ines).slug for name in ("Helio", "Helio", "helio", "Helio 2", "検索", "!!!")
    ]
    assert slugs == ["helio", "helio-2", "helio-3", "helio-2-2", "team", "team-2"]


@pytest.mark.parametrize("name", ["", "   ", "\x00", "a\x07b", "x" * 121, "\n"])
def test_a_name_that_cannot_be_is_said_beside_its_field(client, name):
    client.force_login(person("Ines"))
    answer = client.post("/teams/new/", {"name": name})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Team.objects.exists()


def test_somebody_new_signs_up_through_the_link_and_joins(client, world):
    assert invite(client, world).status_code == 302
    message = mail.outbox[-1]
    assert message.to == ["ines@example.org"]
    assert "Olga has invited you" in message.body
    path = link_in(message)
    client.logout()
    page = client.get(path).content.decode()
    signup = html.unescape(re.search(r'href="(/accounts/signup/\?next=[^"]+)"', page).group(1))
    answer = client.post(
        signup,
        {"name": "Ines Weber", "email": "ines@example.org", "password1": "a-long-secret-9731", "next": path},
    )
    # the link reached this mailbox: no second proof is asked for
    assert answer.status_code == 302
    assert answer.url == path
    assert "Join team" in client.get(path).content.decode()
    assert client.post(path).url == "/t/helio-desk/"
    ines = User.objects.get(email="ines@example.org")
    assert Membership.objects.get(team=world.team, user=ines).role == TeamRole.MEMBER


def test_a_sign_up_with_another_address_must_prove_it(client, world):
    invite(client, world)
    path = link_in(mail.outbox[-1])
    client.logout()
    client.get(path)
    answer = client.post(
        f"/accounts/signup/?next={path}",
        {"name": "Mallory", "email": "olga.new@example.org", "password1": "a-long-secret-9731", "next": path},
    )
    assert answer.status_code == 302
    assert "confirm" in answer.url
    assert client.get("/t/helio-desk/").status_code == 404
    code = re.search(r"^[A-Z0-9-]{6,9}$", mail.outbox[-1].body, re.MULTILINE).group(0)
    answer = client.post(answer.url, {"code": code})
    assert answer.url == path, "once the address is proved, one is back at the invitation"
    assert User.objects.get(email="olga.new@example.org").name == "Mallory"


def test_somebody_with_an_account_joins_by_the_link_once(client, world):
    invite(client, world, "xaver@example.org", "facilitator")
    path = link_in(mail.outbox[-1])
    client.force_login(world.xaver)
    assert client.get(path).status_code == 200
    assert not world.team.memberships.filter(user=world.xaver).exists(), "looking joins nobody"
    assert client.post(path).status_code == 302
    assert world.team.memberships.get(user=world.xaver).role == TeamRole.FACILITATOR
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_a_link_ends_after_seven_days(client, world):
    invite(client, world)
    path = link_in(mail.outbox[-1])
    client.force_login(world.xaver)
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        client.force_login(world.xaver)
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert world.team.memberships.count() == 3


def test_wrong_used_and_withdrawn_links_look_the_same(client, world):
    invite(client, world)
    withdrawn = link_in(mail.outbox[-1])
    client.post(f"/t/helio-desk/invitations/{Invitation.objects.get().pk}/withdraw/")
    client.logout()
    pages = [client.get(path).content for path in (withdrawn, "/invitation/never-was/", "/invitation/%F0%9F%92%A5/")]
    assert pages[0] == pages[1] == pages[2]


def test_a_second_invitation_is_the_same_one_and_later_a_new_link(client, world):
    invite(client, world)
    answer = invite(client, world, "INES@example.org")
    assert "was sent an invitation a short time ago" in client.get(answer.url).content.decode()
    assert len(mail.outbox) == 1
    assert Invitation.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        invite(client, world, "INES@example.org")
        first, second = (link_in(message) for message in mail.outbox)
        assert Invitation.objects.count() == 1
        client.logout()
        assert client.get(first).status_code == 404
        assert client.get(second).status_code == 200


def test_the_token_is_not_stored(client, world):
    invite(client, world)
    token = link_in(mail.outbox[-1]).split("/")[2]
    stored = Invitation.objects.get()
    assert token not in repr(vars(stored))
    assert stored.token_hash == token_hash(token)
    assert len(token) >= 22, "128 bits"


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 250 + "@example.org", "a\x00@example.org"])
def test_an_address_that_cannot_be_is_refused_with_what_was_typed(client, world, email):
    answer = invite(client, world, email)
    assert answer.status_code == 422
    assert not mail.outbox


def test_members_are_not_invited_again(client, world):
    answer = invite(client, world, "Mina@example.org")
    assert answer.status_code == 422
    assert "is already in this team" in answer.content.decode()


def test_only_owners_manage_people(client, world):
    mina = world.team.memberships.get(user=world.mina)
    for user, status in ((world.felix, 403), (world.mina, 403), (world.xaver, 404)):
        client.force_login(user)
        assert (
            client.post("/t/helio-desk/members/invite/", {"email": "a@example.org", "role": "owner"}).status_code
            == status
        )
        assert client.post(f"/t/helio-desk/members/{mina.pk}/role/", {"role": "owner"}).status_code == status
    client.force_login(world.felix)
    assert client.post(f"/t/helio-desk/members/{mina.pk}/remove/").status_code == 403
    mina.refresh_from_db()
    assert mina.role == TeamRole.MEMBER


def test_the_last_owner_stays(client, world):
    olga = world.team.memberships.get(user=world.olga)
    client.force_login(world.olga)
    assert client.post(f"/t/helio-desk/members/{olga.pk}/role/", {"role": "member"}).status_code == 409
    assert client.post(f"/t/helio-desk/members/{olga.pk}/remove/").status_code == 409
    felix = world.team.memberships.get(user=world.felix)
    client.post(f"/t/helio-desk/members/{felix.pk}/role/", {"role": "owner"})
    assert client.post(f"/t/helio-desk/members/{olga.pk}/remove/").url == "/"
    assert client.get("/t/helio-desk/").status_code == 404
    assert list(world.team.memberships.filter(role=TeamRole.OWNER)) == [felix]


def test_a_member_may_leave_and_not_remove_others(world):
    mina = world.team.memberships.get(user=world.mina)
    felix = world.team.memberships.get(user=world.felix)
    with pytest.raises(NotAllowed):
        teams.remove(team=world.team, membership_id=felix.pk, by=world.mina)
    assert teams.remove(team=world.team, membership_id=mina.pk, by=world.mina) == world.mina


def test_members_of_another_team_cannot_be_reached_through_ones_own(client, world):
    foreign = world.other_team.memberships.get(user=world.xaver)
    client.force_login(world.olga)
    assert client.post(f"/t/helio-desk/members/{foreign.pk}/role/", {"role": "member"}).status_code == 404
    assert client.post(f"/t/helio-desk/members/{foreign.pk}/remove/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.role == TeamRole.OWNER


def test_open_invitations_have_a_limit(world, monkeypatch):
    monkeypatch.setattr(teams, "OPEN_INVITATIONS", 2)
    for number in range(2):
        teams.invite(team=world.team, email=f"{number}@example.org", role="member", by=world.olga)
    with pytest.raises(Conflict):
        teams.invite(team=world.team, email="three@example.org", role="member", by=world.olga)


def test_a_mail_server_that_refuses_leaves_the_invitation_open(client, world, monkeypatch):
    def refuse(*args, **more):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "open", refuse)
    answer = invite(client, world)
    assert answer.status_code == 302
    assert "email the invitation" in client.get(answer.url).content.decode()
    assert Invitation.objects.count() == 1
