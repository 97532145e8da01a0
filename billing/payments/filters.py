"""Filters of the payments list."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import DayFilter, ListFilter
from billing.payments.models import Payment


class PaymentFilter(ListFilter):
    """Payments of a company, with their receipts."""

    search_in = ("receipt__number", "reference", "payment_method__last4")
    status = django_filters.MultipleChoiceFilter(choices=Payment.Status.choices, label=_("Status"))
    method = django_filters.ChoiceFilter(choices=Payment.Method.choices, label=_("Method"))
    purpose = django_filters.ChoiceFilter(choices=Payment.Purpose.choices, label=_("For"))
    made_from = DayFilter("created_at", label=_("From"), bound="from")
    made_through = DayFilter("created_at", label=_("Through"), bound="through")
