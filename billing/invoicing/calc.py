"""From exact sums to the figures of an invoice (spec/prepaid.md, Documents). Pure.

Charges have twelve decimals, an invoice has minor units. Rounding each line by itself would let 500
lines of 0.004 vanish; here the lines share what their sum rounds to, and none is off by a unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext

from billing.money.calc import EXACT, minor_digits, round_half_even


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxableGroup:
    """What becomes one line: exact net and exact tax as the ledger has them, and the rate."""

    net: Decimal
    tax: Decimal
    tax_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTotal:
    """Tax of one rate: worked out once, on the sum of that rate's rounded lines (BR-CO-17)."""

    percent: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTotals:
    """Figures in minor units. `line_amounts` are in the order of the groups.

    `rounding_difference` is the invoice less the exact sums: positive when it asks for more.
    """

    line_amounts: tuple[Decimal, ...]
    rates: tuple[RateTotal, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    rounding_difference: Decimal


def invoice_totals(groups: Sequence[TaxableGroup], *, minor_units: int) -> InvoiceTotals:
    """Lines, tax per rate and totals.

    The subtotal is the exact net rounded half-even. It is shared first among the rates and then,
    within each rate, among its lines: sharing it among all lines at once could move many units from
    one rate to another, and with them the tax.
    """
    with localcontext(EXACT):
        percents = sorted({group.tax_percent for group in groups})
        nets = apportion_largest_remainder(
            [exact_net(groups, percent) for percent in percents], minor_units=minor_units
        )
        rates = tuple(
            rate_total(percent, net, minor_units=minor_units)
            for percent, net in zip(percents, nets, strict=True)
        )
        exact = sum((group.net + group.tax for group in groups), Decimal(0))
        subtotal = sum(nets, Decimal(0))
        tax = sum((rate.tax for rate in rates), Decimal(0))
        return InvoiceTotals(
            line_amounts=line_amounts(groups, rates, minor_units=minor_units),
            rates=rates,
            subtotal=subtotal,
            tax=tax,
            total=subtotal + tax,
            rounding_difference=subtotal + tax - exact,
        )


def shortfall(*, commitment: Decimal, share: Decimal, spent: Decimal, currency: str) -> Decimal:
    """What is missing of a commitment for a `share` of the month; never below zero.

    300 for 15 of 30 days is 150.00; 100.00 spent leaves a shortfall of 50.00.
    """
    with localcontext(EXACT):
        due = round_half_even(commitment * share, minor_digits(currency))
        return max(Decimal(0), due - spent)


def apportion_largest_remainder(amounts: Sequence[Decimal], *, minor_units: int) -> list[Decimal]:
    """The amounts in minor units, together exactly their half-even rounded sum.

    27.089961 and 1.475376 → 27.09 and 1.48, for 28.565337 rounds to 28.57.
    """
    with localcontext(EXACT):
        total = round_half_even(sum(amounts, Decimal(0)), minor_units)
        return share(total, amounts, minor_units=minor_units)


def share(total: Decimal, amounts: Sequence[Decimal], *, minor_units: int) -> list[Decimal]:
    """`total` among `amounts`: each rounded down, then a unit more for the largest remainders.

    `total` is within one unit of the amounts' sum. Ties go to the larger amount, then to the
    earlier one, so that the order of the lines does not matter and a credit note mirrors its
    invoice.
    """
    with localcontext(EXACT):
        unit = Decimal(1).scaleb(-minor_units)
        floors = [amount.quantize(unit, ROUND_FLOOR) for amount in amounts]
        missing = int((total - sum(floors, Decimal(0))) / unit)
        order = sorted(range(len(amounts)), key=lambda i: (floors[i] - amounts[i], -amounts[i]))
        raised = set(order[:missing])
        return [floor + unit if i in raised else floor for i, floor in enumerate(floors)]


def line_amounts(
    groups: Sequence[TaxableGroup], rates: Sequence[RateTotal], *, minor_units: int
) -> tuple[Decimal, ...]:
    amounts: dict[int, Decimal] = {}
    for rate in rates:
        members = [i for i, group in enumerate(groups) if group.tax_percent == rate.percent]
        nets = [groups[i].net for i in members]
        amounts.update(zip(members, share(rate.net, nets, minor_units=minor_units), strict=True))
    return tuple(amounts[i] for i in range(len(groups)))


def rate_total(percent: Decimal, net: Decimal, *, minor_units: int) -> RateTotal:
    tax = round_half_even(net * percent / 100, minor_units)
    return RateTotal(percent=percent, net=net, tax=tax)


def exact_net(groups: Sequence[TaxableGroup], percent: Decimal) -> Decimal:
    nets = (group.net for group in groups if group.tax_percent == percent)
    return sum(nets, Decimal(0))
