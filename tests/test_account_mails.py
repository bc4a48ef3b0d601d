"""What people read while they sign up and in, change a password and prove an address: our words, and our name."""

import ast
import gettext
import re
from email import message_from_bytes, policy

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client

from tests.people import person
from tests.test_conventions import ROOT

PASSWORD = "a-long-secret-9731"
AFTERWARDS = "\n\n--\nGroundwork · groundwork.example.org"


@pytest.fixture
def letters(db, tmp_path, settings):
    """Emails as they are sent: written to files, and read back."""
    settings.PUBLIC_URL = "https://groundwork.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    # an allauth form is asked for by a host that is not the site's name, as behind a proxy
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]

    def read():
        found = []
        for path in sorted(tmp_path.glob("*.log"), key=lambda path: path.stat().st_mtime_ns):
            raw = path.read_bytes().partition(b"\n" + b"-" * 79)[0]
            letter = message_from_bytes(raw, policy=policy.default)
            found.append((letter["To"], letter["Subject"], letter.get_content().replace("\r\n", "\n").strip()))
            path.unlink()
        return found

    return read


@pytest.fixture
def visitor():
    return Client(HTTP_HOST="127.0.0.1:9200", headers={"user-agent": "Firefox"})


@pytest.fixture
def ines():
    user = person("Ines")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_up(visitor):
    visitor.post("/accounts/signup/", {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD})


def test_sign_up_sends_a_code_under_our_name(letters, visitor):
    sign_up(visitor)
    [(to, subject, body)] = letters()
    assert (to, subject) == ("ada@example.org", "Confirm your email address")
    assert re.fullmatch(
        r"Enter this code in Groundwork to confirm your email address:\n[A-Z0-9-]+\n\n"
        r"If you didn't create an account, ignore this email\.\n\n"
        r"You're getting this email because someone used this address on Groundwork\." + re.escape(AFTERWARDS),
        body,
    )


def test_sign_up_with_a_known_address_tells_only_its_owner(letters, visitor, ines):
    visitor.post("/accounts/signup/", {"name": "Mallory", "email": ines.email, "password1": PASSWORD})
    [(to, subject, body)] = letters()
    assert (to, subject) == (ines.email, "You already have a Groundwork account")
    assert "but you already have one" in body
    assert "/accounts/password/reset/" in body


def test_a_sign_in_code_says_what_it_is_for(letters, visitor, ines):
    visitor.post("/accounts/login/code/", {"email": ines.email})
    [(_, subject, body)] = letters()
    assert subject == "Your Groundwork sign-in code"
    assert body.startswith("Enter this code to sign in:\n")
    assert "No one can sign in without the code." in body


def test_a_code_for_an_unknown_address_says_that_it_has_no_account(letters, visitor):
    visitor.post("/accounts/login/code/", {"email": "no.one@example.org"})
    [(_, subject, body)] = letters()
    assert subject == "Sign-in attempt on Groundwork"
    assert body.startswith("Someone tried to use no.one@example.org, but it has no Groundwork account.")


def test_a_reset_link_leads_to_a_new_password_and_the_change_is_reported(letters, visitor, ines):
    visitor.post("/accounts/password/reset/", {"email": ines.email})
    [(_, subject, body)] = letters()
    assert subject == "Reset your Groundwork password"
    assert body.startswith("Choose a new password:\nhttp")
    path = re.search(r"/accounts/password/reset/key/\S+", body)[0]
    form = visitor.get(path, follow=True)
    assert "Choose a new password" in form.text
    visitor.post(form.redirect_chain[-1][0], {"password1": PASSWORD + "x", "password2": PASSWORD + "x"})
    [(_, subject, body)] = letters()
    assert subject == "Your Groundwork password was reset"
    assert (
        "If this wasn't you, reset your password now:\nhttps://groundwork.example.org/accounts/password/reset/" in body
    )
    again = visitor.get(path, follow=True)
    assert "This link has expired or was already used." in again.text


def test_changes_to_an_account_are_emailed_to_its_owner(letters, visitor, ines):
    visitor.force_login(ines)
    visitor.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": PASSWORD + "x", "password2": PASSWORD + "x"},
    )
    [(to, subject, body)] = letters()
    assert (to, subject) == (ines.email, "Your Groundwork password was changed")
    assert "From: 127.0.0.1, Firefox" in body
    assert body.endswith("You're getting this email because the way you sign in to Groundwork changed." + AFTERWARDS)
    second = EmailAddress.objects.create(user=ines, email="second@example.org", verified=True)
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD + "x"})
    visitor.post("/accounts/email/", {"action_remove": "", "email": second.email})
    assert [subject for _, subject, _ in letters()] == ["An email address was removed from your Groundwork account"]


def test_on_one_machine_no_address_stands_for_the_name(letters, visitor, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:9200"
    sign_up(visitor)
    [(_, subject, body)] = letters()
    assert "127.0.0.1" not in subject + body
    assert body.endswith("\n--\nGroundwork")


PAGES = {
    "/accounts/email/": "Email addresses",
    "/accounts/password/change/": "Change password",
    "/accounts/2fa/": "Two-step verification",
    "/accounts/inactive/": "Account deactivated",
    "/accounts/reauthenticate/": "Confirm it's you",
}


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(("path", "heading"), PAGES.items(), ids=PAGES)
def test_account_pages_speak_our_english(client, ines, path, heading):
    if path != "/accounts/inactive/":
        client.post("/accounts/login/", {"login": ines.email, "password": PASSWORD})
    page = client.get(path).text
    assert re.search(rf"<h1[^>]*>\s*{re.escape(heading)}\s*</h1>", page.replace("&#x27;", "'"))
    assert "two-factor" not in page.lower()


# --- the catalogue in which they stand -----------------------------------------------------------------------------

FOLDER = ROOT / "locale" / "en" / "LC_MESSAGES"
ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)


def written():
    for block in (FOLDER / "django.po").read_text().split("\n\n")[1:]:
        parts = {
            name: "".join(ast.literal_eval(line) for line in text.splitlines()) for name, text in ENTRY.findall(block)
        }
        if parts:
            yield parts


def test_the_compiled_catalogue_is_the_written_one():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    entries = list(written())
    assert len(entries) > 100
    for entry in entries:
        if "msgid_plural" in entry:
            said = compiled.ngettext(entry["msgid"], entry["msgid_plural"], 1)
            assert said == entry["msgstr[0]"]
        else:
            assert compiled.gettext(entry["msgid"]) == entry["msgstr"]


def test_every_sentence_of_the_catalogue_is_still_said_by_a_library():
    import allauth
    import django

    where = [ROOT.__class__(allauth.__file__).parent, ROOT.__class__(django.__file__).parent / "core"]
    said = " ".join(
        path.read_text(errors="replace")
        for root in where
        for path in root.rglob("*")
        if path.suffix in {".py", ".html", ".txt"}
    )
    said = re.sub(r'"\s*\n\s*"', "", re.sub(r"\{\{ ?(\w+) ?\}\}", r"%(\1)s", said))
    said = " ".join(said.split())
    assert not [entry["msgid"] for entry in written() if " ".join(entry["msgid"].split()) not in said]


def test_a_user_of_the_product_reads_the_catalogue():
    assert settings.LANGUAGE_CODE == "en"
