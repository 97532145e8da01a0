"""Issuing a top-up invoice, and voiding one that nobody has paid anything of."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from djmoney.money import Money

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.events.actions import publish
from billing.documents.actions import take_numbers
from billing.documents.models import Series
from billing.documents.queries import buyer, document_language, look, seller
from billing.documents.rendering.content import TopUpContent
from billing.ledger.queries import lock_account
from billing.payments.availability import bank_details, is_available
from billing.payments.exceptions import KeyReused
from billing.payments.gateways.registry import STRIPE
from billing.payments.queries import money_json
from billing.profiles.queries import profile_of
from billing.recharges.actions.paying import check_recharge
from billing.topups.exceptions import (
    TopUpInvoiceHasMoney,
    TopUpInvoiceNotOpen,
    TopUpPaymentRunning,
)
from billing.topups.models import TopUpInvoice
from billing.topups.queries import lock_top_up, top_up_data, waiting_payment
from features.queries import value

NOTHING = Decimal(0)


@transaction.atomic
def issue_top_up_invoice(
    company: Company, *, amount: Money, key: str, by: str, at: datetime
) -> TopUpInvoice:
    """Ask the company for a prepayment within the recharge limits. The same key issues once.

    Nothing is booked: money enters when it is paid. Raises InvalidPaymentAmount,
    WrongPaymentCurrency, BelowMinimumRecharge, AboveMaximumRecharge, CompanyIsClosed, KeyReused.
    """
    lock_account(company.pk, profile_of(company.pk).currency)
    before = TopUpInvoice.objects.filter(key=key).first()
    if before is not None:
        return _same(before, company, amount)
    check_recharge(company, amount, at=at)
    invoice = _issued(company, amount=amount, key=key, by=by, at=at)
    record(
        "top_up_invoice.issued",
        actor=by,
        at=at,
        company=company,
        target=invoice.number,
        after={"amount": money_json(amount)},
    )
    publish("account.top_up_invoice_issued", company=company, data=top_up_data(invoice), at=at)
    return invoice


@transaction.atomic
def void_top_up_invoice(top_up_id: UUID, *, reason: str, by: str, at: datetime) -> TopUpInvoice:
    """Ask for it no more, for good. Once void it stays void: voiding again changes nothing.

    Raises TopUpInvoiceNotOpen, TopUpInvoiceHasMoney, TopUpPaymentRunning.
    """
    unlocked = TopUpInvoice.objects.get(pk=top_up_id)
    lock_account(unlocked.company_id, unlocked.currency)
    invoice = lock_top_up(top_up_id)
    if invoice.status == TopUpInvoice.Status.VOID:
        return invoice
    _check_voidable(invoice)
    invoice.status, invoice.amount_due = TopUpInvoice.Status.VOID, NOTHING
    invoice.status_reason, invoice.status_changed_at = reason[:300], at
    invoice.save(update_fields=["status", "amount_due", "status_reason", "status_changed_at"])
    record(
        "top_up_invoice.voided",
        actor=by,
        at=at,
        company=invoice.company,
        target=invoice.number,
        reason=reason,
    )
    publish(
        "account.top_up_invoice_voided", company=invoice.company, data=top_up_data(invoice), at=at
    )
    return invoice


def _issued(company: Company, *, amount: Money, key: str, by: str, at: datetime) -> TopUpInvoice:
    due_at = at + timedelta(days=value("invoice_due_days", at=at))
    language = document_language(company, at=at)
    [number] = take_numbers(Series.Kind.TOP_UP_INVOICE, count=1, at=at)
    content = TopUpContent(
        number=number,
        seller=seller(at=at),
        buyer=buyer(company),
        currency=str(amount.currency),
        amount=amount.amount,
        issued_at=at,
        due_at=due_at,
        bank_details=bank_details(company, at=at) or "",
        takes_cards=is_available(STRIPE, company),
        language=language,
        time_zone=company.timezone,
        look=look("top_up_invoice", language=language, at=at),
    )
    return TopUpInvoice.objects.create(
        company=company,
        number=number,
        amount=amount,
        amount_due=amount.amount,
        status_changed_at=at,
        issued_at=at,
        due_at=due_at,
        content=content.to_json(),
        key=key,
        by=by,
    )


def _same(invoice: TopUpInvoice, company: Company, amount: Money) -> TopUpInvoice:
    if (invoice.company_id, invoice.amount) != (company.pk, amount):
        raise KeyReused
    return invoice


def _check_voidable(invoice: TopUpInvoice) -> None:
    if invoice.status != TopUpInvoice.Status.OPEN:
        raise TopUpInvoiceNotOpen(invoice)
    if invoice.amount_due != invoice.amount.amount:
        raise TopUpInvoiceHasMoney(invoice)
    if waiting_payment(invoice) is not None:
        raise TopUpPaymentRunning(invoice)
