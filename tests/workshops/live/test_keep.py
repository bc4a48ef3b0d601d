"""What Ines typed, chose or opened is hers: pushes, answers, a second tap and a reload leave it, and deliver it once."""

import pytest
from playwright.sync_api import expect

from tests.workshops.live.page import Site

pytestmark = pytest.mark.browser

# Every kind of field, without focus; each push brings another value for each of them.
FIELDS = """<section id="stage"><h2>{n}</h2><form method="post" action="all/" hx-post="all/" id="all">
<textarea name="long">server {n}</textarea><input name="line" value="server {n}"><input type="number" name="number" value="{n}">
<input type="radio" name="one" value="a" {a}><input type="radio" name="one" value="b" {b}><input type="radio" name="one" value="c">
<input type="checkbox" name="on" {a}><input type="checkbox" name="off" {b}>
<select name="choice"><option {a}>a</option><option {b}>b</option><option>c</option></select>
<select name="several" multiple><option {a}>a</option><option {b}>b</option><option>c</option></select>
<input name="untouched" value="server {n}"></form>
<details id="more"><summary>More</summary>{n}</details><dialog id="asked">{n}</dialog>
<form method="post" action="other/" hx-post="other/" hx-target="#stage" hx-swap="outerMorph" id="other"><button>Other</button></form></section>"""
TYPED = {
    "[name=long]": "my reason",
    "[name=line]": "my line",
    "[name=number]": "42",
}
SAYS = """() => {
  const value = (name) => document.querySelector(`[name=${name}]`).value;
  return {
    typed: ["long", "line", "number"].map(value), one: document.querySelector("[name=one]:checked").value,
    on: document.querySelector("[name=on]").checked, off: document.querySelector("[name=off]").checked,
    choice: value("choice"), several: [...document.querySelector("[name=several]").selectedOptions].map((one) => one.text),
    more: document.querySelector("#more").open, asked: document.querySelector("#asked").open,
  };
}"""
CHOSEN = {
    "typed": ["my reason", "my line", "42"],
    "one": "c",
    "on": False,
    "off": True,
    "choice": "c",
    "several": ["a", "c"],
    "more": True,
    "asked": True,
}
BALLOT = """<section id="ballot"><form method="post" action="ballot/" hx-post="ballot/" id="ballot-form-{round}" hx-target="#ballot"
 hx-swap="outerMorph" hx-sync="queue last" hx-trigger='submit, change target:[name=score]'>
<label><input type="radio" name="score" value="-2" {rag}> RAG</label><label><input type="radio" name="score" value="0"> Either</label>
<label><input type="radio" name="score" value="2" {tuning}> Tuning</label><p class="saved">{saved}</p>
<textarea name="reason" data-draft>{reason}</textarea><button>Vote</button>
<button formaction="withdraw/" hx-post="withdraw/" hx-target="#ballot" hx-swap="outerMorph" hx-sync="closest form:queue last"
 data-delivers-nothing>Withdraw vote</button></form></section>"""


def fields(number: int) -> str:
    odd = number % 2
    return FIELDS.format(n=number, a="" if odd else "checked selected", b="checked selected" if odd else "")


def ballot(score: int | None = None, reason: str = "", round_: int = 1) -> str:
    chosen = {-2: "rag", 2: "tuning"}.get(score)
    marks = {name: "checked" if name == chosen else "" for name in ("rag", "tuning")}
    return BALLOT.format(round=round_, saved="" if score is None else f"Saved: {score}", reason=reason, **marks)


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def ines(site, page):
    """Her page, with an open ballot on it."""
    with site.served() as address:
        site.change("<section id=stage>open</section>", "churn 1", ballot())
        page.goto(address)
        expect(page.get_by_label("RAG")).to_be_visible()
        yield page


def fill_in(page) -> None:
    for field, text in TYPED.items():
        page.locator(field).fill(text)
    page.locator("[name=one][value=c]").check()
    page.locator("[name=on]").uncheck()
    page.locator("[name=off]").check()
    page.locator("[name=choice]").select_option("c")
    page.locator("[name=several]").select_option(["a", "c"])
    page.locator("summary").click()
    page.evaluate("document.querySelector('#asked').show()")
    page.locator("h2").click()
    assert page.evaluate(SAYS) == CHOSEN


def test_every_kind_of_field_keeps_what_was_done_to_it_through_pushes_and_answers(site, page):
    with site.served() as address:
        site.change(fields(0))
        page.goto(address)
        expect(page.locator("h2")).to_have_text("0")
        fill_in(page)
        for number in range(1, 4):
            site.change(fields(number))
            expect(page.locator("h2")).to_have_text(str(number))
            assert page.evaluate(SAYS) == CHOSEN
        site.answers = [(200, fields(4), []), (422, fields(5), [])]
        for number in (4, 5):
            page.get_by_role("button", name="Other").click()
            expect(page.locator("h2")).to_have_text(str(number))
            assert page.evaluate(SAYS) == CHOSEN
        expect(page.locator("[name=untouched]")).to_have_value("server 5")


