"""The one small Markdown: what people type is read once, and screen, PDF and Markdown file are made of that tree.

The dialect is CommonMark's *emphasis*, **strong**, `code`, lists by `-`, `*`, `+`, `1.` or `1)`, links to https:// and
mailto: without titles, line breaks where they were typed, `\\*` for a plain sign, and &lt; &gt; &amp; &quot;. All else is
text as it was typed. `to_markdown` reads back as the same tree, here and by every reader of CommonMark.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from types import SimpleNamespace
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt, helpers
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_inline import StateInline, entity
from markdown_it.tree import SyntaxTreeNode

DEEPEST = 10  # as the parser counts: two for each list in a list; what is deeper stays text
_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])[ \t]+[^ \t\n]")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot);")
_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#+!|~&]")
_IN_ADDRESS = re.compile(r"[()]|&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-=:]))", re.MULTILINE)


class Node(NamedTuple):
    """A part of a text: `text`, or by its HTML tag; a `line` is a paragraph that needs no tag, a `root` holds it all.

    `text` is what a text or code says, the address of an `a`, the signs typed for an `em` or `strong` and for the first
    item of a list.
    """

    kind: str
    text: str = ""
    children: tuple["Node", ...] = ()


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list begins with an item that holds something: `2026.` or `-` alone on a line is text."""
    begins = silent or _ITEM.match(state.src, state.bMarks[start] + state.tShift[start])
    return bool(begins) and state.level < DEEPEST and list_block(state, start, end, silent)


def _entity(state: StateInline, silent: bool) -> bool:
    return _ENTITY.match(state.src, state.pos) is not None and entity(state, silent)


_parser = MarkdownIt("zero", {"maxNesting": 100}).enable(
    ["emphasis", "backticks", "list", "link", "newline", "escape", "autolink", "entity"]
)
_parser.block.ruler.at("list", _list, {"alt": ["paragraph"]})
_parser.inline.ruler.at("entity", _entity)
_parser.validateLink = lambda url: url.lower().startswith(("https://", "mailto:"))  # type: ignore[method-assign]
# a link's title would be words that are signed and never read
vars(_parser)["helpers"] = SimpleNamespace(**vars(helpers) | {"parseLinkTitle": lambda *_: SimpleNamespace(ok=False)})


def parse(text: str) -> Node:
    """The tree of what people typed."""
    tree = _read(text)
    for _ in range(8):
        again = _read(to_markdown(tree))
        if again == tree:
            return tree
        # what nobody means, such as `__a_;__`, reads otherwise once its idle signs are written as text
        tree = again
    return plain(text)


def _read(text: str) -> Node:
    tokens = _parser.parse(re.sub(r" +(?=\\?\n)", "", text))
    return Node("root", children=_children(SyntaxTreeNode(tokens)))


def plain(text: str) -> Node:
    """The tree of a text that is no Markdown: a paragraph a line."""
    lines = filter(None, map(str.strip, text.split("\n")))
    return Node("root", children=tuple(Node("p", children=(Node("text", line),)) for line in lines))


def line(tree: Node) -> Node:
    """The same where no paragraph or list can stand: on lines, the marks of its lists as text."""
    return Node("line", children=tuple(node for said in _lines(tree) for node in (Node("br"), *said))[1:])


def cut(node: Node, room: int) -> Node:
    """The first `room` characters of a line, and … where there were more."""
    if len(to_text(node)) <= room:
        return node
    if not node.children:
        return Node("text", f"{node.text[:room]}…")
    kept: list[Node] = []
    while room >= 0:
        child = node.children[len(kept)]
        kept.append(cut(child, room))
        room -= len(to_text(child))
    return node._replace(children=tuple(kept))


def to_html(tree: Node) -> SafeString:
    """For the screen."""
    return mark_safe(_html(tree, escape, links=True))  # noqa: S308 - its tags are made here, every text is escaped


def to_print(tree: Node, drawn: Callable[[str], str]) -> SafeString:
    """For the PDF: addresses are text, and each text is what `drawn` makes of it."""
    return mark_safe(_html(tree, lambda text: escape(drawn(text)), links=False))  # noqa: S308 - the same


def to_text(line: Node) -> str:
    """What is read of a line."""
    said = {"text": line.text, "code": line.text, "br": "\n"}.get(line.kind, "")
    return said + "".join(map(to_text, line.children))


