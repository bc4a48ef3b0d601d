"""Which tests run on the second database, too: everything that can tell one from the other."""

import re
import subprocess
import sys
from pathlib import Path

from tests.test_conventions import ROOT, lines, name, tracked

HERE = Path(__file__)

EVERY_WAY = """
import pytest
from django.test import SimpleTestCase, TestCase, TransactionTestCase

@pytest.fixture
def team(db): ...

@pytest.fixture
def page(live_server): ...

@pytest.fixture(scope="session")
def world(django_db_setup, django_db_blocker): ...

@pytest.mark.django_db
def test_marked(): ...
@pytest.mark.django_db(transaction=True)
def test_marked_with_commits(): ...
def test_by_fixture(db): ...
def test_by_fixture_with_commits(transactional_db): ...
def test_by_a_fixture_of_its_own(team): ...
def test_by_a_server(page): ...
def test_by_a_world(world): ...
@pytest.mark.parametrize("number", [1, 2])
def test_by_parameters(number, team): ...
@pytest.mark.usefixtures("team")
class TestByUse:
    def test_it(self): ...
class OwnTestCase(TestCase):
    def test_in_a_case(self): ...
class OwnTransactionTestCase(TransactionTestCase):
    def test_in_a_case_with_commits(self): ...

def test_plain(): ...
def test_plain_with_a_folder(tmp_path, settings, client): ...
class PlainCase(SimpleTestCase):
    def test_in_a_plain_case(self): ...
@pytest.mark.once
def test_once(db): ...
@pytest.mark.browser
def test_by_hand(live_server): ...
def test_by_hand_unmarked(live_server, browser): ...
@pytest.mark.browser
@pytest.mark.story
def test_from_end_to_end(live_server): ...
@pytest.mark.long
def test_long(db): ...
@pytest.mark.postgres
def test_race(transactional_db): ...
"""
COLLECT = """
import sys, pytest
for options in ([], ["--second-database"], ["-m", "long"]):
    print("==")
    pytest.main(["-q", "--collect-only", "-p", "no:cacheprovider", "-p", "tests.conftest", *options, *sys.argv[1:]])
"""


def test_only_what_cannot_touch_the_database_is_left_out_of_the_second_run(tmp_path):
    (tmp_path / "test_every_way.py").write_text(EVERY_WAY)
    command = [sys.executable, "-c", COLLECT, "-c", ROOT / "pyproject.toml", f"--rootdir={ROOT}", tmp_path]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    first, second, long = (set(re.findall(r"::(test_\w+)", part)) for part in said.split("==\n")[1:])
    once = {"test_plain", "test_plain_with_a_folder", "test_in_a_plain_case"}
    assert first - second == once | {"test_once", "test_by_hand", "test_by_hand_unmarked"}
    assert "test_from_end_to_end" in second
    assert len(second) == 12
    assert "test_long" not in first
    assert "test_long" in long


def test_whoever_lets_queries_through_asks_for_the_database_first():
    """Ways past pytest-django's refusal that the rule above would not see."""
    asks = re.compile(r"^def \w+\(.*django_db_blocker.*$", re.MULTILINE)
    found = [line for path in tracked(".py") if name(path).startswith("tests/") for line in lines(path, asks)]
    assert found
    assert not [line for line in found if "django_db_setup" not in line]
    later = re.compile(r"getfixturevalue\([^)]*(?:db|live_server)")
    assert not [line for path in tracked(".py") if path != HERE for line in lines(path, later)]
