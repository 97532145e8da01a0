"""Currencies on offer, exchange rates with their history, and what fetching them brought."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from billing.money.fields import CurrencyField


class Currency(models.Model):
    """A currency that customers may choose while several are on offer."""

    code = CurrencyField(primary_key=True)
    is_enabled = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=100, help_text="The order in lists.")

    class Meta:
        db_table = "currency"
        verbose_name_plural = "currencies"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class ExchangeRate(models.Model):
    """`units_per_base` units of `currency` are one unit of `base`, from `valid_from` on.

    Published rates have the default currency as their base. Appended, never changed: a wrong one
    is corrected by a later `revision` for the same instant, and whoever used it keeps it. What is
    converted between two other currencies, or back into the base, goes by a derived rate, which
    names the published ones that it was worked out from.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    base = CurrencyField()
    currency = CurrencyField()
    units_per_base = models.DecimalField(max_digits=36, decimal_places=18)
    valid_from = models.DateTimeField()
    revision = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=32)
    quoted_on = models.DateField(
        null=True, blank=True, help_text="The day that the source gives for it."
    )
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField()
    of_base = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="into_others"
    )
    of_currency = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="from_others"
    )

    class Meta:
        db_table = "exchange_rate"
        ordering = ["-valid_from", "-revision", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(units_per_base__gt=0), name="exchange_rate_is_positive"
            ),
            models.CheckConstraint(
                condition=~Q(base=F("currency")), name="exchange_rate_is_between_two_currencies"
            ),
            models.UniqueConstraint(
                fields=["base", "currency", "valid_from", "revision"],
                condition=Q(of_base=None),
                name="exchange_rate_once",
            ),
            models.UniqueConstraint(
                fields=["of_base", "of_currency"],
                condition=~Q(of_base=None),
                nulls_distinct=False,
                name="derived_exchange_rate_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["base", "currency", "-valid_from", "-revision"],
                condition=Q(of_base=None),
                name="exchange_rate_in_force",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="exchange_rate_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.units_per_base:f} {self.currency} for 1 {self.base}"


class RateFetch(models.Model):
    """One attempt to fetch rates: what it brought, or why it brought nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=32)
    at = models.DateTimeField()
    stored = models.PositiveSmallIntegerField(default=0)
    missing = models.CharField(
        max_length=700, blank=True, help_text="Currencies on offer that the source does not quote."
    )
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "rate_fetch"
        verbose_name_plural = "rate fetches"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.problem or f"{self.source}: {self.stored} rates"
