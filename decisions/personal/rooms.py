"""What rooms above this one add: they register when the process starts (workshops.apps)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from decisions.accounts.holdings import proved, with_address
from decisions.models import Team, User

Rows = dict[str, tuple[QuerySet[Any], tuple[str, ...]]]
# What else is somebody's own: name of the part -> rows and the columns to give.
OWN: list[Callable[[User], Rows]] = []
# Puts the second argument in place of a person's name and takes away what they wrote; the rows that it changed.
ERASE: list[Callable[["Whom", str], Iterable[Model]]] = []
# Takes away guests' addresses of what ended before a day; how many rows it changed.
PURGE: list[Callable[[datetime], int]] = []
# Ends a team's rooms, guests included, when the team is deleted.
CLOSE: list[Callable[[Team], None]] = []
# Rows of a team that an export leaves out: nobody learns a vote before the reveal.
SHOWN: dict[str, Q] = {}


class Whom:
    """An account with all addresses that it has proved, or the address of somebody without one."""

    def __init__(self, user: User | None = None, address: str = "") -> None:
        self.user = user
        self.addresses = sorted(proved(user) if user else {address.lower()})

    def by_address(self, field: str = "email") -> Q:
        """Rows with one of the addresses."""
        return with_address(self.addresses, field)

    def rows(self, user_field: str = "user", field: str = "email") -> Q:
        """Rows of the account or with one of the addresses."""
        return self.by_address(field) | (Q(**{user_field: self.user}) if self.user else Q(pk__in=[]))
