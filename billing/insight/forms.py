"""Choosing the days that a page is about."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=366)
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


class DaysForm(forms.Form):
    """From a day through a day, both of the company's zone."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Through"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, date]:
        """Raises ValidationError when the days end before they begin, or are too many."""
        days: dict[str, date] = super().clean() or self.cleaned_data
        first, last = days.get("first"), days.get("last")
        if first is None or last is None:
            return days
        if first < EARLIEST:
            raise ValidationError({"first": _("That is too long ago.")})
        if last > LATEST:
            raise ValidationError({"last": _("That is too far ahead.")})
        if last < first:
            raise ValidationError({"last": _("The days end before they begin.")})
        if last - first > LONGEST:
            raise ValidationError({"last": _("No more than a year at once.")})
        return days
