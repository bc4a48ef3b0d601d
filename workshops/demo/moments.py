"""Letting acts happen at a moment in the past, so that the demo's history reads as it would have grown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Every act inside believes that it is `moment`; for seeding only, and in this process only."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield
