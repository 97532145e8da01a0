"""Reads of usage: charges, rejects, consumption."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.companies.models import Company
from billing.metering.models import Charge, DayTotal, PeriodTotal, UsageConflict, UsageReject
from billing.subscriptions.models import BillingPeriod, SubjectKey

_LOWEST, _HIGHEST = "000000", "ffffff"


def charges() -> QuerySet[Charge]:
    """All charges with what a list shows of them, latest rated first."""
    rows = Charge.objects.select_related(
        "version__plan", "meter", "features", "company__billing_profile"
    )
    return rows.order_by("-id")


def charge_in_full() -> QuerySet[Charge]:
    """Charges with all that their explanation tells."""
    return charges().select_related(
        "price__zone",
        "period",
        "use_period",
        "company__billing_profile",
        "tax_terms__rule",
        "exchange_rate",
    )


def charges_of_subject(rows: QuerySet[Charge], subject: str) -> QuerySet[Charge]:
    """The charges of every subscription that the key has stood for."""
    bindings = SubjectKey.objects.filter(key=subject)
    ids = list(bindings.values_list("subscription_id", flat=True).distinct())
    return rows.filter(subscription__in=ids).order_by("-started_at", "-id")


def charges_of_batches(prefixes: Iterable[str]) -> QuerySet[Charge]:
    """The charges that batches have written, in order of arrival."""
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(pk__range=(UUID(prefix + _LOWEST), UUID(prefix + _HIGHEST)))
    return (
        Charge.objects.select_related("company__billing_profile").filter(condition).order_by("id")
    )


def open_rejects() -> QuerySet[UsageReject]:
    """Rejects that wait for their correction, newest first."""
    return UsageReject.objects.filter(charge_id=None).select_related("company")


def conflicts() -> QuerySet[UsageConflict]:
    """Records whose id had been rated before with other content, newest first."""
    return UsageConflict.objects.select_related("company")


@dataclass(frozen=True)
class Consumption:
    """What was consumed of a service on a day; amounts in the company's currency."""

    day: date
    service: str
    quantity: Decimal
    amount: Decimal
    tax: Decimal


def consumption_by_day(company: Company, *, start: date, end: date) -> list[Consumption]:
    """Consumption from day `start` until before day `end`, by service, in the company's zone.

    Services are meters; fees stand under their kind. One row a day and service, read from totals
    that are kept as usage is rated.
    """
    rows = DayTotal.objects.filter(company=company, day__gte=start, day__lt=end)
    return [
        Consumption(
            day=row.day,
            service=row.meter.title if row.meter else str(Charge.Kind(row.kind).label),
            quantity=row.quantity,
            amount=row.amount,
            tax=row.tax,
        )
        for row in rows.select_related("meter").order_by("day", "kind", "meter")
    ]


def uninvoiced_totals(company: Company) -> QuerySet[PeriodTotal]:
    """What the uninvoiced amount is made of: totals of the periods not yet issued."""
    totals = PeriodTotal.objects.filter(
        period__in=BillingPeriod.objects.filter(company=company).exclude(
            status=BillingPeriod.Status.ISSUED
        )
    )
    return totals.select_related("version__plan", "meter", "price__zone", "period", "use_period")


@dataclass(frozen=True)
class Cost:
    """A net amount and its tax."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def cost_to_date(company: Company, *, at: datetime) -> Cost:
    """What the billing period around an instant has cost so far."""
    totals = PeriodTotal.objects.filter(
        company=company, period__company=company, period__starts_at__lte=at, period__ends_at__gt=at
    ).aggregate(net=Sum("amount"), tax=Sum("tax"))
    return Cost(totals["net"] or Decimal(0), totals["tax"] or Decimal(0))


@dataclass(frozen=True)
class Use:
    """What a subject used on a day in a country."""

    day: date
    country: str
    quantity: Decimal
    amount: Decimal
    records: int


def usage_by_day_and_country(
    subscription_ids: Sequence[UUID], *, start: datetime, end: datetime, company: Company
) -> list[Use]:
    """The use of subscriptions between two instants, by local day and country."""
    rows = (
        Charge.objects.filter(
            subscription__in=subscription_ids,
            started_at__gte=start,
            started_at__lt=end,
            kind=Charge.Kind.USAGE,
        )
        .order_by()
        .values("country", day=TruncDate("started_at", tzinfo=company.zone))
        .annotate(used=Sum("quantity"), cost=Sum("amount"), records=Count("id"))
        .order_by("day", "country")
    )
    return [
        Use(row["day"], row["country"], Decimal(row["used"]), row["cost"], row["records"])
        for row in rows
    ]


def late_usage(period: BillingPeriod) -> QuerySet[PeriodTotal]:
    """The totals of a period that belong to earlier ones."""
    return PeriodTotal.objects.filter(period=period).exclude(use_period=F("period"))
