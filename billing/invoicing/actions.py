"""Closing periods, issuing invoices, crediting, voiding. Each act is one transaction.

Lock order: company → customer account → period or invoice (design.md, invariant 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.documents.actions import take_numbers
from billing.documents.models import Series
from billing.invoicing.contents import invoice_content
from billing.invoicing.exceptions import CannotCorrect, LineAmountInvalid
from billing.invoicing.funds import apply_funds, invoice_facts, settle
from billing.invoicing.lines import LineGroup, Totals, totals_of
from billing.invoicing.models import Fund, Invoice, InvoiceLine, InvoiceTax
from billing.invoicing.queries import line_groups, lock_invoice, lock_period
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import Account, AccountKind, Entry, EntryKind
from billing.ledger.queries import lock_account
from billing.money.calc import ceil_minor, is_in_minor_units
from billing.profiles.models import BillingProfile, BillingType
from billing.profiles.queries import profile_of
from billing.subscriptions.models import BillingPeriod
from features.queries import snapshot, value

_SERIES = {
    Invoice.Kind.INVOICE: Series.Kind.INVOICE,
    Invoice.Kind.CREDIT_NOTE: Series.Kind.CREDIT_NOTE,
}


@transaction.atomic
def close_period(period_id: UUID) -> bool:
    """Close a period for late usage; False when somebody else has done it."""
    period = BillingPeriod.objects.select_related("company").get(pk=period_id)
    lock_account(period.company_id, profile_of(period.company_id).currency)
    period = lock_period(period_id)
    if period.status != BillingPeriod.Status.OPEN:
        return False
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
    groups = line_groups(period)
    if not groups:
        return None
    totals = totals_of(groups, currency=profile.currency)
    invoice = _draft(company, profile, period=period, totals=totals, at=at)
    invoice.entry = _book_issue(invoice, totals, at=at, by=by)
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        is_prepaid = invoice.billing_type == BillingType.PREPAID
        given_back = -(totals.exact_total if is_prepaid else totals.total)
        _fund_from(invoice, account, amount=given_back)
        groups, totals = _turned(groups), totals_of(_turned(groups), currency=profile.currency)
    _write_lines(invoice, groups, totals)
    _open(invoice, account, at=at)
    _freeze(invoice, groups, totals, at=at)
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
    invoice = Invoice.objects.select_related("company").get(pk=invoice_id)
    account = lock_account(invoice.company_id, invoice.currency)
    invoice = lock_invoice(invoice_id)
    groups = _groups_to_credit(invoice, amounts)
    totals = totals_of(groups, currency=invoice.currency)
    _check_creditable(invoice, totals)
    note = _draft_note(invoice, totals, reason=reason, at=at)
    note.entry = _book_credit(note, totals, key=key, by=by, at=at)
    _write_lines(note, groups, totals)
    apply_funds(invoice.company, account, at=at, named={note.entry.pk: invoice.pk})
    _freeze(note, groups, totals, at=at)
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


@transaction.atomic
def void_invoice(invoice_id: UUID, *, reason: str, key: str, by: str, at: datetime) -> Invoice:
    """Void an issued invoice: a full credit note takes it back. Returns the invoice."""
    invoice = Invoice.objects.get(pk=invoice_id)
    lock_account(invoice.company_id, invoice.currency)
    if lock_invoice(invoice_id).status == Invoice.Status.VOID:
        return lock_invoice(invoice_id)
    credit_invoice(invoice_id, amounts=None, reason=reason, key=f"void:{key}", by=by, at=at)
    invoice = lock_invoice(invoice_id)
    invoice.status, invoice.status_reason, invoice.status_changed_at = (
        Invoice.Status.VOID,
        reason[:300],
        at,
    )
    invoice.save(update_fields=["status", "status_reason", "status_changed_at"])
    publish("invoice.voided", company=invoice.company, data=invoice_facts(invoice), at=at)
    return invoice


def _draft(
    company: Company,
    profile: BillingProfile,
    *,
    period: BillingPeriod,
    totals: Totals,
    at: datetime,
) -> Invoice:
    """The document with its number; a credit note carries positive amounts."""
    is_negative = totals.total < 0
    kind = Invoice.Kind.CREDIT_NOTE if is_negative else Invoice.Kind.INVOICE
    sign = -1 if is_negative else 1
    is_demand = profile.billing_type != BillingType.PREPAID and not is_negative
    due_at = at + timedelta(days=value("invoice_due_days", at=at)) if is_demand else None
    [number] = take_numbers(_SERIES[kind], count=1, at=at)
    return Invoice(
        kind=kind,
        number=number,
        company=company,
        period=period,
        status=Invoice.Status.OPEN,
        status_changed_at=at,
        billing_type=profile.billing_type,
        period_start=period.starts_at,
        period_end=period.ends_at,
        issued_at=at,
        due_at=due_at,
        currency=profile.currency,
        subtotal=sign * totals.subtotal,
        tax=sign * totals.tax,
        total=sign * totals.total,
        rounding_difference=totals.difference,
        features=snapshot(at=at),
        created_at=at,
    )


def _book_issue(invoice: Invoice, totals: Totals, *, at: datetime, by: str) -> Entry | None:
    """uninvoiced → revenue and tax; the sub-cent difference to `rounding` for prepaid customers,
    to the customer account for the others (design.md, ledger table)."""
    currency, company = invoice.currency, invoice.company
    legs = [
        LegSpec(AccountKind.UNINVOICED, -totals.exact_net, currency, company),
        LegSpec(AccountKind.UNINVOICED_TAX, -totals.exact_tax, currency, company),
        LegSpec(AccountKind.REVENUE, totals.subtotal, currency),
        *_tax_legs(totals, currency, sign=1),
    ]
    if invoice.billing_type == BillingType.PREPAID:
        legs.append(LegSpec(AccountKind.ROUNDING, -totals.difference, currency))
    else:
        legs.append(LegSpec(AccountKind.CUSTOMER, -totals.difference, currency, company))
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


def _tax_legs(totals: Totals, currency: str, *, sign: int) -> list[LegSpec]:
    return [
        LegSpec(AccountKind.TAX, sign * tax.amount, currency, detail=f"{tax.percent.normalize():f}")
        for tax in totals.taxes
    ]


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

    A prepaid invoice asks for exactly what was deducted (its rounding is ours), the others for
    their total.
    """
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        _finish_note(invoice, at=at)
        return
    is_prepaid = invoice.billing_type == BillingType.PREPAID
    invoice.amount_due = invoice.total - (invoice.rounding_difference if is_prepaid else 0)
    invoice.save(update_fields=["amount_due", "entry"])
    settle(invoice, at=at)
    apply_funds(invoice.company, account, at=at)
    invoice.refresh_from_db()
    invoice.paid_from_balance = invoice.total - ceil_minor(invoice.amount_due, invoice.currency)
    invoice.save(update_fields=["paid_from_balance"])


