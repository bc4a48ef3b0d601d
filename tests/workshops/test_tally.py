"""What ballots say, as plain arithmetic: it depends on the ballots alone, and shows no more than the room may see."""

import math
from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshops.tally import (
    SMALLEST_ROLE_SHOWN,
    Dot,
    agreement,
    furthest_apart,
    shown_as,
    side,
    tally,
)

ROLES = ("product", "security", "data", "engineering", "legal", "other")
scores = st.integers(-2, 2)
dots = st.builds(
    Dot,
    scores,
    st.sampled_from(ROLES),
    st.text(min_size=1, max_size=8).map(lambda name: f"Name-{name}"),
    st.sampled_from(["unsure", "fairly", "sure"]),
    st.text(max_size=8),
)
rooms = st.lists(dots, max_size=24)


def of(*values: int) -> list[Dot]:
    return [Dot(value, "product", f"P{place}", "fairly", "") for place, value in enumerate(values)]


# --- by example


@pytest.mark.parametrize(
    ("cast", "percent"),
    [
        ([], None),
        ([0], 100),
        ([-2, -1], 100),
        ([-2, 2], 50),
        ([-2, -1, 0], 67),
        ([-2, -1, 0, 1], 50),
        ([-1, 0, 1], 33),
        ([0, 0, 0, 2], 75),
        ([2, 1, 1, -1], 75),
    ],
)
def test_agreement_is_the_share_of_the_side_that_most_took(cast, percent):
    assert agreement(cast) == percent


@pytest.mark.parametrize(
    ("cast", "preset"),
    [
        ([], None),
        ([-2], -2),
        ([-2, -1], -1),
        ([1, 2], 1),
        ([-2, -2, -2, 1], -2),
        ([-2, -2, -1, -1, 1], -1),
        # below 70% agreement the room talks and votes again; nothing is offered to settle at
        ([-1, 0], None),
        ([-2, 2], None),
        ([-2, -2, 1], None),
        ([-1] * 16 + [1] * 7, None),
    ],
)
def test_the_lean_offered_is_the_median_with_a_half_rounded_towards_the_middle_and_only_where_most_agree(cast, preset):
    assert tally(of(*cast)).preset == preset


@pytest.mark.parametrize(
    ("cast", "talk"), [([], False), ([0], False), ([-2, 2], True), ([1, 1, -1], True), ([1, 1, 1, -1], False)]
)
def test_a_room_that_is_apart_talks_before_it_settles(cast, talk):
    assert tally(of(*cast)).talk_first is talk


def test_one_from_each_end_speaks_first_the_surest_of_each():
    room = [
        Dot(-2, "product", "Ines", "unsure", ""),
        Dot(-2, "data", "Daria", "sure", ""),
        Dot(0, "legal", "Lena", "sure", ""),
        Dot(1, "security", "Sam", "fairly", ""),
    ]
    assert [dot.name for dot in tally(room).speak_first] == ["Daria", "Sam"]
    assert tally(of(0, 1)).speak_first == ()
    assert tally(of(2)).speak_first == ()


def test_roles_only_hides_names_and_small_roles():
    room = [Dot(1, "product", f"P{n}", "sure", "why") for n in range(3)] + [
        Dot(-1, "data", f"D{n}", "sure", "") for n in range(3)
    ]
    assert Counter(dot.role for dot in shown_as(room, "roles")) == {"product": 3, "data": 3}
    room.append(Dot(2, "security", "Sam", "sure", ""))
    seen = Counter(dot.role for dot in shown_as(room, "roles"))
    assert seen == {"product": 3, "": 4}, "the one who is left over would be Sam, so a whole role joins him"


def test_a_room_of_three_owners_with_roles_only_shows_no_role_at_all():
    room = [
        Dot(-2, "product", "Ines", "sure", ""),
        Dot(2, "security", "Sam", "sure", ""),
        Dot(0, "data", "Daria", "", ""),
    ]
    assert {dot.role for dot in shown_as(room, "roles")} == {""}


