"""What people read is plain English with one term for each concept: phrases that a native editor took out stay out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_conventions import ROOT

PHRASES = [line for line in (ROOT / "tests" / "banned_phrases.txt").read_text().splitlines() if line and line[0] != "#"]
# calls whose first arguments people read: translated texts, the API's problems, what commands print
SHOWN = {
    "_",
    "__",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "noop",
    "Problem",
    "CommandError",
    "add_argument",
}
COMMENT = re.compile(r"\{#.*?#\}|\{%-? *comment.*?endcomment *%\}|<(script|style)\b.*?</\1>", re.DOTALL)
TRANSLATED = re.compile(r"""\{% *translate +("[^"]*"|'[^']*')|\b_\(("[^"]*")\)""")
BLOCK = re.compile(r"\{% *blocktranslate.*?%\}(.*?)\{% *endblocktranslate *%\}", re.DOTALL)
SAID = re.compile(r'\b(?:aria-label|title|alt|placeholder|content|data-[a-z]+)="([^"]*)"')
FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|%\(\w+\)[sd]|\{\w+\}", re.DOTALL)
FILE_NAME = re.compile(r"\b\w+\.(?:csv|json|jsonl|md|py)\b")


def plain(text: str) -> str:
    text = FILE_NAME.sub("", FILLED_IN.sub("…", text))
    return " ".join(re.sub("[“”]", '"', text.replace("’", "'")).split()).lower()


def in_template(text: str) -> Iterator[str]:
    text = COMMENT.sub("", text)
    yield from (first or second for first, second in TRANSLATED.findall(text))
    yield from BLOCK.findall(text)
    bare = re.sub(r"\{[{%].*?[}%]\}", " … ", BLOCK.sub("", text), flags=re.DOTALL)
    yield from SAID.findall(bare)
    yield re.sub(r"<[^>]*>", "\n", bare)


def in_module(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "help":
            found = [node.value]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SHOWN:
            found = [*node.args, *(keyword.value for keyword in node.keywords)]
        else:
            continue
        for one in found:
            yield from (
                part.value for part in ast.walk(one) if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def shown(root: Path) -> Iterator[tuple[str, str]]:
    """Every text that people read, with the file it stands in."""
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".md", ".svg"}:
            yield from ((path.relative_to(root).as_posix(), plain(text)) for text in in_template(path.read_text()))
    for app in ("config", "decisions", "workshops"):
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from ((path.relative_to(root).as_posix(), plain(text)) for text in in_module(path.read_text()))
    for path in sorted((root / "decisions" / "framework" / "content").glob("*.md")):
        yield path.relative_to(root).as_posix(), plain(path.read_text())


def banned(root: Path) -> list[str]:
    patterns = [re.compile(rf"(?<![\w-]){re.escape(plain(phrase))}(?![\w-])") for phrase in PHRASES]
    return [
        f"{name}: {found[0]!r} in “{text[max(0, found.start() - 40) : found.end() + 40]}”"
        for name, text in shown(root)
        for pattern in patterns
        if (found := pattern.search(text))
    ]


def test_no_banned_phrase_is_shown_to_people():
    assert not banned(ROOT)


SAMPLES = {
    "templates/a.html": '{% translate "Nobody yet." %}',
    "templates/b.html": "{% blocktranslate trimmed count n=n %}\n{{ n }} e-mail\n{% plural %}\n{{ n }} people{% endblocktranslate %}",
    "templates/c.html": "<p>{{ a }}</p><p>Ask\n  somebody</p>",
    "templates/d.html": '<a aria-label="Begin anew" href="/">…</a>',
    "templates/mail/e.txt": "The team is founded.",
    "decisions/f.py": 'ngettext("%(n)s person", "for everybody" " else", 2)',
    "workshops/g.py": 'class Command:\n    help = "Print whom it asks."',
    "decisions/framework/content/h.md": "A page that anybody reads.",
}


@pytest.mark.parametrize("place", SAMPLES)
def test_the_check_would_notice(place, tmp_path):
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(SAMPLES[place])
    (tmp_path / "templates").mkdir(exist_ok=True)
    assert [line.partition(":")[0] for line in banned(tmp_path)] == [place]


def test_names_in_code_are_not_texts(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text(
        '{# nobody #}<p class="anew">{% url "nobody" as anybody %}{{ everybody }}</p>'
    )
    (tmp_path / "workshops").mkdir()
    (tmp_path / "workshops" / "a.py").write_text(
        '"""Whoever votes."""\nnobody = {"anybody": 1}\nrun("somebody", "e-mail")'
    )
    assert not banned(tmp_path)
