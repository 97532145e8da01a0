"""Filters of the portal's lists and the chips that show what is filtered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import TypeVar

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.pages.columns import Words

Row = TypeVar("Row", bound=Model)
Choice = str | date | Model | None
SEARCH = "q"
FIRST_DAY, LAST_DAY = date(1, 1, 2), date(9999, 12, 29)


@dataclass(frozen=True)
class Chip:
    """One filter in force; `name` and `raw` are its part of the address."""

    name: str
    label: str
    text: str
    raw: str


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    """A day of the viewer's zone as a bound on an instant: from its start, or through its end."""

    def __init__(self, field_name: str, *, label: Words, bound: str = "", method: str = "") -> None:
        """`bound` is "from" or "through"; `method` names one of the filter set instead."""
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(field_name=field_name, label=label, widget=widget, method=method or None)
        self.bound = bound

    def filter(self, queryset: QuerySet[Row], value: date | None) -> QuerySet[Row]:
        if value is None:
            return queryset
        if self.bound == "from":
            return queryset.filter(**{f"{self.field_name}__gte": start_of(value)})
        return queryset.filter(**{f"{self.field_name}__lt": end_of(value)})


def start_of(day: date) -> datetime:
    """Midnight of that day in the viewer's zone."""
    return timezone.make_aware(datetime.combine(max(day, FIRST_DAY), time.min))


def end_of(day: date) -> datetime:
    """The instant after that day in the viewer's zone."""
    return start_of(min(day, LAST_DAY) + timedelta(days=1))


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a list. A subclass says in `search_in` where the search field looks."""

    search_in: tuple[str, ...] = ()
    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=100)

    def search(self, queryset: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Rows that hold the text in any of the fields searched."""
        found = (Q(**{f"{path}__icontains": value.strip()}) for path in self.search_in)
        return queryset.filter(reduce(or_, found))

    def chips(self) -> list[Chip]:
        """What is filtered by besides the search text, in the order of the form."""
        if not self.form.is_bound:
            return []
        self.form.is_valid()
        return [
            chip
            for name, field in self.form.fields.items()
            if name != SEARCH
            for chip in _chips(name, field, self.form.cleaned_data.get(name))
        ]


def _chips(name: str, field: forms.Field, value: Choice | list[str]) -> Iterator[Chip]:
    if not value:
        return
    for one in value if isinstance(value, list) else [value]:
        yield Chip(name=name, label=str(field.label), text=_shown(field, one), raw=_raw(one))


def _shown(field: forms.Field, value: Choice) -> str:
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(field, forms.ChoiceField) and isinstance(value, str):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(field, forms.ModelChoiceField) and isinstance(value, Model):
        return str(field.label_from_instance(value))
    return str(value)


def _raw(value: Choice) -> str:
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else str(value)
