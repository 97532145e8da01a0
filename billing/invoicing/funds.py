"""Which money pays which invoice: funds read from the ledger, allocated oldest first.

Everything here runs under the lock of the customer account. Money for a named invoice goes to
it, other money to the oldest open invoice; what is taken back (refund, dispute) comes out of
free funds first, then releases the newest allocations.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from accounts.companies.models import Company
from accounts.events.actions import publish
from billing.invoicing.models import Allocation, Fund, FundsRead, Invoice
from billing.invoicing.queries import lock_invoice, unpaid_invoices
from billing.ledger.models import Account, EntryKind, Leg
from billing.money.calc import plain

NOT_FUNDS = (EntryKind.USAGE, EntryKind.FEE, EntryKind.RERATING, EntryKind.INVOICE)
_RELEASING = (EntryKind.DISPUTE, EntryKind.REFUND)


def apply_funds(
    company: Company, account: Account, *, at: datetime, named: Mapping[UUID, UUID] | None = None
) -> None:
    """Bring funds and allocations up to date; `account` is locked by the caller.

    `named` maps an entry to the invoice that its money was sent for.
    """
    _read_ledger(company, account)
    for entry_id, invoice_id in (named or {}).items():
        _pay_named(entry_id, invoice_id, at=at)
    _cover_debits(company, account.currency, at=at)
    for invoice in unpaid_invoices(company.pk).filter(currency=account.currency):
        if not _pay_from_funds(invoice, at=at):
            break


def settle(invoice: Invoice, *, at: datetime) -> None:
    """Paid when nothing is to be paid any more; open again when an allocation was released."""
    if not invoice.payable and invoice.status in {Invoice.Status.OPEN, Invoice.Status.OVERDUE}:
        _change_status(invoice, Invoice.Status.PAID, reason="Paid in full", at=at)
        publish("invoice.paid", company=invoice.company, data=invoice_facts(invoice), at=at)
    elif invoice.payable and invoice.status == Invoice.Status.PAID:
        _change_status(invoice, Invoice.Status.OPEN, reason="A payment was taken back", at=at)


def invoice_facts(invoice: Invoice) -> dict[str, object]:
    """What events say of an invoice."""
    return {
        "invoice": str(invoice.pk),
        "number": invoice.number,
        "kind": invoice.kind,
        "total": plain(invoice.total),
        "amount_due": plain(invoice.payable),
        "currency": invoice.currency,
    }


def _read_ledger(company: Company, account: Account) -> None:
    """Turn legs on the customer account since the last reading into funds."""
    read, _ = FundsRead.objects.get_or_create(company=company, currency=account.currency)
    legs = Leg.objects.filter(account=account, id__gt=read.through_leg).select_related("entry")
    last = legs.order_by("-id").values_list("id", flat=True).first()
    if last is None:
        return
    Fund.objects.bulk_create(
        [
            Fund(
                entry=leg.entry,
                company=company,
                currency=account.currency,
                leg=leg.pk,
                amount=leg.amount,
                unapplied=leg.amount,
            )
            for leg in legs.exclude(entry__kind__in=NOT_FUNDS).order_by("id")
        ]
    )
    read.through_leg = last
    read.save(update_fields=["through_leg"])


def _pay_named(entry_id: UUID, invoice_id: UUID, *, at: datetime) -> None:
    fund = Fund.objects.filter(pk=entry_id, unapplied__gt=0).first()
    invoice = lock_invoice(invoice_id)
    if fund is not None and invoice.amount_due > 0:
        _allocate(fund, invoice, at=at)


def _pay_from_funds(invoice: Invoice, *, at: datetime) -> bool:
    """Pay one invoice from the oldest free funds; False when they ran out."""
    invoice = lock_invoice(invoice.pk)
    funds = Fund.objects.filter(
        company=invoice.company_id, currency=invoice.currency, unapplied__gt=0
    ).order_by("leg")
    for fund in funds:
        if invoice.amount_due <= 0:
            break
        _allocate(fund, invoice, at=at)
    return invoice.amount_due <= 0


def _allocate(fund: Fund, invoice: Invoice, *, at: datetime) -> None:
    amount = min(fund.unapplied, invoice.amount_due)
    Allocation.objects.create(credit_id=fund.pk, invoice=invoice, amount=amount, at=at)
    fund.unapplied -= amount
    fund.save(update_fields=["unapplied"])
    invoice.amount_due -= amount
    invoice.save(update_fields=["amount_due"])
    settle(invoice, at=at)


def _cover_debits(company: Company, currency: str, *, at: datetime) -> None:
    """Money taken back uses up the newest free funds, then releases the newest allocations."""
    funds = Fund.objects.filter(company=company, currency=currency)
    for debit in funds.filter(unapplied__lt=0).order_by("leg").select_related("entry"):
        for fund in funds.filter(unapplied__gt=0).order_by("-leg"):
            _net(debit, fund)
            if not debit.unapplied:
                break
        if debit.unapplied and debit.entry.kind in _RELEASING:
            _release_newest(debit, at=at)


def _net(debit: Fund, fund: Fund) -> None:
    amount = min(-debit.unapplied, fund.unapplied)
    debit.unapplied += amount
    fund.unapplied -= amount
    Fund.objects.bulk_update([debit, fund], ["unapplied"])


def _release_newest(debit: Fund, *, at: datetime) -> None:
    """Take allocations back, newest first, until the debit is covered; the rest of one is kept."""
    taken = Allocation.objects.filter(
        invoice__company=debit.company_id, invoice__currency=debit.currency, released_at=None
    )
    for allocation in taken.order_by("-id"):
        if not debit.unapplied:
            return
        _release(allocation, debit, at=at)


def _release(allocation: Allocation, debit: Fund, *, at: datetime) -> None:
    amount = min(-debit.unapplied, allocation.amount)
    kept = allocation.amount - amount
    allocation.released_at = at
    allocation.save(update_fields=["released_at"])
    if kept:
        Allocation.objects.create(
            credit_id=allocation.credit_id, invoice_id=allocation.invoice_id, amount=kept, at=at
        )
    debit.unapplied += amount
    debit.save(update_fields=["unapplied"])
    invoice = lock_invoice(allocation.invoice_id)
    invoice.amount_due += amount
    invoice.save(update_fields=["amount_due"])
    settle(invoice, at=at)


def _change_status(invoice: Invoice, status: Invoice.Status, *, reason: str, at: datetime) -> None:
    invoice.status, invoice.status_reason, invoice.status_changed_at = status, reason, at
    invoice.save(update_fields=["status", "status_reason", "status_changed_at"])
