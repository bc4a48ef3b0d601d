"""The questions of the precheck as one form: what the rule asks, what the room discusses, and what the team has added."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Answer, Prose
from decisions.framework.customise import ContextQuestion, Framework
from decisions.framework.precheck import FIX_FIRST, PRE_CHECK_QUESTION
from decisions.framework.starting_points import StartingPoint
from workshops.forms import LONGEST_TEXT
from workshops.readings import ASKED

NOTHING = "none"
YES_NO_OPEN = [("", _("Not asked")), ("yes", _("Yes")), ("no", _("No"))]


class SituationForm(forms.Form):
    """What is true beside the five leans: what to fix first, what the rule asks, and what is worth knowing.

    Field names are those of the rule; the room's questions carry the prefix `room_`, the team's own `asked_`. Nothing is
    chosen before the room has answered; what a starting point suggests is said beside the question.
    """

    pre_check = forms.MultipleChoiceField(
        label=format_lazy("{}", PRE_CHECK_QUESTION),
        required=False,
        choices=[
            *((item.key, item.question) for item in FIX_FIRST),
            (NOTHING, _("None of these")),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("If you didn't ask, leave everything empty."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        situation: dict[str, Any] | None = None,
        precheck: dict[str, Any] | None = None,
        framework: Framework | None = None,
        start: StartingPoint | None = None,
        only: str = "",
    ) -> None:
        self.framework = framework or Framework()
        settles = {key for room in self.framework.room_questions for key, _said in room.sets.values()}
        # what a question of the room settles is not asked a second time
        self.asked_by_room = frozenset(settles)
        now, known = situation or {}, precheck or {}
        suggested = start.situation if start else {}
        ticked = now.get("pre_check")
        initial: dict[str, Any] = {"pre_check": [NOTHING] if ticked == [] else ticked or []}
        questions: dict[str, forms.Field] = {}
        for room in self.framework.room_questions:
            questions[f"room_{room.key}"] = forms.ChoiceField(
                label=str(room.question),
                help_text=str(room.why),
                choices=[("", _("Not asked")), *room.answers],
                required=False,
                widget=forms.RadioSelect,
            )
            initial[f"room_{room.key}"] = known.get(room.key, "")
        for own in self.framework.questions:
            questions[f"{ASKED}{own.key}"] = _own_question(own)
            initial[f"{ASKED}{own.key}"] = known.get(f"{ASKED}{own.key}", "")
        for question in self.framework.situation:
            hint: dict[object, object] = {True: _("“%(start)s” suggests yes."), False: _("“%(start)s” suggests no.")}
            of = hint.get(suggested.get(question.key, ""))
            questions[question.key] = Answer(question.key, hint=str(of) % {"start": start.name} if of and start else "")
            initial[question.key] = now.get(question.key)
        super().__init__(data, initial=initial)
        self.fields.update(questions)
        if only:
            self.fields = {only: self.fields[only]}

    @property
    def steps(self) -> list[str]:
        """The names of the questions in the order in which they are asked."""
        return [field.name for _title, fields in self.groups() for field in fields]

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields under their headings, without headings that nothing stands under."""
        decides = {one.key for one in self.framework.situation if one.decides}
        known, once = {one.key for one in self.framework.situation}, self.asked_by_room
        named: dict[str, list[BoundField]] = {
            "": [self[name] for name in self.fields if name == "pre_check"],
            str(_("Questions to discuss")): [self[name] for name in self.fields if name.startswith("room_")],
            str(_("Your team's questions")): [self[name] for name in self.fields if name.startswith(ASKED)],
            str(_("What else the rule needs to know")): [self[n] for n in self.fields if n in decides - once],
            str(_("What's already in place")): [self[n] for n in self.fields if n in known - decides - once],
        }
        return ((title, fields) for title, fields in named.items() if fields)

    def clean_pre_check(self) -> list[str] | None:
        """What was ticked, empty where it is none of these; None where nobody was asked."""
        ticked: list[str] = self.cleaned_data["pre_check"]
        if NOTHING in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("Tick what applies, or “None of these”."))
        return None if not ticked else [item for item in ticked if item != NOTHING]

    def situation(self) -> dict[str, Any]:
        """The answers that the rule reads, None where nobody was asked; a room question that settles one speaks last."""
        keys = ["pre_check", *(one.key for one in self.framework.situation)]
        values: dict[str, Any] = {key: self.cleaned_data[key] for key in keys if self._is_sent(key)}
        for room in self.framework.room_questions:
            name = f"room_{room.key}"
            found = room.sets.get(self.cleaned_data.get(name, ""))
            if found is not None:
                values[found[0]] = found[1]
            elif room.sets and self.initial.get(name) and name in self.cleaned_data:  # taken back
                values |= {key: None for key, _said in room.sets.values() if key not in self.data}
        return values

    def _is_sent(self, key: str) -> bool:
        """Whether the form asked this at all: what a question of the room settles only where it was sent all the same."""
        return key in self.cleaned_data and (key not in self.asked_by_room or key in self.data)

    def precheck(self) -> dict[str, str]:
        """The room's questions and the team's own, by their keys; empty where it was not asked."""
        room = {one.key: f"room_{one.key}" for one in self.framework.room_questions}
        own = {f"{ASKED}{one.key}": f"{ASKED}{one.key}" for one in self.framework.questions}
        return {key: self.cleaned_data[name] for key, name in {**room, **own}.items() if name in self.cleaned_data}


def _own_question(own: ContextQuestion) -> forms.Field:
    """The field of a question that the team has added."""
    named: dict[str, Any] = {"label": own.question, "help_text": own.help, "required": False}
    if own.kind == "text":
        return Prose(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}), **named)
    if own.kind == "yes_no":
        return forms.ChoiceField(choices=YES_NO_OPEN, widget=forms.RadioSelect, **named)
    choices = [("", _("Not asked")), *((choice, choice) for choice in own.choices)]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **named)
