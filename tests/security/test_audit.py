"""The owners' audit page: who changed whose access, when and from where; only ever added to."""

import csv
import io

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from decisions.base import api_tokens
from decisions.integrations import webhooks
from decisions.models import AuditEvent, Membership
from decisions.teams import acts as teams
from tests.decisions.api.calls import Pipeline, problem
from tests.people import cast

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def world():
    made = cast()
    made.browser = Client(REMOTE_ADDR="192.0.2.7")
    made.browser.force_login(made.olga, backend=BACKEND)
    return made


def said(team):
    """What, who, about whom, detail and from where; oldest first."""
    rows = AuditEvent.objects.filter(team=team).order_by("pk")
    return [(one.act, str(one.by or ""), str(one.about or ""), one.detail, one.address) for one in rows]


def test_every_change_of_access_is_a_line_with_who_and_from_where(world):
    before = len(said(world.team))
    browser, mina = world.browser, Membership.objects.get(user=world.mina)
    browser.post("/t/helio-desk/members/invite/", {"email": "new@example.org", "role": "member"})
    browser.post(f"/t/helio-desk/members/{mina.pk}/role/", {"role": "facilitator"})
    browser.post(f"/t/helio-desk/members/{mina.pk}/remove/")
    browser.post(reverse("decisions:team_sign_in", args=["helio-desk"]), {})
    browser.post(
        "/t/helio-desk/connections/tokens/", {"token-name": "CI", "token-scopes": ["log:read"], "token-days": "9"}
    )
    token = world.team.api_tokens.get()
    browser.post(f"/t/helio-desk/connections/tokens/{token.pk}/revoke/")
    browser.get("/t/helio-desk/decisions.csv")
    hook = webhooks.add(team=world.team, url="https://hooks.example.org/x", shape="plain", events=[], by=world.olga)
    webhooks.end(team=world.team, webhook_id=hook.pk, by=world.olga)
    assert said(world.team)[before:] == [
        ("invitation.made", "Olga", "new@example.org", "member", "192.0.2.7"),
        ("member.role", "Olga", "Mina", "facilitator", "192.0.2.7"),
        ("member.left", "Olga", "Mina", "facilitator", "192.0.2.7"),
        ("team.sign_in", "Olga", "", "none", "192.0.2.7"),
        ("token.made", "Olga", "", f"CI ({token.prefix}…): log:read", "192.0.2.7"),
        ("token.ended", "Olga", "", "CI", "192.0.2.7"),
        ("exported", "Olga", "", "decisions.csv", "192.0.2.7"),
        ("webhook.made", "", "", "hooks.example.org", ""),
        ("webhook.ended", "Olga", "", "hooks.example.org", ""),
    ]


def test_sign_ins_right_and_wrong_are_lines_in_each_of_the_person_s_teams(world):
    EmailAddress.objects.create(user=world.felix, email=world.felix.email, verified=True, primary=True)
    browser = Client(REMOTE_ADDR="198.51.100.9")
    for password in ("wrong", "secret-of-felix"):
        browser.post(reverse("account_login"), {"login": "felix@example.org", "password": password})
    changed = {"oldpassword": "secret-of-felix", "password1": "another secret one", "password2": "another secret one"}
    browser.post(reverse("account_change_password"), changed)
    lines = [line for line in said(world.team) if line[4] == "198.51.100.9"]
    assert [(act, by, about) for act, by, about, _detail, _at in lines] == [
        ("sign_in.failed", "", "Felix"),
        ("signed_in", "Felix", ""),
        ("password", "Felix", ""),
    ]
    assert not [line for line in said(world.other_team) if line[4]]


def test_access_that_ends_with_somebody_is_told_there_too(world):
    teams_token, _secret = api_tokens.make_token(team=world.team, name="CI", scopes=[], days=9, by=world.olga)
    Membership.objects.create(team=world.team, user=world.xaver, role="owner")
    teams.remove(team=world.team, membership_id=Membership.objects.get(user=world.olga).pk, by=world.xaver)
    assert ("stopped", "", "Olga", f"API token “CI” ({teams_token.prefix}…)", "") in said(world.team)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions_auditevent SET detail = 'nothing'",
        "UPDATE decisions_auditevent SET address = '10.0.0.1'",
        "UPDATE decisions_auditevent SET at = '2001-01-01T00:00:00Z'",
        "UPDATE decisions_auditevent SET by_id = NULL, about_id = NULL, act = 'signed_in'",
        "DELETE FROM decisions_auditevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_line(world, statement):
    teams.withdraw_invitation(team=world.team, invitation_id=0, by=world.olga)
    assert AuditEvent.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_owners_read_it_on_a_page_and_as_csv_and_machines_by_a_scope_of_their_own(world):
    for _turn in range(50):
        world.browser.get("/t/helio-desk/decisions.csv")
    api_tokens.make_feed(team=world.team, name="=1+1", by=world.olga)
    page = world.browser.get("/t/helio-desk/audit/").content.decode()
    assert page.count("<tr>") == 51
    older = page.split('href="?before=')[1].split('"')[0]
    assert "Joined the team" in world.browser.get("/t/helio-desk/audit/", {"before": older}).content.decode()
    answer = world.browser.get("/t/helio-desk/audit.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == AuditEvent.objects.filter(team=world.team).count() + 1
    assert "'=1+1" in {row[4] for row in rows}, "no cell is a formula"

    problem(Pipeline(world.team, world.olga).get("/audit"), 403)
    machine = Pipeline(world.team, world.olga, scopes=["audit:read"])
    problem(machine.get("/decisions"), 403)
    first = machine.get("/audit?limit=2").json()
    assert [one["act"] for one in first["items"]] == ["token.made", "token.made"]
    second = machine.get(f"/audit?limit=200&cursor={first['next']}").json()
    assert len(second["items"]) + 2 == AuditEvent.objects.filter(team=world.team).count()
    assert second["next"] is None
