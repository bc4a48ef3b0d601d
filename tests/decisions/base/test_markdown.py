"""One text, three readings: the screen, the PDF and the Markdown file say the same words in the same order."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from decisions.base import markdown as markup
from decisions.exports import markdown
from decisions.exports.text import prose
from tests.decisions.exports import documents

# what else reads our files: CommonMark with tables and struck text, as repositories show them
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BITS = [
    *(
        "- ",
        "* ",
        "+ ",
        "1. ",
        "2) ",
        "2026. ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\\",
        "\\\n",
        "a",
        "b c",
        "word",
        "!",
    ),
    *("*", "**", "_", "__", "`", "``", "~~", "#", "---", "===", "> ", "|", "[", "]", "(", ")", "<", ">", "&", ";", ":"),
    *(
        "[a](https://x.example/y)",
        "<https://a.example/b>",
        "[x]()",
        "[y](https://p.example/(r) 'title')",
        "&lt;",
        "&amp;",
    ),
    *(
        "&copy;",
        "<b>",
        "![i](https://x.example/i.png)",
        "[j](javascript:alert(1))",
        "<!-- c -->",
        "[r]: https://x.example",
    ),
]
TYPED = st.one_of(
    st.lists(st.sampled_from(BITS), max_size=24).map("".join), st.text(alphabet="*_a b`(;", max_size=24), st.text()
)
ALLOWED = re.compile(
    r"</?(?:p|li|ul|em|strong|code)>|<br>|</ol>|<ol start=\"\d{1,9}\">|</a>"
    r'|<a href="(?:https://|mailto:)[^"<>]*" rel="noopener noreferrer nofollow">'
)


def screen(text):
    return str(markup.to_html(markup.parse(text)))


def printed(text):
    return str(markup.to_print(markup.line(markup.parse(text)), str))


def filed(text):
    return markup.to_markdown(markup.parse(text))


def words(page):
    """The words of a page of HTML; what ends a block or a line ends a word."""
    apart = re.sub(r"<(?:br ?/?|/?(?:p|li|ul|ol)(?: start=\"\d+\")?)>", " ", page)
    return re.findall(r"\w+", html.unescape(re.sub(r"<[^>]*>", "", apart)))


@given(TYPED)
@settings(max_examples=200, deadline=None)
def test_what_leaves_as_markdown_reads_back_as_the_same_tree(text):
    tree = markup.parse(text)

    assert markup.parse(markup.to_markdown(tree)) == tree


@given(TYPED)
@settings(max_examples=200, deadline=None)
def test_a_repository_that_knows_all_of_commonmark_reads_that_tree_too(text):
    tree = markup.parse(text)

    read = markup._children(SyntaxTreeNode(READER.parse(markup.to_markdown(tree))))

    assert read == tree.children


@given(TYPED)
@settings(max_examples=200, deadline=None)
def test_screen_print_and_markdown_say_the_same_words_in_the_same_order(text):
    tree = markup.parse(text)
    line = markup.line(tree)
    on_paper = re.sub(r" \((?:https://|mailto:)[^()]*\)", "", printed(text))  # print shows where a link leads

    assert words(READER.render(filed(text))) == words(screen(text))
    assert words(on_paper) == words(str(markup.to_html(line))) == words(html.escape(markup.to_text(line)))
    assert [word for word in words(on_paper) if not word.isdigit()] == [
        word
        for word in words(screen(text))
        if not word.isdigit()  # the numbers of a list are no words of the page
    ]


@given(TYPED)
@settings(max_examples=200, deadline=None)
def test_nothing_typed_becomes_a_tag_that_is_not_ours(text):
    for page in (screen(text), printed(text), str(markup.to_html(markup.line(markup.parse(text))))):
        assert not re.search("[<>]", ALLOWED.sub("", page))
    assert "<a" not in printed(text)


@given(TYPED, st.integers(0, 60))
@settings(max_examples=100, deadline=None)
def test_a_cut_keeps_the_first_characters_and_says_that_there_were_more(text, room):
    line = markup.line(markup.parse(text))

    said, kept = markup.to_text(line), markup.to_text(markup.cut(line, room))

    assert kept == said if len(said) <= room else kept == said[:room] + "…"


# --- what Ines types in a rationale


@pytest.mark.parametrize(
    ("typed", "on_screen", "on_paper", "in_the_file"),
    [
        (
            "*x* and __y__",
            "<p><em>x</em> and <strong>y</strong></p>",
            "<em>x</em> and <strong>y</strong>",
            "*x* and __y__",
        ),
        ("1. Ship", '<ol start="1"><li>Ship</li></ol>', "1. Ship", "1. Ship"),
        ("We ship 1. Ship", "<p>We ship 1. Ship</p>", "We ship 1. Ship", "We ship 1. Ship"),
        (r"1\. Ship", "<p>1. Ship</p>", "1. Ship", r"1\. Ship"),
        ("rule 1.0, 2.5 days", "<p>rule 1.0, 2.5 days</p>", "rule 1.0, 2.5 days", "rule 1.0, 2.5 days"),
        ("1.5 seconds", "<p>1.5 seconds</p>", "1.5 seconds", "1.5 seconds"),
        ("2026.", "<p>2026.</p>", "2026.", r"2026\."),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>", "• a<br>• b", "- a\n- b"),
        (
            "Why:\n\n3. a\n   - b\n4. c",
            '<p>Why:</p><ol start="3"><li>a<ul><li>b</li></ul></li><li>c</li></ol>',
            "Why:<br>3. a<br>– b<br>4. c",
            "Why:\n\n3. a\n   - b\n4. c",
        ),
        ("one\ntwo", "<p>one<br>two</p>", "one<br>two", "one  \ntwo"),
        ("`a|b` x_y_z", "<p><code>a|b</code> x_y_z</p>", "<code>a|b</code> x_y_z", r"`a|b` x\_y\_z"),
        (
            "> 90 % & <= 4 s",
            "<p>&gt; 90 % &amp; &lt;= 4 s</p>",
            "&gt; 90 % &amp; &lt;= 4 s",
            r"\> 90 % &amp; &lt;= 4 s",
        ),
        ("# no", "<p># no</p>", "# no", r"\# no"),
        *(
            (f"[b]({bad})", f"<p>[b]({bad})</p>", f"[b]({bad})", rf"\[b\]\({bad}\)")
            for bad in ("javascript:x", "http://x")
        ),
    ],
)
def test_one_text_is_read_alike_everywhere(typed, on_screen, on_paper, in_the_file):
    assert (screen(typed), printed(typed), filed(typed)) == (on_screen, on_paper, in_the_file)


def test_a_link_leads_somewhere_on_screen_and_says_where_on_paper():
    typed = "see [the *policy*](https://policy.example/a?b=1&c=2) or <https://x.example/>"

    assert screen(typed) == (
        '<p>see <a href="https://policy.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">the <em>policy</em></a>'
        ' or <a href="https://x.example/" rel="noopener noreferrer nofollow">https://x.example/</a></p>'
    )
    assert printed(typed) == "see the <em>policy</em> (https://policy.example/a?b=1&amp;c=2) or https://x.example/"
    assert filed(typed) == (
        "see [the *policy*](https://policy.example/a?b=1&c=2) or [https://x.example/](https://x.example/)"
    )


def test_lists_in_lists_beyond_reason_lose_no_word():
    typed = "- " * 5_000 + "deep"

    assert words(screen(typed)) == ["deep"]
    assert markup.parse(filed(typed)) == markup.parse(typed)


def test_a_table_keeps_its_cells_whatever_stands_in_them():
    document = documents.support_copilot()
    document["content"]["criteria"][0]["why"] = "`a|b` **c|d**\n- x\n- y"

    file = READER.render(markdown.render_markdown(document))

    assert "<code>a|b</code> <strong>c|d</strong> • x • y</td>" in file
    assert file.count("<tr>") == READER.render(markdown.render_markdown(documents.support_copilot())).count("<tr>")


def test_an_item_keeps_the_list_that_was_typed_in_it():
    document = documents.changed(guardrails=["Cite:\n\n1. Ship\n2. Pilot", "End"])

    file = READER.render(markdown.render_markdown(document)).replace("\n", "")

    assert (
        "<h3>Guardrails</h3><ul><li><p>Cite:</p><ol><li>Ship</li><li>Pilot</li></ol></li><li><p>End</p></li></ul>"
        in file
    )


def test_a_fallback_that_is_a_list_stands_below_its_name():
    document = documents.changed(fallback={"label": "Hand over", "text": "- decline\n- ask"})

    assert "**Fallback:** Hand over.\n\n- decline\n- ask\n" in markdown.render_markdown(document)
    assert "**Fallback:** Decline and hand over. No passage" in markdown.render_markdown(documents.support_copilot())


def test_control_and_override_characters_do_not_reach_a_file():
    assert markup.to_markdown(prose("a\u202eb\x08\r\n  \u200f- c\ufeff")) == "ab\n\n- c"
