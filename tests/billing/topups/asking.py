"""Top-up invoices and money for them, each with its figures in sight."""

from __future__ import annotations

from uuid import UUID

from accounts.companies.models import Company
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from billing.topups.actions.issuing import issue_top_up_invoice
from billing.topups.models import TopUpInvoice
from tests.billing.payments.cards import usd
from tests.factories import BY, NOW, new_key


def ask(company: Company, amount: str = "300.00", *, key: str = "") -> TopUpInvoice:
    return issue_top_up_invoice(company, amount=usd(amount), key=key or new_key(), by=BY, at=NOW)


def transfer(
    company: Company,
    amount: str,
    *,
    paying: TopUpInvoice | UUID | None = None,
    reference: str = "MT940 / 17",
) -> Payment:
    """Money on the bank account, recorded by staff for the top-up invoice if one is named."""
    return record_transfer(
        company,
        amount=usd(amount),
        method=Payment.Method.BANK_TRANSFER,
        reference=reference,
        received_at=NOW,
        key=new_key("transfer"),
        by=BY,
        at=NOW,
        top_up_invoice=paying.pk if isinstance(paying, TopUpInvoice) else paying,
    )


def state(invoice: TopUpInvoice) -> tuple[str, str]:
    """Its status and what is due, as the database has them."""
    invoice.refresh_from_db()
    return invoice.status, f"{invoice.amount_due:.2f}"
