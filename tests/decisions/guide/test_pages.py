"""The guide as people meet it: every page opens for everybody, every link leads somewhere, every search is answered."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.urls import reverse

from decisions.framework import guide

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADDRESSES = [reverse("decisions:guide"), *(page.address for page in guide.pages())]


class Page(HTMLParser):
    """Links, ids and languages of a page."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids, self.langs, self.headings = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if "id" in given:
            self.ids.append(given["id"])
        if "lang" in given:
            self.langs.append((tag, given["lang"]))
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)


@pytest.fixture
def pages(client):
    """Every page as a visitor without an account gets it."""
    found = {}
    for address in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = Page(answer.content.decode())
    return found


def test_no_link_inside_the_site_is_dead(client, pages):
    elsewhere = set()
    for address, page in pages.items():
        for href in page.links:
            path, _, anchor = href.partition("#")
            path = path or address
            if path in pages:
                assert not anchor or anchor in pages[path].ids, f"{address} links {href}"
            elif path.startswith("/"):
                elsewhere.add(path)
            else:
                assert path.startswith("https://arxiv.org/abs/"), f"{address} links {href}"
    for path in sorted(elsewhere):
        assert client.get(path, follow=True).status_code == 200, path


def test_every_page_says_its_language_and_has_one_title_and_no_id_twice(pages):
    for address, page in pages.items():
        assert page.langs[0] == ("html", "en"), address
        assert page.headings.count("h1") == 1, address
        assert len(page.ids) == len(set(page.ids)), address


def test_the_texts_are_english_whatever_the_readers_language(client):
    for address in ADDRESSES[1:]:
        assert '<article class="prose guide-page" lang="en">' in client.get(address).content.decode()


def test_pages_are_found_one_after_the_other(client):
    order = guide.pages()
    for page, following in pairwise(order):
        assert f'href="{following.address}"' in client.get(page.address).content.decode()


def test_a_search_leads_to_the_very_section(client):
    page = client.get("/guide/?q=acquisition").content.decode()
    assert 'href="/guide/governance/#revisit"' in page
    assert "<mark>acquisition</mark>" in page


@pytest.mark.parametrize("query", ["zzzzqqq", "!?", "   "])
def test_a_search_that_finds_nothing_says_what_to_do(client, query):
    page = client.get("/guide/", {"q": query}).content.decode()
    assert ("Try fewer" in page) is bool(query.strip())
    assert "The five criteria" in page


@pytest.mark.parametrize("query", ["a\x00b", "<script>alert(1)</script>", "‮evil", "x" * 200_000, "'\"--"])
def test_a_search_takes_any_text(client, query):
    answer = client.get("/guide/", {"q": query})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("slug", ["nowhere", "..", "index", "Glossary"])
def test_a_page_that_does_not_exist_is_404(client, slug):
    assert client.get(f"/guide/{slug}/").status_code == 404


def test_no_page_carries_a_script_or_a_style_of_its_own(client):
    for address in ADDRESSES:
        html = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style", html), address


def test_what_belongs_to_the_screen_only_is_not_printed(client):
    html = client.get("/guide/hybrid/").content.decode()
    assert '<nav class="guide-nav no-print"' in html
    assert '<nav class="actions no-print"' in html
