"""The rows of a document and its frozen content, the same for invoices and credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from billing.invoicing.contents import invoice_content
from billing.invoicing.lines import LineGroup, Totals
from billing.invoicing.models import Invoice, InvoiceLine, InvoiceTax
from billing.ledger.actions import LegSpec
from billing.ledger.models import AccountKind
from features.queries import value

_LONGEST = 300


def write_lines(invoice: Invoice, groups: Sequence[LineGroup], totals: Totals) -> None:
    invoice.save()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            description=group.title[:_LONGEST],
            quantity=group.quantity,
            unit=group.unit,
            included=group.included,
            unit_price=group.unit_price,
            exact_amount=group.amount,
            amount=amount,
            gross=gross,
            tax_percent=group.terms.percent,
            treatment=group.terms.treatment,
            group=group.facts
            | {
                "what": group.description,
                "service": group.service,
                "plan": group.plan,
                "period": group.period_label,
            },
        )
        for position, (group, amount, gross) in enumerate(
            zip(groups, totals.figures.line_amounts, totals.figures.line_grosses, strict=True),
            start=1,
        )
    )
    name = value("tax_name", at=invoice.created_at)
    InvoiceTax.objects.bulk_create(
        InvoiceTax(
            invoice=invoice,
            name=tax.terms.name or name,
            percent=tax.percent,
            treatment=tax.terms.treatment,
            reason=tax.terms.reason,
            country=str(invoice.company.country),
            net=tax.net,
            amount=tax.tax,
        )
        for tax in totals.figures.rates
    )


def freeze(invoice: Invoice, groups: Sequence[LineGroup], totals: Totals, *, at: datetime) -> None:
    content = invoice_content(
        invoice,
        groups=groups,
        figures=totals.figures,
        at=at,
    )
    invoice.content = content.to_json()
    invoice.save(update_fields=["content"])


def tax_legs(totals: Totals, currency: str, *, sign: int) -> list[LegSpec]:
    return [
        LegSpec(AccountKind.TAX, sign * tax.tax, currency, detail=f"{tax.percent.normalize():f}")
        for tax in totals.figures.rates
    ]
