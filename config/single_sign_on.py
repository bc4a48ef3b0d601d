"""Single sign-on by OpenID Connect: what allauth leaves open, and into which teams a sign-in brings people."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import requests
from allauth.account.signals import user_logged_in
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from decisions.models import User
from decisions.teams.acts import place_by_single_sign_on


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """Sends a nonce along, which the ID token must bring back."""

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What the address of the provider and the state kept for the way back are made of."""
        kwargs = super().get_redirect_from_request_kwargs(request)
        nonce = get_random_string(32)
        return {**kwargs, "auth_params": {**kwargs["auth_params"], "nonce": nonce}, "nonce": nonce}


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Checks that an answer belongs to the question, takes the name over, and asks the rules about teams."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """The one provider there is, as ours."""
        return Provider(request, app=super().get_provider(request, provider, client_id).app)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse an ID token made for another sign-in, or of another person than the rest of the answer."""
        said = sociallogin.account.extra_data
        token, nonce = said.get("id_token") or {}, sociallogin.state.get("nonce")
        if not nonce or token.get("nonce") != nonce or said.get("userinfo", token).get("sub") != token.get("sub"):
            raise PermissionDenied("The answer does not belong to this sign-in")

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        """A new account takes the provider's name; later it is the person's own to correct."""
        user = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = str(data.get("name") or " ".join(part for part in parts if part))[:120]
        return user

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """A rule that puts somebody into a team invites them."""
        return super().is_open_for_signup(request, sociallogin) or any(_rules_met(sociallogin))


def _rules_met(sociallogin: SocialLogin) -> Iterator[tuple[str, str]]:
    """Team and role of every rule that holds for what the provider says."""
    said = sociallogin.account.extra_data
    groups = {**(said.get("id_token") or {}), **(said.get("userinfo") or {})}.get(settings.OIDC_GROUPS_CLAIM) or ()
    groups = {groups} if isinstance(groups, str) else {str(group) for group in groups}
    domains = {one.email.rpartition("@")[2].lower() for one in sociallogin.email_addresses if one.verified}
    for claim, value, team, role in settings.OIDC_TEAMS:
        if value.lower() in domains if claim == "domain" else value in groups:
            yield team, role


def place(user: User, sociallogin: SocialLogin | None = None, **more: Any) -> None:
    """With each single sign-on: the teams and roles that the rules give now."""
    if sociallogin is not None:
        ruled = {team for _claim, _value, team, _role in settings.OIDC_TEAMS}
        place_by_single_sign_on(user, given=list(_rules_met(sociallogin)), ruled=ruled)


user_logged_in.connect(place, dispatch_uid="single_sign_on.place")


def sign_out_address(request: HttpRequest, back_to: str) -> str:
    """Where the provider ends its own session, and returns from; empty when it has no such page or cannot be asked."""
    provider = Adapter(request).get_provider(request, "sso")
    try:
        address = provider.get_oauth2_adapter(request).openid_config.get("end_session_endpoint", "")
    except (requests.RequestException, ValueError):
        return ""
    asked = {"client_id": provider.app.client_id, "post_logout_redirect_uri": settings.PUBLIC_URL + back_to}
    return f"{address}?{urlencode(asked)}" if address else ""
