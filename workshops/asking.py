"""The precheck, one question at a time: which one the room looks at, and what each answer leads to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from decisions.framework.precheck import FIX_FIRST
from decisions.framework.words import SITUATION_BY_KEY
from workshops.readings import ASKED
from workshops.situation_form import NOTHING, SituationForm

SUMMARY = "summary"


@dataclass(frozen=True)
class Choice:
    """One answer to choose, with the line that says what follows."""

    value: str
    label: str
    then: str
    chosen: bool


@dataclass(frozen=True)
class Question:
    """One question of the precheck as the room sees it."""

    name: str
    text: str
    why: str
    kind: str  # one answer, several, or text
    choices: tuple[Choice, ...]
    typed: str
    errors: tuple[str, ...]
    place: int

    @property
    def answer(self) -> str:
        """What the room said, empty where it was not asked."""
        return self.typed if self.kind == "text" else ", ".join(one.label for one in self.choices if one.chosen)

    @property
    def then(self) -> str:
        """What follows from it."""
        return next((one.then for one in self.choices if one.chosen), "")


@dataclass(frozen=True)
class Asking:
    """Where the precheck is: at a question, or at the summary of all when there is none."""

    questions: tuple[Question, ...]
    now: Question | None

    @property
    def answered(self) -> int:
        return sum(bool(one.answer) for one in self.questions)


def asking(form: SituationForm, at: str, sent: SituationForm | None = None) -> Asking:
    """The questions of the form, at the named one or the first of all; at what was `sent` and is wrong, as it was sent."""
    wrongly = sent.errors if sent is not None else ()
    questions = tuple(
        _question(sent if sent is not None and name in wrongly else form, name, place)
        for place, name in enumerate(form.steps, start=1)
    )
    wrong = next((one for one in questions if one.errors), None)
    named = next((one for one in questions if one.name == at), None if at == SUMMARY else questions[0])
    return Asking(questions, wrong or named)


def after(form: SituationForm, asked: str, go: str) -> str:
    """The question that a button leads to from another one."""
    steps = [*form.steps, SUMMARY]
    if go in steps:
        return go
    if go == "rest" or asked not in steps:
        return SUMMARY
    return steps[max(0, min(steps.index(asked) + (-1 if go == "back" else 1), len(steps) - 1))]


def _question(form: SituationForm, name: str, place: int) -> Question:
    field = form[name]
    value = field.value()
    chosen = value if isinstance(value, list | tuple) else [str(value)] if value else []
    found = getattr(field.field, "choices", None)
    several = name == "pre_check"
    choices = tuple(
        Choice(str(key), str(label), str(then), str(key) in chosen)
        for key, label, then in _answers(form, name, found or ())
        if key != ""
    )
    return Question(
        name=name,
        text=str(field.label),
        why=str(field.help_text or ""),
        kind="text" if found is None else "several" if several else "one",
        choices=choices,
        typed=str(value or "") if found is None else "",
        errors=tuple(map(str, field.errors)) if form.is_bound else (),
        place=place,
    )


def _answers(form: SituationForm, name: str, choices: object) -> Iterator[tuple[str, object, object]]:
    noted = _("Kept with the answers.")
    if name == "pre_check":
        ends = _("The outcome is then “fix first”.")
        yield from ((item.key, f"{item.name}: {item.question}", ends) for item in FIX_FIRST)
        yield NOTHING, _("None of these"), _("Then the five criteria decide.")
    elif name in SITUATION_BY_KEY:
        asked = SITUATION_BY_KEY[name]
        yield from (("yes", _("Yes"), asked.then_true), ("no", _("No"), asked.then_false))
    else:
        room = next((one for one in form.framework.room_questions if f"room_{one.key}" == name), None)
        for key, label in choices:  # type: ignore[attr-defined]
            yield key, label, (room.then.get(key) if room and not name.startswith(ASKED) else None) or noted
