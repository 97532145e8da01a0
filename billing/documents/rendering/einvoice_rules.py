"""The rules of EN 16931 that a schema cannot check, on our own facts before they become XML.

Each is named as the standard names it (EN 16931-1, 6.4). A broken one never stops an invoice: the
sentence goes to the people who can mend the cause.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from billing.documents.rendering.content import InvoiceContent, TaxCategory
from billing.documents.rendering.einvoice import category_of, tax_breakdown
from billing.money.calc import minor_digits

MOST_DECIMALS = 2
TAXED = (TaxCategory.STANDARD, TaxCategory.ZERO_RATED, TaxCategory.EXEMPT)


def broken_rules(content: InvoiceContent) -> tuple[str, ...]:
    """One sentence per broken rule; empty when the invoice is a valid EN 16931 invoice."""
    checks = (sums, tax_amounts, tax_bases, decimals, identity, rates)
    return tuple(sentence for check in checks for sentence in check(content))


def sums(content: InvoiceContent) -> Iterator[str]:
    lines = sum((line.amount for line in content.lines), Decimal(0))
    taxes = sum((tax.amount for tax in tax_breakdown(content)), Decimal(0))
    if not content.lines:
        yield "BR-16: the invoice has no line"
    if lines != content.subtotal:
        yield f"BR-CO-10: lines add up to {lines}, the subtotal says {content.subtotal}"
    if taxes != content.tax_total:
        yield f"BR-CO-14: taxes add up to {taxes}, the tax total says {content.tax_total}"
    if content.subtotal + content.tax_total != content.total:
        yield f"BR-CO-15: {content.subtotal} + {content.tax_total} is not {content.total}"
    if content.total - content.paid_from_balance != content.amount_due:
        yield (
            f"BR-CO-16: {content.total} less {content.paid_from_balance} "
            f"is not the amount due, {content.amount_due}"
        )


def tax_amounts(content: InvoiceContent) -> Iterator[str]:
    """The standard does not name the rounding of a half, so either neighbour is right. The rest of
    prices that include tax may be off by less than a unit; the standard's own check allows one."""
    units = Decimal(1) if content.includes_tax else Decimal("0.5")
    tolerance = units.scaleb(-minor_digits(content.currency))
    for tax in tax_breakdown(content):
        exact = tax.net * tax.percent / 100
        if abs(tax.amount - exact) > tolerance:
            yield f"BR-CO-17: {tax.percent} % of {tax.net} is {exact}, not {tax.amount}"


def tax_bases(content: InvoiceContent) -> Iterator[str]:
    """BR-CO-13 holds by this too: the bases together are the total without tax."""
    taxes = tax_breakdown(content)
    bases: dict[tuple[TaxCategory, Decimal], Decimal] = defaultdict(Decimal)
    for line in content.lines:
        bases[category_of(line, taxes), line.tax_rate.normalize()] += line.amount
    told = {(tax.category, tax.percent.normalize()): tax.net for tax in taxes}
    for category, percent in sorted(bases.keys() | told.keys()):
        lines, base = bases.get((category, percent)), told.get((category, percent))
        if lines != base:
            yield (
                f"BR-{category}-08: lines with category {category} at {percent:f} % "
                f"add up to {lines}, the tax line says {base}"
            )


def decimals(content: InvoiceContent) -> Iterator[str]:
    amounts = [content.subtotal, content.tax_total, content.total, content.amount_due]
    amounts += [line.amount for line in content.lines]
    if any(has_more_decimals(amount) for amount in amounts):
        yield f"BR-DEC: amounts in {content.currency} have more than two decimals"


def has_more_decimals(amount: Decimal) -> bool:
    return amount != round(amount, MOST_DECIMALS)


def identity(content: InvoiceContent) -> Iterator[str]:
    seller, buyer = content.seller, content.buyer
    if not seller.country:
        yield "BR-09: the seller's address has no country"
    if not buyer.country:
        yield "BR-11: the buyer's address has no country"
    if not (seller.tax_id or seller.registration_number or seller.identifier):
        yield "BR-CO-26: the seller has neither tax id, registration number nor identifier"
    if not seller.tax_id and any(tax.category in TAXED for tax in content.taxes):
        yield "BR-S-02: the seller has no tax id"
    if not buyer.tax_id and any(
        tax.category in (TaxCategory.REVERSE_CHARGE, TaxCategory.INTRA_COMMUNITY)
        for tax in content.taxes
    ):
        yield "BR-AE-02: the buyer has no tax id"


def rates(content: InvoiceContent) -> Iterator[str]:
    for tax in content.taxes:
        if (tax.category is TaxCategory.STANDARD) != (tax.percent > 0):
            yield f"BR-{tax.category}-05: category {tax.category} does not go with {tax.percent} %"
