"""The guide: Markdown pages with stable addresses, safe HTML, glossary terms and a small search.

A view only asks: `pages()`, `page(slug)`, `terms()`, `search(query)`, `mark(text)`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from .text import Sentence, _

CONTENT: Final = Path(__file__).parent / "content"
BASE: Final = "/guide/"
GLOSSARY: Final = "glossary"
GROUPS: Final[Mapping[str, Sentence]] = {
    "decide": _("Deciding"),
    "criteria": _("The five criteria"),
    "approaches": _("The approaches"),
    "build": _("Building and running it"),
    "measure": _("Measuring it"),
    "keep": _("Keeping it right"),
    "reference": _("Reference"),
}
TAGS: Final = {
    *("a", "blockquote", "br", "code", "div", "em", "h2", "h3", "hr", "li", "ol", "p", "pre", "strong"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES: Final = {
    "a": {"href", "class", "data-term", "rel"},
    "h2": {"id"},
    "h3": {"id"},
    "th": {"scope"},
    "div": {"class", "tabindex", "role", "aria-label"},
}
_ANCHOR: Final = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")
_LINK: Final = re.compile(r"^([a-z0-9-]+)\.md(?:#([a-z0-9-]+))?$")
_markdown: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and the plain text under it; the first section of a page has no anchor and the page's title."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry: its name, the other words it explains, and what it means in plain text."""

    slug: str
    name: str
    also: tuple[str, ...]
    meaning: str

    @property
    def address(self) -> str:
        """Where the glossary explains it."""
        return f"{BASE}{GLOSSARY}/#term-{self.slug}"


