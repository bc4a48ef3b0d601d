"""One sentence on where a revealed round stands."""

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from decisions.framework.settling import side
from workshops.tally import Dot, shown_as, tally
from workshops.words import lean_words, role_name, spread


def said(*cast: tuple[str, int], shown: str = "names") -> str:
    dots = [Dot(score, role, f"{role} {place}", "fairly", "") for place, (role, score) in enumerate(cast)]
    return spread(tally(shown_as(dots, shown)))


@pytest.mark.parametrize(
    ("cast", "sentence"),
    [
        ([], "No one voted in this round."),
        ([("product", -2)], "One vote: strongly RAG."),
        ([("product", 1), ("security", 1), ("data", 1)], "Everyone agrees: leans fine-tuning."),
        ([("product", 0), ("security", 0)], "Everyone agrees: either way."),
        ([("product", -2), ("security", -1)], "All on one side: from strongly RAG to leans RAG."),
        (
            [("product", -2), ("security", 2), ("data", -1)],
            "Security differs: strongly fine-tuning. Everyone else leans RAG.",
        ),
        ([("product", -1), ("security", 1)], "Split: 1 leans RAG, 1 leans fine-tuning."),
        (
            [("product", -1), ("product", -2), ("security", 0), ("data", 1), ("data", 2)],
            "Split: 2 lean RAG, 1 either way, 2 lean fine-tuning.",
        ),
        (  # one role's median hid a ballot that leans the other way
            [("security", -2), ("product", -1), ("security", 1), ("data", 2)],
            "Split: 2 lean RAG, 2 lean fine-tuning. Split within: Security.",
        ),
        (
            [("security", 2), ("security", 1), ("product", -1), ("data", -2)],
            "Security differs: leans fine-tuning. Everyone else leans RAG.",
        ),
        (
            [("product", -1), ("security", 0), ("data", 1)],
            "Split: 1 leans RAG, 1 either way, 1 leans fine-tuning.",
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
        (-0.5, "leans RAG"),
        (0, "either way"),
        (0.5, "leans fine-tuning"),
        (2, "strongly fine-tuning"),
    ],
)
def test_leans_in_words(lean, words):
    assert lean_words(lean) == words


def test_a_role_of_a_later_version_shows_its_own_name():
    assert role_name("security") == "Security"
    assert role_name("astronaut") == "astronaut"


ROLES = ("product", "security", "data", "engineering", "legal", "other")


LEANS = {
    "strongly RAG": {-2},
    "leans RAG": {-2, -1},
    "either way": {0},
    "leans fine-tuning": {1, 2},
    "strongly fine-tuning": {2},
}
OTHERS = {" leans RAG": -1, ": either way": 0, " leans fine-tuning": 1}
KEYS = {role_name(key): key for key in ROLES}
SPLIT = re.compile(r"Split: (.+?)\.( Split within: (?P<inside>.+)\.)?")
APART = re.compile(r"(?P<role>.+) differs: (?P<lean>.+)\. Everyone else(?P<others>.+)\.")


@given(
    st.lists(st.tuples(st.sampled_from(ROLES), st.integers(-2, 2)), max_size=20),
    st.sampled_from(["names", "roles", "counts"]),
)
@example([("security", -2), ("product", -1), ("security", 1), ("data", 2)], "names")
@example([("security", 2), ("security", 1), ("product", -1), ("data", -2)], "names")
@example([("legal", 2)] * 3 + [("data", -1)] * 3 + [("product", -1)] * 3 + [("other", 1)] * 3, "roles")
def test_every_sentence_is_true_of_every_ballot(cast, shown):
    sentence = said(*cast, shown=shown)
    scores, sides = [score for _role, score in cast], Counter(side(score) for _role, score in cast)
    of_role = {role: [score for one, score in cast if one == role] for role, _score in cast}
    if sentence == "No one voted in this round.":
        assert not cast
    elif sentence.startswith("One vote: "):
        assert len(cast) == 1
        assert scores[0] in LEANS[sentence[10:-1]]
    elif sentence.startswith("Everyone agrees: "):
        assert set(scores) <= LEANS[sentence[17:-1]]
        assert len(set(scores)) == 1
    elif sentence.startswith("All on one side: from "):
        low, high = sentence[22:-1].split(" to ")
        assert len(sides) == 1
        assert min(scores) in LEANS[low]
        assert max(scores) in LEANS[high]
    elif found := APART.fullmatch(sentence):
        role = KEYS[found["role"]]
        others = [score for one, score in cast if one != role]
        assert shown != "counts"
        assert set(of_role[role]) <= LEANS[found["lean"]]
        assert {side(score) for score in others} == {OTHERS[found["others"]]}, "the others are all the others"
    else:
        found = SPLIT.fullmatch(sentence)
        assert found, sentence
        assert len(sides) > 1
        counts = dict(reversed(part.split(" ", 1)) for part in found[1].split(", "))
        lean = {"lean RAG": -1, "leans RAG": -1, "leans fine-tuning": 1, "lean fine-tuning": 1}
        assert {lean.get(said, 0): int(count) for said, count in counts.items()} == dict(sides)
        inside = {KEYS[name] for name in (found["inside"] or "").split(", ") if name}
        divided = {role for role, cast_by in of_role.items() if len({side(score) for score in cast_by}) > 1}
        assert inside <= divided
        if shown == "names" and len(of_role) > 1:
            assert inside == divided
