"""Correcting issued invoices: by a credit note for all or part, or by voiding.

Each act is one transaction; the lock order is that of `actions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.audit.actions import record
from accounts.events.actions import publish
from billing.documents.actions import take_numbers
from billing.documents.models import Series
from billing.invoicing.exceptions import CannotCorrect, LineAmountInvalid, PaymentRunning
from billing.invoicing.funds import apply_funds, invoice_facts
from billing.invoicing.lines import LineGroup, Totals, totals_of
from billing.invoicing.models import Invoice, InvoiceLine
from billing.invoicing.queries import lock_invoice
from billing.invoicing.writing import freeze, tax_legs, write_lines
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import Account, AccountKind, Entry, EntryKind
from billing.ledger.queries import lock_account
from billing.money.calc import is_in_minor_units, minor_digits, plain, round_minor
from billing.tax.calc import Terms, Treatment, tax_on

NOTHING = Decimal(0)
_GIVEN_UP = (Invoice.Status.VOID, Invoice.Status.UNCOLLECTIBLE)


@transaction.atomic
def credit_invoice(
    invoice_id: UUID,
    *,
    amounts: Mapping[int, Decimal] | None,
    reason: str,
    key: str,
    by: str,
    at: datetime,
) -> Invoice:
    """Issue a credit note for an invoice: for net `amounts` by line position, or for all of it.

    The money goes to what is still due of the invoice, the rest stays on the balance.
    """
    done = Entry.objects.filter(key=f"credit_note:{key}").first()
    if done is not None:
        return Invoice.objects.get(entry=done)
    invoice, account = _lock(invoice_id)
    _check_issued(invoice)
    return _write_note(invoice, account, amounts=amounts, reason=reason, key=key, by=by, at=at)


@transaction.atomic
def void_invoice(invoice_id: UUID, *, reason: str, key: str, by: str, at: datetime) -> Invoice:
    """Void an issued invoice: a full credit note takes it back. Returns the invoice.

    Refused while a card is being charged for it: what is charged for an invoice must find it.
    """
    invoice, account = _lock(invoice_id)
    if invoice.status == Invoice.Status.VOID:
        return invoice
    _check_issued(invoice)
    if invoice.payments.filter(is_open=True).exists():
        raise PaymentRunning(invoice)
    invoice.status, invoice.status_reason, invoice.status_changed_at = (
        Invoice.Status.VOID,
        reason[:300],
        at,
    )
    invoice.save(update_fields=["status", "status_reason", "status_changed_at"])
    _write_note(invoice, account, amounts=None, reason=reason, key=f"void:{key}", by=by, at=at)
    invoice = lock_invoice(invoice_id)
    publish("invoice.voided", company=invoice.company, data=invoice_facts(invoice), at=at)
    return invoice


def _lock(invoice_id: UUID) -> tuple[Invoice, Account]:
    """The invoice and its customer account, locked in the order of `actions`."""
    invoice = Invoice.objects.select_related("company").get(pk=invoice_id)
    account = lock_account(invoice.company_id, invoice.currency)
    return lock_invoice(invoice_id), account


def _write_note(
    invoice: Invoice,
    account: Account,
    *,
    amounts: Mapping[int, Decimal] | None,
    reason: str,
    key: str,
    by: str,
    at: datetime,
) -> Invoice:
    """Number, book and freeze a credit note, and let it pay what is due of the locked invoice."""
    groups = _groups_to_credit(invoice, amounts)
    totals = totals_of(groups, currency=invoice.currency)
    if totals.figures.total <= 0:
        raise CannotCorrect(
            "nothing_to_credit", f"Nothing of {invoice} is left to credit.", attr="lines"
        )
    note = _draft_note(invoice, totals, reason=reason, at=at)
    note.entry = _book_credit(note, totals, key=key, by=by, at=at)
    write_lines(note, groups, totals)
    apply_funds(invoice.company, account, at=at, named={note.entry.pk: invoice.pk})
    freeze(note, groups, totals, at=at)
    record(
        "invoice.credited",
        actor=by,
        at=at,
        company=invoice.company,
        target=invoice.number or "",
        reason=reason,
    )
    publish("invoice.issued", company=invoice.company, data=invoice_facts(note), at=at)
    return note


@dataclass(frozen=True)
class _Left:
    """What earlier notes have left of a line; `tax` only where prices include it."""

    net: Decimal
    tax: Decimal


def _groups_to_credit(invoice: Invoice, amounts: Mapping[int, Decimal] | None) -> list[LineGroup]:
    """One group per credited line; without `amounts`, all that earlier notes have left of them."""
    lines = {line.position: line for line in invoice.lines.all()}
    left = _left_of_lines(invoice, lines)
    wanted = {position: each.net for position, each in left.items()} if amounts is None else amounts
    for position, amount in wanted.items():
        _check_line(invoice, position, amount, left)
    terms = {position: _terms(invoice, line) for position, line in lines.items()}
    return [
        _credited(lines[position], amount, left=left[position], terms=terms[position])
        for position, amount in sorted(wanted.items())
        if amount
    ]


def _credited(line: InvoiceLine, amount: Decimal, *, left: _Left, terms: Terms) -> LineGroup:
    """A net `amount` of a line; the last of it takes along what is left of its tax."""
    tax = NOTHING
    if terms.includes_tax:
        share = round_minor(tax_on(amount, terms.percent), line.invoice.currency)
        tax = left.tax if amount == left.net else share
    return LineGroup(
        description=line.group["what"],
        service=line.group["service"],
        plan=line.group["plan"],
        unit="",
        unit_price=amount + tax,
        terms=terms,
        quantity=Decimal(1),
        amount=amount,
        tax=tax,
        facts=line.group | {"line": str(line.position)},
    )


def _terms(invoice: Invoice, line: InvoiceLine) -> Terms:
    """How the invoice says that the line was taxed."""
    tax = invoice.taxes.get(percent=line.tax_percent, treatment=line.treatment)
    return Terms(
        percent=tax.percent,
        treatment=Treatment(tax.treatment),
        name=tax.name,
        reason=tax.reason,
        includes_tax=line.gross is not None,
    )


def _left_of_lines(invoice: Invoice, lines: Mapping[int, InvoiceLine]) -> dict[int, _Left]:
    credited = InvoiceLine.objects.filter(invoice__corrects=invoice)
    parts = [(position, line, 1) for position, line in lines.items()]
    parts += [(int(line.group["line"]), line, -1) for line in credited]
    left = dict.fromkeys(lines, _Left(NOTHING, NOTHING))
    for position, line, sign in parts:
        tax = NOTHING if line.gross is None else line.gross - line.amount
        was = left[position]
        left[position] = _Left(was.net + sign * line.amount, was.tax + sign * tax)
    return left


def _check_line(
    invoice: Invoice, position: int, amount: Decimal, left: Mapping[int, _Left]
) -> None:
    if position not in left:
        raise LineAmountInvalid(f"{invoice} has no line {position}.", attr="lines")
    if not is_in_minor_units(amount, invoice.currency):
        raise LineAmountInvalid(f"{amount:f} is not in whole minor units.", attr="lines")
    most = left[position].net
    if abs(amount) > abs(most) or amount * most < 0:
        rest = plain(most, at_least=minor_digits(invoice.currency))
        raise LineAmountInvalid(f"Of line {position} there is {rest} left to credit.", attr="lines")


def _check_issued(invoice: Invoice) -> None:
    """Only an issued invoice that is neither void nor written off can be corrected."""
    if invoice.kind != Invoice.Kind.INVOICE or invoice.status in _GIVEN_UP:
        raise CannotCorrect(
            "cannot_correct",
            f"{invoice} is {invoice.status}: only an issued invoice can be credited.",
            status=409,
        )


def _draft_note(invoice: Invoice, totals: Totals, *, reason: str, at: datetime) -> Invoice:
    [number] = take_numbers(Series.Kind.CREDIT_NOTE, count=1, at=at)
    return Invoice(
        kind=Invoice.Kind.CREDIT_NOTE,
        number=number,
        company=invoice.company,
        corrects=invoice,
        status=Invoice.Status.PAID,
        status_reason="Credited to the balance",
        status_changed_at=at,
        billing_type=invoice.billing_type,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        issued_at=at,
        currency=invoice.currency,
        subtotal=totals.figures.subtotal,
        tax=totals.figures.tax,
        total=totals.figures.total,
        features=invoice.features,
        reason=reason,
        created_at=at,
    )


def _book_credit(note: Invoice, totals: Totals, *, key: str, by: str, at: datetime) -> Entry:
    currency = note.currency
    return make_entry(
        EntryKind.CREDIT_NOTE,
        company=note.company,
        legs=[
            LegSpec(AccountKind.REVENUE, -totals.figures.subtotal, currency),
            *tax_legs(totals, currency, sign=-1),
            LegSpec(AccountKind.CUSTOMER, totals.figures.total, currency, note.company),
        ],
        key=f"credit_note:{key}",
        at=at,
        by=by,
        description=f"Credit note {note.number}",
        document=note.number or "",
        reason=note.reason,
    )
