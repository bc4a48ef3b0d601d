"""One sentence on where a revealed round stands."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshops.tally import Dot, shown_as, side, tally
from workshops.words import lean_words, role_name, spread


def said(*cast: tuple[str, int], shown: str = "names") -> str:
    dots = [Dot(score, role, f"{role} {place}", "fairly", "") for place, (role, score) in enumerate(cast)]
    return spread(tally(shown_as(dots, shown)))


@pytest.mark.parametrize(
    ("cast", "sentence"),
    [
        ([], "Nobody voted in this round."),
        ([("product", -2)], "One ballot: strongly RAG."),
        ([("product", 1), ("security", 1), ("data", 1)], "Everyone agrees: fine-tuning."),
        ([("product", 0), ("security", 0)], "Everyone agrees: either way."),
        ([("product", -2), ("security", -1)], "All on one side, from strongly RAG to RAG."),
        (
            [("product", -2), ("security", 2), ("data", -1)],
            "Security stands apart: strongly fine-tuning; the others lean RAG.",
        ),
        ([("product", -1), ("security", 1)], "Split: 1 leans RAG, 1 leans fine-tuning."),
        (
            [("product", -1), ("product", -2), ("security", 0), ("data", 1), ("data", 2)],
            "Split: 2 lean RAG, 1 sees it either way, 2 lean fine-tuning.",
        ),
        (
            [("product", -1), ("security", 0), ("data", 1)],
            "Split: 1 leans RAG, 1 sees it either way, 1 leans fine-tuning.",
        ),
    ],
)
def test_the_sentence(cast, sentence):
    assert said(*cast) == sentence


def test_no_role_stands_apart_where_roles_are_hidden():
    cast = [("product", -2), ("security", 2), ("data", -1)]
    for shown in ("roles", "counts"):
        assert said(*cast, shown=shown) == "Split: 2 lean RAG, 1 leans fine-tuning."


@pytest.mark.parametrize(
    ("lean", "words"),
    [
        (-2, "strongly RAG"),
        (-1.5, "strongly RAG"),
        (-0.5, "RAG"),
        (0, "either way"),
        (0.5, "fine-tuning"),
        (2, "strongly fine-tuning"),
    ],
)
def test_leans_in_words(lean, words):
    assert lean_words(lean) == words


def test_a_role_of_a_later_version_shows_its_own_name():
    assert role_name("security") == "Security"
    assert role_name("astronaut") == "astronaut"


ROLES = ("product", "security", "data", "engineering", "legal", "other")


@given(
    st.lists(st.tuples(st.sampled_from(ROLES), st.integers(-2, 2)), max_size=20),
    st.sampled_from(["names", "roles", "counts"]),
)
def test_every_round_has_a_sentence_that_is_true_of_its_ballots(cast, shown):
    sentence = said(*cast, shown=shown)
    assert sentence.endswith(".")
    sides = Counter(side(score) for _role, score in cast)
    if sentence.startswith("Everyone agrees"):
        assert len({score for _role, score in cast}) == 1
    if sentence.startswith("All on one side"):
        assert len(sides) == 1
    if sentence.startswith("Split"):
        assert len(sides) > 1
        assert sum(int(word) for word in sentence.replace(",", "").split() if word.isdigit()) == len(cast)
    if "stands apart" in sentence:
        assert shown != "counts"
        role = next(key for key in ROLES if role_name(key) == sentence.split(" stands apart")[0])
        assert role in {one for one, _score in cast}
