"""What an invoice comes to in other currencies, as it will be printed for ever.

For the customer: the total in the currency that it likes to see. For the tax office: the tax in the
provider's own currency, where the document is in another one (Directive 2006/112/EC, article 230).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from billing.currencies.calc import converted
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import default_currency, rate_at
from billing.documents.rendering.content import Exchange
from billing.invoicing.models import Invoice
from billing.money.calc import round_minor
from billing.profiles.display import display_of
from billing.profiles.queries import profile_of


def exchanges_of(invoice: Invoice, *, at: datetime) -> Iterator[Exchange]:
    """By the rates in force at issue; without one nothing is said."""
    display = display_of(profile_of(invoice.company_id), at=at)
    if display is not None:
        yield exchange(display.rate, invoice.total, purpose="total")
    own = default_currency(at=at)
    if invoice.tax and own != invoice.currency:
        rate = rate_at(invoice.currency, own, at=at)
        if rate is not None:
            yield exchange(rate, invoice.tax, purpose="tax")


def exchange(rate: ExchangeRate, amount: Decimal, *, purpose: str) -> Exchange:
    return Exchange(
        purpose=purpose,
        amount=round_minor(converted(amount, rate.units_per_base), rate.currency),
        amount_currency=rate.currency,
        base=rate.base,
        currency=rate.currency,
        units_per_base=rate.units_per_base,
        valid_from=rate.valid_from,
    )
