"""The whole life of a decision with scripts switched off: from sign-up to the text of the PDF, by links and forms alone."""

import io
import re
from collections import Counter

import pypdf
import pytest
from django.urls import resolve
from playwright.sync_api import Error, expect

from workshops.demo.seed import seed
from workshops.demo.stories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# What each guest says and votes in the first round; later ones are quicker.
GUESTS = {
    "product": ("Ines", "-2", "Runbooks change every week."),
    "security": ("Sam", "-1", "Every answer needs its source."),
    "data": ("Daria", "-2", "Retrieval keeps access rules."),
}


def press(page, name: str) -> None:
    """Press a button of the page, by how its name begins, and wait for the page that comes."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=re.compile(f"^{name}")).first.click()
    nothing_is_dead(page)


def follow(page, name: str) -> None:
    """Follow a link of the page, by how its name begins."""
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=re.compile(f"^{name}")).first.click()
    nothing_is_dead(page)


def nothing_is_dead(page) -> None:
    """No button is shown that only a script would answer."""
    dead = page.locator("button[type=button]:visible, a[href='#']:visible, button:not(form button):not([form]):visible")
    assert dead.evaluate_all("all => all.map((one) => one.outerHTML.slice(0, 200))") == [], page.url


def says(page, text: str) -> None:
    expect(page.locator("main")).to_contain_text(text)


@pytest.mark.story
def test_from_sign_up_to_the_pdf(product, person, mails):
    ada = person(viewport=LAPTOP, java_script_enabled=False)
    sign_up(ada, product, mails)
    found_a_team_and_ask(ada)
    link = prepare(ada)
    guests = {role: join(person(viewport=PHONE, java_script_enabled=False), link, role) for role in GUESTS}
    precheck(ada, guests)
    score(ada, guests, first=True)
    for _place in range(4):
        score(ada, guests)
    outcome(ada, guests)
    write(ada)
    sign(ada, guests, mails)
    accept(ada)
    pdf = text_of_the_pdf(ada)
    for words in (
        "DR-0001",
        "Answer runbook questions from retrieval",
        "open a ticket",
        "Sam",
        "archived repositories",
    ):
        assert words in pdf
    for _name, _score, reason in GUESTS.values():
        assert reason in pdf
    wrong = [answer for page in (ada, *guests.values()) for answer in page.received if answer.status >= 400]
    assert [answer.status for answer in wrong] == [422, 422], "the title that was empty, the dissent without a reason"


def sign_up(ada, product, mails) -> None:
    ada.goto(product)
    follow(ada, "Create a team")
    ada.get_by_label("Your name").fill("Ada")
    ada.get_by_label("Email").fill("ada@example.org")
    ada.get_by_label("Password").fill("a-long-enough-password")
    press(ada, "Create account")
    says(ada, "ada@example.org")
    (mail,) = mails("ada@example.org")
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mail, re.MULTILINE)
    assert code, mail
    ada.locator("main input[name=code]").fill(code[1])
    press(ada, "Confirm")


def found_a_team_and_ask(ada) -> None:
    ada.get_by_label("Name").fill("Helio Desk")
    press(ada, "Create team")
    ada.get_by_label("Title").fill("Runbook answers")
    ada.get_by_label("Question").fill("Retrieve, tune, both or neither for the runbook assistant?")
    press(ada, "Create decision")
    says(ada, "Decision 1 created.")


def prepare(ada) -> str:
    """Open the lobby; the link that guests join by."""
    ada.get_by_label("I'm facilitating, not voting").check()
    press(ada, "Create workshop")
    expect(ada.get_by_role("heading", name="Join this workshop")).to_be_visible()
    return ada.locator("#stage a[href*='/j/']").get_attribute("href")


def join(guest, link, role):
    name, _score, _reason = GUESTS[role]
    guest.goto(link)
    guest.get_by_label("Your name").fill(name)
    guest.locator(f"input[name=role][value={role}]").check()
    guest.get_by_label("Your email").fill(f"{role}@example.org")
    press(guest, "Join workshop")
    expect(guest.locator("#people")).to_contain_text(name)
    return guest


def precheck(ada, guests) -> None:
    ada.reload()
    for name, _score, _reason in GUESTS.values():
        expect(ada.locator("#people")).to_contain_text(name)
    press(ada, "Start precheck")
    says(ada, "Precheck: question 1 of 18")
    press(ada, "Skip question")
    says(ada, "Precheck: question 2 of 18")
    press(ada, "Skip the rest")
    press(ada, "Change: Do documents decide what a right answer is?")
    guests["product"].reload()
    says(guests["product"], "Do documents decide what a right answer is?")
    press(ada, "Yes")
    press(ada, "Skip the rest")
    says(ada, "1 of 18 answered.")
    press(ada, "Confirm and start scoring")


def score(ada, guests, *, first: bool = False) -> None:
    press(ada, "Next: ")
    for place, (role, guest) in enumerate(guests.items(), start=1):
        _name, score, reason = GUESTS[role]
        guest.reload()
        guest.locator(f"form[data-ballot] label:has(input[value='{score if first else '-1'}'])").click()
        if first:
            guest.locator("textarea[name=reason]").fill(reason)
        press(guest, "Submit vote")
        says(guest, "Vote saved")
        ada.reload()
        says(ada, f"Reveal {place} of 3")
    press(ada, "Reveal 3 of 3")
    if first:
        for page in (ada, *guests.values()):
            page.reload()
            for _name, _score, reason in GUESTS.values():
                expect(page.locator("#stage")).to_contain_text(reason)
        ada.locator("textarea[name=why]").fill("Runbooks change weekly, and each answer needs its source.")
    press(ada, "Settle")
    expect(
        ada.locator("main").get_by_role("button", name=re.compile("^Next: |^Go to the outcome")).first
    ).to_be_visible()


def outcome(ada, guests) -> None:
    press(ada, "Go to the outcome")
    for page in (ada, *guests.values()):
        page.reload()
        says(page, "RAG on its own")
    follow(guests["data"], "Explore what-if")
    says(guests["data"], "What if")
    follow(ada, "Explore what-if")
    ada.go_back()
    ada.get_by_role("heading", name="Must answers be explainable?").click()
    press(ada, "Required by legal or public relations")
    says(ada, "Required by legal")
    press(ada, "Create decision record")
    says(ada, "proposed lines need confirming")


def edit(ada, section: str) -> None:
    """Open one section of the paper; without scripts it has a page of its own."""
    with ada.expect_navigation():
        ada.locator(f"#{section} a:has-text('Edit'), #{section} a:has-text('Add')").first.click()
    nothing_is_dead(ada)


def write(ada) -> None:
    edit(ada, "decision")
    ada.get_by_label("Title").fill("")
    press(ada, "Save")
    expect(ada.locator("#decision .errorlist").first).to_be_visible()
    ada.get_by_label("Title").fill("Answer runbook questions from retrieval")
    press(ada, "Save")
    expect(ada.locator("#decision")).to_contain_text("Answer runbook questions from retrieval")

    edit(ada, "decision")
    ada.get_by_label("Scope").fill("for all runbooks")
    ada.get_by_label("Rationale").fill("Runbooks change every week, so answers follow them.")
    press(ada, "Keep the proposal, and close")
    edit(ada, "metrics")
    for row in ada.locator("#metrics .row-form").all()[:-1]:
        if not row.get_by_label("Gate").input_value():
            name = row.get_by_label("Metric").input_value()
            row.get_by_label("Gate").fill(
                {"Latency p95": "<= 4 s", "Cost per answer": "<= 0.05 EUR"}.get(name, ">= 60 %")
            )
    ada.locator("#metrics button[value=keep]").click()
    for section in ("plan", "assumptions", "flip_signals", "risks", "failure_modes", "revisit"):
        if ada.locator(f"#{section} .proposed").count():
            edit(ada, section)
            ada.locator(f"#{section} button[value=keep]").click()

    edit(ada, "fallback")
    ada.locator("#fallback textarea").fill("Say so, and open a ticket for the desk.")
    press(ada, "Save")
    expect(ada.locator("#fallback")).to_contain_text("open a ticket for the desk")

    edit(ada, "guardrails")
    ada.locator("#guardrails [data-row]").first.get_by_label("Remove").check()
    first = ada.locator("#guardrails [data-row] textarea, #guardrails [data-row] input[type=text]").first.input_value()
    press(ada, "Add a row")
    new = ada.locator("#guardrails [data-row] textarea, #guardrails [data-row] input[type=text]").last
    expect(new).to_have_value("")
    new.fill("No answer without a source that the asker may open.")
    ada.locator("#guardrails button[value=keep]").click()
    expect(ada.locator("#guardrails")).to_contain_text("No answer without a source")
    expect(ada.locator("#guardrails")).not_to_contain_text(first)


def sign(ada, guests, mails) -> None:
    """The owners sign on their phones, by the links that were mailed to them; one dissents."""
    press(ada, "Request sign-off")
    says(ada, "Waiting for 3 owners")
    for role, guest in guests.items():
        (mail,) = mails(f"{role}@example.org")
        guest.goto(re.search(r"https?://\S+/sign/\S+", mail)[0])
        nothing_is_dead(guest)
        if role == "security":
            guest.get_by_label("I dissent").check()
            press(guest, "Sign record")
            expect(guest.locator(".sign-form .errorlist").first).to_be_visible()  # a dissent says why
            guest.locator("textarea[name=note]").fill("The index has no owner for archived repositories.")
        else:
            guest.get_by_label("I agree", exact=True).check()
        press(guest, "Sign record")
        says(guest, "Thank you")
    ada.reload()


def accept(ada) -> None:
    press(ada, "Accept record")
    says(ada, "DR-0001 accepted.")
    ada.locator("details.shares summary").click()
    press(ada, "Create link")
    nothing_is_dead(ada)


def text_of_the_pdf(ada) -> str:
    with ada.expect_download() as waiting:
        ada.get_by_role("link", name="PDF with appendix, A4").click()
    pages = pypdf.PdfReader(io.BytesIO(waiting.value.path().read_bytes())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_every_page_that_a_link_leads_to_lives_without_scripts(product, person):
    """As an owner of the demo's team, by links alone: each page is there, and nothing on it waits for a script."""
    seed()
    ines = person(viewport=LAPTOP, java_script_enabled=False)
    ines.goto(f"{product}/accounts/login/")
    ines.get_by_label("Email").fill("ines@helio.example")
    ines.get_by_label("Password").fill(PASSWORD)
    press(ines, "Sign in")
    seen: set[str] = set()
    routes: Counter[str] = Counter()
    waiting = [ines.url.removeprefix(product)]
    while waiting:
        path = waiting.pop(0)
        route = resolve(path.partition("?")[0]).route + "?" * ("?" in path)
        if path in seen or routes[route] == 2:  # two of each kind are enough
            continue
        seen.add(path)
        routes[route] += 1
        try:
            answer = ines.goto(product + path)
        except Error as fault:
            if "Download is starting" not in str(fault):
                raise
            continue
        if "text/html" not in answer.headers["content-type"]:
            continue
        nothing_is_dead(ines)
        links = ines.locator("a[href]").evaluate_all("all => all.map((one) => one.href)")
        waiting += [link.removeprefix(product).partition("#")[0] for link in links if link.startswith(f"{product}/")]
    assert len(routes) > 40
    assert [answer.url for answer in ines.received if answer.status >= 400] == []
