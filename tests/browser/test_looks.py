"""Pages as people meet them: on a phone and a laptop, in light and dark, and for those who do not see them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.http import HttpResponse

from decisions.models import Record
from tests import rooms
from tests.browser.test_record import sign_in
from workshops.demo.seed import seed
from workshops.demo.stories import PASSWORD
from workshops.seats import set_seat_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # the rest is counted and not described, which took a third of the time
}
# What can be pressed and is lower than 44 px; links inside text are spared, as WCAG 2.2 does.
SMALL = """
() => [...document.querySelectorAll("button, select, textarea, summary, .button, label:has(input), input:not([type=hidden])")]
  .filter((element) => {
    const choice = /^(radio|checkbox)$/.test(element.type || "");
    if (choice || element.closest(".visually-hidden")) return false;
    const size = element.getBoundingClientRect();
    return size.width > 0 && size.height > 0 && size.height < 43.5;
  }).map((element) => element.outerHTML.slice(0, 120))
"""
SIDEWAYS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def look(page, address: str) -> None:
    """Open a page and hold it to what every page must be."""
    page.goto(address)
    check(page)
    assert page.complaints == [], f"{address}: {page.complaints}"


def check(page) -> None:
    """Hold what a page shows now to what every page must be."""
    page.wait_for_timeout(150)
    found = Axe().run(page, options=RULES).response["violations"]
    problems = [(one["id"], one["nodes"][0]["html"][:160]) for one in found]
    assert not problems, f"{page.url}: {problems}"
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    assert not page.evaluate(SMALL), f"{page.url} has targets lower than 44 px: {page.evaluate(SMALL)}"


def take(page, address: str, seat) -> None:
    """Give a browser somebody's seat; the seat of an account comes with being signed in."""
    if seat.user is not None:
        sign_in(page, seat.user, address)
    response = HttpResponse()
    set_seat_cookie(response, seat, seat.workshop.public_id)
    page.context.add_cookies(
        [{"name": name, "value": one.value, "url": address} for name, one in response.cookies.items()]
    )


WAYS = [
    pytest.param({"width": 390, "height": 844}, "light", id="phone-light"),
    pytest.param({"width": 1280, "height": 800}, "dark", id="laptop-dark"),
]


@pytest.mark.parametrize(("viewport", "theme"), WAYS)
def test_pages_of_a_team_read_well(product, person, viewport, theme):
    seed()
    page = person(viewport=viewport, color_scheme=theme, reduced_motion="reduce")
    for path in (
        "/",
        "/accounts/login/",
        "/accounts/signup/",
        "/join/",
        "/guide/",
        "/guide/task-stability/",
        "/guide/glossary/",
    ):
        look(page, product + path)
    page.goto(product + "/accounts/login/")
    page.get_by_label("Email").fill("ines@helio.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/t/helio-desk/")
    record = Record.objects.filter(decision__number=1).latest("pk")
    paths = [
        *("/t/helio-desk/", "/t/helio-desk/?q=copilot", "/t/helio-desk/members/", "/t/helio-desk/decisions/new/"),
        *("/t/helio-desk/d/1/trail/", "/t/helio-desk/d/1/trail/at/", "/t/helio-desk/framework/", "/verify/"),
        *("/t/helio-desk/d/1/", "/t/helio-desk/d/1/workshops/new/", f"/t/helio-desk/r/{record.pk}/"),
        *("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/webauthn/"),
    ]
    for path in paths:
        look(page, product + path)


@pytest.mark.parametrize(("viewport", "theme"), WAYS)
def test_the_room_reads_well_in_every_phase(product, person, viewport, theme):
    room = rooms.room()
    lead, guest = (person(viewport=viewport, color_scheme=theme, reduced_motion="reduce") for _seat in range(2))
    take(lead, product, room.felix)
    take(guest, product, room.ines)

    def both(*more: str) -> None:
        look(lead, product + room.url("room"))
        look(guest, product + room.url("room"))
        for name in more:
            look(lead, product + room.url(name))

    both("screen")
    room.go("precheck")
    both()
    room.go("scoring")
    for place, criterion in enumerate(rooms.CRITERIA):
        opened = room.open(criterion)
        room.vote("ines", opened, -2, "sure", "Runbooks change every week.")
        room.votes(opened, sam=2)
        if place == 0:
            both("screen")
        room.reveal(opened)
        if place == 0:
            both("screen")
        room.settle(opened, -1, "The pages change weekly.")
        if place == 0:
            both()
    room.go("outcome")
    both("screen", "what_if", "minutes")


def test_a_chosen_theme_is_kept_and_does_not_flash(product, person):
    page = person(viewport={"width": 390, "height": 844}, color_scheme="light")
    page.goto(product + "/guide/")
    page.get_by_role("button", name="Switch between light and dark mode").click()
    page.goto(product + "/")
    # set by a script that blocks the first paint, so it is there before anything is drawn
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_a_term_explains_itself_on_focus_and_on_tap(product, person):
    page = person(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(product + "/guide/task-stability/")
    term = page.locator("a.term").first
    term.focus()
    assert page.locator(".term-text").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".term-text").is_visible()
    page.locator("a.term").nth(1).tap()
    assert page.locator(".term-text").is_visible()
    assert page.url.endswith("/guide/task-stability/")  # explained, not followed