def _finish_note(note: Invoice, *, at: datetime) -> None:
    note.status = Invoice.Status.PAID
    note.status_reason = "Credited to the balance"
    note.save(update_fields=["status", "status_reason", "entry"])


def _write_lines(invoice: Invoice, groups: Sequence[LineGroup], totals: Totals) -> None:
    invoice.save()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            description=_description(group),
            quantity=group.quantity,
            unit=group.unit,
            included=group.included,
            unit_price=group.unit_price,
            exact_amount=group.amount,
            amount=amount,
            tax_percent=group.tax_percent,
            group=group.facts
            | {"service": group.service, "plan": group.plan, "period": group.period_label},
        )
        for position, (group, amount) in enumerate(
            zip(groups, totals.line_amounts, strict=True), start=1
        )
    )
    name = value("tax_name", at=invoice.created_at)
    InvoiceTax.objects.bulk_create(
        InvoiceTax(invoice=invoice, name=name, percent=tax.percent, net=tax.net, amount=tax.amount)
        for tax in totals.taxes
    )


def _description(group: LineGroup) -> str:
    late = f" ({group.period_label})" if group.period_label else ""
    return f"{group.service} · {group.plan} · {group.description}{late}"[:300]


def _freeze(invoice: Invoice, groups: Sequence[LineGroup], totals: Totals, *, at: datetime) -> None:
    content = invoice_content(
        invoice, groups=groups, amounts=totals.line_amounts, taxes=totals.taxes, at=at
    )
    invoice.content = content.to_json()
    invoice.save(update_fields=["content"])


