"""Role by role, with and without explainability, in the team's own words and another language."""

import pytest

from decisions.framework.answers import CRITERIA, AnswerError, Situation
from decisions.framework.customise import HIDEABLE, parse_framework
from decisions.framework.recommendation import recommend
from decisions.framework.text import Sentence, _, listed, translate_with
from decisions.framework.verdicts import by_role, explainability_effect

from .answers_for import answers


def ballots(**roles):
    return {
        role: dict(zip(CRITERIA, ([score] if isinstance(score, int) else list(score) for score in scores), strict=True))
        for role, scores in roles.items()
    }


def test_roles_may_stand_apart():
    room = recommend(answers(-1, -1, 2, 0, -1))
    security, product = (
        {
            verdict.role: verdict
            for verdict in by_role(ballots(product=(0, 0, 2, 2, 0), security=(-1, -2, 0, 0, -2)), Situation(), room)
        }[role]
        for role in ("security", "product")
    )
    assert security.recommendation.approach == "rag"
    assert security.same_as_room
    assert product.recommendation.approach == "fine_tuning"
    assert not product.same_as_room
    assert str(product.text) == "For product alone the answer would be fine-tuning (fine-tuned behaviour on its own)."


def test_a_role_that_disagrees_with_itself_is_not_averaged():
    [data] = by_role(ballots(data=(0, 0, (-2, 2), 0, 0)), Situation())
    assert data.recommendation.approach == "undecided"
    assert "Task stability" in str(data.text)


def test_a_role_that_did_not_vote_is_left_out_and_one_that_voted_in_part_is_open():
    verdicts = by_role({"legal": {}, "data": {"knowledge_churn": [-2]}}, Situation())
    assert [verdict.role for verdict in verdicts] == ["data"]
    assert verdicts[0].recommendation.approach == "undecided"


def test_roles_come_in_their_usual_order_and_unknown_ones_last():
    cast = ballots(other=(0,) * 5, clinician=(0,) * 5, data=(0,) * 5, product=(0,) * 5)
    assert [verdict.role for verdict in by_role(cast, Situation())] == ["product", "data", "other", "clinician"]


def test_the_situation_counts_for_every_role():
    [product] = by_role(ballots(product=(0, 0, 2, 0, 0)), Situation(explainability_required=True))
    assert product.recommendation.path == "hybrid_rag_first"


def test_what_explainability_changed():
    effect = explainability_effect(answers(0, 0, 2, 2, 0, explainability_required=True))
    assert effect.changes_approach
    assert (effect.with_it.approach, effect.without_it.approach) == ("hybrid", "fine_tuning")
    assert str(effect.text).startswith("Because answers must be explainable this is hybrid")


def test_what_explainability_would_change():
    effect = explainability_effect(answers(0, 0, 2, 2, 0))
    assert str(effect.text).startswith("If answers had to be explainable this would be hybrid")
    none = explainability_effect(answers(-1, -1, -1, 0, 0))
    assert not none.changes_approach
    assert "whether or not" in str(none.text)


# --- a team's own words --------------------------------------------------------------------------------------------

OWN = {
    "name": "Helio criteria",
    "version": "3",
    "criteria": {"audit_trust": {"name": "Proof", "anchors": {"-2": "The ombudsman asks"}}},
    "questions": [
        {"key": "volume", "question": "How many tickets a day?", "kind": "choice", "choices": ["few", "many"]}
    ],
    "hidden": ["situation:fast_changing_rules", "room_question:fits_in_context", "starting_point:healthcare"],
}


def test_a_team_rewords_and_the_rule_stays():
    own = parse_framework(OWN)
    assert [criterion.key for criterion in own.criteria] == list(CRITERIA)
    proof = own.criteria[1]
    assert (proof.name, proof.anchors[-2]) == ("Proof", "The ombudsman asks")
    assert str(proof.anchors[2]) == "People judge results by their form alone, and check every one."
    given = answers(-1, -1, -1, 0, 0)
    ours = recommend(given, own.names)
    assert ours.outcome == recommend(given).outcome
    assert any("Proof (-1)" in str(reason) for reason in ours.reasons)
    assert own.head() == {"name": "Helio criteria", "version": "3", "rule_version": "1.0"}
    assert own.is_customised
    assert not parse_framework({}).is_customised


def test_what_is_hidden_keeps_its_default_and_never_decides():
    own = parse_framework(OWN)
    assert "fast_changing_rules" not in {question.key for question in own.situation}
    assert "fits_in_context" not in {question.key for question in own.room_questions}
    assert "healthcare" not in {point.key for point in own.starting_points}
    assert not {"situation:documents_drive", "situation:explainability_required"} & set(HIDEABLE)


def test_it_survives_being_stored():
    own = parse_framework(OWN)
    assert parse_framework(own.as_dict()) == own


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ([], "framework"),
        ({"rule": {}}, "rule"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"version": 3}, "version"),
        ({"criteria": {"mood": {}}}, "criteria.mood"),
        ({"criteria": {"audit_trust": {"key": "x"}}}, "criteria.audit_trust.key"),
        ({"criteria": {"audit_trust": {"name": "  "}}}, "criteria.audit_trust.name"),
        ({"criteria": {"audit_trust": {"name": "\ud800"}}}, "criteria.audit_trust.name"),
        ({"criteria": {"audit_trust": {"anchors": {"3": "x"}}}}, "criteria.audit_trust.anchors.3"),
        ({"hidden": ["situation:documents_drive"]}, "hidden"),
        ({"hidden": ["criteria:audit_trust"]}, "hidden"),
        ({"hidden": "all"}, "hidden"),
        ({"questions": [{"key": "a b", "question": "?"}]}, "questions.0.key"),
        ({"questions": [{"key": "a", "question": ""}]}, "questions.0.question"),
        ({"questions": [{"key": "a", "question": "x"}, {"key": "a", "question": "y"}]}, "questions.1.key"),
        ({"questions": [{"key": "a", "question": "x", "kind": "number"}]}, "questions.0.kind"),
        ({"questions": [{"key": "a", "question": "x", "kind": ["text"]}]}, "questions.0.kind"),
        ({"questions": [{"key": "a", "question": "x", "kind": "choice"}]}, "questions.0.choices"),
        ({"questions": [{"key": "a", "question": "x", "choices": ["b", "c"]}]}, "questions.0.choices"),
        ({"questions": [{"key": f"q{n}", "question": "x"} for n in range(21)]}, "questions"),
    ],
)
def test_a_wording_that_cannot_be_used_is_named(raw, field):
    with pytest.raises(AnswerError) as refused:
        parse_framework(raw)
    assert refused.value.field == field


# --- language ------------------------------------------------------------------------------------------------------


def test_sentences_are_shown_in_the_readers_language():
    german = {"fine-tuning": "Feinabstimmung", "%(several)s and %(last)s": "%(several)s und %(last)s"}
    said = _("It is %(what)s of %(which)s.", what=_("fine-tuning"), which=("a", "b", Sentence("c")))
    assert str(said) == "It is fine-tuning of a, b and c."
    before = translate_with(lambda message: german.get(message, message))
    try:
        assert str(said) == "It is Feinabstimmung of a, b und c."
    finally:
        translate_with(before)


def test_a_percent_sign_in_a_plain_sentence_is_a_percent_sign():
    assert str(_("At least 95% of them.")) == "At least 95% of them."
    assert listed(()) == ""
