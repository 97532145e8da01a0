"""Reads of invoices, and the locks that issuing takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Min, QuerySet, Sum
from django.utils.translation import gettext, gettext_noop
from django_countries import countries

from accounts.companies.models import Company
from billing.catalog.calc import UNITS
from billing.catalog.models import Meter, Price
from billing.currencies.calc import converted
from billing.discounts.queries import surcharged_without_period
from billing.documents.kept import said
from billing.invoicing.lines import LineGroup, month_label
from billing.invoicing.models import Fund, Invoice
from billing.metering.models import Charge, PeriodTotal
from billing.money.calc import plain, round12
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.queries import committed_without_period
from billing.tax.calc import Terms, plain_terms
from features.queries import value

_FEE_TITLES = {
    Charge.Kind.MONTHLY_FEE: gettext_noop("Monthly fee"),
    Charge.Kind.ACTIVATION_FEE: gettext_noop("Activation fee"),
    Charge.Kind.RESERVATION: gettext_noop("Reserved spending"),
}


def invoices() -> QuerySet[Invoice]:
    """Issued documents, newest first."""
    return Invoice.objects.exclude(status=Invoice.Status.DRAFT).select_related("company")


def unpaid_invoices(company_id: UUID) -> QuerySet[Invoice]:
    """Open and overdue invoices of a company, oldest first: the order in which money pays them."""
    return Invoice.objects.filter(
        company=company_id,
        kind=Invoice.Kind.INVOICE,
        status__in=[Invoice.Status.OPEN, Invoice.Status.OVERDUE],
    ).order_by("issued_at", "id")


def lock_invoice(invoice_id: UUID) -> Invoice:
    """The invoice, locked; lock its company's account before."""
    return Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)


def lock_period(period_id: UUID) -> BillingPeriod:
    """The billing period, locked; lock its company's account before."""
    return BillingPeriod.objects.select_for_update(no_key=True).get(pk=period_id)


def periods_to_close(*, at: datetime) -> QuerySet[BillingPeriod]:
    """Ended periods whose grace hours for late usage are over."""
    grace = timedelta(hours=value("grace_hours", at=at))
    return BillingPeriod.objects.filter(
        status=BillingPeriod.Status.OPEN, ends_at__lte=at - grace
    ).order_by("ends_at", "id")


def owing_without_period(*, at: datetime) -> list[tuple[Company, datetime]]:
    """Companies that owe something of their months without using anything, and have no period at
    `at`; with the instant since which they owe it."""
    committed = [
        (company, company.billing_profile.account_plan_since or at)
        for company in committed_without_period(at=at)
    ]
    surcharged = [
        (each.company, max(each.created_at, _midnight(each.company, each.starts)))
        for each in surcharged_without_period(at=at)
    ]
    return committed + surcharged


def _midnight(company: Company, day: date) -> datetime:
    return datetime.combine(day, time(), company.zone)


def periods_to_issue() -> QuerySet[BillingPeriod]:
    """Closed periods whose invoice is not out yet."""
    return BillingPeriod.objects.filter(status=BillingPeriod.Status.CLOSED).order_by(
        "ends_at", "id"
    )


def next_period_due(after: datetime) -> datetime | None:
    """When the next period is to be closed after `after`, for the sandbox clock; at once where
    one is to be made first."""
    if owing_without_period(at=after):
        return after
    grace = timedelta(hours=value("grace_hours", at=after))
    due = BillingPeriod.objects.filter(
        status=BillingPeriod.Status.OPEN, ends_at__gt=after - grace
    ).aggregate(at=Min("ends_at"))["at"]
    return None if due is None else due + grace


def line_groups(period: BillingPeriod) -> list[LineGroup]:
    """The totals of a period, gathered into what becomes its lines, in the active language."""
    groups: dict[tuple[object, ...], LineGroup] = {}
    totals = PeriodTotal.objects.filter(period=period).select_related(
        "version__plan", "meter", "price__zone", "use_period", "tax_terms", "exchange_rate"
    )
    for total in totals.order_by(
        "version__plan__name", "meter_id", "price_id", "tax_percent", "id"
    ):
        key = (
            total.kind,
            total.version_id,
            total.meter_id,
            total.price_id,
            _without_rule(_terms(total)),
            total.use_period_id,
            total.label,
            total.exchange_rate_id,
        )
        if key not in groups:
            groups[key] = _empty_group(total)
        _add(groups[key], total)
    for group in groups.values():
        _price_by_amount(group)
    return [group for group in groups.values() if group.amount or group.quantity]


