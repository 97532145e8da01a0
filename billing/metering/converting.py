"""Prices in another currency than the account's: given in it, or converted by the period's rate.

The rate is the one in force when the billing period of the use began, or else the first one in it,
so that a period has one rate. Its id stays on the charge. Without a rate a record is rejected with
`no_rate`, and can be sent again once there is one; a fee stays due.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from billing.catalog.models import PlanVersion
from billing.currencies.actions import kept
from billing.currencies.calc import converted
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import rate_of_period
from billing.metering.statements.converting import CONVERT, WANTED
from billing.money.calc import round12
from billing.subscriptions.models import BillingPeriod


class Statements(Protocol):
    """What runs the statements of a batch."""

    def run(self, statement: str, **more: object) -> int: ...

    def rows_of(self, statement: str, **more: object) -> list[tuple[Any, ...]]: ...


class Fees(NamedTuple):
    """The fees of a version in the account's currency, and the rate if they were converted."""

    monthly: Decimal
    activation: Decimal
    rate: ExchangeRate | None


def convert_prices(batch: Statements) -> None:
    """Bring the prices of the resolved records into the currencies of their accounts.

    The periods of use exist.
    """
    wanted = batch.rows_of(WANTED)
    found = [rate_of_period(base, code, start=start, end=end) for base, code, start, end in wanted]
    rates = [None if rate is None else kept(rate) for rate in found]
    batch.run(
        CONVERT,
        bases=[row[0] for row in wanted],
        currencies=[row[1] for row in wanted],
        starts=[row[2] for row in wanted],
        rates=[None if rate is None else rate.pk for rate in rates],
        units=[None if rate is None else rate.units_per_base for rate in rates],
    )


def fees_in(version: PlanVersion, currency: str, *, period: BillingPeriod) -> Fees | None:
    """What the fees of the version are in a currency; None while there is no rate."""
    own = version.plan.currency
    if currency == own:
        return Fees(version.fee, version.activation_fee, None)
    given = version.fees_given.filter(currency=currency).first()
    if given is not None:
        return Fees(given.fee, given.activation_fee, None)
    found = rate_of_period(own, currency, start=period.starts_at, end=period.ends_at)
    if found is None:
        return None
    rate = kept(found)
    return Fees(
        round12(converted(version.fee, rate.units_per_base)),
        round12(converted(version.activation_fee, rate.units_per_base)),
        rate,
    )
