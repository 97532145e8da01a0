"""Usage on its way in, what it became, and the totals kept beside it.

`usage_key` and `charge` are partitioned tables (migration `partitioned_charges`): the first by
hash of its key, the second by month of rating, which is the time inside its UUIDv7. They carry no
database foreign keys, whose checks would cost more than the rating itself: the rating statement
takes every id from a row that it has just read, and the books audit looks for orphans.
"""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.catalog.models import Meter, PlanVersion, Price
from billing.currencies.models import ExchangeRate
from billing.ledger.models import Entry
from billing.money.fields import AmountField
from billing.subscriptions.models import BillingPeriod, Subscription
from billing.tax.models import TaxTerms


class RejectCode(models.TextChoices):
    UNKNOWN_SUBJECT = "unknown_subject", "No subscription had this subject at that time"
    UNKNOWN_COUNTRY = "unknown_country", "The country or network is not known"
    COUNTRY_BLOCKED = "country_blocked", "The plan blocks this country"
    NO_PRICE = "no_price", "The plan has no price for it"
    NO_RATE = "no_rate", "No exchange rate into the currency of the company"
    INVALID_QUANTITY = "invalid_quantity", "The quantity is not a whole number in range"
    INVALID_TIME = "invalid_time", "The time is not an instant in range"
    INVALID_RECORD = "invalid_record", "The record cannot be read"


class PlmnCountry(models.Model):
    """A PLMN (MCC + MNC, or an MCC alone whose networks share one country) and its country."""

    plmn = models.CharField(max_length=6, primary_key=True, db_collation="C")
    country = models.CharField(max_length=2)
    network = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "plmn_country"

    def __str__(self) -> str:
        return f"{self.plmn} ({self.country})"


class FeatureSnapshot(models.Model):
    """The values of all features at some time, kept once for all charges rated by them."""

    digest = models.CharField(max_length=64, unique=True)
    values = models.JSONField()

    class Meta:
        db_table = "feature_snapshot"

    def __str__(self) -> str:
        return f"features {self.pk}"


class InboxShard(models.Model):
    """A share of the inbox; a worker locks the row and rates its records in order of arrival."""

    id = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        db_table = "inbox_shard"

    def __str__(self) -> str:
        return f"shard {self.pk}"


class InboxParcel(models.Model):
    """Records of a shard that have arrived together and wait to be rated, column by column.

    Removed by the transaction that rates them. In parcels, because taking a row a record out of a
    table costs a tenth of the rating itself. A parcel may be cut: `first` orders its parts.
    """

    arrival = models.BigIntegerField()
    first = models.PositiveIntegerField(default=0)
    shard = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    source = ArrayField(models.TextField())
    external_id = ArrayField(models.TextField())
    subject = ArrayField(models.TextField())
    started_at = ArrayField(models.DateTimeField(null=True))
    quantity = ArrayField(models.BigIntegerField(null=True))
    meter = ArrayField(models.TextField())
    country = ArrayField(models.TextField())
    plmn = ArrayField(models.TextField())
    session = ArrayField(models.TextField())
    imei = ArrayField(models.TextField())
    content_hash = ArrayField(models.UUIDField())
    code = ArrayField(models.TextField())
    detail = ArrayField(models.TextField())
    raw = ArrayField(models.JSONField(null=True))

    class Meta:
        db_table = "inbox"
        constraints = [
            models.UniqueConstraint(
                fields=["shard", "arrival", "first"], name="inbox_in_order_of_arrival"
            )
        ]

    def __str__(self) -> str:
        return f"{self.size} records of shard {self.shard}"


