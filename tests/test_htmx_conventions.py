"""How htmx is used here: without eval, without surprises of inheritance, and with a plain form beneath every request."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_conventions import PAGES, PRINTED, ROOT, name, tracked

SCRIPTS = ROOT / "static" / "js"
EXTENSIONS = sorted(SCRIPTS.glob("ext-*.js"))
EXTENSION_LINES = 360
ALL_LINES = 600

TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
ELEMENT = re.compile(r"""<([a-z][\w-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?""")
MARK = re.compile(r"\u2039(\d+)\u203a")


@dataclass
class Element:
    """A start tag of a template, with what its attributes say and the template comment that stands before it."""

    where: str
    tag: str
    attributes: dict[str, str]
    before: str

    @property
    def htmx(self) -> dict[str, str]:
        return {key.removeprefix("data-"): value for key, value in self.attributes.items() if "hx-" in key[:8]}


def elements(text: str, where: str = "") -> list[Element]:
    """Every start tag; template tags are taken out first, for they hold quotes and brackets of their own."""
    tags: list[str] = []

    def mask(found: re.Match[str]) -> str:
        tags.append(found[0])
        return f"\u2039{len(tags) - 1}\u203a"

    def unmask(part: str) -> str:
        return MARK.sub(lambda found: tags[int(found[1])], part)

    masked = TEMPLATE_TAG.sub(mask, text)
    found = []
    for element in ELEMENT.finditer(masked):
        line = unmask(masked[: element.start()]).count("\n") + 1
        attributes = {key: unmask(value.strip("\"'")) for key, value in ATTRIBUTE.findall(element[2])}
        last = re.search(r"\u2039(\d+)\u203a\s*$", masked[: element.start()])
        before = tags[int(last[1])] if last else ""
        found.append(Element(f"{where}:{line}", element[1].lower(), attributes, before))
    return found


ELEMENTS = [
    element
    for page in PAGES
    if not name(page).startswith(PRINTED)
    for element in elements(page.read_text(), name(page))
]
POSTS = [one for one in ELEMENTS if one.tag == "form" and one.attributes.get("method", "").lower() == "post"]


def test_the_templates_were_read():
    assert len(POSTS) > 50
    assert sum(bool(element.htmx) for element in ELEMENTS) > 20


def refused(among: list[Element]) -> list[str]:
    """What needs eval: refused by the browser under `script-src 'self'`, with no more than a line in its console."""
    found = []
    for element in among:
        for key, value in element.htmx.items():
            events = [event.split()[0] for event in value.split(",") if event.split()]
            is_filtered = key == "hx-trigger" and any("[" in event for event in events)
            if key.startswith("hx-on") or re.search(r"\b(js|javascript):", value) or is_filtered:
                found.append(f"{element.where}: {key}={value!r}")
    return found


def beside_inherited(among: list[Element]) -> list[str]:
    """htmx hands a plain attribute down in place of the inherited one beside it, and errors vanish without a word."""
    return [
        f"{element.where}: {key}"
        for element in among
        for key in element.htmx
        if ":inherited" in key and key.partition(":")[0] in element.htmx
    ]


def without_htmx(among: list[Element]) -> list[str]:
    """Forms that post, have no htmx and do not say why."""
    return [
        form.where
        for form in among
        if form.tag == "form"
        and form.attributes.get("method", "").lower() == "post"
        and "hx-post" not in form.htmx
        and not form.before.startswith("{# plain:")
    ]


def two_addresses(among: list[Element]) -> list[str]:
    """Forms and buttons that a browser would send elsewhere than htmx does."""
    found = []
    for element in among:
        plain = element.attributes.get("action") or element.attributes.get("formaction")
        if plain is not None and plain != element.htmx.get("hx-post", plain):
            found.append(f"{element.where}: {plain!r} and {element.htmx['hx-post']!r}")
    return found


@pytest.mark.parametrize(
    ("check", "wrong", "right"),
    [
        (refused, '<a hx-on:click="x()">', '<a hx-get="{% url "on" %}">'),
        (
            refused,
            '<a hx-trigger="load, click[ctrlKey]">',
            """<a hx-trigger='change target:"form [name=a]" delay:1s'>""",
        ),
        (refused, """<a hx-vals='js:{a: 1}'>""", """<a hx-vals='{"a": "js"}'>"""),
        (refused, '<a hx-get="javascript:x()">', '<a hx-get="/javascript/">'),
        (
            beside_inherited,
            '<a hx-swap="none" hx-swap:inherited="afterbegin">',
            '<a hx-swap="none" hx-sync:inherited="drop">',
        ),
        (without_htmx, '<form\n method="POST">', '<form method="post" action="{% url "a" %}" hx-post="{% url "a" %}">'),
        (without_htmx, '{# plain: it moved #}<p><form method="post">', '{# plain: a file #}\n  <form method="post">'),
        (two_addresses, '<form action="{% url "a" %}" hx-post="{% url "b" %}">', '<form action="{{ a }}">'),
        (two_addresses, '<button formaction="/a/" hx-post="/b/">', '<button formaction="/a/" hx-post="/a/">'),
    ],
)
def test_each_check_sees_what_it_looks_for(check, wrong, right):
    assert len(check(elements(wrong))) == 1
    assert check(elements(right)) == []


@pytest.mark.parametrize("check", [refused, beside_inherited, without_htmx, two_addresses])
def test_templates_ask_htmx_for_nothing_that_goes_wrong(check):
    assert check(ELEMENTS) == []


def test_every_request_of_htmx_has_a_plain_one_beneath():
    """A form posts, a link leads somewhere, a button belongs to a form; what asks by itself shows nothing it needs."""
    asks = {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
    by_itself = re.compile(r"\b(load|every|revealed|intersect|refresh|connect|beat)\b")
    found = []
    for element in ELEMENTS:
        if not asks & set(element.htmx):
            continue
        keys = {
            "a": {"href"},
            "form": {"method", "action", "role"},
            "button": {"formaction", "name", "type"},
        }.get(element.tag, set())
        if not keys & set(element.attributes) and not by_itself.search(element.htmx.get("hx-trigger", "")):
            found.append(f"{element.where}: <{element.tag}>")
    assert not found


def test_htmx_and_its_extensions_are_never_deferred():
    """htmx starts as soon as it is read; deferred, its extensions come after that, and some loads never connect."""
    scripts = [one for one in ELEMENTS if one.tag == "script" and re.search("htmx|ext-", one.attributes.get("src", ""))]
    assert len(scripts) >= 5
    for script in scripts:
        assert not {"defer", "async", "type", "crossorigin"} & set(script.attributes), script.where


def registered(script: Path) -> list[str]:
    return re.findall(r"""registerExtension\(\s*["']([\w-]+)["']""", script.read_text())


def test_the_page_approves_exactly_the_extensions_that_there_are():
    config = next(one for one in ELEMENTS if one.attributes.get("name") == "htmx-config")
    approved = re.split(r",\s*", json.loads(config.attributes["content"])["extensions"])
    vendored = [key for path in (ROOT / "static/vendor/htmx").glob("hx-*.js") for key in registered(path)]
    own = {path: registered(path) for path in EXTENSIONS}
    assert {path.name for path in EXTENSIONS} == {f"ext-{key}.js" for keys in own.values() for key in keys}
    assert sorted(approved) == sorted([*vendored, *(key for keys in own.values() for key in keys)])


@pytest.mark.parametrize("script", EXTENSIONS, ids=lambda path: path.name)
def test_an_extension_says_at_its_head_what_htmx_lacks(script):
    (key,) = registered(script)
    head = script.read_text().partition("*/")[0]
    assert head.startswith(f'/*\n * htmx extension "{key}": ')
    assert re.search(r"^ \* htmx lacks: \w", head, re.MULTILINE)


@pytest.mark.parametrize("script", EXTENSIONS, ids=lambda path: path.name)
def test_the_documentation_names_what_an_extension_rests_on(script):
    """Whoever upgrades htmx looks there, and nowhere else."""
    row = next(
        line for line in (ROOT / "docs/live.md").read_text().splitlines() if line.startswith(f"| `{script.name}`")
    )
    hooks = re.compile(r"\bhtmx_[a-z_]+|\b_htmx\?*\.\w+")
    used = {found.replace("?", "") for found in hooks.findall(script.read_text())}
    assert set(hooks.findall(row)) == used
    for place in re.findall(r"`((?:live|browser)/\w+\.py)`", row):
        assert (ROOT / "tests" / place.replace("live/", "workshops/live/")).exists()


def test_the_own_scripts_stay_few():
    lines = {path.name: len(path.read_text().splitlines()) for path in SCRIPTS.glob("*.js")}
    assert sum(count for script, count in lines.items() if script.startswith("ext-")) <= EXTENSION_LINES, lines
    assert sum(lines.values()) <= ALL_LINES, lines
    assert max(len(line) for path in SCRIPTS.glob("*.js") for line in path.read_text().splitlines()) <= 150


def test_no_header_of_htmx_is_written_by_hand():
    """Their names are the business of django-htmx's helpers, and of the one module that adds to them."""
    header = re.compile(r"HX[-_][A-Z]")
    found = [
        f"{name(path)}:{number}"
        for path in tracked(".py")
        if not name(path).startswith("tests/") and name(path) != "decisions/base/htmx.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if header.search(line)
    ]
    assert not found
