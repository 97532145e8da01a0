"""Statements of account: opening balance, movements, invoices, closing balance of any days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain

from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext

from accounts.companies.models import Company
from billing.documents.kept import in_documents_of, said
from billing.documents.queries import buyer, document_language, look, seller
from billing.documents.rendering.content import StatementContent, StatementRow
from billing.documents.rendering.pdf import render_statement_pdf
from billing.invoicing.models import Invoice
from billing.ledger.models import EntryKind, Leg
from billing.ledger.queries import Page, customer_account, statement
from billing.ledger.ranges import Range
from billing.money.calc import minor_digits, plain

CONSUMPTION = (EntryKind.USAGE, EntryKind.FEE, EntryKind.RERATING)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Movement:
    """A line of a statement; consumption is one line a day, `leg` tells its place."""

    leg: int
    occurred_at: datetime
    kind: str
    description: str
    document: str
    amount: Decimal
    balance: Decimal = Decimal(0)


@dataclass(frozen=True)
class Statement:
    """What stood on the account, what moved it, and the documents issued meanwhile."""

    company: Company
    currency: str
    start: datetime
    end: datetime
    opening: Decimal
    closing: Decimal
    movements: list[Movement]
    invoices: list[Invoice]


def statement_of_account(company: Company, asked: Range, *, at: datetime) -> Statement:
    """The company's statement; without bounds from its beginning until now.

    The movements add up: opening + all amounts = closing.
    """
    start, end = asked.start or company.created_at, asked.end or at
    account = customer_account(company)
    page = statement(account, start=start, end=end)
    return Statement(
        company=company,
        currency=account.currency,
        start=start,
        end=end,
        opening=page.opening,
        closing=page.closing,
        movements=list(_running(page, company)),
        invoices=list(
            Invoice.objects.filter(
                company=company,
                currency=account.currency,
                issued_at__gte=start,
                issued_at__lt=end,
            ).order_by("issued_at", "id")
        ),
    )


def statement_pdf(account: Statement, *, at: datetime) -> bytes:
    """The statement as a document, drawn now: it has no number and is not kept."""
    zone = account.company.zone
    language = document_language(account.company, at=at)
    with in_documents_of(language):
        rows = tuple(_rows(account))
    content = StatementContent(
        seller=seller(at=at),
        buyer=buyer(account.company),
        currency=account.currency,
        from_date=account.start.astimezone(zone).date(),
        to_date=(max(account.end, account.start + MOMENT) - MOMENT).astimezone(zone).date(),
        opening=account.opening,
        closing=account.closing,
        rows=rows,
        issued_at=at,
        language=language,
        time_zone=account.company.timezone,
        look=look("statement", language=language, at=at),
    )
    return render_statement_pdf(content).content


def _running(page: Page, company: Company) -> Iterator[Movement]:
    """The movements in order of booking, each with the balance after it."""
    movements = sorted(
        chain(_single(page.legs), _by_day(page.legs, company)), key=lambda line: line.leg
    )
    balance = page.opening
    for line in movements:
        balance += line.amount
        yield replace(line, balance=balance)


def _single(legs: QuerySet[Leg]) -> Iterator[Movement]:
    for leg in legs.exclude(entry__kind__in=CONSUMPTION):
        yield Movement(
            leg.pk,
            leg.entry.at,
            leg.entry.kind,
            leg.entry.description,
            leg.entry.document,
            leg.amount,
        )


def _by_day(legs: QuerySet[Leg], company: Company) -> Iterator[Movement]:
    """Consumption of a day in the company's time zone as one movement, in place of its last."""
    days = (
        legs.filter(entry__kind__in=CONSUMPTION)
        .annotate(day=TruncDate("entry__at", tzinfo=company.zone))
        .order_by("day")
        .values("day")
        .annotate(total=Sum("amount"), last=Max("id"), latest=Max("entry__at"))
        .values_list("last", "latest", "total")
    )
    for last, latest, total in days:
        yield Movement(last, latest, EntryKind.USAGE, "Consumption", "", total)


def _rows(account: Statement) -> Iterator[StatementRow]:
    """Movements and, in between, the invoices: those tell what was used and move nothing."""
    told = {line.document for line in account.movements}
    rows = [
        StatementRow(
            occurred_at=line.occurred_at,
            description=said(line.description),
            amount=line.amount,
            balance=line.balance,
            document=line.document,
        )
        for line in account.movements
    ]
    for invoice in account.invoices:
        if invoice.number and invoice.number not in told and invoice.issued_at:
            rows.append(_invoice_row(invoice, invoice.issued_at, rows, account.opening))
    return iter(sorted(rows, key=lambda row: row.occurred_at))


def _invoice_row(
    invoice: Invoice, issued_at: datetime, rows: list[StatementRow], opening: Decimal
) -> StatementRow:
    before = [row for row in rows if row.occurred_at <= issued_at]
    is_credit = invoice.kind == Invoice.Kind.CREDIT_NOTE
    over = (
        gettext("Credit note over %(amount)s") if is_credit else gettext("Invoice over %(amount)s")
    )
    total = plain(invoice.total, at_least=minor_digits(invoice.currency))
    return StatementRow(
        occurred_at=issued_at,
        description=over % {"amount": f"{total} {invoice.currency}"},
        amount=Decimal(0),
        balance=before[-1].balance if before else opening,
        document=invoice.number or "",
    )
