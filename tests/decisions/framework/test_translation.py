"""Every sentence of the framework can be collected for translators, and is shown in the reader's language."""

import ast
import re
from pathlib import Path

import pytest

from decisions.framework import text
from decisions.framework.answers import parse
from decisions.framework.precheck import FIX_FIRST
from decisions.framework.recommendation import recommend
from decisions.framework.verdicts import explainability_effect

FRAMEWORK = Path(text.__file__).parent


@pytest.fixture
def capitals():
    """A language that says everything in capitals, and leaves what a sentence fills in alone."""

    def shout(message):
        pieces = re.split(r"(%\([a-z_]+\)[sd])", message)
        return "".join(piece if piece.startswith("%(") else piece.upper() for piece in pieces)

    before = text.translate_with(shout)
    yield
    text.translate_with(before)


def calls():
    for path in sorted(FRAMEWORK.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                yield path.name, node


def test_every_message_is_written_out_where_it_is_used():
    found = list(calls())
    assert len(found) > 300
    for name, node in found:
        assert node.args, name
        message = node.args[0]
        assert isinstance(getattr(message, "value", None), str), f"{name}:{node.lineno}"
        named = {keyword.arg for keyword in node.keywords if keyword.arg}
        if not any(keyword.arg is None for keyword in node.keywords):
            for value in named:
                assert f"%({value})" in message.value, f"{name}:{node.lineno} fills in {value} nowhere"


def test_reasons_flips_and_names_follow_the_readers_language(capitals):
    answers = parse(
        {
            "leans": {"knowledge_churn": -2, "audit_trust": -1, "task_stability": 2, "latency_cost": 0},
            "situation": {"documents_drive": True},
        }
    )
    said = recommend(answers)
    sentences = [*said.reasons, *(flip.text for flip in said.flips), explainability_effect(answers).text]
    assert sentences
    for sentence in sentences:
        shown = str(sentence)
        assert shown == shown.upper(), "what a sentence names is translated with it"
    assert str(FIX_FIRST[0].question).startswith("WOULD CLEARER TOOLS BE ENOUGH?")


def test_a_sentence_made_before_the_language_was_known_still_follows_it():
    made = recommend(parse({"leans": {"knowledge_churn": -2}})).reasons[0]
    plain = str(made)
    before = text.translate_with(str.swapcase if "%" not in made.message else lambda message: f"[{message}]")
    try:
        assert str(made) != plain
    finally:
        text.translate_with(before)
    assert str(made) == plain
