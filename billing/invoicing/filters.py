"""Filters of the invoices list."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import DayFilter, ListFilter
from billing.invoicing.models import Invoice

SHOWN = [choice for choice in Invoice.Status.choices if choice[0] != Invoice.Status.DRAFT]


class InvoiceFilter(ListFilter):
    """Issued documents of a company."""

    search_in = ("number",)
    status = django_filters.MultipleChoiceFilter(choices=SHOWN, label=_("Status"))
    kind = django_filters.ChoiceFilter(choices=Invoice.Kind.choices, label=_("Kind"))
    issued_from = DayFilter("issued_at", label=_("Issued from"), bound="from")
    issued_through = DayFilter("issued_at", label=_("Issued through"), bound="through")
