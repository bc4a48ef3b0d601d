"""Who may make an account, what a sign-in must be worth to a team, and which changes are told by mail."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from decisions.base import api_tokens
from decisions.models import User
from decisions.teams import acts as teams
from tests.people import cast

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def world():
    return cast()


def sign_up(client, email="new@example.net"):
    typed = {"name": "New", "email": email, "password1": "a long enough secret"}
    return client.post(reverse("account_signup"), typed)


def come_by_invitation(client, world, email="new@example.net"):
    _invitation, token = teams.invite(team=world.team, email=email, role="member", by=world.olga)
    client.get(reverse("decisions:invitation", args=[token]))


def signed_in_by_form(user, password):
    """A browser of somebody who signed in as people do."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": password})
    assert answer.status_code == 302
    return client


# --- who may make an account


@pytest.mark.parametrize(
    ("setting", "invited_to", "email", "made"),
    [
        ("open", "", "new@example.net", True),
        ("invitation", "", "new@example.net", False),
        ("invitation", "new@example.net", "New@example.net", True),
        ("invitation", "new@example.net", "other@example.net", False),
        ("closed", "", "new@example.net", False),
        ("closed", "new@example.net", "new@example.net", False),
    ],
)
def test_sign_up_is_open_by_invitation_or_closed(client, world, settings, setting, invited_to, email, made):
    settings.SIGNUP = setting
    if invited_to:
        come_by_invitation(client, world, invited_to)
    answer = sign_up(client, email)
    assert answer.status_code < 500
    assert User.objects.filter(email__iexact=email).exists() is made


def test_signing_up_takes_the_same_work_for_known_and_for_new_addresses(client, world, monkeypatch):
    """What takes the time is the hash of the password: one each, made by the same hasher."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    EmailAddress.objects.create(user=world.mina, email=world.mina.email, verified=True, primary=True)
    answers = []
    for email in ("new@example.net", world.mina.email):
        hashed.clear()
        mail.outbox.clear()
        answer = sign_up(Client(), email)
        answers.append((answer.status_code, answer.url, len(hashed), len(mail.outbox)))
    assert answers[0] == answers[1]
    assert answers[0][2] == 1


# --- what a team asks of a sign-in


def test_a_team_that_asks_for_a_second_factor_shows_nothing_without_one(world):
    browser = signed_in_by_form(world.olga, "secret-of-olga")
    page = reverse("decisions:members", args=["helio-desk"])
    ask = reverse("decisions:team_sign_in", args=["helio-desk"])
    refused = browser.post(ask, {"second_factor": "on"})
    assert refused.status_code == 409, "the owner would shut herself out"
    TOTP.activate(world.olga, generate_totp_secret())
    assert browser.post(ask, {"second_factor": "on"}).status_code == 302
    assert browser.get(page).status_code == 200
    felix = signed_in_by_form(world.felix, "secret-of-felix")
    for path in (page, "/t/helio-desk/", "/t/helio-desk/decisions/new/"):
        answer = felix.get(path)
        assert (answer.status_code, "requires two-step verification or a passkey" in answer.content.decode()) == (
            403,
            True,
        )
        assert reverse("mfa_index") in answer.content.decode()
    assert felix.get("/t/elsewhere/").status_code == 404, "other teams still do not exist"
    TOTP.activate(world.felix, generate_totp_secret())
    assert felix.get(page).status_code == 200


def test_a_team_that_asks_for_single_sign_on_takes_no_password(world):
    world.team.requires_single_sign_on = True
    world.team.save()
    browser = signed_in_by_form(world.felix, "secret-of-felix")
    assert browser.get("/t/helio-desk/").status_code == 403
    session = browser.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "provider": "sso", "at": 1}]
    session.save()
    assert browser.get("/t/helio-desk/").status_code == 200


# --- sessions and devices


def test_sessions_are_listed_and_can_be_ended(world):
    first, second = (signed_in_by_form(world.mina, "secret-of-mina") for _at in range(2))
    page = first.get(reverse("usersessions_list"))
    assert page.status_code == 200
    assert UserSession.objects.filter(user=world.mina).count() == 2
    first.post(reverse("usersessions_list"), {"action": "logout_others"})
    assert UserSession.objects.filter(user=world.mina).count() == 1
    assert first.get("/t/helio-desk/").status_code == 200
    assert second.get("/t/helio-desk/").status_code == 404


# --- asked again, and told by mail


def test_adding_an_address_asks_for_the_password_again(world):
    browser = Client()
    browser.force_login(world.mina, backend=BACKEND)  # signed in some time ago
    answer = browser.post(reverse("account_email"), {"action_add": "", "email": "second@example.net"})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="second@example.net").exists()
    assert not [letter for letter in mail.outbox if letter.to == ["second@example.net"]]


def test_a_new_address_a_password_and_a_second_factor_are_told_by_mail(world):
    browser = signed_in_by_form(world.mina, "secret-of-mina")
    mail.outbox.clear()
    changed = {
        "oldpassword": "secret-of-mina",
        "password1": "quite another secret",
        "password2": "quite another secret",
    }
    browser.post(reverse("account_change_password"), changed)
    assert [letter.to for letter in mail.outbox] == [["mina@example.org"]]
    assert "password" in mail.outbox[0].subject.lower()


def test_a_new_token_is_told_to_the_owners(world, django_capture_on_commit_callbacks):
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        _token, secret = api_tokens.make_token(team=world.team, name="CI", scopes=["log:read"], days=9, by=world.olga)
    assert [letter.to for letter in mail.outbox] == [["olga@example.org"]]
    assert mail.outbox[0].subject == "A new API token for your team"
    assert "Olga made an API token" in mail.outbox[0].body
    assert secret not in mail.outbox[0].body
