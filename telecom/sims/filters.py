"""Filters of the SIMs list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import ListFilter
from billing.catalog.models import Plan
from telecom.sims.models import Sim


def _plans_in_use(request: object) -> QuerySet[Plan]:
    company = getattr(request, "company", None)
    return Plan.objects.filter(sims__company=company).distinct().order_by("name")


class SimListFilter(ListFilter):
    """SIMs of a company."""

    search_in = ("iccid", "imsi", "msisdn", "note")
    status = django_filters.MultipleChoiceFilter(choices=Sim.Status.choices, label=_("Status"))
    plan = django_filters.ModelChoiceFilter(queryset=_plans_in_use, label=_("Plan"))
    label = django_filters.CharFilter(method="with_label", label=_("Label"), max_length=50)

    def with_label(self, sims: QuerySet[Sim], name: str, label: str) -> QuerySet[Sim]:
        return sims.filter(labels__contains=[label])
