"""What the documents point to is there."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.test_conventions import ROOT, name, tracked

DOCUMENTS = [path for path in tracked(".md") if not {"vendor", "content", "templates"} & set(path.parts)]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
# `decisions/trail/fields.py` and `tests/matrix/`, but not `config.asgi` or `<name>.html`
PLACE = re.compile(r"`\.?/?((?:config|decisions|workshops|templates|static|tests|docs)/[\w./-]*)`")
COMMAND = re.compile(r"\./dev (\w+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_and_place_is_there(document):
    text = document.read_text()
    missing = [place for place in LINK.findall(text) if not (document.parent / place).exists()]
    missing += [
        place
        for place in PLACE.findall(text)
        if not (ROOT / place).exists() and not (ROOT / "templates" / place).exists()
    ]
    assert not missing


def test_every_function_that_is_linked_to_is_in_its_file():
    page = ROOT / "docs" / "architecture.md"
    linked = re.findall(r"\[`(\w+)`\]\(([^)]+\.py)\)", page.read_text())
    assert len(linked) > 30
    missing = [
        f"{function} in {path}"
        for function, path in linked
        if not re.search(
            rf"^\s*(?:async )?(?:def|class) {function}\b|^{function}\b.* = ", (page.parent / path).read_text(), re.M
        )
    ]
    assert not missing


def test_every_command_is_one_of_dev():
    known = set(re.findall(r"^([a-z]+)\)$", (ROOT / "dev").read_text(), re.MULTILINE))
    assert known == {"demo", "serve", "check", "test", "lock"}
    told = {(name(path), command) for path in DOCUMENTS for command in COMMAND.findall(path.read_text())}
    assert told
    assert not {(path, command) for path, command in told if command not in known}


def test_help_names_every_command_and_no_more():
    head = (ROOT / "dev").read_text().partition("set -eu")[0]
    assert set(COMMAND.findall(head)) == {"demo", "serve", "check", "test", "lock"}
    shown = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == [line.removeprefix("# ") for line in head.splitlines()[1:]]


def test_what_runs_before_a_commit_is_a_part_of_the_check():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    parts = re.search(r'check_parts="([a-z ]+)"', (ROOT / "dev").read_text())[1].split()
    assert [hook["entry"] for hook in hooks] == [f"./dev check {part}" for part in parts]


def test_what_takes_longer_names_tests_and_variables_that_are_there():
    from tests.long import STEPS

    sources = "".join(path.read_text() for path in tracked(".py") if Path("tests") in path.relative_to(ROOT).parents)
    for step, environment, command in STEPS:
        module, *rest = command[1:]
        places = [part for part in rest if part.startswith("tests")] or [module.replace(".", "/") + ".py"]
        assert all((ROOT / place).exists() for place in places), step
        assert all(f'environ.get("{variable}"' in sources for variable in environment), step
