"""Filters of the transactions list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists.filters import DayFilter, ListFilter
from billing.ledger.models import EntryKind, Leg

DIRECTIONS = [("in", _("Money in")), ("out", _("Money out"))]


class TransactionFilter(ListFilter):
    """Legs of a customer account."""

    search_in = ("entry__description", "entry__document")
    kind = django_filters.MultipleChoiceFilter(
        field_name="entry__kind", choices=EntryKind.choices, label=_("Kind")
    )
    direction = django_filters.ChoiceFilter(
        choices=DIRECTIONS, method="in_direction", label=_("Direction")
    )
    made_from = DayFilter("entry__at", label=_("From"), bound="from")
    made_through = DayFilter("entry__at", label=_("Through"), bound="through")

    def in_direction(self, legs: QuerySet[Leg], name: str, direction: str) -> QuerySet[Leg]:
        return legs.filter(amount__gt=0) if direction == "in" else legs.filter(amount__lt=0)
