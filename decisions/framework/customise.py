"""A team's own wording of the framework: reword criteria, ask more about the context, hide what it does not need.

Keys, scale and rule stay: a customisation changes words on the screen and never a recommendation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .answers import CRITERIA as CRITERIA_KEYS
from .answers import AnswerError, keys_of, name
from .criteria import BY_KEY, CRITERIA, FRAMEWORK_NAME, FRAMEWORK_VERSION, Criterion
from .precheck import ROOM_QUESTIONS, RoomQuestion
from .rule import RULE_VERSION
from .starting_points import STARTING_POINTS, StartingPoint
from .text import Sentence
from .words import SITUATION, SituationQuestion

WORDS: Final = ("name", "question", "rag_end", "ft_end")
MAX_NAME, MAX_TEXT, MAX_QUESTIONS = 60, 600, 20
ANSWER_KINDS: Final = ("text", "yes_no", "choice")
# what only informs may be hidden; what the rule reads stays, so that a hidden question can never decide
HIDEABLE: Final = (
    *(f"room_question:{item.key}" for item in ROOM_QUESTIONS),
    *(f"situation:{item.key}" for item in SITUATION if not item.decides),
    *(f"starting_point:{item.key}" for item in STARTING_POINTS),
)


@dataclass(frozen=True, slots=True)
class ContextQuestion:
    """A question that a team adds; its answer goes into the record's context and into nothing else."""

    key: str
    question: str
    help: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    """The framework as one team sees it; `as_dict` is what a version of it stores."""

    name: str = FRAMEWORK_NAME
    version: str = FRAMEWORK_VERSION
    wording: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    questions: tuple[ContextQuestion, ...] = ()
    hidden: frozenset[str] = frozenset()

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The five criteria in this team's words."""
        return tuple(_reworded(criterion, self.wording.get(criterion.key, {})) for criterion in CRITERIA)

    @property
    def names(self) -> Mapping[str, Sentence | str]:
        """What this team calls its criteria, for reasons and flips."""
        return {criterion.key: criterion.name for criterion in self.criteria}

    @property
    def room_questions(self) -> tuple[RoomQuestion, ...]:
        """The precheck's questions that are not hidden."""
        return tuple(item for item in ROOM_QUESTIONS if f"room_question:{item.key}" not in self.hidden)

    @property
    def situation(self) -> tuple[SituationQuestion, ...]:
        """The questions about the situation that are not hidden; a hidden one keeps its default."""
        return tuple(item for item in SITUATION if f"situation:{item.key}" not in self.hidden)

    @property
    def starting_points(self) -> tuple[StartingPoint, ...]:
        """The starting points that are not hidden."""
        return tuple(item for item in STARTING_POINTS if f"starting_point:{item.key}" not in self.hidden)

    @property
    def is_customised(self) -> bool:
        """Whether anything differs from the framework as it ships."""
        return bool(self.wording or self.questions or self.hidden)

    def head(self) -> dict[str, str]:
        """What a record names: framework, its version, and the rule's."""
        return {"name": self.name, "version": self.version, "rule_version": RULE_VERSION}

    def as_dict(self) -> dict[str, Any]:
        """The customisation in the form that `parse_framework` reads."""
        return {
            "name": self.name,
            "version": self.version,
            "criteria": {
                key: {
                    part: {str(lean): text for lean, text in value.items()} if part == "anchors" else value
                    for part, value in words.items()
                }
                for key, words in self.wording.items()
            },
            "questions": [
                {"key": q.key, "question": q.question, "help": q.help, "kind": q.kind, "choices": list(q.choices)}
                for q in self.questions
            ],
            "hidden": sorted(self.hidden),
        }


