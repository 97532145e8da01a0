"""From the totals of a period to the lines of its invoice: arithmetic and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from babel.dates import format_date
from django.utils.translation import get_language

from billing.invoicing.calc import InvoiceTotals, TaxableGroup, invoice_totals
from billing.money.calc import minor_digits
from billing.money.formatting import locale_of
from billing.tax.calc import Terms


@dataclass(slots=True)
class LineGroup:
    """What becomes one line: a service × plan × price × tax; amounts are exact.

    `description` says what was used, and where: "Data, Germany"; `quantity` and `included` count
    in `unit`; `unit_price` is as the price list says it; `facts` lead back to the records.
    """

    description: str
    service: str
    plan: str
    unit: str
    unit_price: Decimal
    terms: Terms
    period_label: str = ""
    quantity: Decimal = Decimal(0)
    included: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The line by itself: "Data, Germany – Global PAYGO (May 2026)"."""
        late = f" ({self.period_label})" if self.period_label else ""
        plan = f" – {self.plan}" if self.plan else ""
        return f"{self.description}{plan}{late}"


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a document in minor units, and the exact sums they stand for."""

    figures: InvoiceTotals
    exact_net: Decimal
    exact_tax: Decimal

    @property
    def exact_total(self) -> Decimal:
        return self.exact_net + self.exact_tax


def totals_of(groups: Sequence[LineGroup], *, currency: str) -> Totals:
    """Round the groups to minor units by largest remainder and add tax per rate.

    27.089961 and 1.475376 at 0 % → 27.09 + 1.48 = 28.57, exact 28.565337, difference 0.004663.
    """
    taxable = [TaxableGroup(net=group.amount, tax=group.tax, terms=group.terms) for group in groups]
    return Totals(
        figures=invoice_totals(taxable, minor_units=minor_digits(currency)),
        exact_net=sum((group.amount for group in groups), Decimal(0)),
        exact_tax=sum((group.tax for group in groups), Decimal(0)),
    )


def month_label(start: datetime) -> str:
    """How late usage names the period it belongs to: "May 2026"."""
    text: str = format_date(start, "LLLL y", locale=locale_of(get_language() or ""))
    return text
