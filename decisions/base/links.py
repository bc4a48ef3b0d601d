"""Addresses that leave the site, and what is stored of the secrets in them."""

import hashlib
from typing import Any

from django.conf import settings
from django.urls import reverse


def public_link(view: str, *args: Any, **kwargs: Any) -> str:
    """A page's address as people outside reach it; never made from the Host header, which a sender can choose."""
    return public_address(reverse(view, args=args, kwargs=kwargs))


def public_address(path: str) -> str:
    """The same of a path."""
    return f"{settings.PUBLIC_URL}{path}"


def token_hash(token: str) -> str:
    """What is stored of the secret in a personal link, an invitation, an API token or a feed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