def test_counts_only_leaves_the_scores_and_nothing_else():
    seen = shown_as([Dot(-2, "product", "Ines", "sure", "secret")], "counts")
    assert seen == (Dot(-2, "", "", "", ""),)


# --- for any room


@given(rooms)
def test_the_tally_is_what_the_ballots_say_and_nothing_more(room):
    result = tally(room)
    cast = [dot.score for dot in room]
    assert Counter(result.dots) == Counter(room)
    assert result.count == len(cast)
    assert (result.low, result.high) == ((min(cast), max(cast)) if cast else (None, None))
    assert result.median == (median(cast) if cast else None)
    assert [dot.score for dot in result.dots] == sorted(cast)
    for role in result.roles:
        own = [dot.score for dot in room if dot.role == role.role]
        assert (role.count, role.low, role.high, role.median) == (len(own), min(own), max(own), median(own))
    assert {role.role for role in result.roles} == {dot.role for dot in room}


@given(rooms, st.randoms())
def test_the_order_in_which_people_voted_does_not_matter(room, dice):
    mixed = list(room)
    dice.shuffle(mixed)
    one, other = tally(room), tally(mixed)
    assert (one.count, one.median, one.agreement, one.roles) == (
        other.count,
        other.median,
        other.agreement,
        other.roles,
    )
    assert [(dot.score, dot.role, dot.name, dot.reason) for dot in one.dots] == [
        (dot.score, dot.role, dot.name, dot.reason) for dot in other.dots
    ]


@given(st.lists(scores, min_size=1, max_size=40))
def test_agreement_lies_between_a_third_and_all(cast):
    share = agreement(cast)
    assert 33 <= share <= 100
    assert (share == 100) == (len({side(score) for score in cast}) == 1) or len(cast) > 199
    assert agreement([-score for score in cast]) == share, "neither technique is favoured"
    most = max(Counter(side(score) for score in cast).values())
    assert tally(of(*cast)).talk_first == (most / len(cast) < 0.7)


@given(st.lists(scores, min_size=1, max_size=40))
def test_the_lean_offered_lies_among_the_ballots_and_favours_no_side(cast):
    preset = tally(of(*cast)).preset
    middle = median(cast)
    if preset is None:
        assert tally(of(*cast)).talk_first
        return
    assert min(cast) <= preset <= max(cast)
    assert abs(preset) <= abs(middle)
    assert math.isclose(abs(preset - middle), 0) or math.isclose(abs(preset - middle), 0.5)
    assert tally(of(*[-score for score in cast])).preset == -preset


@given(rooms)
def test_who_speaks_first_stands_at_the_two_ends(room):
    ordered = tally(room).dots
    first = furthest_apart(ordered)
    if first:
        low, high = first
        assert (low.score, high.score) == (ordered[0].score, ordered[-1].score)
        assert high.score - low.score >= 2
    else:
        assert not ordered or ordered[-1].score - ordered[0].score < 2


@given(rooms)
def test_roles_only_never_shows_a_name_or_points_at_a_small_group(room):
    seen = shown_as(room, "roles")
    assert [dot.score for dot in seen] == [dot.score for dot in room]
    assert all(dot.name == "" for dot in seen)
    size, cast = Counter(dot.role for dot in seen), Counter(dot.role for dot in room)
    for role, count in size.items():
        if role:
            assert count == cast[role] >= SMALLEST_ROLE_SHOWN
    if len(room) >= SMALLEST_ROLE_SHOWN and size[""]:
        assert size[""] >= SMALLEST_ROLE_SHOWN, "the rest is no smaller than a role may be"
    assert all(role.count >= SMALLEST_ROLE_SHOWN for role in tally(seen).roles)
    assert not any(dot.name in repr(tally(seen)) for dot in room)


@given(rooms)
def test_counts_only_says_the_same_of_any_two_rooms_with_the_same_scores(room):
    other = [Dot(dot.score, "legal", "Somebody", "sure", "else") for dot in room]
    assert tally(shown_as(room, "counts")) == tally(shown_as(other, "counts"))


@given(rooms)
def test_names_shown_shows_everything(room):
    assert shown_as(room, "names") == tuple(room)