def _turned(groups: Sequence[LineGroup]) -> list[LineGroup]:
    """The groups of a negative period as a credit note says them: what is given back."""
    return [
        LineGroup(
            description=group.description,
            service=group.service,
            plan=group.plan,
            unit=group.unit,
            unit_price=group.unit_price,
            tax_percent=group.tax_percent,
            period_label=group.period_label,
            quantity=-group.quantity,
            included=-group.included,
            amount=-group.amount,
            tax=-group.tax,
            facts=group.facts,
        )
        for group in groups
    ]


def _groups_to_credit(invoice: Invoice, amounts: Mapping[int, Decimal] | None) -> list[LineGroup]:
    """One group per credited line; without `amounts`, all that earlier notes have left of them."""
    lines = {line.position: line for line in invoice.lines.all()}
    left = _left_of_lines(invoice, lines)
    wanted = left if amounts is None else amounts
    for position, amount in wanted.items():
        _check_line(invoice, position, amount, left)
    return [
        LineGroup(
            description=lines[position].description,
            service=lines[position].group["service"],
            plan=lines[position].group["plan"],
            unit="",
            unit_price=amount,
            tax_percent=lines[position].tax_percent,
            quantity=Decimal(1),
            amount=amount,
            facts=lines[position].group | {"line": str(position)},
        )
        for position, amount in sorted(wanted.items())
        if amount
    ]


def _left_of_lines(invoice: Invoice, lines: Mapping[int, InvoiceLine]) -> dict[int, Decimal]:
    left = {position: line.amount for position, line in lines.items()}
    for credited in InvoiceLine.objects.filter(invoice__corrects=invoice):
        left[int(credited.group["line"])] -= credited.amount
    return left


def _check_line(
    invoice: Invoice, position: int, amount: Decimal, left: Mapping[int, Decimal]
) -> None:
    if position not in left:
        raise LineAmountInvalid(f"{invoice} has no line {position}.", attr="lines")
    if not is_in_minor_units(amount, invoice.currency):
        raise LineAmountInvalid(f"{amount:f} is not in whole minor units.", attr="lines")
    if abs(amount) > abs(left[position]) or amount * left[position] < 0:
        raise LineAmountInvalid(
            f"Of line {position} there is {left[position]:f} left to credit.", attr="lines"
        )


def _check_creditable(invoice: Invoice, totals: Totals) -> None:
    """Only what is left of an issued invoice can be credited."""
    if invoice.kind != Invoice.Kind.INVOICE or invoice.status == Invoice.Status.VOID:
        raise CannotCorrect(
            "cannot_correct",
            f"{invoice} is {invoice.status}: only an issued invoice can be credited.",
            status=409,
        )
    if totals.total <= 0:
        raise CannotCorrect(
            "nothing_to_credit", f"Nothing of {invoice} is left to credit.", attr="lines"
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
        subtotal=totals.subtotal,
        tax=totals.tax,
        total=totals.total,
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
            LegSpec(AccountKind.REVENUE, -totals.subtotal, currency),
            *_tax_legs(totals, currency, sign=-1),
            LegSpec(AccountKind.CUSTOMER, totals.total, currency, note.company),
        ],
        key=f"credit_note:{key}",
        at=at,
        by=by,
        description=f"Credit note {note.number}",
        document=note.number or "",
        reason=note.reason,
    )
