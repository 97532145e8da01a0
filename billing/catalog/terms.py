"""What a plan costs, as callers of the actions say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.catalog.models import PlanVersion, Price, Zone


@dataclass(frozen=True)
class TierTerms:
    """From `from_units` of the price's unit on, a unit costs `per_unit`."""

    from_units: Decimal
    per_unit: Decimal


@dataclass(frozen=True)
class PriceTerms:
    """A price for a country, a zone, or by default; blocked countries have none.

    One with a note holds only where it is chosen for a record. One with a `currency` other than the
    plan's is the price of the same place for accounts in that currency.
    """

    per_unit: Decimal | None = None
    unit: str = Price.Unit.MB
    meter: str = ""
    country: str = ""
    zone: Zone | None = None
    tiers: tuple[TierTerms, ...] = ()
    tier_mode: str = Price.TierMode.GRADUATED
    is_blocked: bool = False
    note: str = ""
    currency: str = ""


@dataclass(frozen=True)
class RefillTerms:
    """A refill on offer: data or credit, for a price."""

    price: Decimal
    amount_mb: int | None = None
    credit: Decimal | None = None


@dataclass(frozen=True)
class FeeTerms:
    """The fees in another currency than the plan's, for accounts in it."""

    currency: str
    fee: Decimal = Decimal(0)
    activation_fee: Decimal = Decimal(0)


@dataclass(frozen=True)
class PlanTerms:
    """Everything that a version of a plan fixes. Amounts in the plan's currency.

    `included` counts base units per period, `overage_price` is per MB beyond it.
    """

    prices: tuple[PriceTerms, ...] = ()
    fee: Decimal = Decimal(0)
    fee_for: str = PlanVersion.FeeFor.ALL
    activation_fee: Decimal = Decimal(0)
    is_prorated: bool = False
    included: int = 0
    overage_price: Decimal | None = None
    validity_days: int | None = None
    refills: tuple[RefillTerms, ...] = ()
    increment: str = PlanVersion.Increment.BYTE
    billing_starts: str = PlanVersion.BillingStarts.ASSIGNMENT
    effective_from: datetime | None = None
    fees: tuple[FeeTerms, ...] = ()
