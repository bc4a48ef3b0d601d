"""Forms of a team's framework and of its own starting points."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line, Prose
from decisions.framework import guide
from decisions.framework.answers import LEANS, AnswerError
from decisions.framework.criteria import CRITERIA, FRAMEWORK_NAME, ROLES, Criterion
from decisions.framework.customise import HIDEABLE, MAX_NAME, MAX_QUESTIONS, MAX_TEXT, WORDS, Framework
from decisions.framework.measures import MEASURES, TIERS, Measure
from decisions.framework.own_starting_points import MAX_CONTEXT, MAX_GUIDES, MAX_ITEMS
from decisions.framework.precheck import ROOM_QUESTIONS
from decisions.framework.starting_points import STARTING_POINTS
from decisions.framework.text import signed
from decisions.framework.words import ROLE_NAMES, SITUATION

from .acts import NOT_SUGGESTED

SPARE_ROWS = 2
PLAIN = ("name", "summary", "title", "question", "context", "guides", "tier")
KINDS = [("text", _("a text")), ("yes_no", _("yes or no")), ("choice", _("one of several answers"))]
YES_NO = [("", _("no suggestion")), ("yes", _("yes")), ("no", _("no"))]
TIER_NAMES = {"internal": _("internal"), "customer": _("customer-facing"), "regulated": _("regulated")}


def hideable_names() -> dict[str, str]:
    """What may be left out, by its key, as people read it."""
    named = {f"room_question:{one.key}": str(one.question) for one in ROOM_QUESTIONS}
    named |= {f"situation:{one.key}": str(one.question) for one in SITUATION}
    named |= {f"starting_point:{one.key}": str(one.name) for one in STARTING_POINTS}
    return {key: named[key] for key in HIDEABLE}


@dataclass(frozen=True)
class CriterionFields:
    """The fields of one criterion, for the template."""

    criterion: Criterion
    words: list[BoundField]
    anchors: list[BoundField]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in (*self.words, *self.anchors))


def _line(label: Any, longest: int = MAX_TEXT, **more: Any) -> Line:
    return Line(label=label, max_length=longest, required=False, **more)


def _prose(label: Any, rows: int, longest: int = MAX_TEXT) -> Prose:
    return Prose(label=label, max_length=longest, required=False, widget=forms.Textarea(attrs={"rows": rows}))


def _texts(criterion: Criterion) -> dict[str, str]:
    """What can be reworded of a criterion, by the last part of its field's name."""
    anchors = {f"a{place}": str(criterion.anchors[score]) for place, score in enumerate(LEANS)}
    return {**{part: str(getattr(criterion, part)) for part in WORDS}, **anchors}


def _criterion_fields() -> dict[str, forms.Field]:
    return {
        "name": _line(_("Name"), MAX_NAME),
        "question": _line(_("Question")),
        "rag_end": _prose(_("The RAG end"), 3),
        "ft_end": _prose(_("The fine-tuning end"), 3),
        **{f"a{place}": _prose(_("%(score)s means") % {"score": signed(s)}, 2) for place, s in enumerate(LEANS)},
    }


def _sent(data: Any, name: str, most: int) -> int:
    """How many rows of that field a browser sent."""
    return sum(name.format(row) in data for row in range(most)) if data else 0