@dataclass(frozen=True)
class Page:
    """One page of the guide."""

    slug: str
    title: str
    summary: str
    order: int
    group: str
    source: str

    @property
    def address(self) -> str:
        """The stable address of the page."""
        return f"{BASE}{self.slug}/"

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The page's text by heading, for search and for tables of contents."""
        return tuple(_sections(self.title, _markdown.parse(self.source)))

    @cached_property
    def html(self) -> str:
        """The page as safe HTML, with glossary terms linked where they first appear under a heading."""
        return _html(self)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The glossary terms that the page links, for the explanations shown on focus and tap."""
        used = set(re.findall(r'data-term="([a-z0-9-]+)"', self.html))
        return tuple(term for term in terms() if term.slug in used)


@cache
def pages() -> tuple[Page, ...]:
    """Every page in reading order."""
    return tuple(sorted((_read(path) for path in CONTENT.glob("*.md")), key=lambda page: (page.order, page.slug)))


@cache
def _by_slug() -> Mapping[str, Page]:
    return {page.slug: page for page in pages()}


def page(slug: str) -> Page | None:
    """The page of this slug, if there is one."""
    return _by_slug().get(slug)


def grouped() -> list[tuple[Sentence, list[Page]]]:
    """The pages by group, for a table of contents."""
    return [(title, [page for page in pages() if page.group == key]) for key, title in GROUPS.items()]


@cache
def terms() -> tuple[Term, ...]:
    """The glossary, in its order."""
    glossary = _by_slug()[GLOSSARY]
    return tuple(
        Term(section.anchor.removeprefix("term-"), section.title, *_meaning(section.text))
        for section in glossary.sections
        if section.anchor.startswith("term-")
    )


def mark(text: str, *, seen: set[str] | None = None) -> list[tuple[str, Term | None]]:
    """The text in pieces, with the term behind each glossary word at its first appearance.

    Joined, the pieces are the text. Give the same `seen` to several calls to explain each term once in all of them.
    """
    seen = set() if seen is None else seen
    pattern, words = _words()
    pieces: list[tuple[str, Term | None]] = []
    end = 0
    for match in pattern.finditer(text):
        term = words[match.group().lower()]
        if term.slug in seen:
            continue
        seen.add(term.slug)
        if match.start() > end:
            pieces.append((text[end : match.start()], None))
        pieces.append((match.group(), term))
        end = match.end()
    if end < len(text):
        pieces.append((text[end:], None))
    return pieces


@cache
def _words() -> tuple[re.Pattern[str], Mapping[str, Term]]:
    words = {word.lower(): term for term in terms() for word in (term.name, *term.also)}
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE), words


def _meaning(text: str) -> tuple[tuple[str, ...], str]:
    first, _, rest = text.partition("\n")
    if not first.startswith("Also: "):
        return (), text.replace("\n", " ")
    also = first.removeprefix("Also: ").rstrip(".")
    return tuple(word.strip() for word in also.split(",")), rest.replace("\n", " ")


def _read(path: Path) -> Page:
    head, _, body = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    return Page(path.stem, facts["title"], facts["summary"], int(facts["order"]), facts["group"], body.strip())


def _plain(token: Token) -> str:
    return "".join(
        child.content if child.type in ("text", "code_inline") else " " if child.type.endswith("break") else ""
        for child in token.children or ()
    )


def _sections(title: str, tokens: list[Token]) -> Iterator[Section]:
    anchor, lines = "", list[str]()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            yield Section(anchor, title, "\n".join(lines))
            heading = _plain(tokens[place + 1])
            found = _ANCHOR.search(heading)
            anchor, title, lines = found.group(1) if found else "", _ANCHOR.sub("", heading), []
        elif token.type == "inline" and tokens[place - 1].type != "heading_open":
            lines.append(_plain(token))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content)
    yield Section(anchor, title, "\n".join(lines))


def _html(page: Page) -> str:
    tokens = _markdown.parse(page.source)
    seen: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            _take_anchor(token, tokens[place + 1])
            seen = set()
        elif token.type == "inline" and tokens[place - 1].type != "heading_open":
            inline_tokens = token.children or []
            _rewrite_links(inline_tokens)
            if page.slug != GLOSSARY and tokens[place - 1].type != "th_open":
                token.children = list(_link_terms(inline_tokens, seen))
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
    rendered = _markdown.renderer.render(list(_framed_tables(page.title, tokens)), _markdown.options, {})
    return nh3.clean(rendered, tags=TAGS, attributes=ATTRIBUTES, link_rel=None, url_schemes={"https"})


def _take_anchor(heading: Token, inline: Token) -> None:
    """Move `{#anchor}` from the end of a heading to its id; what is left is the heading's text."""
    for last in (inline.children or [])[-1:]:
        if found := _ANCHOR.search(last.content):
            heading.attrs["id"] = found.group(1)
            last.content = _ANCHOR.sub("", last.content)


def _rewrite_links(children: list[Token]) -> None:
    for token in children:
        if token.type == "link_open" and (found := _LINK.match(str(token.attrs.get("href", "")))):
            slug, anchor = found.groups()
            token.attrs["href"] = f"{BASE}{slug}/" + (f"#{anchor}" if anchor else "")
        elif token.type == "link_open":
            token.attrs["rel"] = "noopener noreferrer"


def _link_terms(children: list[Token], seen: set[str]) -> Iterator[Token]:
    """The same inline tokens, with each term's first appearance outside links made a link to the glossary."""
    depth = 0
    for token in children:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type != "text" or depth:
            yield token
            continue
        for text, term in mark(token.content, seen=seen):
            if term is not None:
                yield Token("link_open", "a", 1, attrs={"class": "term", "href": term.address, "data-term": term.slug})
            yield Token("text", "", 0, content=text)
            if term is not None:
                yield Token("link_close", "a", -1)


def _framed_tables(title: str, tokens: list[Token]) -> Iterator[Token]:
    """Wide tables scroll inside a frame that the keyboard can reach, named for a screen reader by the heading above."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = _plain(tokens[place + 1])
        elif token.type == "table_open":
            frame = {"class": "table-frame", "tabindex": "0", "role": "region", "aria-label": title}
            yield Token("frame_open", "div", 1, attrs=frame, block=True)  # type: ignore[arg-type]
        yield token
        if token.type == "table_close":
            yield Token("frame_close", "div", -1, block=True)
