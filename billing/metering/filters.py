"""Filters of the usage lists."""

from __future__ import annotations

from uuid import UUID

import django_filters
from django.db.models import QuerySet

from billing.metering.models import Charge, RejectCode, UsageReject
from billing.metering.queries import charges_of_subject


class ChargeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?company=`, `?subject=`, `?subscription=`, `?source=`, `?kind=`."""

    company = django_filters.UUIDFilter(method="of_company")
    subscription = django_filters.UUIDFilter(method="of_subscription")
    subject = django_filters.CharFilter(method="of_subject", max_length=128)
    source = django_filters.CharFilter("source", max_length=64)
    kind = django_filters.ChoiceFilter("kind", choices=Charge.Kind.choices)

    def of_company(self, rows: QuerySet[Charge], name: str, value: UUID) -> QuerySet[Charge]:
        return rows.filter(company=value).order_by("-started_at", "-id")

    def of_subscription(self, rows: QuerySet[Charge], name: str, value: UUID) -> QuerySet[Charge]:
        return rows.filter(subscription=value).order_by("-started_at", "-id")

    def of_subject(self, rows: QuerySet[Charge], name: str, value: str) -> QuerySet[Charge]:
        return charges_of_subject(rows, value)


class RejectFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?code=`, `?source=`, `?company=`."""

    code = django_filters.MultipleChoiceFilter("code", choices=RejectCode.choices)

    class Meta:
        model = UsageReject
        fields = ["code", "source", "company"]
