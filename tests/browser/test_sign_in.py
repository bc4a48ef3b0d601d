"""Every way of signing in, in Chromium: single sign-on at a real provider, TOTP, recovery codes, passkey, mailed code."""

import base64
import hashlib
import re
import threading

import oidc_provider_mock
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
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
OLGA = {"email": "olga@example.org", "email_verified": True, "name": "Olga Elsewhere"}


@pytest.fixture
def provider(monkeypatch):
    """A provider that refuses whoever brings no nonce, or another verifier than they asked with (PKCE)."""
    users = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in (("ines", INES), ("olga", OLGA))]
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


def by_password(page, product, user, password):
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    page.goto(f"{product}/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def again(page, product, password):
    """What every change of how one signs in asks for first."""
    page.goto(f"{product}/accounts/reauthenticate/")
    page.get_by_label("Password").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"{product}/")


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
    ines.wait_for_url(f"{product}/**")
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
    ines.wait_for_url(f"{product}/**")
    assert User.objects.get(email="ines@example.org").name == "Ines"
    assert ines.goto(f"{product}/t/helio-desk/").status == 200
    assert AuditEvent.objects.filter(act="signed_in", detail="single sign-on", by__name="Ines").exists()
    assert not [said for said in ines.complaints if "form-action" in said or "Security Policy" in said]


def test_a_password_account_of_the_same_address_is_linked_by_its_owner(provider, product, person):
    cast = people.cast()
    olga = person()
    by_provider(olga, product, "olga")
    olga.wait_for_load_state()
    assert olga.goto(f"{product}/t/helio-desk/").status == 404, "an address alone opens nobody's account"
    by_password(olga, product, cast.olga, "secret-of-olga")
    olga.wait_for_url(f"{product}/**")
    again(olga, product, "secret-of-olga")
    olga.goto(f"{product}/accounts/3rdparty/")
    olga.get_by_role("link", name="Our provider").click()
    olga.get_by_role("button", name="Continue").click()
    olga.get_by_role("button", name="olga", exact=True).click()
    olga.wait_for_url(f"{product}/accounts/3rdparty/")
    sign_out(olga, product)
    by_provider(olga, product, "olga")
    olga.wait_for_url(f"{product}/**")
    assert olga.goto(f"{product}/t/helio-desk/").status == 200
    assert User.objects.filter(email="olga@example.org").count() == 1
    assert User.objects.get(email="olga@example.org").name == "Olga"


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_second_factor_recovery_codes_a_passkey_and_a_mailed_code(product, person, mails):
    cast = people.cast()
    address = product.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    mina = person()
    by_password(mina, address, cast.mina, "secret-of-mina")
    mina.wait_for_url(f"{address}/**")

    again(mina, address, "secret-of-mina")
    mina.goto(f"{address}/accounts/2fa/totp/activate/")
    secret = mina.locator("#authenticator_secret").input_value()
    mina.locator("#id_code").fill(code_of(secret))
    mina.get_by_role("button", name="Set up").click()
    mina.wait_for_url(f"{address}/accounts/2fa/**")
    mina.goto(f"{address}/accounts/2fa/recovery-codes/")
    recovery = mina.locator("#recovery_codes").input_value().split()[0]

    sign_out(mina, address)
    by_password(mina, address, cast.mina, "secret-of-mina")
    mina.wait_for_url("**/accounts/2fa/authenticate/**")
    mina.locator("#id_code").fill("000000")
    mina.get_by_role("button", name="Sign in", exact=True).click()
    expect(mina.get_by_text("That code is wrong or has expired.")).to_be_visible()
    assert mina.goto(f"{address}/t/helio-desk/").status == 404, "the password alone opens nothing"
    for code in (code_of(secret), recovery):
        by_password(mina, address, cast.mina, "secret-of-mina")
        mina.wait_for_url("**/accounts/2fa/authenticate/**")
        mina.locator("#id_code").fill(code)
        mina.get_by_role("button", name="Sign in", exact=True).click()
        mina.wait_for_url(f"{address}/**")
        assert mina.goto(f"{address}/t/helio-desk/").status == 200
        if code != recovery:
            sign_out(mina, address)
    again(mina, address, "secret-of-mina")

    devtools = mina.context.new_cdp_session(mina)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    mina.goto(f"{address}/accounts/2fa/webauthn/add/")
    mina.locator("#id_name").fill("Mina's key")
    mina.locator("#id_passwordless").check()
    mina.locator("#mfa_webauthn_add").click()
    mina.wait_for_url("**/accounts/2fa/**")
    sign_out(mina, address)
    mina.goto(f"{address}/accounts/login/")
    mina.get_by_role("button", name="Sign in with a passkey").click()
    mina.wait_for_url(f"{address}/")
    assert mina.goto(f"{address}/t/helio-desk/").status == 200

    felix = person()
    EmailAddress.objects.get_or_create(user=cast.felix, email=cast.felix.email, verified=True, primary=True)
    felix.goto(f"{address}/accounts/login/")
    felix.get_by_role("link", name="Email me a sign-in code").click()
    felix.get_by_label("Email").fill("felix@example.org")
    felix.locator("main form button[type=submit]").first.click()
    felix.wait_for_url("**/confirm/**")
    sent = mails("felix@example.org")[-1]
    felix.get_by_label("Code").fill(re.search(r"^\s*([A-Z0-9]{3}-?[A-Z0-9]{3})\s*$", sent, re.MULTILINE).group(1))
    felix.locator("main form button[type=submit]").first.click()
    felix.wait_for_url(f"{address}/")
    assert felix.goto(f"{address}/t/helio-desk/").status == 200
    assert len(mails("mina@example.org")) >= 2, "a second factor and a passkey are told by mail"
