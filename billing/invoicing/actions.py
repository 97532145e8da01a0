"""Closing periods, issuing invoices, allocating funds. Each act is one transaction.

Lock order: company → customer account → period or invoice (design.md, invariant 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.documents.actions import take_numbers
from billing.documents.kept import in_documents_of
from billing.documents.models import Series
from billing.documents.queries import document_language
from billing.invoicing.closing import book_closing
from billing.invoicing.funds import apply_funds, invoice_facts, settle
from billing.invoicing.lines import LineGroup, Totals, totals_of
from billing.invoicing.models import Fund, Invoice
from billing.invoicing.queries import line_groups, lock_period
from billing.invoicing.writing import freeze, tax_legs, write_lines
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import Account, AccountKind, Entry, EntryKind
from billing.ledger.queries import lock_account
from billing.profiles.models import BillingProfile, BillingType
from billing.profiles.queries import profile_of
from billing.subscriptions.models import BillingPeriod
from features.queries import snapshot, value

_SERIES = {
    Invoice.Kind.INVOICE: Series.Kind.INVOICE,
    Invoice.Kind.CREDIT_NOTE: Series.Kind.CREDIT_NOTE,
}


@transaction.atomic
def close_period(period_id: UUID, *, at: datetime) -> bool:
    """Close a period for late usage, with what only exists at its end; False when somebody else
    has done it."""
    company = lock_company(BillingPeriod.objects.get(pk=period_id).company_id)
    profile = profile_of(company.pk)
    lock_account(company.pk, profile.currency)
    period = lock_period(period_id)
    if period.status != BillingPeriod.Status.OPEN:
        return False
    book_closing(period, profile, at=at)
    period.status = BillingPeriod.Status.CLOSED
    period.save(update_fields=["status"])
    return True


@transaction.atomic
def issue_invoice(period_id: UUID, *, by: str, at: datetime) -> Invoice | None:
    """Issue the document of a closed period: an invoice, a credit note when its total is negative,
    None when nothing was used or somebody else has issued it."""
    company = lock_company(BillingPeriod.objects.get(pk=period_id).company_id)
    profile = profile_of(company.pk)
    account = lock_account(company.pk, profile.currency)
    period = lock_period(period_id)
    if period.status != BillingPeriod.Status.CLOSED:
        return None
    period.status = BillingPeriod.Status.ISSUED
    period.save(update_fields=["status"])
    with in_documents_of(document_language(period.company, at=at)):
        groups = line_groups(period)
    if not groups:
        return None
    totals = totals_of(groups, currency=profile.currency)
    invoice = _draft(company, profile, period=period, totals=totals, at=at)
    invoice.entry = _book_issue(invoice, totals, at=at, by=by)
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        is_prepaid = invoice.billing_type == BillingType.PREPAID
        given_back = -(totals.exact_total if is_prepaid else totals.figures.total)
        _fund_from(invoice, account, amount=given_back)
        groups, totals = _turned(groups), totals_of(_turned(groups), currency=profile.currency)
    write_lines(invoice, groups, totals)
    _open(invoice, account, at=at)
    freeze(invoice, groups, totals, at=at)
    publish("invoice.issued", company=company, data=invoice_facts(invoice), at=at)
    return invoice


@transaction.atomic
def allocate_funds(
    company_id: UUID, *, at: datetime, named: Mapping[UUID, UUID] | None = None
) -> None:
    """Let the company's free funds pay its open invoices; `named`: entry → its invoice."""
    company = lock_company(company_id)
    account = lock_account(company_id, profile_of(company_id).currency)
    apply_funds(company, account, at=at, named=named)


