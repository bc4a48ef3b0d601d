"""Forms about pilots and about what to change next."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line, Prose
from decisions.framework.gates import figure_in
from decisions.framework.lever import NOW, OBSERVED, Observed
from decisions.models import Approach
from decisions.trail.entry import Refused

from .acts import MOST, Measured, Metric


class PilotForm(forms.Form):
    """What was run, and for each metric of the record how many of how many."""

    name = Line(label=_("Name"), max_length=120, help_text=_("For example, November pilot, 40 agents."))
    evaluation_set = Line(label=_("Evaluation set and version"), max_length=200)
    evaluation_set_hash = Line(
        label=_("Its hash"),
        max_length=128,
        required=False,
        help_text=_("Must be locked before the pilot. Don't use a set you tuned prompts on."),
    )
    environment = Line(label=_("Environment"), max_length=40, required=False)
    started_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    ended_on = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    remark = Prose(
        label=_("What was learned"), max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, metrics: Sequence[Metric], **more: Any) -> None:
        super().__init__(*args, **more)
        self.metrics = tuple(metrics)
        for metric in self.metrics:
            number = forms.NumberInput(attrs={"inputmode": "numeric", "min": 0})
            counted = _("number passed") if metric.gate and metric.gate.is_floor else _("number found")
            is_share = metric.gate is None or metric.gate.is_share
            parts = (("hits", counted), ("sample", _("out of"))) if is_share else (("sample", _("sample")),)
            for part, label in parts:
                self.fields[f"{part}-{metric.key}"] = forms.IntegerField(
                    label=label, required=False, min_value=0, max_value=MOST, widget=number
                )
            if metric.gate is None or not metric.gate.is_share:
                unit = metric.gate.unit if metric.gate else ""
                named = str(_("figure, in %(unit)s") % {"unit": unit} if unit else _("figure"))
                self.fields[f"figure-{metric.key}"] = Line(label=named, required=False, max_length=60)
            if metric.gate and metric.gate.statistic == "p95":
                self.fields[f"bound-{metric.key}"] = Line(
                    label=_("95% upper bound"),
                    help_text=_("The slowest of 59 requests, the second slowest of 100. Needed to pass."),
                    required=False,
                    max_length=12,
                )

    def rows(self) -> Iterator[tuple[Metric, dict[str, BoundField]]]:
        """Each metric with its fields, for the template."""
        for metric in self.metrics:
            parts = ("hits", "figure", "bound", "sample")
            yield (
                metric,
                {part: self[f"{part}-{metric.key}"] for part in parts if f"{part}-{metric.key}" in self.fields},
            )

    def clean(self) -> dict[str, Any]:
        """A pilot ends after it began."""
        cleaned = super().clean() or {}
        if cleaned.get("started_on") and cleaned.get("ended_on") and cleaned["started_on"] > cleaned["ended_on"]:
            self.add_error("ended_on", _("Enter an end date after the start date."))
        return cleaned

    def measured(self) -> list[Measured]:
        """What was counted, metric by metric; those left empty are left out."""
        found = []
        for metric in self.metrics:
            hits, sample = (self.cleaned_data.get(f"{part}-{metric.key}") for part in ("hits", "sample"))
            figure, bound = (self.cleaned_data.get(f"{part}-{metric.key}", "") for part in ("figure", "bound"))
            if bound and not figure_in(bound):
                self.add_error(f"bound-{metric.key}", _("Enter a number with its unit."))
            if hits is not None or figure:
                found.append(Measured(metric.key, sample, hits, figure, bound))
            elif sample is not None or bound:
                found.append(Measured(metric.key, sample, None))
                counted = f"hits-{metric.key}"
                self.add_error(counted if counted in self.fields else f"figure-{metric.key}", _("Enter a number."))
        return found

    def refuse(self, refused: Refused) -> None:
        """Put each fault beside its metric, or on top."""
        for key, message in refused.errors.items():
            places = (f"{part}-{key}" for part in ("hits", "figure"))
            self.add_error(next((place for place in places if place in self.fields), None), message)


class LeverForm(forms.Form):
    """What a pilot or an incident showed, to be told what to change first."""

    now = forms.ChoiceField(
        label=_("What runs now"), choices=[(key, Approach(key).label) for key in NOW], initial="rag"
    )
    eval_exists = forms.BooleanField(label=_("There is a locked evaluation set"), required=False)
    grounded_ok = forms.ChoiceField(
        label=_("Answers are based on passages that support them"),
        required=False,
        choices=[("", _("not checked")), ("yes", _("yes")), ("no", _("no"))],
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for key, sentence in OBSERVED.items():
            if key not in self.fields:
                self.fields[key] = forms.BooleanField(label=str(sentence), required=False)

    def observed(self) -> Observed:
        """The answers as the framework takes them."""
        flags = {key: self.cleaned_data[key] for key in OBSERVED if key != "grounded_ok"}
        return Observed(grounded_ok={"yes": True, "no": False}.get(self.cleaned_data["grounded_ok"]), **flags)
