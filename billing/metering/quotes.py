"""What a quantity would cost now: the rating statement's arithmetic for a use to come.

Held quantities of other reservations count as used, so that two sessions cannot be promised the
same included units or the same cheap tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from accounts.access.exceptions import Refused
from billing.catalog.calc import Tier, graduated_total, volume_total
from billing.catalog.models import PlanVersion, Price, PriceRate
from billing.catalog.queries import tiers_of
from billing.catalog.rules import is_country
from billing.currencies.queries import rate_of_period
from billing.ledger.models import Hold
from billing.metering.models import PlmnCountry, RejectCode, TierUse
from billing.money.calc import EXACT, round12
from billing.profiles.queries import profile_of
from billing.subscriptions.models import Allowance, Subscription
from billing.subscriptions.periods import ensure_period
from billing.subscriptions.queries import version_at
from billing.tax.calc import Terms
from billing.tax.queries import terms_of

MCC_DIGITS = 3
NOTHING = Decimal(0)


class CannotBePriced(Refused):
    """The use would be rejected; the code is that of the reject."""

    def __init__(self, code: RejectCode, attr: str) -> None:
        super().__init__(code.value, f"{code.label}.", attr=attr)


@dataclass(frozen=True)
class Quote:
    """The terms of a use to come: what of it is free, and what the rest costs.

    `factor` brings a price in another currency than the account's into it.
    """

    rate: PriceRate
    factor: Decimal
    tiers: Sequence[Tier]
    increment: int
    free: Decimal
    used: Decimal
    tax: Terms

    def net(self, quantity: int) -> Decimal:
        """Without tax."""
        return self.tax.net(self.price(quantity))

    def price(self, quantity: int) -> Decimal:
        """By the price list, rounded as a charge is."""
        counted = -(-quantity // self.increment) * self.increment
        billable = max(NOTHING, Decimal(counted) - self.free)
        if not self.rate.is_tiered:
            cost = EXACT.multiply(billable, self.rate.per_base)
            return round12(EXACT.multiply(cost, self.factor))
        total = (
            volume_total if self.rate.price.tier_mode == Price.TierMode.VOLUME else graduated_total
        )
        cost = total(self.tiers, self.used + billable) - total(self.tiers, self.used)
        return round12(EXACT.multiply(cost, self.factor))

    def gross(self, quantity: int) -> Decimal:
        """With tax: what the balance must cover."""
        return self.tax.gross(self.price(quantity))

    def most_for(self, money: Decimal, *, at_most: int) -> int:
        """The largest quantity that the money covers, at most `at_most`."""
        low, high = 0, at_most
        while low < high:
            middle = (low + high + 1) // 2
            if self.gross(middle) <= money:
                low = middle
            else:
                high = middle - 1
        return low


def quote(
    subscription: Subscription, *, meter: str, country: str, at: datetime, but: Hold | None = None
) -> Quote:
    """The terms of use in a country now. Raises CannotBePriced.

    The caller holds the company's account locked. `but` is a hold that is being extended: its own
    quantity is not counted.
    """
    version = version_at(subscription, at=at)
    meter = meter or version.plan.meter_id
    own = profile_of(subscription.company_id).currency
    rate = _rate(version, meter, country, currency=own)
    held = _held(subscription, meter, but=but)
    is_own_meter = meter == version.plan.meter_id
    included_left = _included_left(subscription, version, meter, at=at) if is_own_meter else NOTHING
    return Quote(
        rate=rate,
        factor=_factor(subscription, version, rate, currency=own, at=at),
        tiers=tiers_of(rate.price) if rate.is_tiered else (),
        increment=version.increment_base if is_own_meter else 1,
        free=max(NOTHING, included_left - held),
        used=_tier_use(subscription, rate, at=at) + max(NOTHING, held - included_left),
        tax=terms_of(subscription.company_id, at=at),
    )


def country_of(country: str, plmn: str) -> str:
    """The country, or that of the network. Raises CannotBePriced."""
    if country and not is_country(country):
        raise CannotBePriced(RejectCode.UNKNOWN_COUNTRY, "country")
    if country or not plmn:
        return country
    found = dict(
        PlmnCountry.objects.filter(plmn__in=[plmn, plmn[:MCC_DIGITS]]).values_list(
            "plmn", "country"
        )
    )
    named = found.get(plmn) or found.get(plmn[:MCC_DIGITS])
    if named is None:
        raise CannotBePriced(RejectCode.UNKNOWN_COUNTRY, "plmn")
    return named


def _rate(version: PlanVersion, meter: str, country: str, *, currency: str) -> PriceRate:
    """The price of the place; the one given in the account's currency if there is one."""
    rates = PriceRate.objects.filter(version=version, meter=meter, country__in=["", country])
    rate = rates.select_related("price").order_by("-country").first()
    if rate is None:
        raise CannotBePriced(RejectCode.NO_PRICE, "country")
    if rate.is_blocked:
        raise CannotBePriced(RejectCode.COUNTRY_BLOCKED, "country")
    given = rate.price.given_in.filter(currency=currency).first()
    if given is None or given.per_base is None:
        return rate
    return PriceRate(
        version=version,
        price=given,
        per_base=given.per_base,
        is_tiered=given.tier_mode != Price.TierMode.FLAT,
    )


def _factor(
    subscription: Subscription,
    version: PlanVersion,
    rate: PriceRate,
    *,
    currency: str,
    at: datetime,
) -> Decimal:
    """The period's exchange rate; 1 where the price is in the account's currency."""
    own = rate.price.currency or version.plan.currency
    if own == currency:
        return Decimal(1)
    period = ensure_period(subscription.company, at)
    found = rate_of_period(own, currency, start=period.starts_at, end=period.ends_at)
    if found is None:
        raise CannotBePriced(RejectCode.NO_RATE, "currency")
    return found.units_per_base


def _held(subscription: Subscription, meter: str, *, but: Hold | None) -> Decimal:
    holds = Hold.objects.filter(
        company=subscription.company_id,
        subject=subscription.subject,
        meter=meter,
        status=Hold.Status.ACTIVE,
    )
    if but is not None:
        holds = holds.exclude(pk=but.pk)
    return holds.aggregate(sum=Sum("quantity"))["sum"] or NOTHING


def _included_left(
    subscription: Subscription, version: PlanVersion, meter: str, *, at: datetime
) -> Decimal:
    period = ensure_period(subscription.company, at)
    allowance = Allowance.objects.filter(
        subscription=subscription, version=version, meter=meter, period=period
    ).first()
    return version.included if allowance is None else allowance.included - allowance.used


def _tier_use(subscription: Subscription, rate: PriceRate, *, at: datetime) -> Decimal:
    if not rate.is_tiered:
        return NOTHING
    period = ensure_period(subscription.company, at)
    use = TierUse.objects.filter(subscription=subscription, price=rate.price, period=period)
    return use.values_list("used", flat=True).first() or NOTHING
