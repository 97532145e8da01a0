"""Filters of the list of top-up invoices."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import DayFilter, ListFilter
from billing.topups.models import TopUpInvoice


class TopUpFilter(ListFilter):
    """Top-up invoices of a company."""

    search_in = ("number", "status_reason")
    status = django_filters.MultipleChoiceFilter(
        choices=TopUpInvoice.Status.choices, label=_("Status")
    )
    issued_from = DayFilter("issued_at", label=_("From"), bound="from")
    issued_through = DayFilter("issued_at", label=_("Through"), bound="through")
