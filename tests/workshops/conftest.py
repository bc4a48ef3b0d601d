"""What the stories of the room share."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _inside_one_transaction(request, monkeypatch):
    """A story runs in a transaction that is rolled back: jobs that drop connections would end it, and what a process
    knows of a room is forgotten, for the next story's room may have its number."""
    if request.path.parent == HERE:
        from workshops import fragments

        monkeypatch.setattr("workshops.fragments.close_old_connections", lambda: None)
        fragments.empty_ballot.cache_clear()