class FrameworkForm(forms.Form):
    """The whole wording of a team; an emptied field goes back to the framework's own words."""

    name = _line(
        _("What you call it"),
        MAX_NAME,
        help_text=_("Printed on records with its version. Leave empty to use your team's name."),
    )
    asked = forms.MultipleChoiceField(
        label=_("What your workshops ask and offer"), required=False, widget=forms.CheckboxSelectMultiple
    )
    why = _line(_("What changed, in a few words"), 200, help_text=_("Shown in the list of versions."))
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, framework: Framework, seen: int) -> None:
        named = "" if framework.name == FRAMEWORK_NAME else framework.name
        initial: dict[str, Any] = {"name": named, "seen": seen}
        initial["asked"] = [key for key in HIDEABLE if key not in framework.hidden]
        own: dict[str, forms.Field] = {}
        for criterion in framework.criteria:
            own |= {f"{criterion.key}-{part}": field for part, field in _criterion_fields().items()}
            initial |= {f"{criterion.key}-{part}": text for part, text in _texts(criterion).items()}
        self.rows = min(
            MAX_QUESTIONS, max(len(framework.questions), _sent(data, "q{}-question", MAX_QUESTIONS)) + SPARE_ROWS
        )
        for row in range(self.rows):
            own |= _question_fields(row)
        for row, one in enumerate(framework.questions):
            initial |= {f"q{row}-key": one.key, f"q{row}-question": one.question, f"q{row}-help": one.help}
            initial |= {f"q{row}-kind": one.kind, f"q{row}-choices": "\n".join(one.choices)}
        super().__init__(data, initial=initial)
        self.fields.update(own)
        self.fields["asked"].choices = list(hideable_names().items())  # type: ignore[attr-defined]

    def criteria(self) -> Iterator[CriterionFields]:
        """Each criterion with its fields."""
        for criterion in CRITERIA:
            words = [self[f"{criterion.key}-{part}"] for part in WORDS]
            anchors = [self[f"{criterion.key}-a{place}"] for place in range(len(LEANS))]
            yield CriterionFields(criterion, words, anchors)

    def question_rows(self) -> Iterator[dict[str, BoundField]]:
        """The team's own questions and a few empty rows."""
        for row in range(self.rows):
            yield {part: self[f"q{row}-{part}"] for part in ("key", "question", "help", "kind", "choices")}

    def raw(self) -> dict[str, Any]:
        """What was typed in the form that the framework reads: only what differs from its own words."""
        said = self.cleaned_data
        criteria: dict[str, Any] = {}
        for criterion in CRITERIA:
            typed = {part: (said[f"{criterion.key}-{part}"], ours) for part, ours in _texts(criterion).items()}
            own = {part: text for part, (text, ours) in typed.items() if text not in ("", ours)}
            anchors = {str(score): own.pop(f"a{at}") for at, score in enumerate(LEANS) if f"a{at}" in own}
            criteria[criterion.key] = {**own, "anchors": anchors}
        return {
            "name": said["name"] or FRAMEWORK_NAME,
            "criteria": criteria,
            "questions": list(self._questions()),
            "hidden": [key for key in HIDEABLE if key not in said["asked"]],
        }

    def _questions(self) -> Iterator[dict[str, Any]]:
        taken: set[str] = {key for row in range(self.rows) if (key := self.cleaned_data[f"q{row}-key"])}
        for row in range(self.rows):
            said = {part: self.cleaned_data[f"q{row}-{part}"] for part in ("key", "question", "help", "kind")}
            said["kind"] = said["kind"] or "text"
            if not said["question"]:
                continue
            if not said["key"]:
                stem = "q_" + (re.sub(r"\W+", "_", slugify(said["question"]))[:32].strip("_") or "own")
                said["key"] = next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 99))) if key not in taken)
                taken.add(said["key"])
            lines = [line.strip() for line in self.cleaned_data[f"q{row}-choices"].split("\n")]
            yield {**said, "choices": [line for line in lines if line] if said["kind"] == "choice" else []}

    def refuse(self, error: AnswerError) -> None:
        """Put the fault beside the field it names, or on top."""
        parts = error.field.split(".")
        field = None
        if parts[0] == "criteria" and len(parts) == 3:
            field = f"{parts[1]}-{parts[2]}"
        elif parts[0] == "questions" and len(parts) == 3:
            filled = [row for row in range(self.rows) if self.cleaned_data.get(f"q{row}-question")]
            field = f"q{filled[int(parts[1])]}-{parts[2]}" if int(parts[1]) < len(filled) else None
        elif parts[0] in self.fields:
            field = parts[0]
        self.add_error(field if field in self.fields else None, error.message)


def _question_fields(row: int) -> dict[str, forms.Field]:
    return {
        f"q{row}-key": Line(max_length=40, required=False, widget=forms.HiddenInput),
        f"q{row}-question": _line(_("Question")),
        f"q{row}-help": _line(_("Help for it")),
        f"q{row}-kind": forms.ChoiceField(label=_("Answered by"), choices=KINDS, required=False),
        f"q{row}-choices": _prose(_("Answers, one per line"), 3, 2_000),
    }


@dataclass(frozen=True)
class MetricFields:
    """A metric with the fields that ask for it."""

    measure: Measure
    wanted: BoundField
    gate: BoundField
    stop: BoundField


