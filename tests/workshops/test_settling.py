"""Settling: what is offered, which leans need a reason, and how the reason is told beside the ballots."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions import records
from decisions.exports.markdown import render_markdown
from decisions.framework.settling import against, needs_reason, settled_words
from tests.rooms import CHURN, CRITERIA, scoring
from workshops import actions
from workshops.board import shared_board

db = pytest.mark.django_db
BESIDE = "Enter a reason, because most votes are elsewhere. It's printed on the record."


@pytest.mark.parametrize(
    ("lean", "scores", "told"),
    [
        (-1, [-2, -1, -1], "settled by Ines"),
        (0, [-1, 0, 1], "settled by Ines"),
        (2, [-2, -2], "settled by Ines against 2 of 2 votes, because:"),
        (-1, [-1, 1, 1, 1, 2], "settled by Ines against 4 of 5 votes, because:"),
        (0, [-2, -1, 1, 2], "settled by Ines against 4 of 4 votes, because:"),
        (2, [1, 1, 1], "settled by Ines outside the range of the votes, because:"),
        (-1, [-2, -2], "settled by Ines outside the range of the votes, because:"),
        (1, [], "settled by Ines without votes, because:"),
    ],
)
def test_how_it_was_settled(lean, scores, told):
    assert str(settled_words("Ines", lean, scores, "We talked.")) == told
    assert needs_reason(lean, scores) is ("because" in told)


@given(st.integers(-2, 2), st.lists(st.integers(-2, 2), max_size=12))
def test_what_is_said_of_the_ballots_is_true_of_each(lean, scores):
    told = str(settled_words("Ines", lean, scores, "why"))
    opposed = [score for score in scores if (score > 0) - (score < 0) != (lean > 0) - (lean < 0)]
    assert against(lean, scores) == len(opposed)
    if found := re.search(r"against (\d+) of (\d+) votes", told):
        assert (int(found[1]), int(found[2])) == (len(opposed), len(scores))
    elif "outside" in told:
        assert scores
        assert not min(scores) <= lean <= max(scores)
    elif "without" in told:
        assert scores == []
    else:
        assert min(scores) <= lean <= max(scores)
        assert 2 * len(opposed) <= len(scores) * 2 - 2, "somebody is on its side"
    assert str(settled_words("Ines", -lean, [-score for score in scores], "why")) == told, "no side is favored"


def revealed(**scores):
    r = scoring()
    opened = r.open()
    r.votes(opened, **scores)
    return r, r.reveal(opened)


def controls(r):
    page = r.client("felix").get(r.url("room")).content.decode()
    return page[page.index('id="controls"') : page.index("Manage people")]


@db
def test_a_room_that_is_apart_is_offered_to_talk_and_vote_again_and_nothing_is_preset():
    r, _opened = revealed(ines=-2, sam=2, daria=-1)
    html = unescape(controls(r))
    assert re.search(r"button-primary[^>]*>\s*Discuss, then vote again", html)
    assert html.count("button-primary") == 1
    assert not re.search(r'name="lean"[^>]* checked', html)
    assert html.index("Discuss, then vote again") < html.index("Settle the group")


@db
def test_a_room_that_agrees_is_offered_its_median():
    r, _opened = revealed(ines=-2, sam=-1, daria=-1)
    html = unescape(controls(r))
    assert re.search(r'name="lean" value="-1" checked', html)
    assert "Discuss, then vote again" not in html


@db
def test_without_ballots_nothing_is_preset_and_settling_needs_a_reason():
    r, opened = revealed()
    assert "no one voted" in controls(r)
    assert not re.search(r'name="lean"[^>]* checked', controls(r))
    refused = r.client("felix").post(
        r.url("settle", round_id=opened.pk), {"lean": "1", "why": " ", "stage": r.now().stage}
    )
    assert refused.status_code == 422
    assert BESIDE in unescape(refused.content.decode())
    assert r.workshop.rounds.get().state == "revealed"


@db
@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}], ids=["plain", "htmx"])
def test_against_most_ballots_the_reason_is_asked_for_beside_its_field_and_the_lean_is_kept(headers):
    r, opened = revealed(ines=-2, sam=-2)
    refused = r.client("felix").post(
        r.url("settle", round_id=opened.pk), {"lean": "2", "why": "", "stage": r.now().stage}, **headers
    )
    assert refused.status_code == 422
    html = unescape(refused.content.decode())
    assert BESIDE in html
    assert html.index("Reason, in one sentence for the record") < html.index(BESIDE) < html.index('name="why"')
    assert re.search(r'name="lean" value="2" checked', html)


@db
def test_the_act_itself_refuses_what_has_no_reason():
    from decisions.base.errors import Conflict

    r, opened = revealed(ines=-2, sam=-2)
    with pytest.raises(Conflict, match="Enter a reason"):
        r.settle(opened, 2, "  ")


@db
def test_the_reason_prints_beside_the_lean_in_the_room_on_the_outcome_and_on_the_record():
    r = scoring()
    for criterion in CRITERIA:
        opened = r.open(criterion)
        r.votes(opened, ines=-2, sam=-2, daria=-1)
        r.reveal(opened)
        r.settle(opened, 2 if criterion == CHURN else -2, "Legal has the last word." if criterion == CHURN else "")
        if criterion == CHURN:
            page = r.client("otto").get(r.url("room")).content.decode()
            assert "settled by Felix against 3 of 3 votes, because:" in page
    r.go("outcome")
    told = "settled by Felix against 3 of 3 votes, because: Legal has the last word."
    assert told in r.client("otto").get(r.url("room")).content.decode()
    assert shared_board(r.id).criteria[1].round.settled_words == "settled by Felix"
    record = actions.write_record(workshop_id=r.id, flips=[], risks=[], by=r.felix, user=r.people.felix)
    browser = r.client()
    browser.force_login(r.people.felix)
    page = browser.get(f"/t/{r.people.team.slug}/r/{record.pk}/").content.decode()
    assert told in re.sub(r"\s+", " ", re.sub(r"</?p>", "", page))
    assert told in render_markdown(records.document_of(record))
    settled = r.workshop.minutes.filter(act="settled").first()
    assert settled.detail == {
        "criterion": CHURN,
        "round": 1,
        "lean": 2,
        "why": "Legal has the last word.",
        "against": 3,
        "ballots": 3,
    }
    assert any(
        line["what"] == "settled Knowledge churn at +2 against 3 of 3 votes: Legal has the last word."
        for line in record.minutes
    )


@pytest.mark.django_db
@pytest.mark.parametrize("score", [-2, 2])
@pytest.mark.parametrize(("who", "status"), [("felix", 409), ("ines", 403)])
def test_settling_a_round_before_its_reveal_tells_nothing_of_its_ballots(who, status, score):
    r = scoring()
    opened = r.open()
    r.votes(opened, sam=score, daria=score)
    answer = r.client(who).post(r.url("settle", round_id=opened.pk), {"lean": "2", "why": ""})
    assert answer.status_code == status
    assert "most votes are elsewhere" not in answer.content.decode()
