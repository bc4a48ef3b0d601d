"""The guide: pages that load, addresses that hold, HTML that is safe, terms that explain themselves, a search that finds."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.framework import guide
from decisions.framework.criteria import CRITERIA
from decisions.framework.guide_search import search
from decisions.framework.measures import MEASURES
from decisions.framework.precheck import ROOM_QUESTIONS
from decisions.framework.starting_points import STARTING_POINTS

PAGES = guide.pages()


class Reader(HTMLParser):
    """What a page holds: ids, links and the order of its tags."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.tags, self.open = [], [], [], []
        self.nested_links = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs)
            self.nested_links += "a" in self.open
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_page_is_in_a_group_and_has_its_own_place():
    assert len(PAGES) >= 25
    assert {page.group for page in PAGES} == set(guide.GROUPS)
    assert len({page.order for page in PAGES}) == len(PAGES)
    assert [page.slug for _, group in guide.grouped() for page in group] == [page.slug for page in PAGES]
    for page in PAGES:
        assert page.title
        assert page.summary.endswith((".", "?"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_a_page_is_whole_safe_and_well_linked(page):
    seen = Reader(page.html)
    assert set(seen.tags) <= guide.TAGS
    assert not seen.open
    assert not seen.nested_links
    assert len(seen.ids) == len(set(seen.ids)), "an address leads to one place"
    assert len(seen.ids) == seen.tags.count("h2") + seen.tags.count("h3"), "every heading has an address of its own"
    assert "{#" not in page.html
    assert not re.search(r"<script|style=|javascript:|on\w+=", page.html)
    for link in seen.links:
        assert_leads_somewhere(link["href"])


def assert_leads_somewhere(href):
    if href.startswith("https://arxiv.org/abs/"):
        return
    found = re.fullmatch(r"/guide/([a-z-]+)/(?:#([a-z0-9-]+))?", href)
    assert found, href
    target = guide.page(found.group(1))
    assert target, href
    assert not found.group(2) or found.group(2) in Reader(target.html).ids, href


def test_headings_do_not_skip_a_level():
    for page in PAGES:
        levels = [int(tag[1]) for tag in Reader(page.html).tags if re.fullmatch(r"h\d", tag)]
        assert not levels or levels[0] == 2
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_can_be_reached_and_named():
    html = guide.page("cost-and-operations").html
    assert html.count("<table>") == html.count('class="table-frame"') == 2
    assert 'role="region"' in html
    assert 'aria-label="Where the money goes"' in html
    assert '<th scope="col">RAG</th>' in html


def test_addresses_of_pages_named_elsewhere_exist():
    named = {criterion.guide for criterion in CRITERIA} | {question.page for question in ROOM_QUESTIONS}
    named |= {measure.page for measure in MEASURES} | {slug for point in STARTING_POINTS for slug in point.guides}
    for slug in named:
        assert guide.page(slug), slug
    assert guide.page("nowhere") is None
    assert guide.page("../secret") is None


# --- glossary ------------------------------------------------------------------------------------------------------


def test_the_five_words_of_every_meeting_and_many_more():
    slugs = [term.slug for term in guide.terms()]
    assert slugs[:5] == ["rag", "fine-tuning", "prompt-engineering", "grounding", "hallucination"]
    assert len(slugs) == len(set(slugs)) >= 40
    for term in guide.terms():
        assert len(term.meaning) > 30
        assert not term.meaning.startswith("Also")


def test_no_word_has_two_meanings():
    words = [word.lower() for term in guide.terms() for word in {term.name.lower(), *(a.lower() for a in term.also)}]
    assert sorted(words) == sorted(set(words))


def test_a_term_is_explained_once_under_a_heading_and_never_inside_a_link():
    html = guide.page("hybrid").html
    part = html.split('id="order"')[1].split("<h2")[0]
    assert part.count('data-term="rag"') == 1
    assert 'class="term" href="/guide/glossary/#term-rag"' in part
    assert {"rag", "hybrid", "guardrail"} <= {term.slug for term in guide.page("hybrid").terms}


def test_longer_words_win_and_parts_of_words_do_not_count():
    pieces = guide.mark("Fine-tuned models and hybrid search, ragtime excluded")
    assert [(text, term.slug) for text, term in pieces if term] == [
        ("Fine-tuned", "fine-tuning"),
        ("hybrid search", "hybrid-search"),
    ]


def test_terms_are_explained_once_over_several_texts():
    seen = set()
    assert [term.slug for _, term in guide.mark("RAG", seen=seen) if term] == ["rag"]
    assert guide.mark("RAG again", seen=seen) == [("RAG again", None)]


@given(st.text(max_size=200))
def test_marking_loses_no_character(text):
    assert "".join(piece for piece, _ in guide.mark(text)) == text


# --- search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("thin retrieval", "/guide/glossary/#term-thin-retrieval"),
        ("distillation", "/guide/glossary/#term-distillation"),
        ("role filters leak", "/guide/security/#rag"),
        ("which model executives", "/guide/talking-to-executives/"),
        ("how many prompts", "/guide/what-figures-show/#sample-size"),
        ("time to value", "/guide/cost-and-operations/#time-to-value"),
        ("acquisition", "/guide/governance/#revisit"),
        ("LABELS evaluation owner", "/guide/precheck/#labels"),
        ("marketing voice", "/guide/patterns/#marketing"),
    ],
)
def test_search_finds_what_people_look_for(query, address):
    assert address in [hit.address for hit in search(query)[:3]]


def test_search_understands_plurals_beginnings_and_accents():
    assert search("chunks")[0].address == search("chunk")[0].address
    assert any(hit.section.anchor == "term-memorisation" for hit in search("memoris"))
    assert search("Évaluation")[0].address == search("evaluation")[0].address


def test_search_shows_where_it_matches():
    hit = search("acquisition")[0]
    assert any(is_match and piece.lower() == "acquisition" for piece, is_match in hit.excerpt)
    assert len("".join(piece for piece, _ in hit.excerpt)) < 220


def test_search_without_words_finds_nothing():
    assert search("") == search("   ") == search("!?") == search("zzzzqqq") == []


@given(st.text(max_size=300))
def test_search_takes_any_text(query):
    for hit in search(query, limit=5):
        assert hit.score > 0
        assert guide.page(hit.page.slug)
