"""The site admin: opened by the whole sign-in only, and no list of it answers about secrets or hidden ballots."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.urls import reverse

from decisions.models import User
from tests.rooms import CHURN, scoring

pytestmark = pytest.mark.django_db

# All that a list can be searched by; `q` tries each with `icontains`.
SEARCHED = {
    "account.EmailAddress": ["email", "user__email"],
    "auth.Group": ["name"],
    "decisions.User": ["email", "name"],
    "socialaccount.SocialAccount": ["uid", "user__email"],
}
FILTERED = {
    "account.EmailAddress": ["primary", "verified"],
    "decisions.Decision": ["team"],
    "decisions.LogEntry": ["type"],
    "decisions.Record": ["state", "approach"],
    "mfa.Authenticator": ["type", "created_at", "last_used_at"],
    "socialaccount.SocialAccount": ["provider"],
    "workshops.Round": ["state"],
    "workshops.Workshop": ["phase"],
}
LISTS = [(model._meta.label, model, pages) for model, pages in admin.site._registry.items()]


@pytest.fixture
def boss(client):
    """A site administrator who is signed in."""
    user = User.objects.create_superuser("boss@example.org", "a long secret", name="Boss")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_admin_has_no_sign_in_of_its_own(client):
    User.objects.create_superuser("boss@example.org", "a long secret")
    typed = {"username": "boss@example.org", "password": "a long secret", "next": "/admin/"}
    answer = client.post("/admin/login/", typed)
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert client.get("/admin/").status_code == 302


def test_a_password_alone_does_not_open_it_when_a_second_factor_is_on(client):
    user = User.objects.create_superuser("boss@example.org", "a long secret")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TOTP.activate(user, generate_totp_secret())
    typed = {"login": "boss@example.org", "password": "a long secret"}
    answer = client.post(reverse("account_login"), typed)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get("/admin/").status_code == 302


def test_twenty_five_wrong_passwords_shut_it_to_the_right_one(client, settings):
    from django.core.cache import cache

    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {}  # the product's own: those of allauth
    User.objects.create_superuser("boss@example.org", "a long secret")
    for tried in range(25):
        client.post(reverse("account_login"), {"login": "boss@example.org", "password": f"wrong {tried}"})
    client.post(reverse("account_login"), {"login": "boss@example.org", "password": "a long secret"})
    cache.clear()
    assert client.get("/admin/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_whoever_is_signed_in_and_no_administrator_is_refused(client):
    client.force_login(User.objects.create_user("mina@example.org"))
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(("label", "model", "pages"), LISTS)
def test_lists_are_filtered_and_searched_by_what_is_named_here(label, model, pages, rf):
    request = rf.get("/")
    assert list(pages.get_search_fields(request)) == SEARCHED.get(label, [])
    assert list(pages.get_list_filter(request)) == FILTERED.get(label, [])


@pytest.mark.parametrize(("label", "model", "pages"), LISTS)
def test_an_address_cannot_ask_a_list_about_any_other_field(label, model, pages, boss):
    listing = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert boss.get(listing).status_code == 200
    for field in model._meta.get_fields():
        inside = (
            [f"{field.name}__{one.name}" for one in field.related_model._meta.fields]
            if field.is_relation and field.related_model
            else []
        )
        for name in [field.name, *inside]:
            if name in FILTERED.get(label, []):
                continue
            for how in ("", "__startswith", "__regex", "__gt", "__in"):
                answer = boss.get(listing, {name + how: "1"})
                assert answer.status_code == 400, f"{label}: {name}{how}"


def test_the_filters_that_are_offered_still_filter(boss):
    made = scoring()
    made.open(CHURN)
    listing = reverse("admin:workshops_workshop_changelist")
    assert "1 workshop" in boss.get(listing, {"phase__exact": "scoring"}).content.decode()
    assert "0 workshops" in boss.get(listing, {"phase__exact": "lobby"}).content.decode()
    teams = reverse("admin:decisions_decision_changelist")
    assert "1 decision" in boss.get(teams, {"team__id__exact": made.people.team.pk}).content.decode()


def test_no_list_shows_or_sorts_by_a_secret():
    secret = {"key", "token_hash", "join_code", "join_token", "session_key", "data", "secret", "reason", "password"}
    for label, _model, pages in LISTS:
        shown = {*pages.list_display, *pages.readonly_fields, *(pages.ordering or ())}
        assert not shown & secret, label


def test_pages_of_single_rows_hold_no_secret_and_no_ballot_before_its_reveal(boss):
    made = scoring()
    opened = made.open(CHURN)
    ballot = made.vote("ines", opened, 2, reason="hidden words")
    workshop = made.workshop
    for row in (made.ines, workshop, opened, ballot):
        page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        text = boss.get(page, follow=True).content.decode()
        for secret in (made.ines.key, workshop.join_code, workshop.join_token, "hidden words"):
            assert secret not in text, page


def test_every_model_of_the_admin_is_guarded():
    from config.admin import Guarded

    for _label, _model, pages in LISTS:
        assert isinstance(pages, Guarded)
        assert isinstance(pages, ModelAdmin)
