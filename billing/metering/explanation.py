"""A charge in sentences: how its amount came about."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from billing.catalog.calc import UNITS
from billing.catalog.models import PlanVersion, Price
from billing.metering.models import PRICED_KINDS, Charge
from billing.money.calc import plain


def explain(charge: Charge) -> list[str]:
    """The sentences, in the order of the calculation."""
    currency = charge.company.billing_profile.currency
    if charge.version is None:
        return [*_account(charge, currency), *_tax(charge, currency), *_period(charge)]
    if charge.kind != Charge.Kind.USAGE:
        said = _fee(charge, charge.version, currency)
        return [*said, *_tax(charge, currency), *_period(charge)]
    return [
        *_use(charge, charge.version),
        *_allowance(charge),
        *_price(charge, charge.version, currency),
        *_tax(charge, currency),
        *_period(charge),
    ]


def _use(charge: Charge, version: PlanVersion) -> Iterator[str]:
    unit = charge.meter.base_unit if charge.meter else ""
    where = f" in {charge.country}" if charge.country else ""
    when = f"{charge.started_at:%Y-%m-%d %H:%M:%S} UTC"
    if charge.reverses:
        yield f"This takes back the charge {charge.reverses}."
    yield f"{charge.subject} used {charge.quantity} {unit}{where}, from {when}."
    if charge.billed != charge.quantity:
        increment = version.increment
        yield f"Rounded up to whole {increment} this counts as {charge.billed} {unit}."


def _allowance(charge: Charge) -> Iterator[str]:
    if charge.covered:
        yield f"{charge.covered} had been charged by a reservation of session {charge.session}."
    if charge.from_allowance:
        yield f"{charge.from_allowance} were included in the plan."
    if charge.billable != charge.billed:
        yield f"{charge.billable} remain to be charged."


def _price(charge: Charge, version: PlanVersion, currency: str) -> Iterator[str]:
    price = charge.price
    if price is None:
        return
    if price.tier_mode != Price.TierMode.FLAT:
        yield (
            f"The {price.tier_mode} tiers of {version} give {plain(charge.amount)} "
            f"{currency} for this part of the period's use."
        )
        return
    unit = UNITS[price.unit].name
    if price.note:
        each = plain(charge.unit_price or Decimal(0))
        yield (
            f"{version}, {price.note}: {each} {currency} per {unit}: "
            f"{plain(charge.amount)} {currency}."
        )
        return
    if charge.prepaid:
        yield (
            f"{plain(charge.prepaid)} {currency} of it had been paid by a reservation of session "
            f"{charge.session}."
        )
    yield (
        f"{version} charges {plain(price.per_unit or Decimal(0))} {currency} per {unit}"
        f"{_place(price)}: {plain(charge.amount)} {currency}."
    )


def _place(price: Price) -> str:
    if price.zone:
        return f" in zone {price.zone.name}"
    return f" in {price.country}" if price.country else ""


def _fee(charge: Charge, version: PlanVersion, currency: str) -> Iterator[str]:
    name = "monthly fee" if charge.kind == Charge.Kind.MONTHLY_FEE else "activation fee"
    yield f"The {name} of {version} for {charge.subject}: {plain(charge.amount)} {currency}."


def _account(charge: Charge, currency: str) -> Iterator[str]:
    yield f"{charge.label}: {plain(charge.amount)} {currency}."


def _tax(charge: Charge, currency: str) -> Iterator[str]:
    terms = charge.tax_terms
    by = f" ({terms.rule})" if terms is not None and terms.rule is not None else ""
    if terms is not None and terms.includes_tax and charge.kind in PRICED_KINDS:
        price = charge.amount + charge.tax
        yield (
            f"The price includes tax of {plain(charge.tax_percent)} %{by}: of {plain(price)} "
            f"{currency} {plain(charge.amount)} are net and {plain(charge.tax)} are tax."
        )
    elif charge.tax_percent:
        yield f"Tax of {plain(charge.tax_percent)} % on it{by}: {plain(charge.tax)} {currency}."
    elif terms is not None and terms.rule is not None:
        yield f"No tax on it{by}."


def _period(charge: Charge) -> Iterator[str]:
    if charge.use_period_id != charge.period_id:
        yield (
            f"It belongs to {charge.use_period}, which had been invoiced already, "
            f"and is charged in {charge.period}."
        )
