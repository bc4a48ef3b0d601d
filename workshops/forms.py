"""What people type in a room."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from decisions.base.fields import Line, Prose
from decisions.base.typed_text import is_printable
from decisions.framework.settling import needs_reason
from workshops.models import CODE_ALPHABET, Confidence, Role, Shown

SCORES = [(-2, "-2"), (-1, "-1"), (0, "0"), (1, "1"), (2, "2")]
LONGEST_TEXT = 2000
REASON_NEEDED = _("Enter a reason, because most votes are elsewhere. It's printed on the record.")


class WorkshopForm(forms.Form):
    """Preparing a workshop, and the facilitator's own seat in it."""

    name = Line(label=_("Your name"), max_length=60)
    role = forms.ChoiceField(label=_("Role you represent"), choices=Role.choices, initial=Role.PRODUCT)
    is_observer = forms.BooleanField(
        label=_("I'm facilitating, not voting"),
        required=False,
        help_text=_("If you don't vote, you can stay neutral. Someone else must represent your role."),
    )
    shown = forms.ChoiceField(
        label=_("After a reveal, show"),
        choices=Shown.choices,
        initial=Shown.NAMES,
        help_text=_("If you show roles only, roles with fewer than 3 votes are grouped so no one can be identified."),
    )


class JoinForm(forms.Form):
    """Taking a seat as a guest or a member."""

    name = Line(
        label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    role = forms.ChoiceField(label=_("Role you represent"), choices=Role.choices, widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("Your email"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Only needed if you'll sign the record. The team can see it, other participants can't."),
    )
    is_observer = forms.BooleanField(label=_("I'm observing, not voting"), required=False)


class SeatInvitationForm(forms.Form):
    """Inviting somebody to a seat by e-mail."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "list": "addresses"}),
        help_text=_("We send the personal link here. No one else can see it."),
    )
    name = Line(label=_("Their name"), max_length=60, help_text=_("Shown in the workshop."))
    role = forms.ChoiceField(label=_("Role they represent"), choices=[("", _("Choose a role")), *Role.choices])
    is_observer = forms.BooleanField(label=_("They're observing, not voting"), required=False)

    def clean_email(self) -> str:
        """In lower case, as addresses are compared; quoted ones, and hosts that no mail server knows, are refused."""
        email = str(self.cleaned_data["email"]).lower()
        try:
            email.rpartition("@")[2].encode("idna")
        except UnicodeError:
            email = ""
        if not email or '"' in email or not is_printable(email):
            raise forms.ValidationError(_("We can't send email to this address. Check it and try again."))
        return email

    def clean_name(self) -> str:
        """A name: it stands in the minutes, which carry no addresses."""
        name = str(self.cleaned_data["name"])
        if "@" in name:
            raise forms.ValidationError(_("Enter a name, not an address. It's shown in the workshop and its minutes."))
        return name


class CodeForm(forms.Form):
    """Typing a join code from the screen."""

    code = Line(
        label=_("Join code"),
        max_length=20,
        help_text=_("8 letters and numbers, as shown by the facilitator."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Upper case, without the spaces and dashes people type; other alphabets' look-alikes are refused."""
        code = "".join(sign for sign in self.cleaned_data["code"].upper() if sign not in " -–.")
        if len(code) != 8 or any(sign not in CODE_ALPHABET for sign in code):
            raise forms.ValidationError(_("Enter the 8 letters and numbers of the join code."))
        return code


class BallotForm(forms.Form):
    """One ballot."""

    score = forms.TypedChoiceField(label=_("Your score"), choices=SCORES, coerce=int, widget=forms.RadioSelect)
    confidence = forms.ChoiceField(
        label=_("How sure are you?"),
        choices=Confidence.choices,
        initial=Confidence.FAIRLY,
        widget=forms.RadioSelect,
        required=False,
    )
    reason = Prose(
        label=_("Why?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Hidden until the reveal."),
    )

    def clean_confidence(self) -> str:
        """Fairly sure, unless said otherwise."""
        return self.cleaned_data["confidence"] or Confidence.FAIRLY


class SettleForm(forms.Form):
    """Fixing the group's lean; `scores` are the round's ballots, against which some leans need a reason."""

    lean = forms.TypedChoiceField(label=_("The group's lean"), choices=SCORES, coerce=int)
    why = Prose(
        label=_("Reason, in one sentence for the record"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict, scores: Sequence[int]) -> None:
        super().__init__(data)
        self.scores = scores

    def clean(self) -> dict[str, Any]:
        """Ask for the reason where the lean is not where most ballots are."""
        typed = super().clean() or {}
        if "lean" in typed and not typed.get("why") and needs_reason(typed["lean"], self.scores):
            self.add_error("why", REASON_NEEDED)
        return typed


class ContestForm(forms.Form):
    """Leaving a criterion contested."""

    why = Prose(
        label=_("What would settle it"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NoteForm(forms.Form):
    """A note from the talk."""

    text = Prose(label=_("Note"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}))


class NameForm(forms.Form):
    """One's own name."""

    name = Line(label=_("Your name"), max_length=60)


class SeatForm(forms.Form):
    """Whom a seat speaks for."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    is_observer = forms.BooleanField(label=_("Observer"), required=False)


class TimerForm(forms.Form):
    """Seconds to add; 0 stops the timer."""

    seconds = forms.IntegerField(min_value=0, max_value=7200)
