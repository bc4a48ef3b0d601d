"""Forms about decisions."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line, Prose, Words
from decisions.models import Decision, Membership, Team
from decisions.records.forms import RevisitSection
from decisions.team_framework import acts as frameworks


class DecisionForm(forms.Form):
    """Create a decision or reword it."""

    title = Line(
        label=_("Title"),
        max_length=160,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text=_("A few words people will recognise. For example, Support copilot."),
    )
    question = Line(
        label=_("Question"),
        max_length=400,
        help_text=_("The question the workshop must answer, in one sentence."),
    )
    context = Prose(
        label=_("Context"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_(
            "What the group needs to know: who's asking, what's live today, what's been tried, limits and deadlines."
        ),
    )
    starting_point = forms.ChoiceField(
        label=_("Starting point"),
        required=False,
        help_text=_("Adds guidance and defaults for a common case. It doesn't affect scores."),
    )
    tags = Words(
        label=_("Tags"),
        max_length=600,
        required=False,
        help_text=_("Separate tags with commas. For example, support, eu."),
    )
    owner = forms.ChoiceField(
        label=_("Person responsible"),
        required=False,
        help_text=_("Makes sure this decision is made and revisited."),
    )

    def __init__(self, *args: Any, team: Team, **more: Any) -> None:
        super().__init__(*args, **more)
        self.people = {
            str(membership.user_id): membership.user
            for membership in Membership.objects.filter(team=team).select_related("user").order_by("user__name", "pk")
        }
        people = [(key, str(user)) for key, user in self.people.items()]
        self.fields["owner"].choices = [("", _("No one yet")), *people]  # type: ignore[attr-defined]
        self.starting_points = frameworks.offered(team.pk)
        named = {point.key: str(point.name) for point in self.starting_points}
        kept = frameworks.starting_point(team.pk, str(self.initial.get("starting_point") or ""))
        if kept:  # a decision keeps its starting point when it is offered no longer
            named.setdefault(kept.key, str(kept.name))
        self.fields["starting_point"].choices = [("", _("None of these")), *named.items()]  # type: ignore[attr-defined]

    def clean_owner(self) -> Any:
        """The person, or None."""
        return self.people.get(self.cleaned_data["owner"])

    @staticmethod
    def values_of(decision: Decision) -> dict[str, Any]:
        """What the form shows of a decision that exists."""
        return {
            "title": decision.title,
            "question": decision.question,
            "context": decision.context,
            "starting_point": decision.starting_point,
            "tags": ", ".join(tag.name for tag in decision.tags.all()),
            "owner": str(decision.owner_id or ""),
            "version": decision.version,
        }


class RewordForm(DecisionForm):
    """Reword a decision; carries the version that the writer saw."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput(attrs={"id": False}))

    def __init__(self, *args: Any, only: Collection[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        if only:  # a part of the words, in its place on the decision's page
            self.fields = {name: field for name, field in self.fields.items() if name in {*only, "version"}}


class RevisitForm(RevisitSection):
    """When a draft says that its decision is looked at again; carries the version that the writer saw."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput(attrs={"id": False}))