def test_what_was_delivered_follows_the_server_again(site, page):
    with site.served() as address:
        site.change(fields(0))
        page.goto(address)
        expect(page.locator("h2")).to_have_text("0")
        fill_in(page)
        with page.expect_response("**/all/"):
            page.evaluate("document.querySelector('#all').requestSubmit()")
        assert site.posts[-1]["several"] == ["a", "c"]
        site.change(fields(1))
        expect(page.locator("[name=long]")).to_have_value("server 1")
        says = page.evaluate(SAYS)
        assert (says["typed"], says["one"], says["choice"]) == (["server 1", "server 1", "1"], "b", "b")
        assert (says["on"], says["off"], says["several"]) == (False, True, ["b"])


def test_a_second_tap_while_the_first_is_under_way_counts(site, ines):
    site.answering.clear()
    site.answers = [(200, ballot(-2), []), (200, ballot(2), [])]
    ines.get_by_label("RAG").check()
    ines.get_by_label("Either").check()
    ines.get_by_label("Tuning").check()
    site.answer_now()
    expect(ines.locator(".saved")).to_have_text("Saved: 2")
    assert [post["score"] for post in site.posts] == [["-2"], ["2"]], "one at a time, and the last tap wins"
    expect(ines.get_by_label("Tuning")).to_be_checked()


def test_what_is_typed_while_a_second_tap_waits_is_still_a_draft(site, ines):
    site.answering.clear()
    site.answers = [(200, ballot(-2), []), (200, ballot(2), [])]
    ines.get_by_label("RAG").check()
    ines.get_by_label("Tuning").check()
    ines.locator("textarea[name=reason]").fill("typed after both taps")
    ines.locator("#stage").click()
    site.answer_now()
    expect(ines.locator(".saved")).to_have_text("Saved: 2")
    assert [post.get("reason") for post in site.posts] == [None, None]
    site.change("<section id=stage>pushed</section>", "churn 1 again", ballot(2))
    expect(ines.locator("#stage")).to_have_text("pushed")
    expect(ines.locator("textarea[name=reason]")).to_have_value("typed after both taps")


def test_taking_a_ballot_back_waits_for_the_vote_before_it_and_keeps_what_was_only_typed(site, ines):
    site.answering.clear()
    site.answers = [(200, ballot(-2), []), (200, ballot(), [])]
    ines.get_by_label("RAG").check()
    ines.locator("textarea[name=reason]").fill("not sent yet")
    ines.get_by_role("button", name="Withdraw vote").click()
    assert len(site.posts) == 1
    with ines.expect_response("**/withdraw/"):
        site.answer_now()
    expect(ines.get_by_label("RAG")).not_to_be_checked()
    expect(ines.locator(".saved")).to_have_text("")
    expect(ines.locator("textarea[name=reason]")).to_have_value("not sent yet")


def test_a_typed_reason_outlives_a_reload_and_is_a_draft_no_more_once_delivered(site, ines):
    ines.locator("textarea[name=reason]").fill("documents change weekly")
    ines.reload()
    expect(ines.locator("textarea[name=reason]")).to_have_value("documents change weekly")
    site.change("<section id=stage>Sam has voted</section>", "churn 1", ballot())
    expect(ines.locator("#stage")).to_have_text("Sam has voted")
    expect(ines.locator("textarea[name=reason]")).to_have_value("documents change weekly")
    site.answers = [(200, ballot(2, "documents change weekly"), [])]
    ines.get_by_label("Tuning").check()
    expect(ines.locator(".saved")).to_have_text("Saved: 2")
    assert site.posts[-1]["reason"] == ["documents change weekly"]
    assert ines.evaluate("sessionStorage.length") == 0
    site.change("<section id=stage>open</section>", "churn 1 b", ballot(2, "as it was kept"))
    ines.reload()
    expect(ines.locator("textarea[name=reason]")).to_have_value("as it was kept")


def test_a_draft_never_enters_another_rounds_form_but_is_shown_once(site, ines):
    ines.locator("textarea[name=reason]").fill("meant for round one")
    site.change("<section id=stage>next</section>", "audit 1", ballot(round_=2))
    ines.reload()
    expect(ines.locator("#ballot-form-2 textarea")).to_have_value("")
    expect(ines.locator(".kept textarea")).to_have_value("meant for round one")
    ines.reload()
    expect(ines.locator("#ballot-form-2 textarea")).to_have_value("")
    expect(ines.locator(".kept")).to_have_count(0)


def test_a_draft_never_enters_another_seats_form(site, ines):
    ines.locator("textarea[name=reason]").fill("typed by Ines")
    site.whose = "2"
    ines.reload()
    expect(ines.locator("textarea[name=reason]")).to_have_value("")
    expect(ines.locator(".kept")).to_have_count(0)
    site.whose = "1"
    ines.reload()
    expect(ines.locator("textarea[name=reason]")).to_have_value("typed by Ines")
