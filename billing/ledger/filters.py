"""Filters of the transactions list."""

from __future__ import annotations

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import DayFilter, ListFilter, end_of, start_of
from billing.ledger.models import Account, EntryKind, Leg
from billing.ledger.queries import customer_account, last_leg

DIRECTIONS = [("in", _("Money in")), ("out", _("Money out"))]


class TransactionFilter(ListFilter):
    """Legs of a company's customer account."""

    search_in = ("entry__description", "entry__document")
    kind = django_filters.MultipleChoiceFilter(
        field_name="entry__kind", choices=EntryKind.choices, label=_("Kind")
    )
    direction = django_filters.ChoiceFilter(
        choices=DIRECTIONS, method="in_direction", label=_("Direction")
    )
    made_from = DayFilter("entry__at", label=_("From"), method="from_day")
    made_through = DayFilter("entry__at", label=_("Through"), method="through_day")

    def in_direction(self, legs: QuerySet[Leg], name: str, direction: str) -> QuerySet[Leg]:
        """What came in, or what went out."""
        return legs.filter(amount__gt=0) if direction == "in" else legs.filter(amount__lt=0)

    def from_day(self, legs: QuerySet[Leg], name: str, day: date) -> QuerySet[Leg]:
        """By the leg before that day, so that the index finds the place."""
        before = last_leg(self._account, before=start_of(day))
        return legs.filter(id__gt=before.pk) if before else legs

    def through_day(self, legs: QuerySet[Leg], name: str, day: date) -> QuerySet[Leg]:
        """By the last leg of that day."""
        last = last_leg(self._account, before=end_of(day))
        return legs.filter(id__lte=last.pk) if last else legs.none()

    @property
    def _account(self) -> Account:
        return customer_account(self.request.company)
