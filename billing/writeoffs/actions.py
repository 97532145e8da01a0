"""Giving up an unpaid invoice: proposed, then booked at once or after a second person's approval.

Lock order: company → customer account → invoice.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit.actions import record
from accounts.events.actions import publish
from billing.invoicing.exceptions import PaymentRunning
from billing.invoicing.funds import apply_funds, invoice_facts
from billing.invoicing.models import Invoice
from billing.invoicing.queries import lock_invoice
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.exceptions import SecondPersonNeeded
from billing.ledger.models import Account, AccountKind, EntryKind
from billing.ledger.queries import lock_payer, most_alone
from billing.money.calc import plain
from billing.writeoffs.exceptions import (
    NothingToWriteOff,
    WriteOffDecided,
    WriteOffKeyReused,
    WriteOffProposed,
)
from billing.writeoffs.models import WriteOff

Status = WriteOff.Status
UNPAID = (Invoice.Status.OPEN, Invoice.Status.OVERDUE)


@transaction.atomic
def propose_write_off(
    invoice_id: UUID, *, reason: str, key: str, by: str, at: datetime
) -> WriteOff:
    """Give up what is due of an invoice; above `four_eyes_amount` once somebody else approves.

    A key that has its write-off returns it. Raises NothingToWriteOff, PaymentRunning,
    WriteOffProposed, WriteOffKeyReused.
    """
    invoice, account = _lock(invoice_id)
    known = WriteOff.objects.filter(key=key).first()
    if known is not None:
        if (known.invoice_id, known.reason) != (invoice_id, reason):
            raise WriteOffKeyReused
        return known
    _check_unpaid(invoice)
    if WriteOff.objects.filter(invoice=invoice, status=Status.PROPOSED).exists():
        raise WriteOffProposed(invoice)
    write_off = WriteOff.objects.create(
        invoice=invoice,
        amount=invoice.amount_due,
        reason=reason,
        key=key,
        proposed_by=by,
        proposed_at=at,
    )
    _audit("write_off.proposed", write_off, by=by, at=at)
    if write_off.amount <= most_alone(invoice.currency, at=at):
        _book(write_off, invoice, account, by=by, at=at)
    return write_off


@transaction.atomic
def approve_write_off(write_off_id: UUID, *, by: str, at: datetime) -> WriteOff:
    """Book what is due by now. Raises WriteOffDecided, SecondPersonNeeded, NothingToWriteOff."""
    write_off, invoice, account = _undecided(write_off_id)
    if by == write_off.proposed_by:
        raise SecondPersonNeeded
    _check_unpaid(invoice)
    write_off.amount = invoice.amount_due
    _book(write_off, invoice, account, by=by, at=at)
    return write_off


@transaction.atomic
def decline_write_off(write_off_id: UUID, *, by: str, at: datetime) -> WriteOff:
    """Drop a proposal; whoever made it may take it back."""
    write_off, _, _ = _undecided(write_off_id)
    _decide(write_off, Status.DECLINED, by=by, at=at)
    return write_off


def _lock(invoice_id: UUID) -> tuple[Invoice, Account]:
    unlocked = Invoice.objects.get(pk=invoice_id)
    account = lock_payer(unlocked.company_id, unlocked.currency)
    return lock_invoice(invoice_id), account


def _undecided(write_off_id: UUID) -> tuple[WriteOff, Invoice, Account]:
    """The proposal, its company, account and invoice locked."""
    write_off = WriteOff.objects.get(pk=write_off_id)
    invoice, account = _lock(write_off.invoice_id)
    write_off.refresh_from_db()
    if write_off.status != Status.PROPOSED:
        raise WriteOffDecided(write_off.status)
    return write_off, invoice, account


def _check_unpaid(invoice: Invoice) -> None:
    is_invoice = invoice.kind == Invoice.Kind.INVOICE
    if not is_invoice or invoice.status not in UNPAID or invoice.amount_due <= 0:
        raise NothingToWriteOff(invoice)
    if invoice.payments.filter(is_open=True).exists():
        raise PaymentRunning(invoice)


def _book(
    write_off: WriteOff, invoice: Invoice, account: Account, *, by: str, at: datetime
) -> None:
    """write_off −, customer +, and that pays the invoice; nothing asks for it any more."""
    invoice.status = Invoice.Status.UNCOLLECTIBLE
    invoice.status_reason, invoice.status_changed_at = write_off.reason[:300], at
    invoice.save(update_fields=["status", "status_reason", "status_changed_at"])
    write_off.entry = make_entry(
        EntryKind.WRITE_OFF,
        company=invoice.company,
        legs=[
            LegSpec(AccountKind.WRITE_OFF, -write_off.amount, invoice.currency),
            LegSpec(AccountKind.CUSTOMER, write_off.amount, invoice.currency, invoice.company),
        ],
        key=f"write_off:{write_off.pk}",
        at=at,
        by=by,
        description=f"Write-off of {invoice.number}",
        document=invoice.number or "",
        reason=write_off.reason,
    )
    _decide(write_off, Status.BOOKED, by=by, at=at)
    apply_funds(invoice.company, account, at=at, named={write_off.entry.pk: invoice.pk})
    invoice.refresh_from_db()
    publish("invoice.written_off", company=invoice.company, data=invoice_facts(invoice), at=at)


def _decide(write_off: WriteOff, status: Status, *, by: str, at: datetime) -> None:
    write_off.status, write_off.decided_by, write_off.decided_at = status, by, at
    write_off.save()
    _audit(f"write_off.{status}", write_off, by=by, at=at)


def _audit(action: str, write_off: WriteOff, *, by: str, at: datetime) -> None:
    invoice = write_off.invoice
    record(
        action,
        actor=by,
        at=at,
        company=invoice.company,
        target=invoice.number or "",
        after={"amount": plain(write_off.amount), "currency": invoice.currency},
        reason=write_off.reason,
    )
