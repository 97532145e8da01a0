"""Filters of the lists of instances and addresses."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.pages.filters import ListFilter
from telecom.network.models import ADDRESS_KINDS, Instance, Offering


def _offerings_in_use(request: object) -> QuerySet[Offering]:
    company = getattr(request, "company", None)
    return Offering.objects.filter(instances__company=company).distinct().order_by("name")


def _instances_held(request: object) -> QuerySet[Instance]:
    company = getattr(request, "company", None)
    return Instance.objects.filter(company=company, released_at=None).order_by("name")


class InstanceListFilter(ListFilter):
    """Instances of a company."""

    search_in = ("name", "subscription__subject")
    offering = django_filters.ModelChoiceFilter(queryset=_offerings_in_use, label=_("Offering"))


class AddressListFilter(ListFilter):
    """Addresses of a company."""

    search_in = ("subscription__subject", "instance__name")
    kind = django_filters.MultipleChoiceFilter(choices=ADDRESS_KINDS, label=_("Kind"))
    instance = django_filters.ModelChoiceFilter(queryset=_instances_held, label=_("Instance"))
