"""When access ends: with a membership, a lower role, a deactivated or a deleted account, whoever did it and where."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from decisions.accounts.holdings import RANK, end
from decisions.models import Membership, User


def follow() -> None:
    """Listen to the models, because the site's admin changes them too."""
    post_delete.connect(_left, sender=Membership, dispatch_uid="access.left")
    pre_save.connect(_remember_role, sender=Membership, dispatch_uid="access.before")
    post_save.connect(_demoted, sender=Membership, dispatch_uid="access.after")
    post_save.connect(_deactivated, sender=User, dispatch_uid="access.deactivated")
    pre_delete.connect(_deleted, sender=User, dispatch_uid="access.deleted")


def _left(instance: Membership, **more: Any) -> None:
    end(instance.user, instance.team)


def _remember_role(instance: Membership, **more: Any) -> None:
    was = Membership.objects.filter(pk=instance.pk).values_list("role", flat=True).first() if instance.pk else None
    instance.role_before = was  # type: ignore[attr-defined]


@transaction.atomic
def _demoted(instance: Membership, **more: Any) -> None:
    was = getattr(instance, "role_before", None)
    if was is not None and RANK[instance.role] < RANK[was]:
        end(instance.user, instance.team, instance.role)


def _deactivated(instance: User, created: bool, **more: Any) -> None:
    if not instance.is_active and not created:
        end(instance)


def _deleted(instance: User, **more: Any) -> None:
    end(instance)