class StartingPointForm(forms.Form):
    """A team's own starting point."""

    name = Line(label=_("Name"), max_length=MAX_NAME, help_text=_("The name people see when they create a decision."))
    summary = _line(_("In one sentence"))
    title = _line(_("Title"), 160)
    question = _line(_("Question"), 400)
    context = _prose(_("Context"), 6, MAX_CONTEXT)
    guides = forms.MultipleChoiceField(
        label=_("Pages of the guide to read first"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At most five."),
    )
    tier = forms.ChoiceField(
        label=_("Strictness of the default gates"),
        choices=[(tier, TIER_NAMES[tier]) for tier in TIERS],
        initial="internal",
    )
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, drawn: Mapping[str, Any], version: int = 0) -> None:
        initial: dict[str, Any] = {"version": version, **{part: drawn[part] for part in PLAIN if drawn.get(part)}}
        own: dict[str, forms.Field] = {}
        for criterion in CRITERIA:
            own[f"emphasis-{criterion.key}"] = _prose(str(criterion.name), 2)
            initial[f"emphasis-{criterion.key}"] = drawn.get("emphasis", {}).get(criterion.key, "")
        for one in SITUATION:
            if one.key not in NOT_SUGGESTED:
                own[f"situation-{one.key}"] = forms.ChoiceField(label=str(one.question), choices=YES_NO, required=False)
                value = drawn.get("situation", {}).get(one.key)
                initial[f"situation-{one.key}"] = {True: "yes", False: "no"}.get(value, "")
        for measure in MEASURES:
            gate, stop = drawn.get("gates", {}).get(measure.key, ("", ""))
            own[f"metric-{measure.key}"] = forms.BooleanField(label=str(measure.name), required=False)
            own[f"gate-{measure.key}"] = _line(_("gate"), MAX_NAME)
            own[f"stop-{measure.key}"] = _line(_("stop"), MAX_NAME)
            initial[f"metric-{measure.key}"] = measure.key in drawn.get("metrics", ())
            initial |= {f"gate-{measure.key}": gate, f"stop-{measure.key}": stop}
        self.rows = min(
            MAX_ITEMS, max(len(drawn.get("assumptions", ())), _sent(data, "assumption{}-text", MAX_ITEMS)) + SPARE_ROWS
        )
        roles = [(role, str(ROLE_NAMES[role])) for role in ROLES]
        for row in range(self.rows):
            own[f"assumption{row}-text"] = _line(_("Assumption"))
            own[f"assumption{row}-role"] = forms.ChoiceField(label=_("Checked by"), choices=roles, required=False)
        for row, one in enumerate(drawn.get("assumptions", ())[: self.rows]):
            initial |= {f"assumption{row}-text": one["text"], f"assumption{row}-role": one["role"]}
        super().__init__(data, initial=initial)
        self.fields.update(own)
        self.fields["guides"].choices = [(page.slug, page.title) for page in guide.pages()]  # type: ignore[attr-defined]

    def clean_guides(self) -> list[str]:
        """A handful: a list that nobody reads helps nobody."""
        chosen: list[str] = self.cleaned_data["guides"]
        if len(chosen) > MAX_GUIDES:
            raise forms.ValidationError(_("Choose up to five."))
        return chosen

    def emphasis(self) -> Iterator[BoundField]:
        """What to look at first, criterion by criterion."""
        return (self[name] for name in self.fields if name.startswith("emphasis-"))

    def situation(self) -> Iterator[BoundField]:
        """The answers that it suggests."""
        return (self[name] for name in self.fields if name.startswith("situation-"))

    def metrics(self) -> Iterator[MetricFields]:
        """Each metric, whether it is wanted, and at which gate."""
        for one in MEASURES:
            yield MetricFields(one, self[f"metric-{one.key}"], self[f"gate-{one.key}"], self[f"stop-{one.key}"])

    def assumptions(self) -> Iterator[dict[str, BoundField]]:
        """The assumptions and a few empty rows."""
        for row in range(self.rows):
            yield {part: self[f"assumption{row}-{part}"] for part in ("text", "role")}

    def raw(self) -> dict[str, Any]:
        """What was typed, in the form that the framework reads."""
        said = self.cleaned_data
        return {
            **{part: said[part] for part in PLAIN},
            "emphasis": {one.key: said[f"emphasis-{one.key}"] for one in CRITERIA if said[f"emphasis-{one.key}"]},
            "situation": {
                one.key: said[f"situation-{one.key}"] == "yes" for one in SITUATION if said.get(f"situation-{one.key}")
            },
            "metrics": [one.key for one in MEASURES if said[f"metric-{one.key}"]],
            "gates": {
                one.key: [said[f"gate-{one.key}"], said[f"stop-{one.key}"]]
                for one in MEASURES
                if said[f"gate-{one.key}"] or said[f"stop-{one.key}"]
            },
            "assumptions": [
                {"text": said[f"assumption{row}-text"], "role": said[f"assumption{row}-role"] or "product"}
                for row in range(self.rows)
                if said[f"assumption{row}-text"]
            ],
        }
