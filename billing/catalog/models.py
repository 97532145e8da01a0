"""Meters, zones, plans with effective-dated versions and their prices."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.money.fields import AmountField, CurrencyField


class BaseUnit(models.TextChoices):
    BYTE = "byte"
    TOKEN = "token"  # noqa: S105
    SMS = "sms", "SMS"
    SECOND = "second"
    HOUR = "hour"


class Meter(models.Model):
    """What is counted; quantities are whole numbers of its base unit."""

    key = models.SlugField(max_length=64, primary_key=True)
    title = models.CharField(max_length=100)
    base_unit = models.CharField(max_length=8, choices=BaseUnit)

    class Meta:
        db_table = "meter"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class Zone(models.Model):
    """A named group of countries."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    countries = ArrayField(models.CharField(max_length=2))

    class Meta:
        db_table = "zone"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PlanKind(models.TextChoices):
    PREPAID = "prepaid"
    STATIC_POOL = "static_pool", "Static pool"
    DYNAMIC_POOL = "dynamic_pool", "Dynamic pool"
    UNLIMITED = "unlimited"
    MONTHLY_BUNDLE = "monthly_bundle", "Monthly bundle"
    PAY_PER_MB = "pay_per_mb", "Pay per MB"
    PAYGO = "paygo", "Pay as you go"
    METERED = "metered"


class Plan(models.Model):
    """A price plan. Without designated companies it is general: for all, present and future."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=PlanKind)
    currency = CurrencyField()
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="plans")
    operator = models.CharField(max_length=64, blank=True)
    companies = models.ManyToManyField(
        Company, blank=True, related_name="designated_plans", db_table="plan_company"
    )
    labels = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    details = models.TextField(blank=True)
    runs_past_limit = models.BooleanField(
        default=False,
        help_text="Runs on past the credit limit by the share of the billing settings.",
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "plan"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """What a plan costs from an instant on. A running subscription keeps its version."""

    class FeeFor(models.TextChoices):
        ALL = "all"
        ACTIVE = "active"

    class BillingStarts(models.TextChoices):
        ASSIGNMENT = "assignment"
        FIRST_USAGE = "first_usage", "First usage"

    class Increment(models.TextChoices):
        BYTE = "byte"
        KB = "KB", "KB"
        MB = "MB", "MB"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_from = models.DateTimeField()
    prorated = models.BooleanField(default=False)
    fee = AmountField(default=Decimal(0))
    fee_for = models.CharField(max_length=8, choices=FeeFor, default=FeeFor.ALL)
    activation_fee = AmountField(default=Decimal(0))
    included = models.DecimalField(
        max_digits=30, decimal_places=0, default=Decimal(0), help_text="Base units per period."
    )
    overage_price = AmountField(null=True, blank=True, help_text="Per MB beyond what is included.")
    validity_days = models.PositiveIntegerField(null=True, blank=True)
    increment = models.CharField(max_length=4, choices=Increment, default=Increment.BYTE)
    increment_base = models.PositiveIntegerField(
        default=1, help_text="The increment in base units."
    )
    billing_starts = models.CharField(
        max_length=12, choices=BillingStarts, default=BillingStarts.ASSIGNMENT
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254)

    class Meta:
        db_table = "plan_version"
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_numbered_once"),
            models.CheckConstraint(
                condition=Q(fee__gte=0, activation_fee__gte=0, included__gte=0),
                name="plan_version_amounts_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"


class VersionFee(models.Model):
    """The fees of a version given in another currency, for accounts in it."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="fees_given")
    currency = CurrencyField()
    fee = AmountField()
    activation_fee = AmountField()

    class Meta:
        db_table = "plan_version_fee"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "currency"], name="version_fee_once_in_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0, activation_fee__gte=0),
                name="version_fees_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fee} {self.currency}"