def _draft(
    company: Company,
    profile: BillingProfile,
    *,
    period: BillingPeriod,
    totals: Totals,
    at: datetime,
) -> Invoice:
    """The document with its number; a credit note carries positive amounts."""
    is_negative = totals.figures.total < 0
    kind = Invoice.Kind.CREDIT_NOTE if is_negative else Invoice.Kind.INVOICE
    sign = -1 if is_negative else 1
    billing_type = period.billing_type or profile.billing_type
    is_demand = billing_type != BillingType.PREPAID and not is_negative
    due_at = at + timedelta(days=value("invoice_due_days", at=at)) if is_demand else None
    [number] = take_numbers(_SERIES[kind], count=1, at=at)
    return Invoice(
        kind=kind,
        number=number,
        company=company,
        period=period,
        status=Invoice.Status.OPEN,
        status_changed_at=at,
        billing_type=billing_type,
        period_start=period.starts_at,
        period_end=period.ends_at,
        issued_at=at,
        due_at=due_at,
        currency=profile.currency,
        subtotal=sign * totals.figures.subtotal,
        tax=sign * totals.figures.tax,
        total=sign * totals.figures.total,
        rounding_difference=totals.figures.rounding_difference,
        features=snapshot(at=at),
        created_at=at,
    )


def _book_issue(invoice: Invoice, totals: Totals, *, at: datetime, by: str) -> Entry | None:
    """uninvoiced → revenue and tax; the sub-cent difference to `rounding` for prepaid customers,
    to the customer account for the others (design.md, ledger table)."""
    currency, company = invoice.currency, invoice.company
    difference = totals.figures.rounding_difference
    legs = [
        LegSpec(AccountKind.UNINVOICED, -totals.exact_net, currency, company),
        LegSpec(AccountKind.UNINVOICED_TAX, -totals.exact_tax, currency, company),
        LegSpec(AccountKind.REVENUE, totals.figures.subtotal, currency),
        *tax_legs(totals, currency, sign=1),
    ]
    if invoice.billing_type == BillingType.PREPAID:
        legs.append(LegSpec(AccountKind.ROUNDING, -difference, currency))
    else:
        legs.append(LegSpec(AccountKind.CUSTOMER, -difference, currency, company))
    if not any(leg.amount for leg in legs):
        return None
    return make_entry(
        EntryKind.INVOICE,
        company=company,
        legs=legs,
        key=f"invoice:{invoice.number}",
        at=at,
        by=by,
        description=f"Invoice {invoice.number}",
        document=invoice.number or "",
    )


def _fund_from(invoice: Invoice, account: Account, *, amount: Decimal) -> None:
    """A negative period is money for the customer: usage legs carried it to the balance already."""
    if invoice.entry is None:
        return
    invoice.entry.refresh_from_db()
    Fund.objects.create(
        entry=invoice.entry,
        company=invoice.company,
        currency=account.currency,
        leg=invoice.entry.legs.order_by("id").values_list("id", flat=True)[0],
        amount=amount,
        unapplied=amount,
    )


def _open(invoice: Invoice, account: Account, *, at: datetime) -> None:
    """What is due, and what the balance pays of it at once.

    Of a prepaid invoice exactly what was deducted is due (its rounding is ours), of the others
    their total.
    """
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        _finish_note(invoice, at=at)
        return
    is_prepaid = invoice.billing_type == BillingType.PREPAID
    invoice.amount_due = invoice.total - (invoice.rounding_difference if is_prepaid else 0)
    invoice.save(update_fields=["amount_due", "entry"])
    apply_funds(invoice.company, account, at=at)
    invoice.refresh_from_db()
    settle(invoice, at=at)
    invoice.paid_from_balance = invoice.total - invoice.payable
    invoice.save(update_fields=["paid_from_balance"])


def _finish_note(note: Invoice, *, at: datetime) -> None:
    note.status = Invoice.Status.PAID
    note.status_reason = "Credited to the balance"
    note.save(update_fields=["status", "status_reason", "entry"])


def _turned(groups: Sequence[LineGroup]) -> list[LineGroup]:
    """The groups of a negative period as a credit note says them: what is given back."""
    return [
        replace(
            group,
            quantity=-group.quantity,
            included=-group.included,
            amount=-group.amount,
            tax=-group.tax,
        )
        for group in groups
    ]
