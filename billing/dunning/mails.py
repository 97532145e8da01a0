"""The mails of dunning: to the invoice addresses, else to those who handle money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from accounts.companies.models import Company
from accounts.notifications.actions import Attachment, queue_mail
from billing.dunning.calc import Step, StepKind
from billing.invoicing.mails import invoice_pdf
from billing.invoicing.models import Invoice
from billing.metering.models import Charge
from billing.payments.mails import figure, invoice_readers, portal
from features.queries import value

_KINDS = {
    StepKind.REMINDER: "invoice_reminder",
    StepKind.OVERDUE: "invoice_overdue",
    StepKind.DELETION_WARNING: "deletion_warning",
    StepKind.DELETION: "resources_deleted",
}
_WITH_PDF = (StepKind.REMINDER, StepKind.OVERDUE)


def mail_step(
    invoice: Invoice, step: Step, *, at: datetime, late_fee: Charge | None = None
) -> None:
    """Tell of a step, and of the fee that comes with it; reminders carry the invoice."""
    attachments = []
    if step.kind in _WITH_PDF:
        pdf = invoice_pdf(invoice)
        attachments = [Attachment(f"{invoice.number}.pdf", "application/pdf", pdf)]
    queue_mail(
        _KINDS[step.kind],
        company=invoice.company,
        to=invoice_readers(invoice.company),
        once=f"dunning:{invoice.pk}:{step.kind}:{step.number}",
        context=_context(invoice.company, [invoice], at=at)
        | {"invoice": invoice, "days": step.number, "late_fee": _fee(invoice, late_fee)},
        at=at,
        attachments=attachments,
    )


def mail_suspension(company: Company, overdue: Sequence[Invoice], *, at: datetime) -> None:
    """Why the account stands still, what is owed, and that paying brings it back."""
    queue_mail(
        "account_suspended",
        company=company,
        to=invoice_readers(company),
        once=f"dunning:{company.pk}:suspended:{at.isoformat()}",
        context=_context(company, overdue, at=at) | {"overdue": overdue},
        at=at,
    )


def _fee(invoice: Invoice, charge: Charge | None) -> str:
    """With its tax, as people read it."""
    if charge is None:
        return ""
    return figure(charge.amount + charge.tax, invoice.currency)


def _context(company: Company, overdue: Sequence[Invoice], *, at: datetime) -> dict[str, object]:
    currency = overdue[0].currency
    due = sum((each.payable for each in overdue), Decimal(0))
    has_list = len(overdue) > 1 and value("invoice_menu", at=at)
    page = "" if has_list else f"{overdue[0].pk}/pay/"
    return {
        "due": figure(due, currency),
        "url": portal(f"invoices/{page}"),
    }
