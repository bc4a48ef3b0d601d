"""What a review would say twice is a check here."""

import ast
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 330
APPS = ("config", "decisions", "workshops")


def tracked(*endings: str) -> list[Path]:
    """Files that are part of the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:
        files = [ROOT / name for name in listed.stdout.splitlines()]
    else:  # an unpacked archive
        files = [path for path in ROOT.rglob("*") if not {".venv", "var", ".git", "__pycache__"} & set(path.parts)]
    return sorted(path for path in files if path.is_file() and path.name.endswith(endings or ("",)))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path, pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs, for the message."""
    text = path.read_text(encoding="utf-8")
    return [
        f"{name(path)}:{text.count(chr(10), 0, found.start()) + 1}: {found[0][:80]!r}"
        for found in pattern.finditer(text)
    ]


PAGES = [path for path in tracked(".html", ".svg", ".txt") if "templates" in path.relative_to(ROOT).parts]
# WeasyPrint's page is no page of a browser: its style sheet is included into it.
PRINTED = "templates/decisions/exports/"
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:",
    re.IGNORECASE,
)
DATA_SCRIPT = re.compile(r"<script[^>]*type=[\"']application/json")


def test_no_script_or_style_stands_in_a_page():
    found = []
    for page in PAGES:
        if not name(page).startswith(PRINTED):
            found += [line for line in lines(page, INLINE) if "application/json" not in line]
    assert not found


def test_no_template_declares_anything_safe():
    """Not even help texts, as Django's own template does: teams write some of them. What is markup says so in Python."""
    pattern = re.compile(r"\|\s*safe(?:seq)?\b|\{%\s*autoescape\s+off")
    assert not [line for page in PAGES for line in lines(page, pattern) if page.suffix != ".txt"]


def test_every_form_that_posts_carries_its_token():
    form = re.compile(r"<form\b[^>]*method=[\"']?post.*?</form>", re.IGNORECASE | re.DOTALL)
    found = [
        f"{name(page)}: {form_[:60]!r}"
        for page in PAGES
        for form_ in form.findall(page.read_text())
        if "csrf_token" not in form_
    ]
    assert not found


def views():
    def walk(resolver: URLResolver):
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry)
            elif isinstance(entry, URLPattern):
                yield entry.callback

    for view in walk(get_resolver()):
        plain = view
        while hasattr(plain, "__wrapped__"):
            plain = plain.__wrapped__
        if plain.__module__.split(".")[0] in APPS and hasattr(plain, "__code__"):
            yield view, plain


def test_every_view_says_which_methods_it_answers():
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    found = []
    for view, plain in views():
        if ".api" in plain.__module__:
            continue
        answers = []
        for method in ("put", "delete", "trace"):
            request = getattr(RequestFactory(), method)("/")
            request.user = AnonymousUser()
            taken = plain.__code__.co_varnames[: plain.__code__.co_argcount]
            arguments = dict.fromkeys(name for name in taken if name not in {"self", "request"})
            try:
                answers.append(view(request, **arguments).status_code)
            except Exception as error:  # it went on to look for something: it answers every method
                answers.append(type(error).__name__)
        if not set(answers) <= {405, 302}:  # or asks to sign in first
            found.append(f"{plain.__module__}.{plain.__name__}: {answers}")
    assert not found


# Longer ones, each with what it may have at most: a list that may only shrink.
LONGER = {
    "decisions/framework/lean_axis.py": 560,
    "workshops/live/hub.py": 420,
}


def test_modules_stay_short():
    modules = [path for app in APPS for path in tracked(".py") if name(path).startswith(f"{app}/")]
    assert modules
    long = {
        name(path): count
        for path in modules
        if "/migrations/" not in name(path) and (count := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    grown = {path: count for path, count in long.items() if count > LONGER.get(path, 0)}
    assert not grown, f"split these: {grown}"
    assert not set(LONGER) - set(long), "short now: take them off the list"


# What must stay plain Python, so that it can be read, moved and tested alone.
PURE = ("decisions/framework/", "workshops/tally.py", "workshops/states.py")


def imports(path: Path) -> set[str]:
    """The names of the modules that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def test_plain_modules_import_no_django_and_no_models():
    found = [
        f"{name(path)} imports {module}"
        for path in tracked(".py")
        if name(path).startswith(PURE)
        for module in imports(path)
        if module.split(".")[0] in {"django", "workshops", "config"} or module.startswith("decisions.models")
    ]
    assert not found


def test_migrations_stand_alone():
    """What a migration did must not change with the code: of ours it imports the models alone, for their defaults."""
    found = [
        f"{name(path)} imports {module}"
        for path in tracked(".py")
        if "/migrations/" in name(path)
        for module in imports(path)
        if module.split(".")[0] in APPS and not re.fullmatch(r"(decisions|workshops)\.models(\.\w+)?", module)
    ]
    assert not found


def test_a_decision_knows_nothing_of_the_room():
    found = [
        f"{name(path)} imports {module}"
        for path in tracked(".py")
        if name(path).startswith("decisions/")
        for module in imports(path)
        if module.split(".")[0] in {"workshops", "config", "tests"}
    ]
    assert not found


def test_vendored_files_are_the_ones_that_were_taken():
    folder = ROOT / "static" / "vendor"
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    listed = {file: sha for entry in manifest["vendored"] for file, sha in entry["files"].items()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"MANIFEST.json"}
    assert there == set(listed)
    for file, sha in listed.items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == sha, file
    for entry in manifest["vendored"]:
        assert entry["version"]
        assert entry["licence"]
        assert entry["licence_file"] in listed


# Written in parts, so that this file does not find itself.
HOSTS = re.compile(
    "|".join(
        re.escape(host) for host in ("pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js", "npm" + "js.org")
    )
)
PLACES = re.compile(
    "|".join(re.escape(place) for place in ("/work" + "/main", "/work" + "/shared", "/tmp" + "/gw", "/ro" + "ot/"))
)


@pytest.mark.parametrize("pattern", [HOSTS, PLACES], ids=["package registries", "places of one machine"])
def test_no_file_names_a_registry_or_a_place_on_one_machine(pattern):
    found = []
    for path in tracked():
        try:
            found += lines(path, pattern)
        except UnicodeDecodeError:
            continue
    assert not found


def test_tests_are_neither_skipped_nor_empty():
    pattern = re.compile(r"pytest\.mark\.(?:skip\b|xfail)|pytest\.skip\(|^\s*assert True\b", re.MULTILINE)
    here = Path(__file__)
    found = [
        line
        for path in tracked(".py")
        if name(path).startswith("tests/") and path != here
        for line in lines(path, pattern)
    ]
    assert not found


def test_nothing_is_left_to_be_done_later():
    pattern = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error")
    endings = (".py", ".html", ".js", ".css", ".md")
    found = [line for path in tracked(*endings) if "vendor" not in path.parts for line in lines(path, pattern)]
    assert not found
