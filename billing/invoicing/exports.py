"""What finance takes away: six tables, by date and company, streamed row by row.

Each dataset is one SQL statement read through a server-side cursor in a transaction, so that a
million rows take no more memory than a thousand, also behind PgBouncer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from billing.documents.rendering.columns import Column, Row
from billing.documents.rendering.tables import FileFormat, stream_rows

_FETCH = 2000


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table on offer: its columns and the statement that fills them, in the same order.

    The statement takes `start` and `end` (half-open, either may be null) and `company` (null =
    all).
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rows: from `start` until before `end`, of one company or of all."""

    start: datetime | None = None
    end: datetime | None = None
    company: UUID | None = None

    @classmethod
    def of_days(
        cls, first: date | None, last: date | None, *, company: UUID | None = None
    ) -> Selection:
        """Whole days UTC, both included."""
        return cls(
            start=None if first is None else _midnight(first),
            end=None if last is None else _midnight(last) + timedelta(days=1),
            company=company,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _columns(*keys: str) -> tuple[Column, ...]:
    """`amount:currency` is an amount whose currency stands in the column `currency`."""
    return tuple(
        Column(
            key=(name := key.partition(":")[0]),
            title=name.replace("_", " ").capitalize(),
            currency_key=key.partition(":")[2],
            width=38 if name in {"id", "company_id"} else 18,
        )
        for key in keys
    )


_WITHIN = """
    (%(start)s::timestamptz IS NULL OR {at} >= %(start)s)
    AND (%(end)s::timestamptz IS NULL OR {at} < %(end)s)
    AND (%(company)s::uuid IS NULL OR {company} = %(company)s)
"""

_INVOICES = Dataset(
    key="invoices",
    title="Invoices",
    columns=_columns(
        "number",
        "kind",
        "status",
        "company_id",
        "company",
        "issued_at",
        "due_at",
        "period_start",
        "period_end",
        "currency",
        "subtotal:currency",
        "tax:currency",
        "total:currency",
        "paid_from_balance:currency",
        "amount_due:currency",
        "corrects",
        "id",
    ),
    sql=f"""
        SELECT i.number, i.kind, i.status, i.company_id::text, c.name, i.issued_at, i.due_at,
               i.period_start, i.period_end, i.currency, i.subtotal, i.tax, i.total,
               i.paid_from_balance, i.amount_due, o.number, i.id::text
        FROM invoice i
        JOIN company c ON c.id = i.company_id
        LEFT JOIN invoice o ON o.id = i.corrects_id
        WHERE i.status <> 'draft' AND {_WITHIN.format(at="i.issued_at", company="i.company_id")}
        ORDER BY i.issued_at, i.number
    """,  # noqa: S608 - constants of ours
)
_LINES = Dataset(
    key="invoice-lines",
    title="Invoice lines",
    columns=_columns(
        "number",
        "kind",
        "company_id",
        "company",
        "issued_at",
        "position",
        "description",
        "quantity",
        "unit",
        "included",
        "unit_price",
        "tax_percent",
        "currency",
        "amount:currency",
        "exact_amount",
        "treatment",
        "amount_with_tax:currency",
    ),
    sql=f"""
        SELECT i.number, i.kind, i.company_id::text, c.name, i.issued_at, l.position,
               l.description, l.quantity, l.unit, l.included, l.unit_price, l.tax_percent,
               i.currency, l.amount, l.exact_amount, l.treatment, l.gross
        FROM invoice_line l
        JOIN invoice i ON i.id = l.invoice_id
        JOIN company c ON c.id = i.company_id
        WHERE i.status <> 'draft' AND {_WITHIN.format(at="i.issued_at", company="i.company_id")}
        ORDER BY i.issued_at, i.number, l.position
    """,  # noqa: S608 - constants of ours
)
_PAYMENTS = Dataset(
    key="payments",
    title="Payments",
    columns=_columns(
        "id",
        "company_id",
        "company",
        "created_at",
        "received_at",
        "status",
        "purpose",
        "method",
        "gateway",
        "gateway_reference",
        "reference",
        "currency",
        "amount:currency",
        "refunded:currency",
        "charged_currency",
        "charged:charged_currency",
        "receipt",
        "failure_code",
    ),
    sql=f"""
        SELECT p.id::text, p.company_id::text, c.name, p.created_at, p.received_at, p.status,
               p.purpose, p.method, p.gateway, p.gateway_reference, p.reference,
               p.amount_currency, p.amount,
               coalesce((SELECT sum(r.amount) FROM refund r
                         WHERE r.payment_id = p.id AND r.status = 'completed'), 0),
               coalesce(p.taken_currency, p.amount_currency), coalesce(p.taken, p.amount),
               d.number, p.failure_code
        FROM payment p
        JOIN company c ON c.id = p.company_id
        LEFT JOIN receipt d ON d.id = p.receipt_id
        WHERE {_WITHIN.format(at="p.created_at", company="p.company_id")}
        ORDER BY p.created_at, p.id
    """,  # noqa: S608 - constants of ours
)
_LEDGER = Dataset(
    key="ledger",
    title="Ledger",
    columns=_columns(
        "entry_id",
        "leg",
        "at",
        "kind",
        "company_id",
        "account",
        "detail",
        "currency",
        "amount:currency",
        "balance_after:currency",
        "description",
        "document",
        "by",
        "reason",
    ),
    sql=f"""
        SELECT e.id::text, l.id, e.at, e.kind, e.company_id::text, a.kind, a.detail, a.currency,
               l.amount, l.balance_after, e.description, e.document, e.by, e.reason
        FROM ledger_leg l
        JOIN ledger_entry e ON e.id = l.entry_id
        JOIN ledger_account a ON a.id = l.account_id
        WHERE {_WITHIN.format(at="e.at", company="e.company_id")}
        ORDER BY l.id
    """,  # noqa: S608 - constants of ours
)
_CHARGES = Dataset(
    key="charges",
    title="Charges",
    columns=_columns(
        "id",
        "record_id",
        "source",
        "kind",
        "company_id",
        "subject",
        "label",
        "meter",
        "country",
        "started_at",
        "rated_at",
        "quantity",
        "billed",
        "from_allowance",
        "unit_price",
        "currency",
        "amount:currency",
        "tax_percent",
        "tax:currency",
    ),
    sql=f"""
        SELECT h.id::text, h.external_id, h.source, h.kind, h.company_id::text, h.subject,
               h.label, h.meter_id, h.country, h.started_at, h.rated_at, h.quantity, h.billed,
               h.from_allowance, h.unit_price, p.currency, h.amount, h.tax_percent, h.tax
        FROM charge h
        JOIN billing_profile p ON p.company_id = h.company_id
        WHERE {_WITHIN.format(at="h.started_at", company="h.company_id")}
        ORDER BY h.id
    """,  # noqa: S608 - constants of ours
)

_TAX = Dataset(
    key="tax",
    title="Tax",
    columns=_columns(
        "issued_at",
        "number",
        "kind",
        "company_id",
        "company",
        "tax_number",
        "country",
        "treatment",
        "name",
        "percent",
        "currency",
        "net:currency",
        "tax:currency",
    ),
    sql=f"""
        SELECT i.issued_at, i.number, i.kind, i.company_id::text, c.name,
               i.content #>> '{{buyer,tax_id}}', t.country, t.treatment, t.name, t.percent,
               i.currency, t.net * s.sign, t.amount * s.sign
        FROM invoice_tax t
        JOIN invoice i ON i.id = t.invoice_id
        JOIN company c ON c.id = i.company_id
        CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'invoice' THEN 1 ELSE -1 END AS sign) s
        WHERE i.status <> 'draft' AND {_WITHIN.format(at="i.issued_at", company="i.company_id")}
        ORDER BY i.issued_at, i.number, t.percent, t.treatment
    """,  # noqa: S608 - constants of ours
)

DATASETS = {
    dataset.key: dataset for dataset in (_INVOICES, _LINES, _PAYMENTS, _LEDGER, _CHARGES, _TAX)
}

# The double entry behind the statement of account is the provider's own.
STAFF_ONLY = frozenset({"ledger"})

# What is in invoices: gone for customers along with them.
OF_INVOICES = frozenset({"invoices", "invoice-lines", "tax"})


def export(dataset: Dataset, selection: Selection, *, file_format: FileFormat) -> Iterator[bytes]:
    """The table as chunks of a file of that format."""
    return stream_rows(
        dataset.columns, rows(dataset, selection), file_format=file_format, title=dataset.title
    )


def rows(dataset: Dataset, selection: Selection) -> Iterator[Row]:
    """The rows, read in portions inside one transaction: one consistent picture."""
    given = {"start": selection.start, "end": selection.end, "company": selection.company}
    name = f"export_{uuid7().hex}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {dataset.sql}", given)
        while True:
            cursor.execute(f"FETCH {_FETCH} FROM {name}")
            portion = cursor.fetchall()
            if not portion:
                return
            yield from portion
