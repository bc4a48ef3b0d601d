"""The small Markdown that people may write in a record: emphasis, code, lists and links, and nothing that runs."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a", "blockquote"}
_parser = MarkdownIt("zero", {"html": False, "linkify": False, "breaks": True}).enable(
    ["emphasis", "backticks", "list", "link", "newline", "escape", "blockquote", "fence", "autolink"]
)


def small_markdown(text: str) -> SafeString:
    """Safe HTML of a text; raw HTML in it is shown as text, links lead to https:// and mailto: only."""
    return _clean(_parser.render(text))


def small_markdown_line(text: str) -> SafeString:
    """The same for a line of a list, without paragraphs, lists or quotations of its own."""
    return _clean(_parser.renderInline(text))


def _clean(rendered: str) -> SafeString:
    html = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has cleaned it against the list above
