"""What a provider's answer must hold, and what its claims give and take. The whole way is in tests/browser."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core.exceptions import PermissionDenied

from config.single_sign_on import Adapter, place
from decisions.models import Membership
from tests.people import cast

pytestmark = pytest.mark.django_db
RULES = [
    ("group", "platform", "helio-desk", "facilitator"),
    ("group", "leads", "helio-desk", "owner"),
    ("domain", "example.org", "helio-desk", "member"),
    ("group", "platform", "no-such-team", "owner"),
]


@pytest.fixture
def world(settings):
    settings.OIDC_TEAMS = RULES
    return cast()


def answer(*, groups=(), verified=True, email="xaver@example.org", state=None, token=None):
    said = {"userinfo": {"sub": "1", "groups": groups}, "id_token": {"sub": "1", "nonce": "n", **(token or {})}}
    login = SocialLogin(
        account=SocialAccount(extra_data=said, uid="1", provider="sso"),
        email_addresses=[EmailAddress(email=email, verified=verified)],
    )
    login.state = {"nonce": "n"} if state is None else state
    return login


def role(world):
    return Membership.objects.filter(team=world.team, user=world.xaver).values_list("role", flat=True).first()


@pytest.mark.parametrize(
    ("claims", "given"),
    [
        ({"groups": ["platform"]}, "facilitator"),
        ({"groups": ["platform", "leads"]}, "owner"),
        ({"groups": "leads"}, "owner"),
        ({}, "member"),
        ({"verified": False}, None),
        ({"email": "x@elsewhere.org"}, None),
        ({"email": "x@notexample.org"}, None),
        ({"email": "x@elsewhere.org", "groups": ["Platform"]}, None),
    ],
)
def test_claims_give_the_highest_role_and_an_unproved_domain_gives_nothing(world, claims, given):
    place(world.xaver, answer(**claims))
    assert role(world) == given


def test_what_claims_gave_follows_them_and_ends_with_them(world):
    for groups, then in ((["leads"], "owner"), (["platform"], "facilitator"), ([], None)):
        place(world.xaver, answer(groups=groups, email="x@elsewhere.org"))
        assert role(world) == then


def test_what_an_owner_gave_stays_and_so_does_a_teams_last_owner(world):
    place(world.mina, answer(groups=["leads"]))
    assert Membership.objects.get(user=world.mina).role == "member", "invited as a member, and still one"
    place(world.xaver, answer(groups=["leads"]))
    Membership.objects.filter(team=world.team, user=world.olga).delete()
    place(world.xaver, answer(email="x@elsewhere.org"))
    assert role(world) == "owner"


def test_a_sign_in_of_another_kind_changes_nothing(world):
    place(world.xaver, answer(groups=["leads"]))
    place(world.xaver)
    assert role(world) == "owner"


@pytest.mark.parametrize(
    "wrong",
    [{"state": {}}, {"state": {"nonce": "m"}}, {"token": {"nonce": ""}}, {"token": {"sub": "2"}}],
)
def test_an_answer_to_another_question_or_of_another_person_is_refused(wrong):
    with pytest.raises(PermissionDenied):
        Adapter().pre_social_login(None, answer(**wrong))
    Adapter().pre_social_login(None, answer())