class RefillSize(models.Model):
    """A refill on offer: data in MB or credit in money, for a price."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="refills")
    amount_mb = models.PositiveIntegerField(null=True, blank=True)
    credit = AmountField(null=True, blank=True)
    price = AmountField()

    class Meta:
        db_table = "plan_refill_size"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_mb__isnull=False, credit=None)
                | Q(amount_mb=None, credit__isnull=False),
                name="refill_is_data_or_credit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount_mb or self.credit} for {self.price}"


class Price(models.Model):
    """A price as it was entered: for a country, a zone, or (both empty) by default.

    One with a `currency` is the same price given in it, for accounts in that currency. `per_base`
    is then what a base unit costs, of a tiered price the highest.

    One with a note holds only where it is chosen for a record (`billing.metering.choosing`); the
    note says why, on the invoice too.
    """

    class Unit(models.TextChoices):
        BYTE = "byte"
        KB = "KB", "KB"
        MB = "MB", "MB"
        GB = "GB", "GB"
        TOKEN = "token"  # noqa: S105
        THOUSAND_TOKENS = "1k_tokens", "Thousand tokens"
        MILLION_TOKENS = "1m_tokens", "Million tokens"
        SMS = "sms", "SMS"
        SECOND = "second"
        HOUR = "hour"

    class TierMode(models.TextChoices):
        FLAT = "flat"
        GRADUATED = "graduated"
        VOLUME = "volume"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="prices")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT)
    country = models.CharField(max_length=2, blank=True)
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, null=True, blank=True)
    per_unit = AmountField(null=True, blank=True)
    unit = models.CharField(max_length=12, choices=Unit)
    tier_mode = models.CharField(max_length=10, choices=TierMode, default=TierMode.FLAT)
    is_blocked = models.BooleanField(default=False)
    note = models.CharField(max_length=100, blank=True, default="")
    currency = CurrencyField(
        blank=True, default="", help_text="Another than the plan's. Empty: the plan's."
    )
    given_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="given_in",
        help_text="The price in the plan's currency that it stands for.",
    )
    per_base = models.DecimalField(max_digits=60, decimal_places=42, null=True, blank=True)

    class Meta:
        db_table = "price"
        constraints = [
            models.CheckConstraint(
                condition=Q(country="") | Q(zone=None), name="price_is_for_a_country_or_a_zone"
            ),
            models.CheckConstraint(
                condition=Q(per_unit=None) | Q(per_unit__gte=0), name="price_is_not_negative"
            ),
            models.UniqueConstraint(
                fields=["given_for", "currency"], name="price_given_once_in_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(currency="", given_for=None, per_base=None)
                | ~Q(currency="") & Q(given_for__isnull=False, per_base__isnull=False),
                name="price_in_another_currency_stands_for_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.per_unit} per {self.unit}"


class PriceTier(models.Model):
    """A step of a graduated or volume price, from a cumulative quantity on."""

    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="tiers")
    from_quantity = models.DecimalField(max_digits=30, decimal_places=0, help_text="Base units.")
    to_quantity = models.DecimalField(max_digits=30, decimal_places=0, null=True, blank=True)
    per_unit = AmountField()
    per_base = models.DecimalField(max_digits=60, decimal_places=42)

    class Meta:
        db_table = "price_tier"
        ordering = ["price", "from_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["price", "from_quantity"], name="price_tier_once")
        ]

    def __str__(self) -> str:
        return f"from {self.from_quantity}: {self.per_unit}"


class PriceRate(models.Model):
    """Prices resolved for rating: one row per version, meter and country ('' = default).

    Written with the version: a country's own price wins over its zone's. `per_base` is the
    price of one base unit, exact (`per_unit` × 2⁻²⁰ for MB, × 0.001 for 1k_tokens); of a tiered
    price the highest, to bound what a record may cost.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="rates")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT)
    country = models.CharField(max_length=2, blank=True)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="rates")
    per_base = models.DecimalField(max_digits=60, decimal_places=42, default=Decimal(0))
    is_tiered = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)

    class Meta:
        db_table = "price_rate"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "meter", "country"], name="price_rate_once_per_country"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country or 'default'}: {self.per_base}"
