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
from decisions.framework.answers import AnswerError
from decisions.framework.criteria import CRITERIA, FRAMEWORK_NAME, ROLES, Criterion
from decisions.framework.customise import HIDEABLE, MAX_NAME, MAX_QUESTIONS, MAX_TEXT, Framework
from decisions.framework.measures import MEASURES, TIERS, Measure
from decisions.framework.own_starting_points import MAX_CONTEXT, MAX_GUIDES, MAX_ITEMS
from decisions.framework.precheck import ROOM_QUESTIONS
from decisions.framework.starting_points import STARTING_POINTS
from decisions.framework.text import signed
from decisions.framework.words import ROLE_NAMES, SITUATION

from .acts import NOT_SUGGESTED

SCORES = (-2, -1, 0, 1, 2)
SPARE_ROWS = 2
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


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class FrameworkForm(forms.Form):
    """The whole wording of a team; an emptied field goes back to the framework's own words."""

    name = Line(
        label=_("What you call it"),
        max_length=MAX_NAME,
        required=False,
        help_text=_("Printed on records with its version. Leave empty to use your team's name."),
    )
    asked = forms.MultipleChoiceField(
        label=_("What your workshops ask and offer"), required=False, widget=forms.CheckboxSelectMultiple
    )
    why = Line(
        label=_("What changed, in a few words"),
        max_length=200,
        required=False,
        help_text=_("Shown in the list of versions."),
    )
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, framework: Framework, seen: int) -> None:
        named = "" if framework.name == FRAMEWORK_NAME else framework.name
        initial: dict[str, Any] = {"name": named, "seen": seen}
        initial["asked"] = [key for key in HIDEABLE if key not in framework.hidden]
        own: dict[str, forms.Field] = {}
        for criterion in framework.criteria:
            key = criterion.key
            own[f"{key}-name"] = Line(label=_("Name"), max_length=MAX_NAME, required=False)
            own[f"{key}-question"] = Line(label=_("Question"), max_length=MAX_TEXT, required=False)
            own[f"{key}-rag_end"] = Prose(label=_("The RAG end"), max_length=MAX_TEXT, required=False, widget=_area(3))
            own[f"{key}-ft_end"] = Prose(
                label=_("The fine-tuning end"), max_length=MAX_TEXT, required=False, widget=_area(3)
            )
            for part in ("name", "question", "rag_end", "ft_end"):
                initial[f"{key}-{part}"] = str(getattr(criterion, part))
            for place, score in enumerate(SCORES):
                own[f"{key}-a{place}"] = Prose(
                    label=_("%(score)s means") % {"score": signed(score)},
                    max_length=MAX_TEXT,
                    required=False,
                    widget=_area(2),
                )
                initial[f"{key}-a{place}"] = str(criterion.anchors[score])
        self.rows = min(MAX_QUESTIONS, max(len(framework.questions), _rows_in(data)) + SPARE_ROWS)
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
            words = [self[f"{criterion.key}-{part}"] for part in ("name", "question", "rag_end", "ft_end")]
            anchors = [self[f"{criterion.key}-a{place}"] for place in range(len(SCORES))]
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
            key = criterion.key
            words: dict[str, Any] = {}
            for part in ("name", "question", "rag_end", "ft_end"):
                typed = said[f"{key}-{part}"]
                if typed and typed != str(getattr(criterion, part)):
                    words[part] = typed
            anchors = {
                str(score): said[f"{key}-a{place}"]
                for place, score in enumerate(SCORES)
                if said[f"{key}-a{place}"] and said[f"{key}-a{place}"] != str(criterion.anchors[score])
            }
            if anchors:
                words["anchors"] = anchors
            if words:
                criteria[key] = words
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


def _rows_in(data: Any) -> int:
    """How many rows of questions a browser sent."""
    return sum(f"q{row}-question" in data for row in range(MAX_QUESTIONS)) if data else 0


def _question_fields(row: int) -> dict[str, forms.Field]:
    return {
        f"q{row}-key": Line(max_length=40, required=False, widget=forms.HiddenInput),
        f"q{row}-question": Line(label=_("Question"), max_length=MAX_TEXT, required=False),
        f"q{row}-help": Line(label=_("Help for it"), max_length=MAX_TEXT, required=False),
        f"q{row}-kind": forms.ChoiceField(label=_("Answered by"), choices=KINDS, required=False),
        f"q{row}-choices": Prose(label=_("Answers, one per line"), max_length=2_000, required=False, widget=_area(3)),
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
    summary = Line(label=_("In one sentence"), max_length=MAX_TEXT, required=False)
    title = Line(label=_("Title"), max_length=160, required=False)
    question = Line(label=_("Question"), max_length=400, required=False)
    context = Prose(label=_("Context"), max_length=MAX_CONTEXT, required=False, widget=_area(6))
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
        plain = ("name", "summary", "title", "question", "context", "guides", "tier")
        initial: dict[str, Any] = {part: drawn[part] for part in plain if drawn.get(part)}
        initial["version"] = version
        own: dict[str, forms.Field] = {}
        for criterion in CRITERIA:
            own[f"emphasis-{criterion.key}"] = Prose(
                label=str(criterion.name), max_length=MAX_TEXT, required=False, widget=_area(2)
            )
            initial[f"emphasis-{criterion.key}"] = drawn.get("emphasis", {}).get(criterion.key, "")
        for one in SITUATION:
            if one.key not in NOT_SUGGESTED:
                own[f"situation-{one.key}"] = forms.ChoiceField(label=str(one.question), choices=YES_NO, required=False)
                value = drawn.get("situation", {}).get(one.key)
                initial[f"situation-{one.key}"] = {True: "yes", False: "no"}.get(value, "")
        for measure in MEASURES:
            gate, stop = drawn.get("gates", {}).get(measure.key, ("", ""))
            own[f"metric-{measure.key}"] = forms.BooleanField(label=str(measure.name), required=False)
            own[f"gate-{measure.key}"] = Line(label=_("gate"), max_length=MAX_NAME, required=False)
            own[f"stop-{measure.key}"] = Line(label=_("stop"), max_length=MAX_NAME, required=False)
            initial[f"metric-{measure.key}"] = measure.key in drawn.get("metrics", ())
            initial |= {f"gate-{measure.key}": gate, f"stop-{measure.key}": stop}
        self.rows = min(MAX_ITEMS, max(len(drawn.get("assumptions", ())), _assumptions_in(data)) + SPARE_ROWS)
        roles = [(role, str(ROLE_NAMES[role])) for role in ROLES]
        for row in range(self.rows):
            own[f"assumption{row}-text"] = Line(label=_("Assumption"), max_length=MAX_TEXT, required=False)
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
        plain = ("name", "summary", "title", "question", "context", "guides", "tier")
        return {
            **{part: said[part] for part in plain},
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


def _assumptions_in(data: Any) -> int:
    return sum(f"assumption{row}-text" in data for row in range(MAX_ITEMS)) if data else 0