def unapplied_funds(company: Company, currency: str) -> Decimal:
    """Money of the company that pays no invoice yet, as far as the ledger was read for it."""
    total = Fund.objects.filter(company=company, currency=currency).exclude(unapplied=0)
    return total.aggregate(total=Sum("unapplied"))["total"] or Decimal(0)


def amount_due_in_all(invoices: Iterable[Invoice]) -> Decimal:
    return sum((invoice.amount_due for invoice in invoices), Decimal(0))


def _empty_group(total: PeriodTotal) -> LineGroup:
    is_late = total.use_period_id != total.period_id
    label = month_label(total.use_period.starts_at) if is_late else ""
    facts = {"kind": str(total.kind)}
    if total.version is None:
        return LineGroup(
            description=said(total.label),
            service=gettext("Account"),
            plan="",
            unit="",
            unit_price=Decimal(0),
            terms=_terms(total),
            period_label=label,
            facts=facts,
        )
    plan = total.version.plan
    facts |= {"version": str(total.version_id)}
    if total.meter is None or total.kind != Charge.Kind.USAGE:
        return LineGroup(
            description=gettext(_FEE_TITLES[Charge.Kind(total.kind)]) + _from(total),
            service=gettext("Subscriptions"),
            plan=plan.name,
            unit="",
            unit_price=Decimal(0),
            terms=_terms(total),
            period_label=label,
            facts=facts,
        )
    facts |= {"meter": total.meter.key, "price": str(total.price_id or "")}
    return LineGroup(
        description=_what(total.meter, total.price) + _from(total),
        service=said(total.meter.title),
        plan=plan.name,
        unit=total.price.unit if total.price else total.meter.base_unit,
        unit_price=_unit_price(total),
        terms=_terms(total),
        period_label=label,
        facts=facts,
    )


def _unit_price(total: PeriodTotal) -> Decimal:
    """In the account's currency: the price, or what it was converted into."""
    price = (total.price.per_unit if total.price else None) or Decimal(0)
    rate = total.exchange_rate
    return price if rate is None else converted(price, rate.units_per_base)


def _from(total: PeriodTotal) -> str:
    """The rate that a price in another currency was converted by: ", 1 USD = 0.92 EUR"."""
    rate = total.exchange_rate
    if rate is None:
        return ""
    return f", 1 {rate.base} = {plain(rate.units_per_base)} {rate.currency}"


def _add(group: LineGroup, total: PeriodTotal) -> None:
    is_usage = total.kind == Charge.Kind.USAGE
    size = Decimal(UNITS[group.unit].size) if is_usage else Decimal(1)
    group.quantity += total.quantity / size
    group.included += total.included / size
    group.amount += total.amount
    group.tax += total.tax


def _price_by_amount(group: LineGroup) -> None:
    """Fees and tiered prices have no single unit price: what one unit came to on average."""
    billed = group.quantity - group.included
    if not group.unit_price and group.amount and billed:
        price = group.amount + group.tax if group.terms.includes_tax else group.amount
        group.unit_price = round12(price / billed)


def _terms(total: PeriodTotal) -> Terms:
    return plain_terms(total.tax_percent) if total.tax_terms is None else total.tax_terms.terms


def _without_rule(terms: Terms) -> Terms:
    """What a document says of the terms: lines of two rules that say the same are one."""
    return replace(terms, rule_id=None)


def _what(meter: Meter, price: Price | None) -> str:
    """What was used, and where or why its price holds: "Data, Germany", "SMS"."""
    if price is None:
        return f"{said(meter.title)}, {gettext('included')}"
    where = said(price.note) or _where(price)
    return f"{said(meter.title)}, {where}" if where else said(meter.title)


def _where(price: Price) -> str:
    """The country or zone of a price; a plan's default one holds wherever no other does."""
    if price.country:
        return countries.name(price.country)
    if price.zone is not None:
        return gettext("zone %(name)s") % {"name": price.zone.name}
    beside = Price.objects.filter(version=price.version_id, meter=price.meter_id, note="")
    return gettext("other countries") if beside.exclude(country="", zone=None).exists() else ""
