"""Single sign-on in Chromium, at a provider that insists on the nonce and PKCE."""

import base64
import hashlib
import re
import threading

import oidc_provider_mock
import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from decisions.models import AuditEvent, Membership, User
from tests import people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INES = {
    "email": "ines@example.org",
    "email_verified": True,
    "name": "Ines of the Provider",
    "groups": ["platform"],
}


@pytest.fixture
def provider(monkeypatch):
    """A provider that refuses whoever brings no nonce, or another verifier than they asked with (PKCE)."""
    users = [oidc_provider_mock.User(sub="ines", claims=INES)]
    app = oidc_provider_mock.app(require_nonce=True, user_claims=users)
    asked = set()

    @app.before_request
    def proof_key():
        import flask

        if flask.request.path == "/oauth2/authorize" and flask.request.method == "GET":
            assert flask.request.args["code_challenge_method"] == "S256"
            asked.add(flask.request.args["code_challenge"])
        if flask.request.path == "/oauth2/token":
            verifier = hashlib.sha256(flask.request.form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() not in asked:
                return "no such challenge", 400
        return None

    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    server = make_server("localhost", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://localhost:{server.server_port}"
    surroundings = {
        "OIDC_SERVER_URL": address,
        "OIDC_NAME": "Our provider",
        "OIDC_CLIENT_ID": "groundwork",
        "OIDC_CLIENT_SECRET": "secret-of-groundwork",
        "OIDC_TEAMS": "group:platform=helio-desk:facilitator",
        "SIGNUP": "closed",
    }
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    yield address
    server.shutdown()
    server.server_close()


def arrived(page, product):
    """Signed in, on whatever page of ours that leads to."""
    page.wait_for_url(re.compile(re.escape(product) + "/(?!accounts/)"))


def by_provider(page, product, who):
    page.goto(f"{product}/accounts/login/")
    page.get_by_role("link", name="Our provider").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=who, exact=True).click()


def sign_out(page, product):
    page.goto(f"{product}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()


def test_single_sign_on_from_the_first_press_to_signing_out_at_the_provider(provider, product, person):
    cast = people.cast()
    ines = person()
    by_provider(ines, product, "ines")
    arrived(ines, product)
    # the group made her a facilitator, though nobody else may sign up here
    membership = Membership.objects.get(user__email="ines@example.org")
    assert (membership.team, membership.role, membership.user.name) == (cast.team, "facilitator", INES["name"])
    ines.goto(f"{product}/t/helio-desk/")
    expect(ines.get_by_role("heading", level=1)).to_be_visible()
    ines.goto(f"{product}/accounts/profile/")
    ines.get_by_label("Your name").fill("Ines")
    ines.get_by_role("button", name="Save").click()
    expect(ines.get_by_text("Saved.")).to_be_visible()
    sign_out(ines, product)
    ines.wait_for_url(f"{provider}/oauth2/end_session?**")
    ines.get_by_role("button", name="End session").click()
    ines.wait_for_url(f"{product}/")
    assert ines.goto(f"{product}/t/helio-desk/").status == 404
    # what she corrected is not overwritten, and a team may ask for this very way
    cast.team.requires_single_sign_on = True
    cast.team.save()
    by_provider(ines, product, "ines")
    arrived(ines, product)
    assert User.objects.get(email="ines@example.org").name == "Ines"
    assert ines.goto(f"{product}/t/helio-desk/").status == 200
    assert AuditEvent.objects.filter(act="signed_in", detail="single sign-on", by__name="Ines").exists()
    assert not [said for said in ines.complaints if "form-action" in said or "Security Policy" in said]
