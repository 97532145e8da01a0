"""The mails at the beginning of a company, when it is verified, and at its end."""

from __future__ import annotations

from datetime import datetime

from accounts.notifications.actions import Attachment, queue_mail
from billing.invoicing.mails import invoice_pdf
from billing.money.calc import ceil_minor
from billing.onboarding.models import Closing, SignUp
from billing.payments.mails import figure, money_figure, money_readers, portal
from billing.payments.models import Refund
from billing.profiles.queries import profile_of
from features.queries import value


def mail_decision(sign_up: SignUp, *, at: datetime) -> None:
    """Whether the account is verified, and what becomes of its deposit."""
    company, deposit = sign_up.company, sign_up.deposit_paid
    is_kept = sign_up.deposit == SignUp.Deposit.KEPT and deposit is not None
    queue_mail(
        f"verification_{sign_up.verification}",
        company=company,
        to=money_readers(company),
        once=f"verification:{company.pk}",
        context={
            "reason": sign_up.reason,
            "refunded": money_figure(sign_up.refunded_money) if sign_up.refunded else "",
            "credited": money_figure(sign_up.credited_money) if sign_up.credited else "",
            "kept": money_figure(deposit) if is_kept and deposit else "",
            "support": value("support_contact", at=at),
            "url": portal(""),
        },
        at=at,
    )


def mail_closing(closing: Closing, *, at: datetime) -> None:
    """That the account is closed, its final invoice, and where the money that was left goes."""
    company, invoice = closing.company, closing.invoice
    currency = profile_of(company.pk).currency
    refunds = Refund.objects.filter(key__startswith=f"closing:{company.pk}:")
    back = sum((refund.amount.amount for refund in refunds), closing.to_transfer * 0)
    due = ceil_minor(invoice.amount_due, currency) if invoice else 0
    attachments = []
    if invoice is not None:
        attachments = [Attachment(f"{invoice.number}.pdf", "application/pdf", invoice_pdf(invoice))]
    queue_mail(
        "account_closed",
        company=company,
        to=money_readers(company),
        once=f"closing:{company.pk}",
        context={
            "reason": closing.reason,
            "invoice": invoice.number if invoice else "",
            "due": figure(ceil_minor(invoice.amount_due, currency), currency)
            if invoice and due
            else "",
            "back": figure(back, currency) if back else "",
            "to_transfer": figure(closing.to_transfer, currency) if closing.to_transfer else "",
            "url": portal("invoices/"),
        },
        at=at,
        attachments=attachments,
    )
