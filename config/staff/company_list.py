"""Columns and filters of the list of companies."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from accounts.companies.models import Company
from billing.ledger.models import Account, AccountKind


class ReviewFilter(admin.SimpleListFilter):
    """Companies whose payments failed too often in a row."""

    title = "payments"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "To be reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Company]) -> QuerySet[Company]:
        if self.value() == "yes":
            return queryset.filter(payment_standing__review_since__isnull=False)
        return queryset


class BalanceFilter(admin.SimpleListFilter):
    """Companies in the red."""

    title = "balance"
    parameter_name = "balance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("negative", "Below zero"), ("positive", "Above zero")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Company]) -> QuerySet[Company]:
        wanted = {"negative": Q(balance__lt=0), "positive": Q(balance__gt=0)}
        return queryset.filter(wanted.get(self.value() or "", Q()))


def with_money(companies: QuerySet[Company]) -> QuerySet[Company]:
    """Adds `balance`, `held`, `currency` and `billing_type` to each company."""
    account = Account.objects.filter(
        company=OuterRef("pk"),
        kind=AccountKind.CUSTOMER,
        currency=OuterRef("billing_profile__currency"),
    )
    return companies.annotate(
        currency=F("billing_profile__currency"),
        billing_type=F("billing_profile__billing_type"),
        balance=Subquery(account.values("balance")[:1]),
        held=Subquery(account.values("held")[:1]),
    )
