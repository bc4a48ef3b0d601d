"""A team from end to end: all its rows as one file, and the end of all of them."""

from collections.abc import Iterator

from django.apps import apps
from django.core import serializers
from django.db import transaction
from django.db.models import SET_NULL, ForeignKey, Model, Q, QuerySet
from django.utils import timezone

from decisions.base.permissions import require_owner_of
from decisions.base.secrets import SECRETS
from decisions.ledger import guards
from decisions.models import Team, User

from .rooms import CLOSE, SHOWN

APPS = ("decisions", "workshops")


def _paths() -> dict[type[Model], str]:
    """Every table with rows of a team and the longest way to it, nearest first: whoever deletes goes backwards."""
    paths: dict[type[Model], str] = {Team: "pk"}
    models = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    for _round in models:
        for model in models:
            for field in model._meta.concrete_fields:
                owner = field.related_model
                if isinstance(field, ForeignKey) and owner in paths and owner is not model:
                    path = field.name if owner is Team else f"{field.name}__{paths[owner]}"
                    nullable = field.null or field.remote_field.on_delete is SET_NULL
                    if not nullable and path.count("__") >= paths.get(model, "").count("__"):
                        paths[model] = path
    return dict(sorted(paths.items(), key=lambda item: item[1].count("__") if item[0] is not Team else -1))


def rows_of(team: Team) -> Iterator[tuple[type[Model], QuerySet[Model]]]:
    """The team's rows, table by table."""
    for model, path in _paths().items():
        yield model, model._base_manager.filter(**{path: team.pk}).order_by("pk")


def lines(team: Team) -> Iterator[str]:
    """JSON Lines in Django's own form, without what opens anything and without votes before their reveal."""
    for model, rows in rows_of(team):
        names = [field.name for field in model._meta.concrete_fields if field.name not in SECRETS]
        shown = rows.filter(SHOWN.get(model._meta.label, Q()))
        for row in shown.iterator(chunk_size=500):
            yield serializers.serialize("jsonl", [row], fields=names)


@transaction.atomic
def ask_to_delete(*, team: Team, by: User) -> None:
    """Close the team to everybody now; the next `purge` deletes its rows."""
    require_owner_of(team, by)
    Team.objects.filter(pk=team.pk).update(deletion_asked_at=timezone.now())
    for membership in team.memberships.select_related("user", "team"):
        membership.delete()
    for room in CLOSE:
        room(team)


@transaction.atomic
def delete(team: Team) -> None:
    """Every row of the team, for good. Lifts the database's guards, so it needs a role that may change tables."""
    with guards.disabled():
        for _model, rows in reversed(list(rows_of(team))):
            rows._raw_delete(rows.db)
