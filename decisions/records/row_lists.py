"""A section's list as a set of row forms: nothing lost on the way, and no more rows than page one prints."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import forms as rows
from .content import MAX_ITEMS

if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet[Any]
else:
    _FormSet = forms.BaseFormSet


class Rows(_FormSet):
    """A list; rows go by being marked for removal, never by being left out of what is sent."""

    most = MAX_ITEMS

    def clean(self) -> None:
        """Refuse a form that arrived in part, which would drop rows that nobody removed, and more rows than print."""
        counted = self.management_form.cleaned_data
        total, initial = counted["TOTAL_FORMS"] or 0, counted["INITIAL_FORMS"] or 0
        if total < initial or initial < 0:
            raise ValidationError(_("Some rows didn't arrive. Reload the page and try again."))
        rows = [getattr(form, "cleaned_data", None) or {} for form in self.forms]
        if sum(any(row.values()) and not row.get("DELETE") for row in rows) > self.most:
            text = _("At most %(most)d of these: page one prints each of them whole.")
            raise ValidationError(text % {"most": self.most}, code="too_many")


class OwnerRows(Rows):
    """All owners: one person a role."""

    def clean(self) -> None:
        """Refuse two owners for one role; the record needs one who signs."""
        super().clean()
        seen = set()
        for form in self.forms:
            row = getattr(form, "cleaned_data", None) or {}
            typed = "" if row.get("DELETE") else row.get("role", "").lower()
            if typed and typed in seen:
                form.add_error("role", _("Another owner already has this role. Each role has one owner."))
            seen.add(typed)


@dataclass(frozen=True)
class RowList:
    """One list of a section: the content's key it fills, and the form of a row."""

    key: str
    title: Promise
    form: type[forms.Form]
    plain: bool = False  # a list of texts instead of objects
    most: int = MAX_ITEMS


def bound_rows(spec: RowList, data: QueryDict | None, initial: list[Any], prefix: str, more_rows: str) -> Rows:
    """The rows from what was sent or from the record; `more_rows` names a list that gets a blank row."""
    fixed = spec.form is rows.CriterionRow
    made: Any = forms.formset_factory(
        spec.form,
        formset=OwnerRows if spec.form is rows.OwnerRow else Rows,
        extra=0 if fixed else 1,
        can_delete=not fixed,
        max_num=MAX_ITEMS,
        validate_max=True,
        absolute_max=MAX_ITEMS + 5,
    )
    if data is not None and more_rows == spec.key:
        data = data.copy()
        total = data.get(f"{prefix}-TOTAL_FORMS", "")
        data[f"{prefix}-TOTAL_FORMS"] = (
            str(int(total) + 1) if total.isascii() and total.isdigit() and len(total) < 5 else "1"
        )
    # what was sent is not compared with what is stored: a row that the same form had saved before would count as unchanged
    bound: Rows = made(data, initial=initial if data is None else None, prefix=prefix)
    bound.most = spec.most
    return bound
