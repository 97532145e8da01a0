"""The tax of a period: what documents say of it, against what the ledger has moved.

By the instant of issue; invoices count up, credit notes (and with them voids) down. Writing an
invoice off moves no tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from billing.invoicing.models import InvoiceTax

# Out: currency, country, treatment, rate, net, tax, documents.
_LINES = """
SELECT i.currency, t.country, t.treatment, t.percent,
       sum(t.net * s.sign) AS net, sum(t.amount * s.sign) AS tax, count(*) AS documents
FROM invoice_tax t
JOIN invoice i ON i.id = t.invoice_id
CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'invoice' THEN 1 ELSE -1 END AS sign) s
WHERE i.issued_at >= %(start)s AND i.issued_at < %(end)s
GROUP BY i.currency, t.country, t.treatment, t.percent
ORDER BY i.currency, t.country, t.percent DESC, t.treatment
"""

# Out: currency, rate, what the own account of the rate moved.
_MOVED = """
SELECT a.currency, a.detail::numeric AS percent, sum(l.amount)
FROM ledger_account a
JOIN ledger_leg l ON l.account_id = a.id
JOIN ledger_entry e ON e.id = l.entry_id
WHERE a.kind = 'tax' AND e.at >= %(start)s AND e.at < %(end)s
GROUP BY a.currency, a.detail::numeric
"""

NOTHING = Decimal(0)


@dataclass(frozen=True)
class TaxReportLine:
    """Net amounts and tax of one country, treatment and rate."""

    currency: str
    country: str
    treatment: str
    percent: Decimal
    net: Decimal
    tax: Decimal
    documents: int


@dataclass(frozen=True)
class Reconciliation:
    """The tax of one rate by the documents and by the account `tax:<rate>`."""

    currency: str
    percent: Decimal
    documents: Decimal
    ledger: Decimal

    @property
    def difference(self) -> Decimal:
        return self.documents - self.ledger


@dataclass(frozen=True)
class TaxReport:
    start: datetime
    end: datetime
    lines: Sequence[TaxReportLine]
    reconciled: Sequence[Reconciliation]

    @property
    def agrees(self) -> bool:
        return not any(each.difference for each in self.reconciled)


def tax_report(start: datetime, end: datetime) -> TaxReport:
    """Of documents issued from `start` until before `end`."""
    within = {"start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, within)
        lines = [TaxReportLine(*row) for row in cursor.fetchall()]
        cursor.execute(_MOVED, within)
        moved = {(currency, percent): amount for currency, percent, amount in cursor.fetchall()}
    return TaxReport(start, end, lines, _reconciled(lines, moved))


def month_of(instant: datetime) -> datetime:
    """The start of the month of an instant, UTC."""
    return instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def taxed_documents(line: TaxReportLine, *, start: datetime, end: datetime) -> QuerySet[InvoiceTax]:
    """The taxes that a line of the report is made of, with their documents, oldest first."""
    return (
        InvoiceTax.objects.filter(
            invoice__issued_at__gte=start,
            invoice__issued_at__lt=end,
            invoice__currency=line.currency,
            country=line.country,
            treatment=line.treatment,
            percent=line.percent,
        )
        .select_related("invoice__company")
        .order_by("invoice__issued_at", "invoice_id")
    )


def _reconciled(
    lines: Sequence[TaxReportLine], moved: dict[tuple[str, Decimal], Decimal]
) -> list[Reconciliation]:
    said: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        rate = (line.currency, line.percent)
        said[rate] = said.get(rate, NOTHING) + line.tax
    taxed = {rate for rate in said if rate[1] or said[rate]}  # no tax is booked where there is none
    return [
        Reconciliation(*rate, documents=said.get(rate, NOTHING), ledger=moved.get(rate, NOTHING))
        for rate in sorted(taxed | moved.keys())
    ]