class UsageBatch(models.Model):
    """One rated batch and where its records went: the four counts add up to `received`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=64)
    at = models.DateTimeField()
    received = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    duplicates = models.PositiveIntegerField()
    conflicts = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()

    class Meta:
        db_table = "usage_batch"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    received=F("accepted") + F("duplicates") + F("conflicts") + F("rejected")
                ),
                name="every_record_of_a_batch_ends_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.received}"


class UsageKey(models.Model):
    """A usage record's identity, taken when it is rated, and the charge that stands for it now.

    Records sent with a company's key live in a name space of that company, so that nobody can
    take an id of an operator's before it arrives.
    """

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.CharField(max_length=110, db_collation="C")
    external_id = models.CharField(max_length=200, db_collation="C")
    content_hash = models.UUIDField()
    charge_id = models.UUIDField()

    class Meta:
        db_table = "usage_key"

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class Charge(models.Model):
    """A rated usage record or a fee. Never changed: a correction is a reversal and a new charge.

    A charge of the company alone (kinds in `ACCOUNT_KINDS`) has neither subscription nor version,
    but a `label`: the words on the invoice.

    `billed` is the quantity after the increment; of it `covered` was charged ahead by a reservation
    of the session and `from_allowance` was free. `unit_price` is per base unit, empty for tiered
    prices. `amount` is without what money of a reservation has `prepaid`. `features` are the values
    at the time of use.
    """

    class Kind(models.TextChoices):
        USAGE = "usage", _("Usage")
        MONTHLY_FEE = "monthly_fee", _("Monthly fee")
        ACTIVATION_FEE = "activation_fee", _("Activation fee")
        RESERVATION = "reservation", _("Reservation")
        FIXED_PAYMENT = "fixed_payment", _("Fixed payment")
        LATE_FEE = "late_fee", _("Late fee")
        COMMITMENT_SHORTFALL = "commitment_shortfall", _("Commitment shortfall")
        DISCOUNT = "discount", _("Discount")
        SURCHARGE = "surcharge", _("Surcharge")
        PROMOTION = "promotion", _("Promotion")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="charges", db_constraint=False, db_index=False
    )
    subscription = models.ForeignKey(
        Subscription,
        models.PROTECT,
        null=True,
        related_name="charges",
        db_constraint=False,
        db_index=False,
    )
    version = models.ForeignKey(
        PlanVersion,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    period = models.ForeignKey(
        BillingPeriod, models.PROTECT, related_name="charges", db_constraint=False, db_index=False
    )
    use_period = models.ForeignKey(
        BillingPeriod, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    entry = models.ForeignKey(
        Entry, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=110, db_collation="C")
    external_id = models.CharField(max_length=200, db_collation="C")
    subject = models.CharField(max_length=128, db_collation="C")
    meter = models.ForeignKey(
        Meter, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    country = models.CharField(max_length=2, blank=True)
    session = models.CharField(max_length=128, blank=True)
    started_at = models.DateTimeField()
    rated_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    billed = models.BigIntegerField()
    covered = models.BigIntegerField(null=True)
    from_allowance = models.BigIntegerField(default=0)
    price = models.ForeignKey(
        Price, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    unit_price = models.DecimalField(max_digits=60, decimal_places=42, null=True)
    amount = AmountField()
    prepaid = AmountField(null=True)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4, default=Decimal(0))
    tax = AmountField(default=Decimal(0))
    features = models.ForeignKey(
        FeatureSnapshot, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reverses = models.UUIDField(null=True)
    label = models.CharField(max_length=200, db_default="", default="")
    tax_terms = models.ForeignKey(
        TaxTerms,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="Empty: a plain rate, from before there were rules.",
    )
    exchange_rate = models.ForeignKey(
        ExchangeRate,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="What the price was converted by; empty within one currency.",
    )

    class Meta:
        db_table = "charge"
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.amount}"

    @property
    def about(self) -> str:
        """The subject, or the words of a charge that is the company's own."""
        return self.subject or self.label

    @property
    def billable(self) -> int:
        """What is neither included nor charged ahead."""
        return self.billed - (self.covered or 0) - self.from_allowance


ACCOUNT_KINDS = (
    Charge.Kind.FIXED_PAYMENT,
    Charge.Kind.LATE_FEE,
    Charge.Kind.COMMITMENT_SHORTFALL,
    Charge.Kind.DISCOUNT,
    Charge.Kind.SURCHARGE,
    Charge.Kind.PROMOTION,
)
"""Kinds of charges that belong to the company alone."""

PRICED_KINDS = (Charge.Kind.USAGE, Charge.Kind.MONTHLY_FEE, Charge.Kind.ACTIVATION_FEE)
"""Kinds whose amounts come from a price list, which may include tax; all else is before tax."""


