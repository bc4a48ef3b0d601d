"""What a team's machines use: API tokens, feed addresses and webhooks. Owners only; secrets are shown once."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from decisions.base import api_tokens
from decisions.base.errors import Conflict
from decisions.base.links import public_address, public_link
from decisions.base.permissions import membership_of, require_owner
from decisions.base.requests import signed_in
from decisions.models import Delivery, Membership

from . import webhooks
from .forms import FeedForm, TokenForm, WebhookForm

Made = TypeVar("Made")


def _owner(request: HttpRequest, slug: str) -> Membership:
    membership = membership_of(request.user, slug)
    require_owner(membership)
    return membership


def _page(request: HttpRequest, membership: Membership, status: int = 200, **more: Any) -> HttpResponse:
    team = membership.team
    context = {
        "team": team,
        "membership": membership,
        "tokens": team.api_tokens.filter(revoked_at=None).select_related("created_by", "adopted_by"),
        "feeds": team.feed_addresses.filter(revoked_at=None).select_related("created_by", "adopted_by"),
        "webhooks": team.webhooks.filter(ended_at=None).select_related("created_by", "adopted_by"),
        "deliveries": Delivery.objects.filter(webhook__team=team).select_related("webhook")[:20],
        "token_form": TokenForm(),
        "feed_form": FeedForm(),
        "webhook_form": WebhookForm(),
        "api_address": public_address("/api/v1/"),
    }
    return render(request, "decisions/integrations/connections.html", {**context, **more}, status=status)


def _made(form: forms.Form, act: Callable[..., Made], membership: Membership, request: HttpRequest) -> Made | None:
    """What the act made of the form; None when either refuses, and the form then says why."""
    if form.is_valid():
        try:
            return act(team=membership.team, by=signed_in(request), **form.cleaned_data)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
    return None


@never_cache
@require_safe
def connections(request: HttpRequest, slug: str) -> HttpResponse:
    """Tokens, feeds and webhooks."""
    return _page(request, _owner(request, slug))


@never_cache
@require_POST
def token_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a token and show it, this once."""
    membership = _owner(request, slug)
    form = TokenForm(request.POST)
    if made := _made(form, api_tokens.make_token, membership, request):
        return _page(request, membership, new_token=made[0], secret=made[1])
    return _page(request, membership, 422, token_form=form)


@require_POST
def adopt(request: HttpRequest, slug: str, kind: str, thing_id: int) -> HttpResponse:
    """Answer for what somebody else made, so that it outlives their leaving."""
    membership = _owner(request, slug)
    api_tokens.adopt(team=membership.team, kind=kind, thing_id=thing_id, by=signed_in(request))
    messages.success(request, _("It is yours to answer for now: it goes on when the person who made it leaves."))
    return redirect("decisions:connections", slug=slug)


@require_POST
def token_revoke(request: HttpRequest, slug: str, token_id: int) -> HttpResponse:
    """The token stops working."""
    membership = _owner(request, slug)
    api_tokens.revoke_token(team=membership.team, token_id=token_id, by=signed_in(request))
    messages.success(request, _("Token revoked."))
    return redirect("decisions:connections", slug=slug)


@never_cache
@require_POST
def feed_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a feed address and show it, this once."""
    membership = _owner(request, slug)
    form = FeedForm(request.POST)
    if made := _made(form, api_tokens.make_feed, membership, request):
        return _page(request, membership, feed_address=public_link("decisions:feed", made[1]))
    return _page(request, membership, 422, feed_form=form)


@require_POST
def feed_revoke(request: HttpRequest, slug: str, feed_id: int) -> HttpResponse:
    """The feed address stops working."""
    membership = _owner(request, slug)
    api_tokens.revoke_feed(team=membership.team, feed_id=feed_id, by=signed_in(request))
    messages.success(request, _("Feed address revoked."))
    return redirect("decisions:connections", slug=slug)


@never_cache
@require_POST
def webhook_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a webhook and show its signing secret."""
    membership = _owner(request, slug)
    form = WebhookForm(request.POST)
    if made := _made(form, webhooks.add, membership, request):
        return _page(request, membership, new_webhook=made)
    return _page(request, membership, 422, webhook_form=form)


@require_POST
def webhook_end(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Stop telling that address."""
    membership = _owner(request, slug)
    webhooks.end(team=membership.team, webhook_id=webhook_id, by=signed_in(request))
    messages.success(request, _("Webhook deleted."))
    return redirect("decisions:connections", slug=slug)