def parse_framework(raw: object) -> Framework:
    """A team's customisation from plain data; raises AnswerError naming the first field that is wrong."""
    given = keys_of(raw, "framework", allowed=("name", "version", "criteria", "questions", "hidden"), prefix="")
    wording = keys_of(given.get("criteria", {}), "criteria", allowed=CRITERIA_KEYS)
    hidden = given.get("hidden", [])
    if not isinstance(hidden, list | tuple):
        raise AnswerError("hidden", "must be a list")
    for item in hidden:
        if not isinstance(item, str) or item not in HIDEABLE:
            raise AnswerError("hidden", f"{name(item)} cannot be hidden")
    return Framework(
        name=clean_text(given.get("name", FRAMEWORK_NAME), "name", MAX_NAME),
        version=clean_text(given.get("version", FRAMEWORK_VERSION), "version", 20),
        wording={key: words for key, one in wording.items() if (words := _wording(one, f"criteria.{key}"))},
        questions=_questions(given.get("questions", [])),
        hidden=frozenset(hidden),
    )


def _wording(raw: object, where: str) -> dict[str, Any]:
    given = keys_of(raw, where, allowed=(*WORDS, "anchors"))
    words: dict[str, Any] = {}
    for part in WORDS:
        if part in given:
            words[part] = clean_text(given[part], f"{where}.{part}", MAX_NAME if part == "name" else MAX_TEXT)
    anchors = keys_of(given.get("anchors", {}), f"{where}.anchors", allowed=("-2", "-1", "0", "1", "2"))
    if anchors:
        words["anchors"] = {
            int(lean): clean_text(text, f"{where}.anchors.{lean}", MAX_TEXT) for lean, text in anchors.items()
        }
    return words


def _questions(raw: object) -> tuple[ContextQuestion, ...]:
    if not isinstance(raw, list | tuple):
        raise AnswerError("questions", "must be a list")
    if len(raw) > MAX_QUESTIONS:
        raise AnswerError("questions", f"holds more than {MAX_QUESTIONS} questions")
    questions: list[ContextQuestion] = []
    for place, one in enumerate(raw):
        where = f"questions.{place}"
        given = keys_of(one, where, allowed=("key", "question", "help", "kind", "choices"))
        key = clean_text(given.get("key", ""), f"{where}.key", 40)
        if not key.isascii() or not key.isidentifier():
            raise AnswerError(f"{where}.key", "may hold letters, digits and underscores, and begins with a letter")
        if key in {question.key for question in questions}:
            raise AnswerError(f"{where}.key", f"{key} is used twice")
        kind = given.get("kind", "text")
        if kind not in ANSWER_KINDS:
            raise AnswerError(f"{where}.kind", f"must be one of {', '.join(ANSWER_KINDS)}")
        questions.append(
            ContextQuestion(
                key,
                clean_text(given.get("question", ""), f"{where}.question", MAX_TEXT),
                clean_text(given.get("help", ""), f"{where}.help", MAX_TEXT, may_be_empty=True),
                str(kind),
                _choices(given.get("choices", []), f"{where}.choices", wanted=kind == "choice"),
            )
        )
    return tuple(questions)


def _choices(raw: object, where: str, *, wanted: bool) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise AnswerError(where, "must be a list")
    choices = tuple(clean_text(one, where, 120) for one in raw)
    if wanted and not 2 <= len(choices) <= 12:
        raise AnswerError(where, "a choice needs two to twelve answers")
    if choices and not wanted:
        raise AnswerError(where, "only a question of the kind choice has choices")
    return choices


def clean_text(raw: object, where: str, longest: int, *, may_be_empty: bool = False) -> str:
    """Text that can be shown and stored: stripped, not too long, without NUL or lone surrogates."""
    if not isinstance(raw, str):
        raise AnswerError(where, "must be text")
    text = raw.strip()
    if not text and not may_be_empty:
        raise AnswerError(where, "must not be empty")
    if len(text) > longest:
        raise AnswerError(where, f"is longer than {longest} characters")
    if any(0xD800 <= ord(character) <= 0xDFFF or character == "\x00" for character in text):
        raise AnswerError(where, "holds a character that cannot be stored")
    return text


def _reworded(criterion: Criterion, words: Mapping[str, Any]) -> Criterion:
    if not words:
        return criterion
    anchors = {**BY_KEY[criterion.key].anchors, **words.get("anchors", {})}
    return replace(criterion, **{**words, "anchors": anchors})
