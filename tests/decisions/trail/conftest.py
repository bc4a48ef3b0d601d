"""Where and when every story about the trail begins."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.people import cast, decision


@pytest.fixture
def world():
    world = cast()
    world.decision = decision(world.team)
    return world


@pytest.fixture
def december():
    """It is noon on the first of December 2026."""
    with time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=UTC), tick=False):
        yield
