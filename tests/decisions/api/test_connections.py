"""Making and revoking tokens and feed addresses."""

import re

import pytest
from django.test import Client

from decisions.models import ApiToken, FeedAddress
from tests.people import cast

pytestmark = pytest.mark.django_db
TOKEN = {"token-name": "deploy pipeline", "token-scopes": ["log:append"], "token-days": "30"}


@pytest.fixture
def world(client):
    world = cast()
    client.force_login(world.olga)
    return world


def test_a_token_is_shown_once_works_and_is_revoked(client, world):
    answer = client.post("/t/helio-desk/connections/tokens/", {**TOKEN, "token-scopes": ["log:read"]})
    secret = re.search(r"gw_[\w-]+", answer.content.decode()).group(0)
    assert f'/api/v1/team -H "Authorization: Bearer {secret}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert secret not in client.get("/t/helio-desk/connections/").content.decode()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/team", headers=bearer).json()["slug"] == "helio-desk"
    client.post(f"/t/helio-desk/connections/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert Client().get("/api/v1/team", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"token-name": ""}, {"token-name": "\x00"}, {"token-name": "x" * 81}, {"token-scopes": []}, {"token-days": "0"},
        {"token-scopes": ["admin"]}, {"token-days": "367"}, {"token-days": "9" * 30}, {"token-days": "x"},
    ],
)  # fmt: skip
def test_tokens_that_cannot_be(client, world, change):
    answer = client.post("/t/helio-desk/connections/tokens/", {**TOKEN, **change})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_feed_address_is_shown_once(client, world):
    page = client.post("/t/helio-desk/connections/feeds/", {"feed-name": "releases"}).content.decode()
    path = re.search(r"/feeds/[\w-]+/atom.xml", page).group(0)
    assert path not in client.get("/t/helio-desk/connections/").content.decode()
    assert Client().get(path).status_code == 200
    client.post(f"/t/helio-desk/connections/feeds/{FeedAddress.objects.get().pk}/revoke/")
    assert Client().get(path).status_code == 404
    assert client.post("/t/helio-desk/connections/feeds/", {"feed-name": ""}).status_code == 422


def test_owners_only(client, world):
    for user, status in ((world.felix, 403), (world.mina, 403), (world.xaver, 404)):
        client.force_login(user)
        assert client.get("/t/helio-desk/connections/").status_code == status
        for part, form in (("tokens", TOKEN), ("feeds", {"feed-name": "x"}), ("webhooks", {})):
            assert client.post(f"/t/helio-desk/connections/{part}/", form).status_code == status
    assert not ApiToken.objects.exists()


def test_another_teams_token_is_not_revoked(client, world):
    client.post("/t/helio-desk/connections/tokens/", TOKEN)
    token = ApiToken.objects.get()
    client.force_login(world.xaver)
    client.post(f"/t/elsewhere/connections/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.is_live
