"""Every page of the guide in a browser, light and dark: nothing for axe to find, and terms that explain themselves."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from decisions.framework import guide

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
ALL = {"resultTypes": ["violations"]}
LOOKS = {**ALL, "runOnly": ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]}


@pytest.fixture
def reader(browser):
    """Opens a browser window of this theme and size."""
    opened = []

    def enter(theme="light", size=DESK):
        context = browser.new_context(color_scheme=theme, viewport=size)
        opened.append(context)
        return context.new_page()

    yield enter
    for context in opened:
        context.close()


def test_axe_finds_nothing_on_any_page(live_server, reader):
    page, axe, found = reader(), Axe(), {}
    looked = 0
    for address in ("/guide/", "/guide/?q=retrieval", *(one.address for one in guide.pages())):
        page.goto(f"{live_server.url}{address}", wait_until="load")
        # all rules once; in the other theme and on a phone, those that can turn out differently
        for theme, size, options in (("light", DESK, ALL), ("dark", PHONE, LOOKS)):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size(size)
            wrong = axe.run(page, options=options).response["violations"]
            looked += 1
            if wrong:
                found[address, theme] = [(one["id"], one["nodes"][0]["html"][:160]) for one in wrong]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"
    assert not found
    assert looked > 50


def test_a_term_explains_itself_on_focus_and_lets_go(live_server, reader):
    page = reader()
    page.goto(f"{live_server.url}/guide/hybrid/")
    term = page.locator("article a.term").first
    meaning = next(one.meaning for one in guide.terms() if one.slug == term.get_attribute("data-term"))
    term.focus()
    box = page.locator(".term-text")
    assert meaning in box.inner_text()
    assert term.get_attribute("aria-describedby") == box.get_attribute("id")
    page.keyboard.press("Escape")
    assert not box.is_visible()


def test_a_tap_explains_a_term_without_leaving_the_page(live_server, browser):
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{live_server.url}/guide/hybrid/")
    page.locator("article a.term").first.tap()
    assert page.locator(".term-text").is_visible()
    assert page.url.endswith("/guide/hybrid/")
    edge = page.evaluate("document.querySelector('.term-text').getBoundingClientRect().right")
    assert edge <= PHONE["width"]
    context.close()


def test_without_a_script_a_term_is_a_link_to_the_glossary(live_server, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/guide/hybrid/")
    page.locator("article a.term").first.click()
    assert "/guide/glossary/#term-" in page.url
    context.close()


def test_printed_it_is_the_text_and_nothing_around_it(live_server, reader):
    page = reader()
    page.goto(f"{live_server.url}/guide/cost-and-operations/")
    page.emulate_media(media="print")
    assert not page.locator(".guide-nav").is_visible()
    assert not page.locator(".site-head").is_visible()
    assert page.locator("article h1").is_visible()
    assert page.locator("article table").first.is_visible()
