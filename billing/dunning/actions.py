"""Pursuing what is unpaid. Each act is one transaction and looks at the state of things, so that
running it twice, late, or after a crash comes to the same.

Lock order: company → customer account → invoice.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.companies.actions import reactivate_company, suspend_company
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.dunning.calc import Step, StepKind
from billing.dunning.mails import mail_step, mail_suspension
from billing.dunning.models import DunningClock, DunningStep
from billing.dunning.queries import (
    demand_of,
    late_fee_of,
    next_step_at,
    passed_steps,
    policy,
    suspending_invoices,
)
from billing.invoicing.funds import invoice_facts
from billing.invoicing.models import Invoice
from billing.invoicing.queries import lock_invoice
from billing.ledger.queries import lock_payer
from billing.metering.account_charges import charge_account
from billing.metering.models import Charge

SYSTEM = "system"
PAID = "What was overdue is paid"
_TOLD_BY_MAIL = (
    StepKind.REMINDER,
    StepKind.OVERDUE,
    StepKind.DELETION_WARNING,
    StepKind.DELETION,
)


@transaction.atomic
def pursue_invoice(invoice_id: UUID, *, at: datetime) -> int:
    """Take the steps that have fallen due, and set the clock. Returns how many were taken.

    Of reminders that fell due while nothing ran only the last is sent.
    """
    unlocked = Invoice.objects.get(pk=invoice_id)
    lock_payer(unlocked.company_id, unlocked.currency)
    invoice = lock_invoice(invoice_id)
    demand = demand_of(invoice)
    if demand is None:
        DunningClock.objects.filter(invoice=invoice).delete()
        return 0
    pursued = policy(at=at)
    passed = passed_steps(demand, pursued, at=at)
    _become_overdue(invoice, at=at)
    taken = sum(_take(invoice, step, at=at) for step in _latest_reminder_only(passed))
    _suspend(invoice.company, at=at)
    DunningClock.objects.update_or_create(
        invoice=invoice,
        defaults={
            "next_at": next_step_at(demand, pursued, after=at),
            "computed_at": at,
        },
    )
    return taken


@transaction.atomic
def revive_company(company_id: UUID, *, at: datetime) -> bool:
    """Reactivate a company that was suspended for debt, and for nothing else, once no invoice
    calls for it any more: everything is paid, or the provider suspends nobody for debt."""
    company = lock_company(company_id)
    is_for_debt = (
        company.status == Company.Status.SUSPENDED
        and company.suspended_by == Company.StoppedBy.SYSTEM
    )
    if not is_for_debt or suspending_invoices(company, at=at):
        return False
    reason = PAID if policy(at=at).suspension_days is not None else "Debts suspend nobody any more"
    reactivate_company(company, reason=reason, by=SYSTEM, at=at)
    return True


def _become_overdue(invoice: Invoice, *, at: datetime) -> None:
    if invoice.status != Invoice.Status.OPEN or invoice.due_at is None or invoice.due_at > at:
        return
    invoice.status, invoice.status_reason = Invoice.Status.OVERDUE, "Not paid by its due date"
    invoice.status_changed_at = at
    invoice.save(update_fields=["status", "status_reason", "status_changed_at"])
    publish("invoice.overdue", company=invoice.company, data=invoice_facts(invoice), at=at)


def _latest_reminder_only(passed: list[Step]) -> list[Step]:
    reminders = [step for step in passed if step.kind is StepKind.REMINDER]
    return [step for step in passed if step.kind is not StepKind.REMINDER or step is reminders[-1]]


def _take(invoice: Invoice, step: Step, *, at: datetime) -> bool:
    """Once for each step; what was suspended is looked at by itself."""
    _, is_new = DunningStep.objects.get_or_create(
        invoice=invoice, kind=step.kind.value, number=step.number, defaults={"at": at}
    )
    if not is_new:
        return False
    is_overdue = step.kind is StepKind.OVERDUE
    fee = _charge_late_fee(invoice, overdue_at=step.at, at=at) if is_overdue else None
    if step.kind in _TOLD_BY_MAIL:
        mail_step(invoice, step, late_fee=fee, at=at)
    if step.kind is StepKind.DELETION:
        publish("account.resources_expired", company=invoice.company, data={}, at=at)
    return True


def _charge_late_fee(invoice: Invoice, *, overdue_at: datetime, at: datetime) -> Charge | None:
    """Once for an invoice, by what was set when it became overdue; a line of the next invoice."""
    fee = late_fee_of(invoice, at=overdue_at)
    if not fee:
        return None
    return charge_account(
        invoice.company,
        Charge.Kind.LATE_FEE,
        label=f"Late fee for {invoice.number}",
        amount=fee,
        key=str(invoice.pk),
        by=SYSTEM,
        at=at,
    )


def _suspend(company: Company, *, at: datetime) -> None:
    """Suspend an active company that has an invoice which calls for it."""
    company = Company.objects.get(pk=company.pk)
    if company.status != Company.Status.ACTIVE:
        return
    overdue = suspending_invoices(company, at=at)
    if not overdue:
        return
    numbers = ", ".join(str(invoice.number) for invoice in overdue)
    suspend_company(
        company,
        reason=f"Overdue: {numbers}",
        by=SYSTEM,
        at=at,
        stopped_by=Company.StoppedBy.SYSTEM,
    )
    mail_suspension(company, overdue, at=at)
