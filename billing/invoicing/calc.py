"""From exact sums to the figures of an invoice (spec/prepaid.md, Documents). Pure.

Charges have twelve decimals, an invoice has minor units. Rounding each line by itself would let 500
lines of 0.004 vanish; here the lines share what their sum rounds to, and none is off by a unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext

from billing.money.calc import EXACT, minor_digits, round_half_even
from billing.tax.calc import HUNDRED, Terms, Treatment

Rate = tuple[Decimal, Treatment]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxableGroup:
    """What becomes one line: exact net and exact tax as the ledger has them, and how it is
    taxed."""

    net: Decimal
    tax: Decimal
    terms: Terms

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def rate(self) -> Rate:
        return self.terms.percent, self.terms.treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTotal:
    """Tax of one rate and treatment: worked out once, on the sum of its rounded lines (BR-CO-17),
    or of prices that include tax the rest of their rounded sum. Name and reason are those of
    `terms`."""

    terms: Terms
    net: Decimal
    tax: Decimal

    @property
    def percent(self) -> Decimal:
        return self.terms.percent

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTotals:
    """Figures in minor units. `line_amounts` are in the order of the groups, and so are
    `line_grosses`: what a line comes to with its tax, None where tax is on top of prices.

    `rounding_difference` is the invoice less the exact sums: positive when it asks for more.
    """

    line_amounts: tuple[Decimal, ...]
    line_grosses: tuple[Decimal | None, ...]
    rates: tuple[RateTotal, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    rounding_difference: Decimal


def invoice_totals(groups: Sequence[TaxableGroup], *, minor_units: int) -> InvoiceTotals:
    """Lines, tax per rate and totals.

    Tax on top: the subtotal is the exact net rounded half-even. It is shared first among the rates
    and then, within each rate, among its lines: sharing it among all lines at once could move many
    units from one rate to another, and with them the tax. Of prices that include tax the total is
    shared so, and the net of each rate is worked out from its share.
    """
    with localcontext(EXACT):
        rates = (
            *_rates_on_top(groups, minor_units=minor_units),
            *_rates_included(groups, minor_units=minor_units),
        )
        rates = tuple(sorted(rates, key=lambda rate: (rate.percent, rate.terms.treatment)))
        exact = sum((group.gross for group in groups), Decimal(0))
        subtotal = sum((rate.net for rate in rates), Decimal(0))
        tax = sum((rate.tax for rate in rates), Decimal(0))
        return InvoiceTotals(
            line_amounts=line_amounts(groups, rates, minor_units=minor_units),
            line_grosses=line_grosses(groups, rates, minor_units=minor_units),
            rates=rates,
            subtotal=subtotal,
            tax=tax,
            total=subtotal + tax,
            rounding_difference=subtotal + tax - exact,
        )


def _rates_on_top(groups: Sequence[TaxableGroup], *, minor_units: int) -> list[RateTotal]:
    together = [each for each in _by_rate(groups) if not _includes_tax(each)]
    nets = apportion_largest_remainder([_net(each) for each in together], minor_units=minor_units)
    return [
        rate_total(members[0].terms, net, minor_units=minor_units)
        for members, net in zip(together, nets, strict=True)
    ]


def _rates_included(groups: Sequence[TaxableGroup], *, minor_units: int) -> list[RateTotal]:
    together = [each for each in _by_rate(groups) if _includes_tax(each)]
    grosses = apportion_largest_remainder(
        [sum((group.gross for group in each), Decimal(0)) for each in together],
        minor_units=minor_units,
    )
    return [
        included_total(members[0].terms, gross, exact_net=_net(members), minor_units=minor_units)
        for members, gross in zip(together, grosses, strict=True)
    ]


def _by_rate(groups: Sequence[TaxableGroup]) -> list[list[TaxableGroup]]:
    """The groups of each rate and treatment, in order of the rate."""
    found: dict[Rate, list[TaxableGroup]] = {}
    for group in groups:
        found.setdefault(group.rate, []).append(group)
    return [found[rate] for rate in sorted(found)]


def _net(groups: Sequence[TaxableGroup]) -> Decimal:
    return sum((group.net for group in groups), Decimal(0))


def _includes_tax(groups: Sequence[TaxableGroup]) -> bool:
    """One such price is enough: the customer must get the total that it was told."""
    return any(group.terms.includes_tax for group in groups)


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

    `total` is within some units of the amounts' sum. Ties go to the larger amount, then to the
    earlier one, so that the order of the lines does not matter and a credit note mirrors its
    invoice.
    """
    if not amounts:
        return []
    with localcontext(EXACT):
        unit = Decimal(1).scaleb(-minor_units)
        floors = [amount.quantize(unit, ROUND_FLOOR) for amount in amounts]
        missing = int((total - sum(floors, Decimal(0))) / unit)
        for_all, for_some = divmod(missing, len(amounts))
        order = sorted(range(len(amounts)), key=lambda i: (floors[i] - amounts[i], -amounts[i]))
        raised = set(order[:for_some])
        return [floor + (for_all + (i in raised)) * unit for i, floor in enumerate(floors)]


def line_amounts(
    groups: Sequence[TaxableGroup], rates: Sequence[RateTotal], *, minor_units: int
) -> tuple[Decimal, ...]:
    amounts: dict[int, Decimal] = {}
    for rate in rates:
        members = _members(groups, rate)
        nets = [groups[i].net for i in members]
        amounts.update(zip(members, share(rate.net, nets, minor_units=minor_units), strict=True))
    return tuple(amounts[i] for i in range(len(groups)))


def line_grosses(
    groups: Sequence[TaxableGroup], rates: Sequence[RateTotal], *, minor_units: int
) -> tuple[Decimal | None, ...]:
    grosses: dict[int, Decimal] = {}
    for rate in rates:
        members = _members(groups, rate)
        if _includes_tax([groups[i] for i in members]):
            exact = [groups[i].gross for i in members]
            shares = share(rate.gross, exact, minor_units=minor_units)
            grosses.update(zip(members, shares, strict=True))
    return tuple(grosses.get(i) for i in range(len(groups)))


def rate_total(terms: Terms, net: Decimal, *, minor_units: int) -> RateTotal:
    tax = round_half_even(net * terms.percent / HUNDRED, minor_units)
    return RateTotal(terms=terms, net=net, tax=tax)


def included_total(
    terms: Terms, gross: Decimal, *, exact_net: Decimal, minor_units: int
) -> RateTotal:
    """Of a rounded sum with tax: 12.00 at 20 % is 10.00 and 2.00; the two are always the sum.

    The tax may be off the rate of the net by less than a minor unit: there is no net of which 20 %
    on top make 0.03. A net that is in whole minor units already (a credit note's) stays.
    """
    net = round_half_even(exact_net, minor_units)
    if net != exact_net:
        net = round_half_even(gross * HUNDRED / (HUNDRED + terms.percent), minor_units)
    return RateTotal(terms=terms, net=net, tax=gross - net)


def _members(groups: Sequence[TaxableGroup], rate: RateTotal) -> list[int]:
    wanted = (rate.percent, rate.terms.treatment)
    return [i for i, group in enumerate(groups) if group.rate == wanted]
