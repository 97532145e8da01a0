"""From the totals of a period to the lines of its invoice. Pure arithmetic and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from billing.invoicing.calc import apportion_largest_remainder
from billing.money.calc import minor_digits, round_minor


@dataclass(slots=True)
class LineGroup:
    """What becomes one line: a service × plan × price × tax rate; amounts are exact.

    `quantity` and `included` count in `unit`; `facts` lead back to the records.
    """

    description: str
    service: str
    plan: str
    unit: str
    unit_price: Decimal
    tax_percent: Decimal
    period_label: str = ""
    quantity: Decimal = Decimal(0)
    included: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaxSum:
    """Tax of one rate, worked out once on the rounded sum (EN 16931 BR-CO-17)."""

    percent: Decimal
    net: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a document in minor units, and the exact sums they stand for."""

    line_amounts: tuple[Decimal, ...]
    taxes: tuple[TaxSum, ...]
    subtotal: Decimal
    tax: Decimal
    exact_net: Decimal
    exact_tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax

    @property
    def exact_total(self) -> Decimal:
        return self.exact_net + self.exact_tax

    @property
    def difference(self) -> Decimal:
        """What rounding added: positive when the document asks for more than the records."""
        return self.total - self.exact_total


def totals_of(groups: Iterable[LineGroup], *, currency: str) -> Totals:
    """Round the groups to minor units by largest remainder and add tax per rate.

    27.089961 and 1.475376 at 0 % → 27.09 + 1.48 = 28.57, exact 28.565337, difference 0.004663.
    """
    groups = list(groups)
    amounts = apportion_largest_remainder(
        [group.amount for group in groups], minor_units=minor_digits(currency)
    )
    nets: dict[Decimal, Decimal] = {}
    for group, amount in zip(groups, amounts, strict=True):
        nets[group.tax_percent] = nets.get(group.tax_percent, Decimal(0)) + amount
    taxes = tuple(
        TaxSum(percent, net, round_minor(net * percent / 100, currency))
        for percent, net in sorted(nets.items())
    )
    return Totals(
        line_amounts=tuple(amounts),
        taxes=taxes,
        subtotal=sum(amounts, Decimal(0)),
        tax=sum((tax.amount for tax in taxes), Decimal(0)),
        exact_net=sum((group.amount for group in groups), Decimal(0)),
        exact_tax=sum((group.tax for group in groups), Decimal(0)),
    )


def month_label(start: datetime) -> str:
    """How late usage names the period it belongs to: "May 2026"."""
    return f"{start:%B %Y}"
