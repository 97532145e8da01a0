"""Filters of the recharge history."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import DayFilter, ListFilter
from billing.recharges.models import Recharge


class RechargeFilter(ListFilter):
    """Recharges of a company, automatic and by hand."""

    search_in = ("failure_code", "note")
    status = django_filters.MultipleChoiceFilter(choices=Recharge.Status.choices, label=_("Status"))
    trigger = django_filters.ChoiceFilter(choices=Recharge.Trigger.choices, label=_("Trigger"))
    made_from = DayFilter("created_at", label=_("From"), bound="from")
    made_through = DayFilter("created_at", label=_("Through"), bound="through")
