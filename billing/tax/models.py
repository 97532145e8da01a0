"""Rules of tax with their history, the terms that charges were taxed by, and what companies were
before."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django_countries import countries

from accounts.companies.models import Company
from billing.money.calc import plain
from billing.tax.calc import ANYWHERE, EITHER, EU, Terms, Treatment

TREATMENTS = [
    (Treatment.STANDARD.value, "Standard"),
    (Treatment.ZERO_RATED.value, "Zero rated"),
    (Treatment.EXEMPT.value, "Exempt"),
    (Treatment.REVERSE_CHARGE.value, "Reverse charge"),
    (Treatment.OUTSIDE_SCOPE.value, "Outside the scope of tax"),
]
WITHDRAWN = ""


def place(country: str) -> str:
    """Where a rule holds, in words."""
    if country == EU:
        return "European Union"
    return "Any other country" if country == ANYWHERE else str(countries.name(country))


class TaxRule(models.Model):
    """The tax of one kind of client in one country from an instant on, until the next rule for
    both begins. Never changed; one without a treatment withdraws the rule before it."""

    class Client(models.TextChoices):
        EITHER = EITHER, "Either"
        INDIVIDUAL = "individual", "Individual"
        ORGANIZATION = "organization", "Organization"

    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166-1; EU: the other member states; empty: any."
    )
    category = models.CharField(max_length=16, choices=Client, blank=True)
    treatment = models.CharField(
        max_length=16, choices=[*TREATMENTS, (WITHDRAWN, "Withdrawn")], blank=True
    )
    percent = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    name = models.CharField(max_length=32, blank=True, help_text="Such as VAT; printed.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why no tax is due; printed.")
    includes_tax = models.BooleanField(
        null=True, blank=True, help_text="Whether prices include it; empty: as the settings say."
    )
    valid_from = models.DateTimeField()
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "tax_rule"
        ordering = ["country", "category", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "category", "valid_from"], name="tax_rule_begins_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="tax_rule_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(treatment="standard", percent__gt=0)
                | ~Q(treatment="standard") & Q(percent=0),
                name="tax_rule_is_standard_or_without_tax",
            ),
            models.CheckConstraint(
                condition=~Q(treatment="reverse_charge", category="individual"),
                name="tax_rule_reverses_for_organizations",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        who = f", {self.get_category_display().lower()}" if self.category else ""
        rate = f" {plain(self.percent)} %" if self.percent else ""
        return f"{self.place}{who}: {self.get_treatment_display().lower()}{rate}"

    @property
    def place(self) -> str:
        return place(self.country)


class TaxTerms(models.Model):
    """The terms by which charges were taxed, kept once for all of them."""

    digest = models.CharField(max_length=64, unique=True)
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    treatment = models.CharField(max_length=16, choices=TREATMENTS)
    name = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    includes_tax = models.BooleanField()
    rule = models.ForeignKey(TaxRule, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "tax_terms"

    def __str__(self) -> str:
        return f"{self.get_treatment_display()} {plain(self.percent)} %"

    @property
    def terms(self) -> Terms:
        return Terms(
            percent=self.percent,
            treatment=Treatment(self.treatment),
            name=self.name,
            reason=self.reason,
            includes_tax=self.includes_tax,
            rule_id=self.rule_id,
        )


class FormerStanding(models.Model):
    """What a company's tax went by until an instant; what it goes by since stands on the company
    and its profile."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    until = models.DateTimeField()
    country = models.CharField(max_length=2)
    category = models.CharField(max_length=16)
    tax_id = models.CharField(max_length=40, blank=True)
    own_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)

    class Meta:
        db_table = "former_tax_standing"
        constraints = [
            models.UniqueConstraint(fields=["company", "until"], name="former_standing_once")
        ]

    def __str__(self) -> str:
        return f"{self.company_id} until {self.until}"
