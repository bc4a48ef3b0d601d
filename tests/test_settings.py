"""Every variable that the product reads is read in one place, and written down for whoever runs it."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.test_conventions import APPS, ROOT, name, tracked

# Written elsewhere with good reason: where the settings are, and, in the PDF worker's own process, where its fonts are.
ELSEWHERE = {"DJANGO_SETTINGS_MODULE", "FONTCONFIG_FILE"}


def read_by_settings() -> set[str]:
    """The variables that config/settings.py asks the environment for."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_example_names_every_variable_and_no_other():
    listed = re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == read_by_settings()
    assert {"SECRET_KEY", "DATABASE_URL", "PDF_WORKERS", "WEBHOOK_ALLOW_PRIVATE"} <= set(listed)


def test_nothing_but_the_settings_reads_the_environment():
    found: dict[str, set[str]] = {}
    for path in tracked(".py"):
        text = path.read_text()
        if name(path).startswith(tuple(f"{app}/" for app in APPS)) and re.search(r"\bos\.(environ|getenv)\b", text):
            for node in ast.walk(ast.parse(text)):
                found.setdefault(name(path), set()).update(asked_of_the_environment(node))
    # the worker's small environment is made by hand, from nothing
    rest = [
        asked
        for path, asked in found.items()
        if not path.startswith(("decisions/exports/pdf/pool", "decisions/exports/pdf/worker"))
    ]
    assert "config/settings.py" not in found, "it asks environs, which reads .env too"
    assert set().union(*rest) == ELSEWHERE


def asked_of_the_environment(node: ast.AST) -> list[str]:
    """The names (or expressions) that this node reads from os.environ or writes into it."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        return [ast.unparse(node.slice).strip("'")]
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("os.environ.", "os.getenv")):
        return [ast.unparse(node.args[0]).strip("'")] if node.args else ["everything"]
    return []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PDF_WORKERS", "0"),
        ("PDF_TIMEOUT", "soon"),
        ("PDF_MEMORY", "64"),
        ("WEB_THREADS", "many"),
        ("PUBLIC_URL", "groundwork.example.org"),
        ("DATABASE_URL", "mysql://db/groundwork"),
        ("SECRET_KEY", "short"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_its_variable(variable, value, tmp_path):
    environment = {**os.environ, "DATA_DIR": str(tmp_path), variable: value}
    ended = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode != 0
    assert variable in ended.stderr.splitlines()[-1]


def test_there_is_one_folder_of_translations():
    assert [Path(folder) for folder in settings.LOCALE_PATHS] == [ROOT / "locale"]
    assert not [name(path) for path in tracked(".po", ".mo") if not name(path).startswith("locale/")]
