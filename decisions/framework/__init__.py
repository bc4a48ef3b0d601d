"""The framework: criteria, their guidance and the rule, as plain Python that knows no web framework."""

from .answers import AnswerError, Answers, Situation, parse, read_json
from .recommendation import Recommendation, recommend
from .rule import RULE_VERSION

__all__ = [
    "RULE_VERSION",
    "AnswerError",
    "Answers",
    "Recommendation",
    "Situation",
    "parse",
    "read_json",
    "recommend",
]