def to_markdown(node: Node) -> str:
    """For a file, whose own headings, tables, links and front matter nobody can type."""
    match node.kind:
        case "p" | "line":
            return _LINE_START.sub(r"\1\\", _marks(node)).replace("\n", "  \n")
        case "ul" | "ol":
            items = [(mark, to_markdown(item)) for mark, item in _marked(node)]
            return "\n".join(f"{mark} {said}".replace("\n", f"\n{' ' * (len(mark) + 1)}") for mark, said in items)
        case _:
            said = ""
            for child in node.children:
                # in an item a list follows at once where it can: a blank line would set the items apart
                close = node.kind == "li" and child.text in ("-", "*", "+", "1.", "1)")
                said += ("\n" if close else "\n\n") * bool(said) + to_markdown(child)
            return said


def _children(found: SyntaxTreeNode) -> tuple[Node, ...]:
    made: list[Node] = []
    for node in (node for each in found.children for node in _nodes(each)):
        before = made.pop().text if made and made[-1].kind == node.kind == "text" else ""
        made.append(node._replace(text=before + node.text))
    return tuple(made)


def _nodes(found: SyntaxTreeNode) -> tuple[Node, ...]:
    """A token of the parser as a part of the tree, or as the parts that stand in its place."""
    inside, address = _children(found), str(found.attrs.get("href", ""))
    match found.type:
        case "inline":
            return inside
        case "paragraph" if not inside:
            return ()
        case "link" if not address:
            return (Node("text", "["), *inside, Node("text", "]()"))
        case "link":
            return (Node("a", address, inside or (Node("text", address),)),)
        case "ordered_list":
            return (Node("ol", f"{found.attrs.get('start', 1)}{found.markup}", inside),)
        case "list_item" if [child.kind for child in inside].count("p") == 1:
            return (Node("li", children=tuple(part._replace(kind=part.kind.replace("p", "line")) for part in inside)),)
        case kind:
            return (Node(found.tag or kind, "" if kind == "list_item" else found.content or found.markup, inside),)


def _marked(node: Node) -> Iterator[tuple[str, Node]]:
    """The items of a list, each with its mark."""
    for place, item in enumerate(node.children):
        yield (
            f"{min(int(node.text[:-1]) + place, 999_999_999)}{node.text[-1]}" if node.kind == "ol" else node.text,
            item,
        )


def _lines(node: Node, sign: str = "•") -> Iterator[tuple[Node, ...]]:
    if node.kind in ("p", "line"):
        yield node.children
    elif node.kind in ("ul", "ol"):
        for mark, item in _marked(node):
            first, *rest = list(_lines(item, "–")) or [()]
            yield (Node("text", f"{sign if node.kind == 'ul' else mark} "), *first)
            yield from rest
    else:
        for child in node.children:
            yield from _lines(child, sign)


def _html(node: Node, said: Callable[[str], str], *, links: bool) -> str:
    inside = said(node.text) if node.kind in ("text", "code") else ""
    inside += "".join(_html(child, said, links=links) for child in node.children)
    match node.kind:
        case "root" | "line" | "text":
            return inside
        case "br":
            return "<br>"
        case "ol":
            return f'<ol start="{int(node.text[:-1])}">{inside}</ol>'
        case "a" if links:
            return f'<a href="{escape(node.text)}" rel="noopener noreferrer nofollow">{inside}</a>'
        case "a":
            return inside if to_text(node) == node.text else f"{inside} ({said(node.text)})"
        case tag:
            return f"<{tag}>{inside}</{tag}>"


def _marks(node: Node) -> str:
    """The Markdown of what stands on a line."""
    inside = "".join(map(_marks, node.children))
    match node.kind:
        case "text":
            return _SPECIAL.sub(_escaped, node.text)
        case "code":
            fence = "`" * (max(map(len, re.findall("`+", node.text)), default=0) + 1)
            blank = " " if re.search("^`|`$|^ .*[^ ].* $", node.text) else ""
            return f"{fence}{blank}{node.text}{blank}{fence}"
        case "br":
            return "\n"
        case "a":
            return f"[{inside}]({_IN_ADDRESS.sub(_escaped, node.text)})"
        case _:
            return f"{node.text}{inside}{node.text}"


def _escaped(sign: re.Match[str]) -> str:
    """Not every reader of Markdown takes a backslash before & and <."""
    return {"&": "&amp;", "<": "&lt;"}.get(sign[0], f"\\{sign[0]}")
