"""The site admin: signed in to like everything else, and no list of it answers questions about what it must not tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse

from decisions.base import secrets as columns

# Never shown on a page of the admin, whoever registered the model.
SECRETS = columns.SECRETS | {"canonical", "data"}
# Their lists show secrets themselves, and single sign-on is set up in the environment.
LEFT_OUT = frozenset(
    {
        "account.emailconfirmation",
        "socialaccount.socialapp",
        "socialaccount.socialtoken",
        "usersessions.usersession",  # searches by a user name, which accounts here do not have
    }
)
# How a filter of ours asks: its field, as it is, or as one of Django's own filters spells it.
ASKED = frozenset({"exact", "id__exact", "in", "isnull", "gte", "lt", "year", "month", "day"})


class Guarded:
    """A model's pages: filtered by what its `list_filter` names and by nothing else, without secrets.

    Django lets an address filter a list by any field of its own: `?key__startswith=a` found a secret in some tries.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether an address may ask this of the list."""
        names = {one[0] if isinstance(one, tuple) else one for one in self.get_list_filter(request)}  # type: ignore[attr-defined]
        asked = {name for name in names if isinstance(name, str)}
        return any(
            lookup == name or (lookup.startswith(name + LOOKUP_SEP) and lookup[len(name) + 2 :] in ASKED)
            for name in asked
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a page of one row shows."""
        return [name for name in super().get_fields(request, obj) if name not in SECRETS]  # type: ignore[misc]


class Site(AdminSite):
    """Opened by the same sign-in as the rest: second factors and limits included."""

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Register a model's pages, ours or another app's, with what all pages keep to."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        base = admin_class or ModelAdmin
        guarded = type(base.__name__, (Guarded, base), {"__doc__": base.__doc__})
        super().register([model for model in models if model._meta.label_lower not in LEFT_OUT], guarded, **options)
