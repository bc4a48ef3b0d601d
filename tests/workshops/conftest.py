"""What the stories of the room share."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    """Races need row locks, which SQLite does not have: there one writer at a time is the rule of the file itself."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.path.parent == HERE and item.get_closest_marker("postgres")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(autouse=True)
def _inside_one_transaction(request, monkeypatch):
    """A story runs in a transaction that is rolled back: jobs that drop connections would end it, and what a process
    knows of a room is forgotten, for the next story's room may have its number."""
    if request.path.parent == HERE:
        from workshops import follow

        monkeypatch.setattr("workshops.fragments.close_old_connections", lambda: None)
        follow._known.clear()
