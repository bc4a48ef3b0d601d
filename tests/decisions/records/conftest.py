"""Who is in every story about records."""

import pytest

from tests import people


@pytest.fixture
def cast():
    return people.cast()