class UsageReject(models.Model):
    """A record that could not be rated, with its reason; corrected and sent again, or replayed."""

    source = models.CharField(max_length=110, db_collation="C")
    identity = models.CharField(max_length=200, db_collation="C")
    external_id = models.CharField(max_length=200, blank=True)
    scope = models.UUIDField(null=True)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="usage_rejects", db_index=False
    )
    code = models.CharField(max_length=16, choices=RejectCode)
    detail = models.CharField(max_length=300)
    record = models.JSONField()
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    charge_id = models.UUIDField(null=True, help_text="The charge it became after its correction.")

    class Meta:
        db_table = "usage_reject"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "identity"], name="usage_reject_once")
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(charge_id=None), name="usage_reject_open"),
            models.Index(
                fields=["company", "id"], condition=Q(charge_id=None), name="usage_reject_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.identity}: {self.code}"


class UsageConflict(models.Model):
    """A record whose id was rated before with other content: reported, never charged."""

    source = models.CharField(max_length=110, db_collation="C")
    external_id = models.CharField(max_length=200, db_collation="C")
    content_hash = models.UUIDField()
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="usage_conflicts", db_index=False
    )
    charge_id = models.UUIDField(help_text="The charge of the record that came first.")
    record = models.JSONField()
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "usage_conflict"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "content_hash"], name="usage_conflict_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class TierUse(models.Model):
    """Billable quantity that a tiered price has seen from a subscription in a period."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="tier_uses")
    price = models.ForeignKey(Price, models.PROTECT, related_name="+", db_index=False)
    period = models.ForeignKey(BillingPeriod, models.PROTECT, related_name="+", db_index=False)
    used = models.DecimalField(max_digits=30, decimal_places=0, default=Decimal(0))

    class Meta:
        db_table = "tier_use"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "price", "period"], name="tier_use_once_per_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.used}"


class SessionCover(models.Model):
    """What commits of reservations have charged of a session ahead of the operator's record:
    a quantity of a meter, or (meter empty) money."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="session_covers")
    session = models.CharField(max_length=128, db_collation="C")
    meter = models.CharField(max_length=64, blank=True)
    quantity = models.DecimalField(max_digits=30, decimal_places=0, default=Decimal(0))
    amount = AmountField(default=Decimal(0))

    class Meta:
        db_table = "session_cover"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "session", "meter"], name="session_cover_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, amount__gte=0), name="session_cover_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.session


class PeriodTotal(models.Model):
    """Sum of the charges of a period by what an invoice tells apart; issuing moves exactly these.

    `use_period` differs from `period` for usage that came after its own period was issued.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    period = models.ForeignKey(BillingPeriod, models.PROTECT, related_name="totals", db_index=False)
    use_period = models.ForeignKey(BillingPeriod, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=24, choices=Charge.Kind)
    version = models.ForeignKey(
        PlanVersion, models.PROTECT, null=True, related_name="+", db_index=False
    )
    label = models.CharField(max_length=200, default="")
    meter = models.ForeignKey(Meter, models.PROTECT, null=True, related_name="+", db_index=False)
    country = models.CharField(max_length=2, blank=True)
    price = models.ForeignKey(Price, models.PROTECT, null=True, related_name="+", db_index=False)
    exchange_rate = models.ForeignKey(
        ExchangeRate, models.PROTECT, null=True, related_name="+", db_index=False
    )
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4)
    tax_terms = models.ForeignKey(
        TaxTerms, models.PROTECT, null=True, related_name="+", db_index=False
    )
    charges = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=30, decimal_places=0)
    included = models.DecimalField(max_digits=30, decimal_places=0)
    amount = AmountField()
    tax = AmountField()

    class Meta:
        db_table = "period_total"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "period",
                    "version",
                    "country",
                    "price",
                    "tax_percent",
                    "use_period",
                    "kind",
                    "meter",
                    "label",
                    "tax_terms",
                    "exchange_rate",
                ],
                nulls_distinct=False,
                name="period_total_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ACCOUNT_KINDS, version=None)
                | ~Q(kind__in=ACCOUNT_KINDS) & Q(version__isnull=False, label=""),
                name="period_total_of_a_plan_or_of_the_company",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class DayTotal(models.Model):
    """Consumption of a company on a day of its own time zone, by meter (empty for fees)."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=24, choices=Charge.Kind)
    meter = models.ForeignKey(Meter, models.PROTECT, null=True, related_name="+", db_index=False)
    quantity = models.DecimalField(max_digits=30, decimal_places=0)
    amount = AmountField()
    tax = AmountField()

    class Meta:
        db_table = "day_total"
        ordering = ["company", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day", "kind", "meter"],
                nulls_distinct=False,
                name="day_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.amount}"
