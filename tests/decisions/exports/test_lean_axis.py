"""The lean axis: retrieval on the left, one dot a ballot, and nothing that a contested criterion could be read from."""

import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from decisions.framework.lean_axis import (
    ROLE_MARKS,
    SIZES,
    Ballot,
    from_document,
    lean_axis,
    lean_words,
    shape_path,
    verdict,
)
from tests.decisions.exports import documents

TEAM = [
    Ballot(-2, "product", "Ines"),
    Ballot(-2, "security", "Jonas"),
    Ballot(-1, "data", "Aiko"),
    Ballot(1, "legal", "Noor"),
]


def test_retrieval_is_on_the_left_and_fine_tuning_on_the_right():
    axis = lean_axis(name="Knowledge churn", ballots=TEAM, lean=-2, state="settled")
    by_score = {dot.score: dot.x for dot in axis.dots}
    assert by_score[-2] < by_score[-1] < axis.zero_x < by_score[1]
    assert axis.side == "rag"
    assert axis.bar.x + axis.bar.width == pytest.approx(axis.zero_x)
    tuned = lean_axis(name="Task stability", lean=1, state="settled")
    assert tuned.side == "fine_tuning"
    assert tuned.bar.x == pytest.approx(tuned.zero_x)


def test_range_and_median_come_from_the_ballots():
    axis = lean_axis(name="x", ballots=TEAM, state="revealed")
    assert axis.spread.x == axis.ticks[0].x
    assert axis.spread.x + axis.spread.width == axis.ticks[3].x
    assert axis.median_x == pytest.approx((axis.ticks[0].x + axis.ticks[1].x) / 2)
    assert axis.bar is None


@pytest.mark.parametrize("state", ["contested", "unanswered", "waiting", "open", "revealed"])
def test_only_a_settled_criterion_has_a_bar_and_a_lean(state):
    axis = lean_axis(name="x", ballots=TEAM, lean=-2, state=state)
    assert axis.bar is None
    assert axis.lean is None
    assert "settled:" not in axis.alt


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("count", [1, 2, 5, 9, 40])
def test_dots_never_lie_on_each_other_nor_outside_the_picture(size, count):
    roles = list(ROLE_MARKS)
    ballots = [Ballot(score, roles[i % 6], f"P{i}") for score in (-2, 0, 2) for i in range(count)]
    axis = lean_axis(name="x", ballots=ballots, size=size)
    places = [(dot.x, dot.y) for dot in axis.dots]
    for i, (x, y) in enumerate(places):
        assert axis.radius <= x <= axis.width - axis.radius
        assert axis.radius <= y <= axis.height - axis.radius
        for other_x, other_y in places[i + 1 :]:
            assert (x - other_x) ** 2 + (y - other_y) ** 2 >= (2 * axis.radius) ** 2 - 0.1
    assert sum(dot.count for dot in axis.dots) == len(ballots)


def test_every_role_has_its_own_letter_shape_and_colour():
    marks = [mark for role, mark in ROLE_MARKS.items() if role]
    for attribute in ("letter", "shape", "colour"):
        assert len({getattr(mark, attribute) for mark in marks}) == len(marks)
    assert len({shape_path(mark.shape, 6) for mark in marks}) == len(marks)


def test_a_ballot_whose_role_is_hidden_claims_no_role():
    axis = lean_axis(name="Churn", ballots=[Ballot(-1, ""), Ballot(1, "")])
    assert [(dot.role, dot.letter) for dot in axis.dots] == [("", ""), ("", "")]
    assert "other" not in axis.alt
    assert axis.alt.count("someone") == 2


def test_an_unknown_role_or_score_does_no_harm():
    axis = lean_axis(name="x", ballots=[Ballot(7, "product"), Ballot(0, "wizard")])
    assert [(dot.role, dot.letter) for dot in axis.dots] == [("other", "O")]


def test_the_alternative_text_tells_the_whole_picture():
    axis = lean_axis(name="Knowledge churn", ballots=TEAM, lean=-2, state="settled")
    assert axis.alt == (
        "Knowledge churn: settled: strongly RAG; 2 strongly RAG (product, security); 1 leans RAG (data); "
        "1 leans fine-tuning (legal); from strongly RAG to leans fine-tuning; "
        "median between strongly RAG and leans RAG."
    )
    assert lean_axis(name="x", state="unanswered").alt == "x: not answered; no votes."
    assert verdict("contested", -2) == "contested"
    assert lean_words(Decimal("0.5")) == "between either way and leans fine-tuning"


def test_earlier_rounds_stay_as_faint_lanes():
    axis = lean_axis(name="x", ballots=TEAM, earlier=[[Ballot(2, "product")], [Ballot(1, "product")]])
    assert [lane.number for lane in axis.lanes] == [1, 2]
    assert axis.lanes[1].y > axis.lanes[0].y > axis.middle_y
    assert axis.height > lean_axis(name="x", ballots=TEAM).height
    # whoever does not see them is told of them too
    assert axis.alt.endswith(
        "; round 1 before: 1 strongly fine-tuning (product); round 2 before: 1 leans fine-tuning (product)."
    )


def test_screen_and_print_share_one_template_that_escapes_names():
    hostile = [Ballot(-1, "product", '<script>"&')]
    axis = lean_axis(name='<img src=x onerror="1">', ballots=hostile, lean=-1, state="settled")
    for font in ("", "Groundwork Sans"):
        svg = render_to_string("components/lean_axis.svg", {"axis": axis, "font": font})
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg")
        assert "style=" not in svg
        assert "<script" not in svg
    assert root.find("{http://www.w3.org/2000/svg}title").text == axis.alt


def test_numbers_print_with_points_in_every_language(settings):
    from django.utils import translation

    axis = from_document(documents.support_copilot()["content"]["criteria"][0])
    with translation.override("de"):
        german = render_to_string("components/lean_axis.svg", {"axis": axis, "font": "x"})
    assert german == render_to_string("components/lean_axis.svg", {"axis": axis, "font": "x"})
    assert "," not in german.split('d="')[1].split('"')[0]
